import type { Metadata } from "next";
import { Settings } from "../../../../../components/settings/settings.tsx";
import { Bar } from "../../../../../components/workspace/bar.tsx";
import { WorkspaceFiles } from "../../../../../components/workspace/workspace-files.tsx";
import { listMembers, listOpenInvitations } from "../../../../../lib/data/people.ts";
import { ago, ahead, day } from "../../../../../lib/web/times.ts";
import { getViewer } from "../../viewer.ts";
import { createLink, removeMember, revokeLink, setRole } from "./actions.ts";

export const metadata: Metadata = { title: "Settings" };

type Props = { params: Promise<{ workspaceId: string }> };

export default async function SettingsPage({ params }: Props) {
  const { workspaceId } = await params;
  const { user, workspace } = await getViewer(workspaceId, `/w/${workspaceId}/settings`);
  const [members, links] = await Promise.all([listMembers(workspace.id), listOpenInvitations(workspace.id)]);
  return (
    <>
      <Bar title="Settings" />
      <main className="column settings" id="main">
        <header>
          <h1>Settings</h1>
        </header>
        <Settings
          workspaceName={workspace.name}
          me={{ id: user.id, role: workspace.role }}
          members={members.map((member) => ({ ...member, since: day(member.joinedAt) }))}
          links={links.map((link) => ({
            id: link.id,
            role: link.role,
            made: ago(link.createdAt),
            ends: ahead(link.expiresAt),
          }))}
          createLink={createLink.bind(null, workspace.id)}
          revokeLink={revokeLink.bind(null, workspace.id)}
          setRole={setRole.bind(null, workspace.id)}
          removeMember={removeMember.bind(null, workspace.id)}
        />
        <WorkspaceFiles />
      </main>
    </>
  );
}
