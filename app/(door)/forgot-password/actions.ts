"use server";
import * as z from "zod";
import type { FormState } from "../../../components/auth/form-state.ts";
import { createServerSupabase } from "../../../lib/supabase/server.ts";
import { authRefusal, email, origin, refusal, refused } from "../answers.ts";
import { tooMany } from "../tries.ts";

const wishes = z.object({ email });

export async function sendReset(_state: FormState, form: FormData): Promise<FormState> {
  const read = wishes.safeParse(Object.fromEntries(form));
  if (!read.success) return refusal(form, read.error);
  const { email: address } = read.data;
  const many = await tooMany("mail", address);
  if (many) return refused(form, "form", many);
  const supabase = await createServerSupabase();
  const { error } = await supabase.auth.resetPasswordForEmail(address, {
    redirectTo: `${await origin()}/auth/confirm?next=/reset-password`,
  });
  if (error && error.code !== "user_not_found") return authRefusal(form, error);
  const text = `If there is an account for ${address}, a link to choose a new password is on its way.`;
  return { values: {}, errors: {}, done: { title: "Look into your mail", text } };
}
