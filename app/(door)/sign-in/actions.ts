"use server";
import { redirect } from "next/navigation";
import * as z from "zod";
import type { FormState } from "../../../components/auth/form-state.ts";
import { safeNext, withNext } from "../../../components/auth/next-path.ts";
import { createServerSupabase } from "../../../lib/supabase/server.ts";
import { authRefusal, email, origin, refusal, refused } from "../answers.ts";
import { tooMany } from "../tries.ts";

const next = z.unknown().optional().transform(safeNext);
const wishes = z.discriminatedUnion("way", [
  z.object({ way: z.literal("link"), email, next }),
  z.object({
    way: z.literal("password"),
    email,
    password: z.string({ error: "Give your password." }).min(1, "Give your password.").max(1000),
    next,
  }),
]);
type Wish = z.infer<typeof wishes>;

export async function signIn(_state: FormState, form: FormData): Promise<FormState> {
  // Enter in a field submits without a button's value.
  const read = wishes.safeParse({ way: "password", ...Object.fromEntries(form) });
  if (!read.success) return refusal(form, read.error);
  const wish = read.data;
  const many = await tooMany(wish.way === "link" ? "mail" : "sign-in", wish.email);
  if (many) return refused(form, "form", many);
  if (wish.way === "link") return sendLink(form, wish);
  const supabase = await createServerSupabase();
  const { error } = await supabase.auth.signInWithPassword({ email: wish.email, password: wish.password });
  if (error) return authRefusal(form, error);
  redirect(wish.next ?? "/");
}

async function sendLink(form: FormData, wish: Wish): Promise<FormState> {
  const supabase = await createServerSupabase();
  const { error } = await supabase.auth.signInWithOtp({
    email: wish.email,
    options: {
      shouldCreateUser: false,
      emailRedirectTo: (await origin()) + withNext("/auth/confirm", wish.next),
    },
  });
  // "otp_disabled" is what an address without an account gets; it is answered like the others.
  if (error && error.code !== "otp_disabled" && error.code !== "user_not_found")
    return authRefusal(form, error);
  const text = `If there is an account for ${wish.email}, a link that signs you in is on its way.`;
  return { values: {}, errors: {}, done: { title: "Look into your mail", text } };
}
