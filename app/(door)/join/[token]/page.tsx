import type { Metadata } from "next";
import { JoinForm } from "../../../../components/auth/join-form.tsx";
import { JoinRefused } from "../../../../components/auth/join-refused.tsx";
import { findCurrentUser } from "../../../../lib/auth/current-user.ts";
import { describeInvitation } from "../../../../lib/data/people.ts";
import { join } from "./actions.ts";

export const metadata: Metadata = { title: "Invitation", robots: { index: false } };

type Props = { params: Promise<{ token: string }> };

export default async function JoinPage({ params }: Props) {
  const { token } = await params;
  const [user, invitation] = await Promise.all([findCurrentUser(), describeInvitation(token)]);
  if (!invitation.valid) return <JoinRefused reason={invitation.reason} />;
  return (
    <JoinForm
      workspaceName={invitation.workspaceName ?? "a workspace"}
      role={invitation.role ?? "viewer"}
      email={user?.email ?? null}
      signedIn={user !== null}
      path={`/join/${encodeURIComponent(token)}`}
      join={join.bind(null, token)}
    />
  );
}
