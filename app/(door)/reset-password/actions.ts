"use server";
import { redirect } from "next/navigation";
import * as z from "zod";
import type { FormState } from "../../../components/auth/form-state.ts";
import { createServerSupabase } from "../../../lib/supabase/server.ts";
import { authRefusal, newPassword, refusal, refused } from "../answers.ts";
import { tooMany } from "../tries.ts";

const wishes = z.object({ password: newPassword });

export async function resetPassword(_state: FormState, form: FormData): Promise<FormState> {
  const read = wishes.safeParse(Object.fromEntries(form));
  if (!read.success) return refusal(form, read.error);
  const supabase = await createServerSupabase();
  const { data } = await supabase.auth.getUser();
  if (!data.user) redirect("/sign-in?why=link-used");
  const many = await tooMany("change", data.user.id);
  if (many) return refused(form, "form", many);
  const { error } = await supabase.auth.updateUser({ password: read.data.password });
  if (error) return authRefusal(form, error);
  redirect("/");
}
