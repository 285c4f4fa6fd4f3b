/** Members and invitations of a workspace, as the asking person may see them. */
import "server-only";
import { cache } from "react";
import * as z from "zod";
import { Role } from "../core/protocol.ts";
import { createServerSupabase } from "../supabase/server.ts";
import { Id, parseAnswer, readAll } from "./rows.ts";

const MemberRow = z.object({ user_id: Id, role: Role, created_at: z.string() });
const Profile = z.object({ id: Id, name: z.string(), color: z.number().int() });

export type Member = {
  readonly userId: string;
  readonly name: string;
  /** 1 to 12, one of the people's colours. */
  readonly color: number;
  readonly role: Role;
  readonly joinedAt: Date;
};

/** In the order of joining. */
export const listMembers = cache(async (workspaceId: string): Promise<Member[]> => {
  const client = await createServerSupabase();
  const [members, profiles] = await Promise.all([
    readAll(MemberRow, (from, to) =>
      client
        .from("workspace_members")
        .select("user_id,role,created_at")
        .eq("workspace_id", workspaceId)
        .order("created_at")
        .order("user_id")
        .range(from, to),
    ),
    readAll(Profile, (from, to) =>
      client.from("profiles").select("id,name,color").order("id").range(from, to),
    ),
  ]);
  const profileOf = new Map(profiles.map((profile) => [profile.id, profile]));
  return members.map((member) => ({
    userId: member.user_id,
    name: profileOf.get(member.user_id)?.name ?? "Deleted person",
    color: profileOf.get(member.user_id)?.color ?? 1,
    role: member.role,
    joinedAt: new Date(member.created_at),
  }));
});

const Invitation = z
  .object({ id: Id, role: Role, created_at: z.string(), expires_at: z.string() })
  .transform((row) => ({
    id: row.id,
    role: row.role,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
  }));
export type Invitation = z.infer<typeof Invitation>;

/** Those that can still be accepted, newest first. Empty for people who may not invite. */
export async function listOpenInvitations(workspaceId: string): Promise<Invitation[]> {
  const client = await createServerSupabase();
  return readAll(Invitation, (from, to) =>
    client
      .from("invitations")
      .select("id,role,created_at,expires_at")
      .eq("workspace_id", workspaceId)
      .is("accepted_at", null)
      .is("revoked_at", null)
      .gt("expires_at", new Date().toISOString())
      .order("created_at", { ascending: false })
      .order("id")
      .range(from, to),
  );
}

const Described = z.object({
  valid: z.boolean(),
  reason: z.enum(["not_found", "invitation_used", "invitation_expired", "invitation_revoked"]).nullable(),
  workspaceName: z.string().nullable(),
  role: z.nullable(Role),
});
export type DescribedInvitation = z.infer<typeof Described>;

/** What a link promises, also to somebody without an account. */
export async function describeInvitation(token: string): Promise<DescribedInvitation> {
  const client = await createServerSupabase();
  return parseAnswer(Described, await client.rpc("describe_invitation", { p_token: token }));
}
