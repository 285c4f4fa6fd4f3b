/**
 * Where the links in messages lead: it turns a one-time code or token into a session and goes on. Used or expired
 * ones end at sign-in with a sentence.
 */
import { redirect } from "next/navigation";
import * as z from "zod";
import { safeNext } from "../../../components/auth/next-path.ts";
import { createServerSupabase } from "../../../lib/supabase/server.ts";

const kinds = z.enum(["signup", "invite", "magiclink", "recovery", "email_change", "email"]);

/** Mail scanners ask so before the person does: a link is used by opening it, not by looking whether it is there. */
export function HEAD(): Response {
  return new Response(null, { headers: { "cache-control": "no-store" } });
}

export async function GET(request: Request): Promise<never> {
  const asked = new URL(request.url).searchParams;
  const next = safeNext(asked.get("next") ?? undefined) ?? "/";
  const hash = asked.get("token_hash");
  const code = asked.get("code");
  const kind = kinds.safeParse(asked.get("type"));
  const supabase = await createServerSupabase();
  if (hash && kind.success) {
    const { error } = await supabase.auth.verifyOtp({ type: kind.data, token_hash: hash });
    if (!error) redirect(kind.data === "recovery" ? "/reset-password" : next);
  } else if (code) {
    const { error } = await supabase.auth.exchangeCodeForSession(code);
    if (!error) redirect(next);
  }
  redirect("/sign-in?why=link-used");
}
