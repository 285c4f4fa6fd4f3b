"use client";
import Link from "next/link";
import { Field } from "../ui/field.tsx";
import { SubmitButton } from "../ui/submit-button.tsx";
import { DoorForm } from "./door-form.tsx";
import type { FormAction } from "./form-state.ts";
import { withNext } from "./next-path.ts";

type Props = { action: FormAction; next?: string | undefined };

export function SignUpForm({ action, next }: Props) {
  const after = (
    <p className="after quiet">
      Already have one?{" "}
      <Link className="link" href={withNext("/sign-in", next)}>
        Sign in
      </Link>
    </p>
  );
  const lead = next?.startsWith("/join/")
    ? "One more step, and you are in the workspace you were invited to."
    : "You get a workspace of your own, with the runbook in it.";
  return (
    <DoorForm title="Create an account" lead={lead} action={action} next={next} after={after}>
      {({ values, errors }, busy) => (
        <>
          <Field
            name="name"
            label="Name"
            autoComplete="name"
            defaultValue={values.name}
            error={errors.name}
            required
          />
          <Field
            name="email"
            label="Email"
            type="email"
            autoComplete="email"
            placeholder="you@example.com"
            defaultValue={values.email}
            error={errors.email}
            required
          />
          <Field
            name="password"
            label="Password"
            type="password"
            autoComplete="new-password"
            hint="At least 10 characters. Length is what counts."
            error={errors.password}
            required
          />
          <SubmitButton primary busy={busy}>
            Create account
          </SubmitButton>
        </>
      )}
    </DoorForm>
  );
}
