"use server";
import { redirect } from "next/navigation";
import * as z from "zod";
import type { FormState } from "../../../components/auth/form-state.ts";
import { safeNext, withNext } from "../../../components/auth/next-path.ts";
import { countEvent } from "../../../lib/ops/instruments.ts";
import { createServerSupabase } from "../../../lib/supabase/server.ts";
import { authRefusal, email, newPassword, origin, refusal, refused } from "../answers.ts";
import { tooMany } from "../tries.ts";

const wishes = z.object({
  name: z
    .string({ error: "Give the name that others will see." })
    .trim()
    .min(1, "Give the name that others will see.")
    .max(80, "A name has at most 80 characters."),
  email,
  password: newPassword,
  next: z.unknown().optional().transform(safeNext),
});

export async function signUp(_state: FormState, form: FormData): Promise<FormState> {
  const read = wishes.safeParse(Object.fromEntries(form));
  if (!read.success) return refusal(form, read.error);
  const wish = read.data;
  const many = await tooMany("sign-up", wish.email);
  if (many) return refused(form, "form", many);
  const supabase = await createServerSupabase();
  const { data, error } = await supabase.auth.signUp({
    email: wish.email,
    password: wish.password,
    options: {
      data: { name: wish.name },
      emailRedirectTo: (await origin()) + withNext("/auth/confirm", wish.next),
    },
  });
  if (error && !isTaken(error.code)) return authRefusal(form, error);
  if (!error) countEvent("sign_up");
  if (data.session) redirect(wish.next ?? "/");
  return {
    values: {},
    errors: {},
    done: {
      title: "Look into your mail",
      text: `If ${wish.email} can have a new account here, a link that opens it is on its way. If you have an account already, sign in.`,
    },
  };
}

/** A used address is answered like a new one that waits for its confirmation. */
function isTaken(code: string | undefined): boolean {
  return code === "user_already_exists" || code === "email_exists";
}
