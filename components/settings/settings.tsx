import type { Role } from "../../lib/core/protocol.ts";
import { InviteForm, type NewLink } from "./invite-form.tsx";
import { LinksTable, type OpenLink } from "./links-table.tsx";
import { type Member, MembersTable } from "./members-table.tsx";
import { type Answer, isManager } from "./roles.ts";

type SettingsProps = {
  workspaceName: string;
  me: { id: string; role: Role };
  members: readonly Member[];
  links: readonly OpenLink[];
  createLink: (role: string) => Promise<NewLink>;
  revokeLink: (id: string) => Promise<Answer>;
  setRole: (userId: string, role: string) => Promise<Answer>;
  removeMember: (userId: string) => Promise<Answer>;
};

/** Who belongs to the workspace, and how others come in. Links are for those who manage it. */
export function Settings({ workspaceName, me, members, links, ...act }: SettingsProps) {
  const manages = isManager(me.role);
  return (
    <>
      {manages ? (
        <section aria-labelledby="invite">
          <h2 id="invite">Invite people</h2>
          <p>A link lets one person in, with the role you choose, within seven days.</p>
          <InviteForm createLink={act.createLink} />
        </section>
      ) : null}
      <section aria-labelledby="members">
        <h2 id="members">Members</h2>
        <p>
          {members.length === 1 ? "Only you so far. " : `${members.length} people. `}
          {manages
            ? "A change of role counts at once. What a removed person wrote stays."
            : "Owners and admins can change roles and invite people."}
        </p>
        <MembersTable
          workspaceName={workspaceName}
          members={members}
          me={me}
          setRole={act.setRole}
          remove={act.removeMember}
        />
      </section>
      {manages ? (
        <section aria-labelledby="links">
          <h2 id="links">Links in use</h2>
          <p>Revoking a link closes the door at once. People who came through it stay members.</p>
          <LinksTable links={links} revoke={act.revokeLink} />
        </section>
      ) : null}
    </>
  );
}
