"use client";
import { useState } from "react";
import type { Role } from "../../lib/core/protocol.ts";
import { Confirm } from "../ui/confirm.tsx";
import { say } from "../ui/say.ts";
import { MemberRow } from "./member-row.tsx";
import type { Answer } from "./roles.ts";

export type Member = { userId: string; name: string; color: number; role: Role; since: string };

type MembersProps = {
  workspaceName: string;
  members: readonly Member[];
  me: { id: string; role: Role };
  setRole: (userId: string, role: string) => Promise<Answer>;
  remove: (userId: string) => Promise<Answer>;
};

export function MembersTable({ workspaceName, members, me, setRole, remove }: MembersProps) {
  const [leaving, setLeaving] = useState<Member>();
  const isMe = leaving?.userId === me.id;
  return (
    <>
      <table className="data fold">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Member since</th>
            <th scope="col">Role</th>
            <th scope="col">
              <span className="unseen">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map((member) => (
            <MemberRow key={member.userId} member={member} me={me} setRole={setRole} onRemove={setLeaving} />
          ))}
        </tbody>
      </table>
      <Confirm
        open={leaving !== undefined}
        onOpenChange={(open) => open || setLeaving(undefined)}
        title={isMe ? `Leave ${workspaceName}?` : `Remove ${leaving?.name} from ${workspaceName}?`}
        description={
          isMe
            ? "You stop seeing its documents at once. What you wrote stays."
            : "They stop reading and writing at once. What they wrote stays."
        }
        action={isMe ? "Leave" : "Remove"}
        onConfirm={async () => {
          if (leaving) say(await remove(leaving.userId));
        }}
      />
    </>
  );
}
