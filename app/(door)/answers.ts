/**
 * What the forms on the way in answer. No answer tells whether an account exists: a used address gets the same
 * sentence as a new one.
 */
import { headers } from "next/headers";
import * as z from "zod";
import type { FormState } from "../../components/auth/form-state.ts";
import { siteOrigin } from "../../lib/web/site.ts";

export const email = z
  .string({ error: "Give an email address." })
  .trim()
  .min(1, "Give an email address.")
  .max(254, "An email address has at most 254 characters.")
  .pipe(z.email("This does not look like an email address; it has a name, an @ and a place."));

/** bcrypt reads 72 bytes and drops the rest without a word, so more is refused. */
export const newPassword = z
  .string({ error: "Choose a password." })
  .min(1, "Choose a password.")
  .min(10, "Too short: a password has at least 10 characters. Nothing was changed.")
  .refine(
    (text) => new TextEncoder().encode(text).length <= 72,
    "A password has at most 72 bytes. Nothing was changed.",
  );

const shown = new Set(["name", "email", "password"]);

/** The first sentence for each field, and what was typed, except passwords. What has no field is said of the form. */
export function refusal(form: FormData, error: z.ZodError): FormState {
  const errors: Record<string, string> = {};
  for (const issue of error.issues) {
    const field = String(issue.path[0]);
    errors[shown.has(field) ? field : "form"] ??= issue.message;
  }
  return { values: kept(form), errors };
}

export function refused(form: FormData, field: string, sentence: string): FormState {
  return { values: kept(form), errors: { [field]: sentence } };
}

function kept(form: FormData): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of ["name", "email"]) {
    const value = form.get(name);
    if (typeof value === "string") values[name] = value.slice(0, 300);
  }
  return values;
}

type AuthFailure = { code?: string | undefined; status?: number | undefined; message: string };

const sentences: Readonly<Record<string, readonly [field: string, sentence: string]>> = {
  invalid_credentials: ["password", "That email and password do not match. Nothing was changed."],
  email_not_confirmed: ["form", "Confirm your email first: the link is in the message we sent you."],
  weak_password: [
    "password",
    "That password is too easy to guess; a longer one is better. Nothing was changed.",
  ],
  same_password: ["password", "That is the password you have already. Choose another one."],
  email_address_invalid: ["email", "Mail cannot be sent to this address. Nothing was created."],
  signup_disabled: ["form", "New accounts are switched off here. Ask the people who run this site."],
  over_request_rate_limit: ["form", "Too many tries in a short time. Wait a minute and try again."],
  over_email_send_rate_limit: [
    "form",
    "Too many messages in a short time. Wait a few minutes and try again.",
  ],
};

/** The sentence for a failure of the account service; unknown ones say what is safe and are logged. */
export function authRefusal(form: FormData, failure: AuthFailure): FormState {
  const known = sentences[failure.code ?? ""];
  if (known) return refused(form, ...known);
  console.error(`auth: ${failure.code ?? "no code"} (${failure.status ?? "no status"}): ${failure.message}`);
  return refused(
    form,
    "form",
    "The account service does not answer. Nothing was changed; try again in a moment.",
  );
}

/** The address of this site as the browser sees it, for links in messages. */
export async function origin(): Promise<string> {
  return siteOrigin(await headers());
}
