/** What the worker keeps of a log, and what it never does: half-read documents, newer ones, snapshots that lack words. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { deleteBlock } from "../../../lib/core/block-edit.ts";
import { BlockMap } from "../../../lib/core/block-map.ts";
import { blockId } from "../../../lib/core/ids.ts";
import { must } from "../../tests/scene.ts";
import { newPerson, type Person, type Project, startProject } from "../../tests/stand-in.ts";
import { addBlocks, openWriter, paragraph, projected, readRows, type Writer } from "../../tests/writer.ts";
import * as core from "../_shared/core.gen.js";
import { connect, type Rpc } from "../_shared/database.ts";
import { givesSame } from "./project.ts";
import { createWorker } from "./worker.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

interface Page {
  snapshot: { uptoSeq: number; state: string; sha256: string } | null;
  updates: { seq: number; data: string; sha256: string }[];
  schemaVersion: number;
}
type Change = (page: Page, values: Record<string, unknown>) => void;

const LIMITS = { rows: 20, bytes: 50_000 };

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
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

/** Works everything off; `change` touches what the log answers, `before` may stop a call. Names of the calls made. */
async function run(change: Change = () => undefined, before: (name: string) => void = () => undefined) {
  const calls: string[] = [];
  const seen: Rpc = async <Answer>(name: string, values: Record<string, unknown>) => {
    before(name);
    calls.push(name);
    const answer = await rpc<Answer>(name, values);
    if (name === "read_document_log") change(answer as Page, values);
    return answer;
  };
  await createWorker(seen, { snapshotLimits: LIMITS })();
  return calls;
}

/** Twenty rows, few of which make blocks. */
const writeMuch = (writer: Writer) =>
  writer.edit((doc) => {
    addBlocks(doc, paragraph("words"));
    for (let at = 0; at < LIMITS.rows; at += 1) doc.getArray("filler").push([at]);
  });
const addBytes = (count: number) => (doc: Y.Doc) => void doc.getArray("filler").push(["x".repeat(count)]);
const pull = (documentId: string) =>
  must<{ snapshot: { uptoSeq: number } | null; headSeq: number; quarantined: number[] }>(
    person.client,
    "pull_updates",
    {
      p_document_id: documentId,
      p_after: 0,
    },
  );
const rowsAreRight = async (writer: Writer) =>
  expect(await readRows(person, writer.session.documentId)).toEqual(projected(writer.doc));

describe("a snapshot", () => {
  it("comes after many bytes, too", async () => {
    const writer = await openWriter(person);
    await writer.edit(addBytes(LIMITS.bytes - 1_000));
    expect(await run()).not.toContain("write_snapshot");
    await writer.edit(addBytes(1_000));
    expect(await run()).toContain("write_snapshot");
    await rowsAreRight(writer);
    await writer.edit(addBytes(LIMITS.bytes - 1_000));
    expect(await run()).not.toContain("write_snapshot");
  });

  it("that arrives damaged is passed over, and another is there as soon as there are newer rows", async () => {
    const writer = await openWriter(person);
    await writeMuch(writer);
    await run();
    const { documentId } = writer.session;
    const first = (await pull(documentId)).snapshot?.uptoSeq ?? 0;
    await writer.edit((doc) => addBlocks(doc, paragraph("after")));
    await run((page, values) => {
      if (page.snapshot !== null && values.p_snapshot_before === null) page.snapshot.sha256 = "0".repeat(64);
    });
    await rowsAreRight(writer);
    const { snapshot, headSeq } = await pull(documentId);
    expect(first).toBeGreaterThan(0);
    expect([snapshot?.uptoSeq, headSeq > first]).toEqual([headSeq, true]);
  });

  it("that cannot be written does not stop the rows", async () => {
    const writer = await openWriter(person);
    await writeMuch(writer);
    await run(undefined, (name) => {
      if (name === "write_snapshot") throw new Error("write_snapshot: 503 too large");
    });
    await rowsAreRight(writer);
    expect((await pull(writer.session.documentId)).snapshot).toBe(null);
  });

  it("names what the guard refused before it, also when the rows cannot be written", async () => {
    const writer = await openWriter(person);
    await writer.send(new Uint8Array([0xff, 0xff, 0xff]));
    await writeMuch(writer);
    let failures = 1;
    await run(undefined, (name) => {
      if (name !== "write_projection" || failures-- <= 0) return;
      throw new Error("write_projection: 500 broken");
    });
    expect(await pull(writer.session.documentId)).toMatchObject({ quarantined: [1] });
    await rowsAreRight(writer);
  });

  it.each<[string, Change]>([
    ["a row whose bytes changed", (page) => Object.assign(page.updates[0] ?? {}, { data: "AAA=" })],
    ["a log with a hole", (page) => page.updates.splice(0, 1)],
  ])("is never written of %s, nor is anything else", async (_, change) => {
    const writer = await openWriter(person);
    await writeMuch(writer);
    let left = 1;
    const calls: string[] = [];
    const stop = new Error("stop here");
    await run(
      (page) => left-- > 0 && change(page, {}),
      (name) => {
        if (calls.includes("fail_projection")) throw stop;
        calls.push(name);
      },
    ).catch((error: unknown) => expect(error).toBe(stop));
    expect([...new Set(calls)]).toEqual(["claim_projection_jobs", "read_document_log", "fail_projection"]);
    expect((await pull(writer.session.documentId)).snapshot).toBe(null);
    await run();
    await rowsAreRight(writer);
  });

  it("has all that the document and the snapshot before it have, or is none", () => {
    const doc = new Y.Doc();
    addBlocks(doc, paragraph("all of it"));
    const whole = Y.encodeStateAsUpdate(doc);
    const base = Y.decodeStateVector(Y.encodeStateVector(doc));
    const same = (state: Uint8Array, before: Map<number, number>) => {
      const own = new core.Doc();
      core.applyUpdate(own, whole);
      return givesSame(own, state, before);
    };
    expect(same(whole, base)).toBe(true);
    expect(same(whole, new Map())).toBe(true);
    const ahead = new Map([...base].map(([client, clock]) => [client, clock + 1]));
    expect(same(whole, ahead)).toBe(false);
    expect(same(whole, new Map([...base, [7, 1]]))).toBe(false);
    expect(same(Y.encodeStateAsUpdate(new Y.Doc()), new Map())).toBe(false);
  });
});

describe("a document newer than the function", () => {
  it("is projected as far as it is known, and keeps the rows of what the function does not find in it", async () => {
    const writer = await openWriter(person);
    const { documentId } = writer.session;
    const strange = { ...paragraph("strange"), type: "mood-board", attrs: { colour: "sea", deep: [1, 2] } };
    await writer.edit((doc) => addBlocks(doc, strange, paragraph("goes"), paragraph("unseen")));
    await run();
    const [unseen, goes] = ["unseen", "goes"].map((text) =>
      projected(writer.doc).find((row) => row.plain_text === text),
    );
    const idOf = (id: string | undefined) => (id ?? "").replaceAll("-", "");
    // To this function it looks as if a newer one had kept that block elsewhere.
    await writer.edit((doc) => doc.getMap("blocks").delete(idOf(unseen?.id)));
    await writer.edit((doc) => {
      const map = new BlockMap(doc);
      deleteBlock(map, blockId(idOf(goes?.id)));
      map.destroy();
      addBlocks(doc, paragraph("beside"));
    });
    await run((page) => Object.assign(page, { schemaVersion: core.SCHEMA_VERSION + 1 }));
    const rows = await readRows(person, documentId);
    expect(rows.map((row) => row.plain_text).sort()).toEqual(["beside", "strange", "unseen"]);
    expect(rows.find((row) => row.plain_text === "strange")).toMatchObject({
      type: "mood-board",
      content: { attrs: { colour: "sea", deep: [1, 2] } },
    });
    await writer.edit((doc) => addBlocks(doc, paragraph("once it is known")));
    await run();
    await rowsAreRight(writer);
  });
});
