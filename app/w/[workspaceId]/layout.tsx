import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { GoProvider } from "../../../components/ui/go.tsx";
import { Frame } from "../../../components/workspace/frame.tsx";
import { findCurrentUser } from "../../../lib/auth/current-user.ts";
import { listDocuments } from "../../../lib/data/documents.ts";
import { listMembers } from "../../../lib/data/people.ts";
import { listWorkspaces } from "../../../lib/data/workspaces.ts";

type Props = { children: ReactNode; params: Promise<{ workspaceId: string }> };

export default async function WorkspaceLayout({ children, params }: Props) {
  const { workspaceId } = await params;
  const user = await findCurrentUser();
  // The page itself sends the signed-out away: it knows where to come back to.
  if (!user) return children;
  // Asked for at once: each answers only what this person may see.
  const asked = Promise.all([listDocuments(workspaceId), listMembers(workspaceId)]);
  asked.catch(() => undefined);
  const workspaces = await listWorkspaces(user.id);
  const workspace = workspaces.find((one) => one.id === workspaceId);
  if (!workspace) notFound();
  const [documents, members] = await asked;
  const me = members.find((member) => member.userId === user.id);
  return (
    <GoProvider>
      <Frame
        key={workspaceId}
        workspace={{ id: workspace.id, name: workspace.name }}
        workspaces={workspaces.map(({ id, name }) => ({ id, name }))}
        person={{ name: me?.name ?? "You", color: me?.color ?? 1, email: user.email ?? "" }}
        canWrite={["owner", "admin", "editor"].includes(workspace.role)}
        needsSeed={workspace.role === "owner" && !workspace.isSeeded}
        userId={user.id}
        epoch={workspace.epoch}
        documents={documents.map(({ id, parentPath, sortOrder, title }) => ({
          id,
          parentPath,
          sortOrder,
          title,
        }))}
      >
        {children}
      </Frame>
    </GoProvider>
  );
}
