"use client";
import { Field } from "../ui/field.tsx";
import { SubmitButton } from "../ui/submit-button.tsx";
import { DoorForm } from "./door-form.tsx";
import type { FormAction } from "./form-state.ts";

export function ResetPasswordForm({ action }: { action: FormAction }) {
  return (
    <DoorForm title="Choose a new password" lead="The old one stops working at once." action={action}>
      {({ errors }, busy) => (
        <>
          <Field
            name="password"
            label="New password"
            type="password"
            autoComplete="new-password"
            hint="At least 10 characters. Length is what counts."
            error={errors.password}
            required
          />
          <SubmitButton primary busy={busy}>
            Save the password
          </SubmitButton>
        </>
      )}
    </DoorForm>
  );
}
