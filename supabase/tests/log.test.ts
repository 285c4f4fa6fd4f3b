/** The log of a document: gapless, idempotent, closed to everybody who may not write. */
import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Y from "yjs";
import {
  append,
  base64,
  buildScene,
  call,
  createDocument,
  must,
  openSession,
  type Scene,
  type Session,
} from "./scene.ts";
import { type Project, startProject } from "./stand-in.ts";

interface Pull {
  readonly headSeq: number;
  readonly epoch: number;
  readonly role: string;
  readonly canWrite: boolean;
  readonly trashed: boolean;
  readonly more: boolean;
  readonly snapshot: { uptoSeq: number } | null;
  readonly updates: readonly {
    seq: number;
    clientSeq: number;
    yjsClientId: number;
    data: string;
    sha256: string;
  }[];
  readonly people: readonly { sessionId: string; name: string; yjsClientId: number }[];
}

interface Home {
  readonly recent: readonly { id: string; said: string | null; by: string | null }[];
  readonly people: readonly { id: string; documentId: string; at: string }[];
}

let project: Project;
let scene: Scene;
beforeAll(async () => {
  project = await startProject();
  scene = await buildScene(project);
});
afterAll(() => project?.stop());

const pull = (documentId: string, after = 0, client = scene.people.viewer.client) =>
  must<Pull>(client, "pull_updates", { p_document_id: documentId, p_after: after });
const update = (clientSeq: number, text = `update ${clientSeq}`) => ({ clientSeq, data: base64(text) });

async function freshDocument(): Promise<Session> {
  const { id } = await createDocument(scene.people.owner, scene.workspaceId);
  return openSession(scene.people.editor, id);
}

describe("the log", () => {
  it("gives back what was appended, with its sum and its author", async () => {
    const session = await freshDocument();
    const { value } = await append(scene.people.editor.client, session, [update(1), update(2)]);
    expect(value.accepted).toEqual([
      { clientSeq: 1, seq: 1 },
      { clientSeq: 2, seq: 2 },
    ]);
    const pulled = await pull(session.documentId);
    expect(pulled).toMatchObject({
      headSeq: 2,
      role: "viewer",
      canWrite: false,
      more: false,
      snapshot: null,
    });
    expect(pulled.updates.map((row) => Buffer.from(row.data, "base64").toString())).toEqual([
      "update 1",
      "update 2",
    ]);
    expect(pulled.updates[0]?.sha256).toBe(createHash("sha256").update("update 1").digest("hex"));
    expect(pulled.people).toMatchObject([{ name: "Edda", yjsClientId: session.yjsClientId }]);
    expect((await pull(session.documentId, 1)).updates.map((row) => row.seq)).toEqual([2]);
  });

  it("answers a retry with the same seq and stores nothing twice", async () => {
    const session = await freshDocument();
    const { client } = scene.people.editor;
    await append(client, session, [update(1)]);
    const retries = await Promise.all(
      [1, 2, 3, 4].map(() => append(client, session, [update(1), update(2)])),
    );
    for (const { value } of retries) {
      expect(value.accepted).toEqual([
        { clientSeq: 1, seq: 1 },
        { clientSeq: 2, seq: 2 },
      ]);
    }
    expect((await pull(session.documentId)).headSeq).toBe(2);
  });

  it("leaves no gap when several people append at once", async () => {
    const session = await freshDocument();
    const other = await openSession(scene.people.admin, session.documentId);
    await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        at % 2 === 0
          ? append(scene.people.editor.client, session, [update(at)])
          : append(scene.people.admin.client, other, [update(at), update(at + 1000)]),
      ),
    );
    const { updates, headSeq } = await pull(session.documentId);
    expect(headSeq).toBe(60);
    expect(updates.map((row) => row.seq)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
  });

  it("refuses a reused key with other bytes, together with everything sent with it", async () => {
    const session = await freshDocument();
    const { client } = scene.people.editor;
    await append(client, session, [update(1)]);
    const { refusal } = await append(client, session, [update(2), update(1, "other bytes")]);
    expect(refusal).toBe("409 client_seq_reused");
    expect((await pull(session.documentId)).headSeq).toBe(1);
  });

  it.each([
    ["no update", []],
    ["101 updates", Array.from({ length: 101 }, (_, at) => update(at))],
    ["no base64", [{ clientSeq: 1, data: "not base64!" }]],
    ["an empty update", [{ clientSeq: 1, data: "" }]],
    ["a missing update", [{ clientSeq: 1 } as never]],
    ["no number", [{ clientSeq: "x" as never, data: base64("x") }]],
    ["a negative number", [update(-1)]],
    ["the same key twice", [update(1), update(1)]],
    ["scalars", [1, "x", null] as never],
  ])("refuses %s", async (_, updates) => {
    const session = await freshDocument();
    expect((await append(scene.people.editor.client, session, updates)).refusal).toBe("400 invalid_input");
    expect((await pull(session.documentId)).headSeq).toBe(0);
  });

  it("takes an update of a million bytes and refuses one byte more", async () => {
    const session = await freshDocument();
    const { client } = scene.people.editor;
    const largest = { clientSeq: 1, data: base64(new Uint8Array(1_000_000)) };
    expect((await append(client, session, [largest])).value.headSeq).toBe(1);
    const tooLarge = { clientSeq: 2, data: base64(new Uint8Array(1_000_001)) };
    const { refusal } = await append(client, session, [tooLarge]);
    expect(refusal).toBe("413 update_too_large");
    const huge = { clientSeq: 2, data: base64(new Uint8Array(3_000_000)) };
    expect((await append(client, session, [huge])).refusal).toBe("413 update_too_large");
    expect((await pull(session.documentId, 1)).headSeq).toBe(1);
  });

  it("is cut into pages that follow each other", async () => {
    const session = await freshDocument();
    for (let at = 1; at <= 4; at += 1) {
      const large = { clientSeq: at, data: base64(new Uint8Array(900_000).fill(at)) };
      await append(scene.people.editor.client, session, [large]);
    }
    const first = await pull(session.documentId);
    const second = await pull(session.documentId, first.updates.at(-1)?.seq);
    expect([first.more, second.more]).toEqual([true, false]);
    expect([...first.updates, ...second.updates].map((row) => row.seq)).toEqual([1, 2, 3, 4]);
  });
});

describe("who may append", () => {
  it.each(["commenter", "viewer"] as const)("a %s opens and reads, but does not write", async (role) => {
    const { documentId } = await freshDocument();
    const session = await openSession(scene.people[role], documentId);
    const { refusal } = await append(scene.people[role].client, session, [update(1)]);
    expect(refusal).toBe("403 forbidden");
    expect((await pull(documentId)).headSeq).toBe(0);
  });

  it("nobody writes with another's session, or with none", async () => {
    const session = await freshDocument();
    const { client } = scene.people.owner;
    const unknown = { ...session, sessionId: randomUUID() };
    expect((await append(client, session, [update(1)])).refusal).toBe("403 session_not_yours");
    expect((await append(client, unknown, [update(1)])).refusal).toBe("403 session_not_yours");
    expect((await pull(session.documentId)).headSeq).toBe(0);
  });

  it("a session and a client number belong to whom opened with them first", async () => {
    const session = await freshDocument();
    const open = (client = scene.people.owner.client, change: object = {}) =>
      call(client, "open_document", {
        p_document_id: session.documentId,
        p_session_id: session.sessionId,
        p_yjs_client_id: session.yjsClientId,
        ...change,
      });
    expect((await open(scene.people.editor.client)).refusal).toBe(null);
    expect((await open()).refusal).toBe("403 session_not_yours");
    expect((await open(undefined, { p_session_id: randomUUID() })).refusal).toBe("409 client_id_taken");
    const other = await open(scene.people.editor.client, { p_yjs_client_id: 4_000_000_000 });
    expect(other.refusal).toBe("409 session_mismatch");
    expect((await open(undefined, { p_yjs_client_id: 0 })).refusal).toBe("400 invalid_input");
  });

  it("a document in the trash is read and not written", async () => {
    const session = await freshDocument();
    const { client } = scene.people.editor;
    await append(client, session, [update(1)]);
    await must(client, "trash_document", { p_document_id: session.documentId });
    expect((await append(client, session, [update(2)])).refusal).toBe("403 trashed");
    const pulled = await pull(session.documentId, 0, client);
    expect(pulled).toMatchObject({ trashed: true, canWrite: false, headSeq: 1 });
  });

  it("what is not there and what is not theirs look the same to strangers", async () => {
    const session = await freshDocument();
    const { client } = scene.stranger;
    const answers = async (documentId: string) => [
      (await call(client, "pull_updates", { p_document_id: documentId, p_after: 0 })).refusal,
      (await call(client, "list_document_people", { p_document_id: documentId })).refusal,
      (await append(client, { ...session, documentId }, [update(1)])).refusal,
    ];
    const refusals = await answers(session.documentId);
    expect(refusals).toEqual(Array(3).fill("404 not_found"));
    expect(await answers(randomUUID())).toEqual(refusals);
  });

  it("says who wrote last and where everybody was, and nothing of what is in the trash", async () => {
    const { owner, editor, viewer } = scene.people;
    const session = await freshDocument();
    const doc = new Y.Doc();
    doc.clientID = session.yjsClientId;
    doc.getText("title").insert(0, "Plan");
    const data = Buffer.from(Y.encodeStateAsUpdate(doc)).toString("base64");
    await append(editor.client, session, [{ clientSeq: 1, data }]);
    const document = { p_document_id: session.documentId };
    const last = await must<{ at: string; by: string; blocks: number }>(viewer.client, "last_edit", document);
    expect(last).toMatchObject({ by: editor.id, blocks: 0 });
    expect(Date.now() - Date.parse(last.at)).toBeLessThan(60_000);
    const home = () =>
      must<Home>(viewer.client, "workspace_home", { p_workspace_id: scene.workspaceId, p_limit: 50 });
    expect((await home()).recent).toContainEqual({ id: session.documentId, said: null, by: editor.id });
    const ofEditor = async () => (await home()).people.find(({ id }) => id === editor.id)?.documentId;
    expect(await ofEditor()).toBe(session.documentId);
    await must(owner.client, "trash_document", document);
    expect((await home()).recent.map(({ id }) => id)).not.toContain(session.documentId);
    expect(await ofEditor()).not.toBe(session.documentId);
  });
});
