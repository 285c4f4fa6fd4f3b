/** A workspace of a given size to measure on, written as people write: documents through the log, rows by process-block. */
import type { SupabaseClient } from "@supabase/supabase-js";
import * as Y from "yjs";
import { writeDocument } from "../../components/editor/fill-document.ts";
import { createIdentity } from "../../lib/collab/document-session.ts";
import { createSupabaseTransport } from "../../lib/collab/supabase-transport.ts";
import type { BlockNode } from "../../lib/core/block-tree.ts";
import { ask } from "../benchmark-live-people.ts";
import type { ProjectConfig } from "../project.ts";
import { type MadeUp, makeUp } from "../search/made-up.ts";
import { createPerson, serviceOf } from "./scene.ts";

export type Size = {
  readonly documents: number;
  /** Over all of them. */
  readonly blocks: number;
  /** Of one document more; 0: none. */
  readonly largest: number;
};

/** By this name only what was made for it is removed. */
const NAME = "Benchmark, made by --seed";
const QUEUE_MS = 600_000;
/** Every fifth block is inside the one before. */
const NEST = 5;

/** Resolves to the workspace's id when the rows of all blocks are written. */
export async function seedWorkspace(project: ProjectConfig, size: Size): Promise<string> {
  const service = serviceOf(project);
  const owner = await createPerson(project, "Benchmark");
  const named = await service
    .from("workspaces")
    .update({ name: NAME, seeded_at: new Date().toISOString() })
    .eq("id", owner.workspaceId);
  if (named.error) throw new Error(`The workspace could not be named: ${named.error.message}.`);
  const made = makeUp(1);
  const sizes = Array.from({ length: size.documents }, (_, at) => share(size.blocks, size.documents, at));
  if (size.largest > 0) sizes.push(size.largest);
  let last: string | null = null;
  for (const [at, blocks] of sizes.entries()) {
    last = await writeOne(
      owner,
      { title: `${made.query()} ${at + 1}`, blocks, parentId: at % 10 === 0 ? null : last },
      made,
    );
    if (at % 10 === 9) process.stderr.write(`${at + 1} of ${sizes.length} documents\n`);
  }
  await untilRows(service, owner.workspaceId);
  return owner.workspaceId;
}

/** So that all shares make up the whole. */
const share = (whole: number, parts: number, at: number) =>
  Math.floor((whole * (at + 1)) / parts) - Math.floor((whole * at) / parts);

type Owner = Awaited<ReturnType<typeof createPerson>>;

async function writeOne(
  { client, workspaceId }: Owner,
  { title, blocks, parentId }: { title: string; blocks: number; parentId: string | null },
  made: MadeUp,
): Promise<string> {
  // No deeper than ten: each tenth document begins at the root again.
  const { id } = await ask<{ id: string }>(client, "create_document", {
    p_workspace_id: workspaceId,
    p_title: title,
    p_parent_id: parentId,
  });
  const { log } = createSupabaseTransport(client);
  const session = createIdentity();
  await log.open(id, session, 0);
  const doc = new Y.Doc();
  doc.clientID = session.yjsClientId;
  const updates: { clientSeq: number; data: Uint8Array }[] = [];
  doc.on("update", (data: Uint8Array) => updates.push({ clientSeq: updates.length + 1, data }));
  writeDocument(doc, { title, blocks: treeOf(blocks, made) });
  for (const update of updates) await log.append(id, session.sessionId, [update]);
  return id;
}

function treeOf(blocks: number, made: MadeUp): BlockNode[] {
  const roots: BlockNode[] = [];
  for (let at = 0; at < blocks; at += 1) {
    const node = {
      type: "paragraph",
      attrs: {},
      text: [{ text: made.text(), marks: {} }],
      children: [] as BlockNode[],
    };
    const before = roots.at(-1);
    if (at % NEST === NEST - 1 && before) (before.children as BlockNode[]).push(node);
    else roots.push(node);
  }
  return roots;
}

/** Waits until the rows of every document say what its log says. */
async function untilRows(service: SupabaseClient, workspaceId: string): Promise<void> {
  const deadline = performance.now() + QUEUE_MS;
  for (;;) {
    const { data, error } = await service
      .from("document_heads")
      .select("last_seq, projected_seq, documents!inner(workspace_id)")
      .eq("documents.workspace_id", workspaceId);
    if (error) throw new Error(`The state of the documents could not be read: ${error.message}.`);
    const behind = data.filter((head) => head.projected_seq < head.last_seq).length;
    if (behind === 0) return;
    if (performance.now() > deadline)
      throw new Error(
        `The rows of ${behind} documents were not written within ten minutes. Is process-block deployed, and does the database know its address (npm run preflight)? The workspace is ${workspaceId}.`,
      );
    await new Promise((done) => setTimeout(done, 500));
  }
}

/** Throws a sentence for a workspace that was not made here. */
export async function removeSeeded(project: ProjectConfig, workspaceId: string): Promise<void> {
  const service = serviceOf(project);
  const { data } = await service
    .from("workspaces")
    .select("name, created_by")
    .eq("id", workspaceId)
    .maybeSingle();
  if (data?.name !== NAME)
    throw new Error(`${workspaceId} is not a workspace that --seed made; nothing was removed.`);
  const { error } = await service.from("workspaces").delete().eq("id", workspaceId);
  if (error) throw new Error(`The workspace could not be removed: ${error.message}.`);
  if (data.created_by) await service.auth.admin.deleteUser(data.created_by);
}
