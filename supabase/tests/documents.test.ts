/** The tree of documents: places, moves, the trash and the end. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  append,
  base64,
  buildScene,
  call,
  createDocument,
  type DocumentJson,
  homeOf,
  must,
  openSession,
  type Scene,
} from "./scene.ts";
import { type Project, startProject } from "./stand-in.ts";

let project: Project;
let scene: Scene;
beforeAll(async () => {
  project = await startProject();
  scene = await buildScene(project);
});
afterAll(() => project?.stop());

const label = (id: string) => id.replaceAll("-", "");
const create = (more: Parameters<typeof createDocument>[2] = {}) =>
  createDocument(scene.people.editor, scene.workspaceId, more);
const editor = () => scene.people.editor.client;
const move = (id: string, parentId: string | null, afterId: string | null = null) =>
  call<DocumentJson>(editor(), "move_document", {
    p_document_id: id,
    p_parent_id: parentId,
    p_after_id: afterId,
  });

interface Row {
  readonly id: string;
  readonly parent_path: string;
  readonly trashed_root: string | null;
}

async function rows(ids: readonly string[]): Promise<Record<string, Row>> {
  const { data, error } = await editor()
    .from("documents")
    .select("id,parent_path,trashed_root")
    .in("id", [...ids]);
  if (error) throw new Error(error.message);
  return Object.fromEntries((data as Row[]).map((row) => [row.id, row]));
}

async function childrenOf(parentPath: string): Promise<string[]> {
  const { data, error } = await editor()
    .from("documents")
    .select("id,sort_order")
    .eq("workspace_id", scene.workspaceId)
    .eq("parent_path", parentPath)
    .order("sort_order");
  if (error) throw new Error(error.message);
  return (data as { id: string }[]).map((row) => row.id);
}

/** A chain of documents, each inside the one before. */
async function chain(length: number): Promise<DocumentJson[]> {
  const documents: DocumentJson[] = [];
  for (let at = 0; at < length; at += 1) {
    const parentId = documents.at(-1)?.id;
    documents.push(await create(parentId === undefined ? {} : { parentId }));
  }
  return documents;
}

describe("places", () => {
  it("puts a new document last, or after the one that is named", async () => {
    const { id: parentId } = await create();
    const a = await create({ parentId });
    const b = await create({ parentId });
    const c = await create({ parentId, afterId: a.id });
    expect(await childrenOf(label(parentId))).toEqual([a.id, c.id, b.id]);
    expect(a.parentPath).toBe(label(parentId));
  });

  it("finds room at one point a hundred times over", async () => {
    const { id: parentId } = await create();
    const first = await create({ parentId });
    const expected = [first.id];
    for (let at = 0; at < 100; at += 1) {
      const { id } = await create({ parentId, afterId: first.id });
      expected.splice(1, 0, id);
    }
    expect(await childrenOf(label(parentId))).toEqual(expected);
  });

  it("moves to the front, behind another, under another, with all below", async () => {
    const [top, child, grandchild] = (await chain(3)) as [DocumentJson, DocumentJson, DocumentJson];
    const target = await create();
    const sibling = await create({ parentId: target.id });
    expect((await move(child.id, target.id, sibling.id)).refusal).toBe(null);
    expect(await childrenOf(label(target.id))).toEqual([sibling.id, child.id]);
    await move(child.id, target.id);
    expect(await childrenOf(label(target.id))).toEqual([child.id, sibling.id]);
    const found = await rows([top.id, child.id, grandchild.id]);
    expect(found[grandchild.id]?.parent_path).toBe(`${label(target.id)}.${label(child.id)}`);
    await move(child.id, null);
    expect((await rows([grandchild.id]))[grandchild.id]?.parent_path).toBe(label(child.id));
  });

  it("refuses to put a document into itself or below itself", async () => {
    const [top, child] = (await chain(2)) as [DocumentJson, DocumentJson];
    expect((await move(top.id, top.id)).refusal).toBe("409 cycle");
    expect((await move(top.id, child.id)).refusal).toBe("409 cycle");
  });

  it("makes no circle of two moves at once", async () => {
    const a = await create();
    const b = await create();
    const answers = await Promise.all([move(a.id, b.id), move(b.id, a.id)]);
    expect(answers.map((answer) => answer.refusal).sort()).toEqual(["409 cycle", null]);
  });

  it("nests 32 levels deep and no deeper, by creating and by moving", async () => {
    const documents = await chain(33);
    const deepest = documents.at(-1);
    expect(deepest?.parentPath.split(".")).toHaveLength(32);
    const values = { p_workspace_id: scene.workspaceId, p_parent_id: deepest?.id };
    expect((await call(editor(), "create_document", values)).refusal).toBe("409 too_deep");
    const [top] = (await chain(2)) as [DocumentJson, DocumentJson];
    expect((await move(top.id, documents[31]?.id ?? "")).refusal).toBe("409 too_deep");
  });

  it("refuses a neighbour that is elsewhere, and a parent that is nowhere", async () => {
    const parent = await create();
    const elsewhere = await create();
    const moved = await create();
    expect((await move(moved.id, parent.id, elsewhere.id)).refusal).toBe("400 invalid_input");
    expect((await move(moved.id, randomUUID())).refusal).toBe("404 not_found");
  });

  it("makes one document of one id, and none of another workspace's id", async () => {
    const id = randomUUID();
    const [first, second] = await Promise.all([create({ id, title: "Welcome" }), create({ id })]);
    expect([first?.id, second?.id]).toEqual([id, id]);
    const strangersHome = await homeOf(scene.stranger);
    const values = { p_workspace_id: strangersHome, p_id: id };
    expect((await call(scene.stranger.client, "create_document", values)).refusal).toBe("409 id_taken");
  });

  it("never takes a parent from another workspace", async () => {
    const foreign = await createDocument(scene.stranger, await homeOf(scene.stranger));
    const own = await create();
    expect((await move(own.id, foreign.id)).refusal).toBe("404 not_found");
    const values = { p_workspace_id: scene.workspaceId, p_parent_id: foreign.id };
    expect((await call(editor(), "create_document", values)).refusal).toBe("404 not_found");
  });
});

describe("the trash", () => {
  const trash = (id: string) => must<DocumentJson>(editor(), "trash_document", { p_document_id: id });
  const restore = (id: string) => must<DocumentJson>(editor(), "restore_document", { p_document_id: id });

  it("takes the subtree along and brings it back", async () => {
    const [top, child, grandchild] = (await chain(3)) as [DocumentJson, DocumentJson, DocumentJson];
    const ids = [top.id, child.id, grandchild.id];
    await trash(top.id);
    expect(Object.values(await rows(ids)).map((row) => row.trashed_root)).toEqual(Array(3).fill(top.id));
    await restore(top.id);
    expect(Object.values(await rows(ids)).map((row) => row.trashed_root)).toEqual(Array(3).fill(null));
    expect((await rows(ids))[grandchild.id]?.parent_path).toBe(`${label(top.id)}.${label(child.id)}`);
  });

  it("keeps apart what was trashed before", async () => {
    const [top, child] = (await chain(2)) as [DocumentJson, DocumentJson];
    await trash(child.id);
    await trash(top.id);
    await restore(top.id);
    const found = await rows([top.id, child.id]);
    expect(found[top.id]?.trashed_root).toBe(null);
    expect(found[child.id]?.trashed_root).toBe(child.id);
  });

  it("brings a child back to the root while its parent stays in the trash", async () => {
    const [top, child, grandchild] = (await chain(3)) as [DocumentJson, DocumentJson, DocumentJson];
    await trash(top.id);
    await restore(child.id);
    const found = await rows([top.id, child.id, grandchild.id]);
    expect(found[child.id]).toMatchObject({ parent_path: "", trashed_root: null });
    expect(found[grandchild.id]).toMatchObject({ parent_path: label(child.id), trashed_root: null });
    expect(found[top.id]?.trashed_root).toBe(top.id);
  });

  it("is no place to move from, or to", async () => {
    const trashed = await create();
    const other = await create();
    await trash(trashed.id);
    expect((await move(trashed.id, null)).refusal).toBe("409 trashed");
    expect((await move(other.id, trashed.id)).refusal).toBe("404 not_found");
  });

  it("is the only place to delete from, and deleting leaves nothing of the subtree", async () => {
    const [top, child] = (await chain(2)) as [DocumentJson, DocumentJson];
    const session = await openSession(scene.people.editor, child.id);
    await append(editor(), session, [{ clientSeq: 1, data: base64("text") }]);
    const forever = () => call(editor(), "delete_document_forever", { p_document_id: top.id });
    expect((await forever()).refusal).toBe("409 not_trashed");
    await trash(top.id);
    expect((await forever()).refusal).toBe(null);
    expect(await rows([top.id, child.id])).toEqual({});
    for (const table of ["document_updates", "document_sessions", "document_heads", "blocks"]) {
      const left = await scene.service.from(table).select("document_id").eq("document_id", child.id);
      expect([table, left.error, left.data]).toEqual([table, null, []]);
    }
    expect((await forever()).refusal).toBe("404 not_found");
  });
});

describe("the welcome documents", () => {
  it("are claimed by one caller only, and by owners only", async () => {
    const claim = (client = scene.people.owner.client) =>
      must<boolean>(client, "claim_workspace_seed", { p_workspace_id: scene.workspaceId });
    expect(await claim(scene.people.admin.client)).toBe(false);
    const claims = await Promise.all([claim(), claim(), claim()]);
    expect(claims.filter(Boolean)).toHaveLength(1);
    const finish = { p_workspace_id: scene.workspaceId };
    expect((await call(editor(), "finish_workspace_seed", finish)).refusal).toBe("403 forbidden");
    await must(scene.people.owner.client, "finish_workspace_seed", finish);
    expect(await claim()).toBe(false);
  });
});
