"use client";
import { CircleAlert } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Field } from "../ui/field.tsx";

/** What came of it; a refusal names its field, or the form. */
export type Gone = { ok: true } | { ok: false; field: "email" | "password" | "form"; sentence: string };

type Props = {
  email: string;
  deleteAccount: (email: string, password: string) => Promise<Gone>;
  /** Leads away from here. */
  onGone: () => Promise<void>;
};

/** Asks for the address and the password: both are typed anew, so that nobody does this by mistake or for another. */
export function DeleteForm({ email, deleteAccount, onGone }: Props) {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Extract<Gone, { ok: false }>>();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (refusal) form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [refusal]);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    const given = new FormData(event.currentTarget);
    setBusy(true);
    const gone = await deleteAccount(String(given.get("email")), String(given.get("password"))).catch(
      (): Gone => ({
        ok: false,
        field: "form",
        sentence:
          "The server does not answer, so it is not known whether the account is gone. Load the page again.",
      }),
    );
    if (gone.ok) return onGone();
    setBusy(false);
    setRefusal(gone);
  };
  const error = (field: "email" | "password") => (refusal?.field === field ? refusal.sentence : undefined);
  return (
    <form ref={form} className="going" onSubmit={(event) => void submit(event)} noValidate>
      <Field
        name="email"
        type="email"
        label="Your address"
        autoComplete="off"
        hint={`Type ${email}.`}
        error={error("email")}
      />
      <Field
        name="password"
        type="password"
        label="Your password"
        autoComplete="current-password"
        hint="Who has none chooses one first: sign out, then “Forgot password”."
        error={error("password")}
      />
      {refusal?.field === "form" ? (
        <p className="error" role="alert">
          <CircleAlert className="i" aria-hidden />
          {refusal.sentence}
        </p>
      ) : null}
      <button type="submit" className="button bad tall" aria-busy={isBusy}>
        Delete my account
      </button>
    </form>
  );
}
