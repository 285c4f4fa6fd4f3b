"use client";
import Link from "next/link";
import { Field } from "../ui/field.tsx";
import { SubmitButton } from "../ui/submit-button.tsx";
import { DoorForm } from "./door-form.tsx";
import type { FormAction } from "./form-state.ts";

export function ForgotPasswordForm({ action }: { action: FormAction }) {
  const after = (
    <p className="after quiet">
      <Link className="link" href="/sign-in">
        Back to sign in
      </Link>
    </p>
  );
  return (
    <DoorForm
      title="Forgot your password?"
      lead="We send a link that lets you choose a new one."
      action={action}
      after={after}
    >
      {({ values, errors }, busy) => (
        <>
          <Field
            name="email"
            label="Email"
            type="email"
            autoComplete="email"
            defaultValue={values.email}
            error={errors.email}
            required
          />
          <SubmitButton primary busy={busy}>
            Send the link
          </SubmitButton>
        </>
      )}
    </DoorForm>
  );
}
