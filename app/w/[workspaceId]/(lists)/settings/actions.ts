"use server";
import { revalidatePath } from "next/cache";
import * as z from "zod";
import type { NewLink } from "../../../../../components/settings/invite-form.tsx";
import type { Answer } from "../../../../../components/settings/roles.ts";
import { Role } from "../../../../../lib/core/protocol.ts";
import { countEvent } from "../../../../../lib/ops/instruments.ts";
import { ask } from "../../ask.ts";

const id = z.uuid();
const unclear: { ok: false; sentence: string } = {
  ok: false,
  sentence: "That could not be read. Load the page again; nothing was changed.",
};

export async function createLink(workspaceId: string, role: string): Promise<NewLink> {
  const read = z.object({ workspaceId: id, role: Role }).safeParse({ workspaceId, role });
  if (!read.success) return unclear;
  const asked = await ask("create_invitation", { p_workspace_id: workspaceId, p_role: read.data.role });
  if (!asked.ok) return asked;
  countEvent("share");
  revalidatePath(`/w/${workspaceId}/settings`);
  return { ok: true, token: z.object({ token: z.string() }).parse(asked.data).token };
}

export async function revokeLink(workspaceId: string, linkId: string): Promise<Answer> {
  if (!z.object({ workspaceId: id, linkId: id }).safeParse({ workspaceId, linkId }).success) return unclear;
  return told(workspaceId, await ask("revoke_invitation", { p_id: linkId }));
}

export async function setRole(workspaceId: string, userId: string, role: string): Promise<Answer> {
  const read = z.object({ workspaceId: id, userId: id, role: Role }).safeParse({ workspaceId, userId, role });
  if (!read.success) return unclear;
  const values = { p_workspace_id: workspaceId, p_user_id: userId, p_role: read.data.role };
  return told(workspaceId, await ask("set_member_role", values));
}

export async function removeMember(workspaceId: string, userId: string): Promise<Answer> {
  const read = z.object({ workspaceId: id, userId: id }).safeParse({ workspaceId, userId });
  if (!read.success) return unclear;
  return told(workspaceId, await ask("remove_member", { p_workspace_id: workspaceId, p_user_id: userId }));
}

function told(workspaceId: string, asked: Answer): Answer {
  revalidatePath(`/w/${workspaceId}/settings`);
  return asked.ok ? { ok: true } : asked;
}
