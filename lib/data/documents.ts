/** The tree of a workspace, as the asking person may see it. Changes go through RPCs, from the browser. */
import "server-only";
import { cache } from "react";
import * as z from "zod";
import { createServerSupabase } from "../supabase/server.ts";
import { Id, parseAnswer, readAll } from "./rows.ts";

const COLUMNS = "id,workspace_id,parent_path,sort_order,title,created_at,updated_at,trashed_at,trashed_root";

/** `parentPath`: the ancestors' ids in 32 hex, outermost first, joined by dots; '' at the root. */
const DocumentRow = z
  .object({
    id: Id,
    workspace_id: Id,
    parent_path: z.string(),
    sort_order: z.string(),
    title: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
    trashed_at: z.string().nullable(),
    trashed_root: Id.nullable(),
  })
  .transform((row) => ({
    id: row.id,
    workspaceId: row.workspace_id,
    parentPath: row.parent_path,
    sortOrder: row.sort_order,
    title: row.title,
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    trashedAt: row.trashed_at === null ? null : new Date(row.trashed_at),
    trashedRoot: row.trashed_root,
  }));
export type DocumentRow = z.infer<typeof DocumentRow>;

/** Siblings in their order, but not grouped by parent. Without the trash. Asked for once a page. */
export const listDocuments = cache(async (workspaceId: string): Promise<DocumentRow[]> => {
  const client = await createServerSupabase();
  return readAll(DocumentRow, (from, to) =>
    client
      .from("documents")
      .select(COLUMNS)
      .eq("workspace_id", workspaceId)
      .is("trashed_at", null)
      .order("sort_order")
      .order("id")
      .range(from, to),
  );
});

/** What people put in the trash themselves, newest first; each brings its subtree back. */
export async function listTrash(workspaceId: string): Promise<DocumentRow[]> {
  const client = await createServerSupabase();
  const rows = await readAll(DocumentRow, (from, to) =>
    client
      .from("documents")
      .select(COLUMNS)
      .eq("workspace_id", workspaceId)
      .not("trashed_at", "is", null)
      .order("trashed_at", { ascending: false })
      .order("id")
      .range(from, to),
  );
  return rows.filter((row) => row.trashedRoot === row.id);
}

/**
 * Null for what does not exist in this workspace and for what this person may not see. Also finds what is in the trash.
 * What stands in the tree, which each page reads anyway, is not asked for once more.
 */
export const findDocument = cache(async (workspaceId: string, id: string): Promise<DocumentRow | null> => {
  if (!Id.safeParse(workspaceId).success || !Id.safeParse(id).success) return null;
  const known = (await listDocuments(workspaceId)).find((row) => row.id === id) ?? (await readDocument(id));
  // The one id that was asked for decides: a document of another workspace is not found here.
  return known?.workspaceId === workspaceId ? known : null;
});

async function readDocument(id: string): Promise<DocumentRow | null> {
  const client = await createServerSupabase();
  const answer = await client.from("documents").select(COLUMNS).eq("id", id).maybeSingle();
  return parseAnswer(DocumentRow.nullable(), answer);
}
