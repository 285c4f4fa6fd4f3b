/**
 * From the log to the rows of blocks. Most tests run the function's own worker in this process, on a project
 * without functions, so that each step can be seen; the last ones ask the real function.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../../lib/core/block-map.ts";
import { insertTree } from "../../lib/core/block-read.ts";
import type { BlockNode } from "../../lib/core/block-tree.ts";
import { projectDocument } from "../../lib/core/projection.ts";
import { connect, type Rpc } from "../functions/_shared/database.ts";
import { SNAPSHOT_EVERY } from "../functions/process-block/project.ts";
import { canonicalJson } from "../functions/process-block/row.ts";
import { createWorker } from "../functions/process-block/worker.ts";
import { append, createDocument, homeOf, must, openSession, type Session } from "./scene.ts";
import { newPerson, type Person, type Project, service, startProject } from "./stand-in.ts";
import { until } from "./waiting.ts";

interface Writer {
  readonly doc: Y.Doc;
  readonly session: Session;
  /** Changes the document and appends what changed. */
  edit(change: (doc: Y.Doc) => void): Promise<void>;
  send(data: Uint8Array): Promise<void>;
}

const paragraph = (text: string): BlockNode => ({
  type: "paragraph",
  attrs: {},
  text: [{ text, marks: {} }],
  children: [],
});

function write(doc: Y.Doc, ...nodes: BlockNode[]): void {
  const map = new BlockMap(doc);
  insertTree(map, nodes);
  map.destroy();
}

async function openWriter(person: Person, documentId?: string): Promise<Writer> {
  const id = documentId ?? (await createDocument(person, await homeOf(person))).id;
  const session = await openSession(person, id);
  const doc = new Y.Doc();
  doc.clientID = session.yjsClientId;
  const pending: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => pending.push(update));
  let clientSeq = 0;
  const send = async (...updates: Uint8Array[]) => {
    for (let at = 0; at < updates.length; at += 100) {
      const batch = updates.slice(at, at + 100).map((update) => {
        clientSeq += 1;
        return { clientSeq, data: Buffer.from(update).toString("base64") };
      });
      const { refusal } = await append(person.client, session, batch);
      if (refusal !== null) throw new Error(refusal);
    }
  };
  const edit = async (change: (doc: Y.Doc) => void) => {
    change(doc);
    await send(...pending.splice(0));
  };
  return { doc, session, edit, send };
}

interface Row {
  readonly id: string;
  readonly parent_path: string;
  readonly sort_order: string;
  readonly type: string;
  readonly content: unknown;
  readonly plain_text: string;
}

async function readRows(person: Person, documentId: string): Promise<Row[]> {
  const { data, error } = await person.client
    .from("blocks")
    .select("id,parent_path,sort_order,type,content,plain_text")
    .eq("document_id", documentId)
    .order("id");
  if (error) throw new Error(error.message);
  return data as Row[];
}

const projected = (doc: Y.Doc): Row[] =>
  projectDocument(doc)
    .rows.map((row) => ({
      id: row.id,
      parent_path: row.parentPath,
      sort_order: row.sortOrder,
      type: row.type,
      content: row.content,
      plain_text: row.plainText,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

describe("the worker", () => {
  let folder: string;
  let project: Project;
  let person: Person;
  let rpc: Rpc;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "no-functions-"));
    project = await startProject({ args: ["--functions", folder] });
    person = await newPerson(project, "Petra");
    rpc = connect({ url: project.url, secretKey: project.secretKey });
  });
  afterAll(async () => {
    await project?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  interface Call {
    readonly name: string;
    readonly values: Record<string, unknown>;
    readonly answer: unknown;
  }

  /** The worker's own calls, seen; `before` may stop one of them. */
  async function run(before: (name: string) => void = () => undefined): Promise<Call[]> {
    const calls: Call[] = [];
    const seen: Rpc = async <Answer>(name: string, values: Record<string, unknown>) => {
      before(name);
      const answer = await rpc<Answer>(name, values);
      calls.push({ name, values, answer });
      return answer;
    };
    await createWorker(seen)();
    return calls;
  }
  const upserts = (calls: readonly Call[]) =>
    calls
      .filter((call) => call.name === "write_projection")
      .flatMap((call) => call.values.p_upserts as unknown[]);
  const documentOf = async (id: string) => {
    const { data } = await person.client.from("documents").select("title,updated_at").eq("id", id).single();
    return data;
  };

  it("writes the rows that the projection gives, and the title", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => {
      doc.getText("title").insert(0, "A title");
      write(doc, { ...paragraph("outer"), children: [paragraph("inner")] }, paragraph("second"));
    });
    await run();
    const rows = await readRows(person, writer.session.documentId);
    expect(rows).toEqual(projected(writer.doc));
    expect(rows.map((row) => row.plain_text).sort()).toEqual(["inner", "outer", "second"]);
    expect((await documentOf(writer.session.documentId))?.title).toBe("A title");
  });

  it("works once for many edits, and only on the rows that changed", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => write(doc, paragraph("one"), paragraph("two"), paragraph("three")));
    await run();
    for (let at = 0; at < 20; at += 1) {
      await writer.edit((doc) => write(doc, paragraph(`more ${at}`)));
    }
    const calls = await run();
    expect(calls.filter((call) => call.name === "write_projection")).toHaveLength(1);
    expect(upserts(calls)).toHaveLength(20);
    expect(await readRows(person, writer.session.documentId)).toEqual(projected(writer.doc));
  });

  it("writes nothing when an edit was undone, and does not touch the document", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => doc.getText("title").insert(0, "Title"));
    await run();
    const before = await documentOf(writer.session.documentId);
    await writer.edit((doc) => doc.getText("title").insert(0, "x"));
    await writer.edit((doc) => doc.getText("title").delete(0, 1));
    expect(upserts(await run())).toEqual([]);
    expect(await documentOf(writer.session.documentId)).toEqual(before);
  });

  it("quarantines what the guard refuses, and goes on with the rest", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => write(doc, paragraph("good")));
    await writer.send(new Uint8Array([0xff, 0xff, 0xff]));
    const forged = new Y.Doc();
    forged.clientID = 4_000_000_000;
    forged.getText("title").insert(0, "forged");
    await writer.send(Y.encodeStateAsUpdate(forged));
    await writer.edit((doc) => write(doc, paragraph("also good")));
    await run();
    expect(await readRows(person, writer.session.documentId)).toEqual(projected(writer.doc));
    const { data } = await person.client
      .from("document_quarantine")
      .select("seq,reason")
      .eq("document_id", writer.session.documentId)
      .order("seq");
    expect(data).toMatchObject([{ reason: expect.any(String) }, { reason: "foreign_client" }]);
    const pulled = await must<{ quarantined: number[] }>(person.client, "pull_updates", {
      p_document_id: writer.session.documentId,
      p_after: 0,
    });
    expect(pulled.quarantined).toEqual(data?.map((row) => row.seq));
  });

  it("keeps a snapshot after many rows, from which the same document opens", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => write(doc, paragraph("start")));
    await writer.edit((doc) => {
      for (let at = 0; at < SNAPSHOT_EVERY; at += 1) doc.getText("title").insert(0, "x");
      doc.getText("title").delete(0, SNAPSHOT_EVERY - 5);
    });
    const calls = await run();
    expect(calls.find((call) => call.name === "write_snapshot")?.answer).toBe(true);
    await writer.edit((doc) => write(doc, paragraph("after")));
    const { snapshot, updates } = await must<{
      snapshot: { uptoSeq: number; state: string };
      updates: { data: string }[];
    }>(person.client, "pull_updates", { p_document_id: writer.session.documentId, p_after: 0 });
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Buffer.from(snapshot.state, "base64"));
    for (const { data } of updates) Y.applyUpdate(doc, Buffer.from(data, "base64"));
    expect(projected(doc)).toEqual(projected(writer.doc));
    expect(updates.length).toBeLessThan(20);

    await run();
    expect(await readRows(person, writer.session.documentId)).toEqual(projected(writer.doc));
  });

  it("tries again after a failure, and says what failed", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const writer = await openWriter(person);
    await writer.edit((doc) => write(doc, paragraph("text")));
    let failures = 1;
    const calls = await run((name) => {
      if (name !== "write_projection" || failures === 0) return;
      failures -= 1;
      throw new Error("write_projection: 500 broken");
    });
    const failed = calls.filter((call) => call.name === "fail_projection");
    expect(failed.map((call) => call.answer)).toEqual([{ attempts: 1, dead: false }]);
    expect(failed[0]?.values.p_error).toBe("write_projection: 500 broken");
    expect(await readRows(person, writer.session.documentId)).toEqual(projected(writer.doc));
    log.mockRestore();
  });

  it("never writes without the lease", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => write(doc, paragraph("text")));
    const values = { p_document_id: writer.session.documentId, p_lease: randomUUID(), p_upto_seq: 1 };
    const more = { p_title: "stolen", p_upserts: [], p_deletes: [] };
    await expect(rpc("write_projection", { ...values, ...more })).rejects.toThrow("409 lease_lost");
    const state = { p_state: "AAAA", p_sha256: "00".repeat(32) };
    await expect(rpc("write_snapshot", { ...values, ...state })).rejects.toThrow("409 lease_lost");
    await run();
  });

  it("two workers at once never take the same job", async () => {
    const writers = await Promise.all([1, 2, 3, 4].map(() => openWriter(person)));
    await Promise.all(writers.map((writer) => writer.edit((doc) => write(doc, paragraph("text")))));
    const [first, second] = await Promise.all([run(), run()]);
    const written = [...first, ...second].filter((call) => call.name === "write_projection");
    expect(new Set(written.map((call) => call.values.p_document_id)).size).toBe(4);
    expect(written).toHaveLength(4);
  });

  it("works again on a document that grew while it was at work", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => write(doc, paragraph("before")));
    let grown: Promise<void> | null = null;
    const rpcThatWaits: Rpc = async (name, values) => {
      if (name === "write_projection" && grown === null) {
        grown = writer.edit((doc) => write(doc, paragraph("meanwhile")));
        await grown;
      }
      return rpc(name, values);
    };
    await createWorker(rpcThatWaits)();
    expect(await readRows(person, writer.session.documentId)).toEqual(projected(writer.doc));
    expect(await must(service(project), "health_report")).toMatchObject({ queued: 0 });
  });
});

describe("the function", () => {
  let project: Project;
  let person: Person;
  beforeAll(async () => {
    project = await startProject();
    person = await newPerson(project, "Paul");
  });
  afterAll(() => project?.stop());

  const callIt = (init: RequestInit = {}) => fetch(`${project.url}/functions/v1/process-block`, init);
  const post = (headers: Record<string, string>, body: unknown = { documentId: randomUUID() }) =>
    callIt({ method: "POST", headers, body: JSON.stringify(body) });

  it("has the rows within two seconds of the last key", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => write(doc, paragraph("warm")));
    const { documentId } = writer.session;
    const hasRows = async () =>
      canonicalJson(await readRows(person, documentId)) === canonicalJson(projected(writer.doc));
    await until(hasRows, "the first rows");
    for (let at = 0; at < 30; at += 1) await writer.edit((doc) => write(doc, paragraph(`key ${at}`)));
    const started = performance.now();
    await until(hasRows, "the rows of all keys");
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("says that it is there, and takes nothing else", async () => {
    expect((await callIt()).status).toBe(200);
    expect((await callIt({ method: "PUT" })).status).toBe(405);
  });

  it("refuses callers without key and signature", async () => {
    const signed = { "x-timestamp": `${Math.floor(Date.now() / 1000)}`, "x-nonce": randomUUID() };
    const statuses = [
      (await post({})).status,
      (await post({ apikey: project.publishableKey })).status,
      (await post({ authorization: "Bearer nonsense" })).status,
      (await post({ ...signed, "x-signature": "00".repeat(32) })).status,
    ];
    expect(statuses).toEqual([401, 401, 401, 401]);
  });

  it("admits the secret key, with an id and nothing else", async () => {
    const key = { apikey: project.secretKey };
    expect((await post(key)).status).toBe(202);
    expect((await post(key, { documentId: "documents; drop table" })).status).toBe(400);
    expect((await post(key, { documentId: "x".repeat(5_000) })).status).toBe(400);
  });
});
