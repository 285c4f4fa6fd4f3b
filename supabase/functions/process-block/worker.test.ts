/** The function's own worker, step by step, on a project in which no function runs. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { RefusedUpdates } from "../../../lib/core/protocol.ts";
import { must } from "../../tests/scene.ts";
import { newPerson, type Person, type Project, service, startProject } from "../../tests/stand-in.ts";
import { addBlocks, openWriter, paragraph, projected, readRows } from "../../tests/writer.ts";
import { connect, type Rpc } from "../_shared/database.ts";
import { createWorker, type WorkerOptions } from "./worker.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

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
  async function run(
    before: (name: string) => void = () => undefined,
    options: WorkerOptions = {},
  ): Promise<Call[]> {
    const calls: Call[] = [];
    const seen: Rpc = async <Answer>(name: string, values: Record<string, unknown>) => {
      before(name);
      const answer = await rpc<Answer>(name, values);
      calls.push({ name, values, answer });
      return answer;
    };
    await createWorker(seen, options)();
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
      addBlocks(doc, { ...paragraph("outer"), children: [paragraph("inner")] }, paragraph("second"));
    });
    await run();
    const rows = await readRows(person, writer.session.documentId);
    expect(rows).toEqual(projected(writer.doc));
    expect(rows.map((row) => row.plain_text).sort()).toEqual(["inner", "outer", "second"]);
    expect((await documentOf(writer.session.documentId))?.title).toBe("A title");
  });

  it("works once for many edits, and only on the rows that changed", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => addBlocks(doc, paragraph("one"), paragraph("two"), paragraph("three")));
    await run();
    for (let at = 0; at < 20; at += 1) {
      await writer.edit((doc) => addBlocks(doc, paragraph(`more ${at}`)));
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
    await writer.edit((doc) => addBlocks(doc, paragraph("good")));
    await writer.send(new Uint8Array([0xff, 0xff, 0xff]));
    const forged = new Y.Doc();
    forged.clientID = 4_000_000_000;
    forged.getText("title").insert(0, "forged");
    await writer.send(Y.encodeStateAsUpdate(forged));
    await writer.edit((doc) => addBlocks(doc, paragraph("also good")));
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
    const listed = RefusedUpdates.parse(
      await must(person.client, "list_refused_updates", { p_document_id: writer.session.documentId }),
    );
    const wrote = { userId: person.id, name: "Petra" };
    expect(listed).toMatchObject([
      { seq: pulled.quarantined[1], reason: "foreign_client", ...wrote },
      { seq: pulled.quarantined[0], ...wrote },
    ]);
    const { data: rows } = await person.client
      .from("document_updates")
      .select("seq,created_at")
      .eq("document_id", writer.session.documentId)
      .in("seq", pulled.quarantined)
      .order("seq", { ascending: false });
    expect(listed.map(({ at }) => Date.parse(at))).toEqual(rows?.map((row) => Date.parse(row.created_at)));
  });

  it("keeps a snapshot after many rows, from which the same document opens", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => addBlocks(doc, paragraph("start")));
    await writer.edit((doc) => {
      for (let at = 0; at < 500; at += 1) doc.getText("title").insert(0, "x");
      doc.getText("title").delete(0, 495);
    });
    const calls = await run();
    expect(calls.find((call) => call.name === "write_snapshot")?.answer).toBe(true);
    await writer.edit((doc) => addBlocks(doc, paragraph("after")));
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
    await writer.edit((doc) => addBlocks(doc, paragraph("text")));
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
    await writer.edit((doc) => addBlocks(doc, paragraph("text")));
    const values = { p_document_id: writer.session.documentId, p_lease: randomUUID(), p_upto_seq: 1 };
    const more = { p_title: "stolen", p_upserts: [], p_deletes: [] };
    await expect(rpc("write_projection", { ...values, ...more })).rejects.toThrow("409 lease_lost");
    const state = { p_state: "AAAA", p_sha256: "00".repeat(32) };
    await expect(rpc("write_snapshot", { ...values, ...state })).rejects.toThrow("409 lease_lost");
    await run();
  });

  it("two workers at once never take the same job", async () => {
    const writers = await Promise.all([1, 2, 3, 4].map(() => openWriter(person)));
    await Promise.all(writers.map((writer) => writer.edit((doc) => addBlocks(doc, paragraph("text")))));
    const [first, second] = await Promise.all([run(), run()]);
    const written = [...first, ...second].filter((call) => call.name === "write_projection");
    expect(new Set(written.map((call) => call.values.p_document_id)).size).toBe(4);
    expect(written).toHaveLength(4);
  });

  it("works again on a document that grew while it was at work", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => addBlocks(doc, paragraph("before")));
    let grown: Promise<void> | null = null;
    const rpcThatWaits: Rpc = async (name, values) => {
      if (name === "write_projection" && grown === null) {
        grown = writer.edit((doc) => addBlocks(doc, paragraph("meanwhile")));
        await grown;
      }
      return rpc(name, values);
    };
    await createWorker(rpcThatWaits)();
    expect(await readRows(person, writer.session.documentId)).toEqual(projected(writer.doc));
    expect(await must(service(project), "health_report")).toMatchObject({ queued: 0 });
  });

  it("takes no more than the job at hand, and hands over, when its host is about to end it", async () => {
    const writers = [await openWriter(person), await openWriter(person)];
    for (const writer of writers) await writer.edit((doc) => addBlocks(doc, paragraph("soon over")));
    const calls = await run(undefined, { isEnding: () => true });
    expect(calls.filter(({ name }) => name === "claim_projection_jobs").length).toBe(1);
    expect(calls.at(-1)?.name).toBe("hand_over_projection");
    await run();
    for (const writer of writers) {
      expect(await readRows(person, writer.session.documentId)).toEqual(projected(writer.doc));
    }
  });
});
