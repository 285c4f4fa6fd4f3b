"use client";
import Link from "next/link";
import { Field } from "../ui/field.tsx";
import { SubmitButton } from "../ui/submit-button.tsx";
import { DoorForm } from "./door-form.tsx";
import type { FormAction } from "./form-state.ts";
import { withNext } from "./next-path.ts";

type Props = { action: FormAction; next?: string | undefined; lead?: string | undefined };

export function SignInForm({ action, next, lead = "Your pages are where you left them." }: Props) {
  const after = (
    <p className="after quiet">
      New here?{" "}
      <Link className="link" href={withNext("/sign-up", next)}>
        Create an account
      </Link>
    </p>
  );
  const forgot = (
    <Link className="note" href="/forgot-password">
      Forgot it?
    </Link>
  );
  return (
    <DoorForm title="Sign in" lead={lead} action={action} next={next} after={after}>
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
          <Field
            name="password"
            label="Password"
            type="password"
            autoComplete="current-password"
            beside={forgot}
            error={errors.password}
            required
          />
          <SubmitButton primary way="password" busy={busy}>
            Sign in
          </SubmitButton>
          <p className="or">or</p>
          <SubmitButton way="link" busy={busy}>
            Send me a link instead
          </SubmitButton>
        </>
      )}
    </DoorForm>
  );
}
