"use client";
import Link from "next/link";
import { SubmitButton } from "../ui/submit-button.tsx";
import { DoorForm } from "./door-form.tsx";
import type { FormAction } from "./form-state.ts";
import { withNext } from "./next-path.ts";

type JoinProps = {
  workspaceName: string;
  role: string;
  email: string | null;
  signedIn: boolean;
  /** Where to come back to after signing up or in. */
  path: string;
  join: FormAction;
};

export function JoinForm({ workspaceName, role, email, signedIn, path, join }: JoinProps) {
  const title = `Join ${workspaceName}`;
  const article = /^[aeio]/.test(role) ? "an" : "a";
  const lead = `You are invited as ${article} ${role}.`;
  if (!signedIn) {
    return (
      <>
        <h1>{title}</h1>
        <p>{lead} First create an account, or sign in if you have one.</p>
        <div className="ways">
          <Link className="button primary tall" href={withNext("/sign-up", path)}>
            Create an account
          </Link>
          <Link className="button tall" href={withNext("/sign-in", path)}>
            Sign in
          </Link>
        </div>
      </>
    );
  }
  return (
    <DoorForm
      title={title}
      lead={lead}
      action={join}
      after={email ? <p className="after quiet">You are signed in as {email}.</p> : null}
    >
      {(_state, busy) => (
        <SubmitButton primary busy={busy}>
          Join workspace
        </SubmitButton>
      )}
    </DoorForm>
  );
}
