"use client";
import { useOptimistic, useTransition } from "react";
import type { Role } from "../../lib/core/protocol.ts";
import { Avatar } from "../ui/avatar.tsx";
import { say } from "../ui/say.ts";
import { Select } from "../ui/select.tsx";
import type { Member } from "./members-table.tsx";
import { type Answer, asOptions, isManager, roleNames, rolesToGive } from "./roles.ts";

type RowProps = {
  member: Member;
  me: { id: string; role: Role };
  setRole: (userId: string, role: string) => Promise<Answer>;
  onRemove: (member: Member) => void;
};

export function MemberRow({ member, me, setRole, onRemove }: RowProps) {
  const [role, showRole] = useOptimistic(member.role);
  const [, start] = useTransition();
  const isMe = member.userId === me.id;
  const roles = rolesToGive(me.role, member.role);
  const change = (next: string) =>
    start(async () => {
      showRole(next as Role);
      say(await setRole(member.userId, next));
    });
  return (
    <tr>
      <td>
        <span className="person">
          <Avatar name={member.name} color={member.color} />
          <span className="break-words min-w-0">
            {member.name} {isMe ? <span className="quiet">(you)</span> : null}
          </span>
        </span>
      </td>
      <td className="quiet gone">{member.since}</td>
      <td>
        {roles.length > 0 ? (
          <Select
            look="bare"
            aria-label={`Role of ${member.name}`}
            value={role}
            options={asOptions(roles)}
            onChange={(event) => change(event.target.value)}
          />
        ) : (
          roleNames[role]
        )}
      </td>
      <td className="end">
        {isMe || (isManager(me.role) && roles.length > 0) ? (
          <button
            type="button"
            className="button danger"
            aria-label={isMe ? "Leave this workspace" : `Remove ${member.name}`}
            onClick={() => onRemove(member)}
          >
            {isMe ? "Leave" : "Remove"}
          </button>
        ) : null}
      </td>
    </tr>
  );
}
