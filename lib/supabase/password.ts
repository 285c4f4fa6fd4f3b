/** Whose account an address and a password open, without a session for anybody: the browser that asks keeps its own. */
import "server-only";
import { createClient } from "@supabase/supabase-js";
import { readPublicConfig } from "./env.ts";
import { timedFetch } from "./timed-fetch.ts";

export type PasswordCheck =
  | { readonly ok: true; readonly userId: string }
  /** `code` of the account service; undefined when it does not answer. */
  | { readonly ok: false; readonly code: string | undefined };

export async function checkPassword(email: string, password: string): Promise<PasswordCheck> {
  const { url, publishableKey } = readPublicConfig();
  const client = createClient(url, publishableKey, {
    global: { fetch: timedFetch },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
  const { data, error } = await client.auth.signInWithPassword({ email, password });
  if (error || !data.user) return { ok: false, code: error?.code };
  await client.auth.signOut({ scope: "local" });
  return { ok: true, userId: data.user.id };
}
