/** The workspaces of the asking person. */
import "server-only";
import { cache } from "react";
import * as z from "zod";
import { Role } from "../core/protocol.ts";
import { createServerSupabase } from "../supabase/server.ts";
import { Id, parseAnswer, readAll } from "./rows.ts";

const Membership = z
  .object({
    role: Role,
    workspaces: z.object({
      id: Id,
      name: z.string(),
      created_at: z.string(),
      access_epoch: z.coerce.number(),
      seeded_at: z.string().nullable(),
    }),
  })
  .transform(({ role, workspaces: workspace }) => ({
    id: workspace.id,
    name: workspace.name,
    role,
    epoch: workspace.access_epoch,
    isSeeded: workspace.seeded_at !== null,
    createdAt: new Date(workspace.created_at),
  }));
export type Workspace = z.infer<typeof Membership>;

const COLUMNS = "role,workspaces(id,name,created_at,access_epoch,seeded_at)";

/** Own ones first, then the oldest. */
export const listWorkspaces = cache(async (userId: string): Promise<Workspace[]> => {
  const client = await createServerSupabase();
  const workspaces = await readAll(Membership, (from, to) =>
    client
      .from("workspace_members")
      .select(COLUMNS)
      .eq("user_id", userId)
      .order("workspace_id")
      .range(from, to),
  );
  const rank = (workspace: Workspace) => (workspace.role === "owner" ? 0 : 1);
  return workspaces.sort((a, b) => rank(a) - rank(b) || a.createdAt.getTime() - b.createdAt.getTime());
});

/** Null for what does not exist and for a workspace this person is no member of. */
export async function findWorkspace(userId: string, id: string): Promise<Workspace | null> {
  return (await listWorkspaces(userId)).find((workspace) => workspace.id === id) ?? null;
}

/** Where somebody lands who names no workspace. An account that has none yet is given its own; null for one that is gone. */
export async function findHomeWorkspaceId(userId: string): Promise<string | null> {
  const [first] = await listWorkspaces(userId);
  if (first !== undefined) return first.id;
  const client = await createServerSupabase();
  const answer = await client.rpc("ensure_account");
  if (answer.error?.message === "not_found") return null;
  return parseAnswer(z.object({ workspaceId: Id }), answer).workspaceId;
}

const Home = z.object({
  recent: z.array(z.object({ id: Id, said: z.string().nullable(), by: Id.nullable() })),
  people: z
    .array(z.object({ id: Id, documentId: Id, at: z.string() }))
    .transform((people) => people.map((one) => ({ ...one, at: new Date(one.at) }))),
});
/**
 * `recent`: the documents that changed last, the newest first, with the beginning of what was written last (rows may be
 * seconds behind the log) and by whom. `people`: members, with the document that each opened last, the newest first.
 */
export type Home = z.infer<typeof Home>;

/** Nothing where the database does not answer as it should: the page then says less. */
export async function findHome(workspaceId: string): Promise<Home> {
  const client = await createServerSupabase();
  const answer = await client.rpc("workspace_home", { p_workspace_id: workspaceId });
  const parsed = Home.safeParse(answer.data);
  return answer.error || !parsed.success ? { recent: [], people: [] } : parsed.data;
}
