import type { Role } from "../../lib/core/protocol.ts";

export const roleNames: Readonly<Record<Role, string>> = {
  owner: "Owner",
  admin: "Admin",
  editor: "Editor",
  commenter: "Commenter",
  viewer: "Viewer",
};

/** What an action of the settings answers: done, or the sentence that says why not. */
export type Answer = { ok: true } | { ok: false; sentence: string };

export function isManager(role: Role): boolean {
  return role === "owner" || role === "admin";
}

/** The roles that one may give to a member, strongest first; the database decides in the end. */
export function rolesToGive(mine: Role, theirs: Role): readonly Role[] {
  if (mine === "owner") return ["owner", "admin", "editor", "commenter", "viewer"];
  if (mine === "admin" && theirs !== "owner") return ["admin", "editor", "commenter", "viewer"];
  return [];
}

export function asOptions(roles: readonly Role[]) {
  return roles.map((role) => ({ value: role, label: roleNames[role] }));
}
