/** Whose rows are written first: a line's before those of a long paste, of which each still comes to its end. */
import { createHash, randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { toBase64 } from "../../../lib/core/base64.ts";
import { addBlocks, paragraph } from "../../tests/writer.ts";
import type { Rpc } from "../_shared/database.ts";
import { createWorker } from "./worker.ts";

function makeLog(blocks: number): object {
  const doc = new Y.Doc();
  addBlocks(doc, ...Array.from({ length: blocks }, (_, at) => paragraph(`line ${at}`)));
  const data = Y.encodeStateAsUpdate(doc);
  const sha256 = createHash("sha256").update(data).digest("hex");
  const row = { seq: 1, yjsClientId: doc.clientID, data: toBase64(data), sha256 };
  return { headSeq: 1, snapshotSeq: 0, snapshot: null, updates: [row], more: false };
}
const LINE = makeLog(1);
/** Three calls for its rows. */
const PASTE = makeLog(1_001);

/** What the database would be asked and answer; its queue is first in, first out. */
function createQueue() {
  const logs = new Map<string, object>();
  const due: string[] = [];
  const calls: { name: string; documentId: string; rows: number; isLast: boolean }[] = [];
  let onWrite: () => void = () => undefined;
  const write = (log: object): string => {
    const documentId = randomUUID();
    logs.set(documentId, log);
    due.push(documentId);
    return documentId;
  };
  const answers: Record<string, (documentId: string) => unknown> = {
    claim_projection_jobs: () => ({
      jobs: due.splice(0, 1).map((documentId) => ({ documentId, lease: randomUUID() })),
      nextDueInMs: due.length > 0 ? 0 : null,
    }),
    read_document_log: (documentId) => logs.get(documentId),
    read_block_hashes: () => ({}),
    write_projection: () => ({ written: 0, deleted: 0, done: true }),
    fail_projection: () => null,
    hand_over_projection: () => null,
  };
  const rpc = (async (name: string, values: Record<string, unknown>) => {
    const documentId = String(values.p_document_id);
    const rows = (values.p_upserts as unknown[] | undefined)?.length ?? 0;
    calls.push({ name, documentId, rows, isLast: values.p_final === true });
    if (name === "write_projection") onWrite();
    return answers[name]?.(documentId);
  }) as Rpc;
  const written = (documentId: string) =>
    calls.filter((call) => call.documentId === documentId && call.name === "write_projection");
  const onEachWrite = (act: () => void) => {
    onWrite = act;
  };
  return { write, rpc, calls, written, onEachWrite };
}

const rowsOf = (calls: readonly { rows: number }[]) => calls.reduce((sum, { rows }) => sum + rows, 0);

describe("the rows of", () => {
  it("a line are written after one call for a paste that began before it, and after one for each of three", async () => {
    for (const pastes of [1, 3]) {
      const { write, rpc, calls, written, onEachWrite } = createQueue();
      const long = Array.from({ length: pastes }, () => write(PASTE));
      let line = "";
      onEachWrite(() => {
        if (line === "" && long.every((id) => written(id).length > 0)) line = write(LINE);
      });
      await createWorker(rpc)();
      const writes = calls.filter(({ name }) => name === "write_projection");
      const at = writes.findIndex(({ documentId }) => documentId === line);
      expect(rowsOf(writes.slice(0, at)), `${pastes} pastes`).toBeLessThanOrEqual((2 * pastes - 1) * 500);
      for (const id of long) {
        expect(rowsOf(written(id))).toBe(1_001);
        expect(written(id).map(({ isLast }) => isLast)).toEqual([false, false, true]);
      }
    }
  });

  it("a paste go on after eight others, however many lines are written meanwhile", async () => {
    const { write, rpc, written, onEachWrite } = createQueue();
    const long = write(PASTE);
    let lines = 0;
    onEachWrite(() => {
      if (lines < 100) write(LINE);
      lines += 1;
    });
    const seen: number[] = [];
    const counting = (async (name: string, values: Record<string, unknown>) => {
      if (name === "write_projection" && values.p_document_id === long) seen.push(lines);
      return rpc(name, values);
    }) as Rpc;
    await createWorker(counting)();
    expect(rowsOf(written(long))).toBe(1_001);
    expect(seen.at(-1), "lines that were written before its end").toBeLessThanOrEqual(2 * 9 + 1);
  });

  it("no more than four long ones are held at once, and all are ended by a worker whose time is over", async () => {
    const { write, rpc, calls, written } = createQueue();
    const long = Array.from({ length: 6 }, () => write(PASTE));
    let [held, most] = [new Set<string>(), 0];
    const watching = (async (name: string, values: Record<string, unknown>) => {
      const id = String(values.p_document_id);
      if (name === "write_projection")
        held = new Set(values.p_final ? [...held].filter((one) => one !== id) : [...held, id]);
      most = Math.max(most, held.size);
      return rpc(name, values);
    }) as Rpc;
    let isEnding = false;
    await createWorker(watching, {
      isEnding: () => {
        isEnding ||= held.size === 4;
        return isEnding;
      },
    })();
    expect(most).toBe(4);
    expect(long.slice(0, 4).map((id) => rowsOf(written(id)))).toEqual([1_001, 1_001, 1_001, 1_001]);
    expect(calls.filter(({ name }) => name === "hand_over_projection")).toHaveLength(1);
    await createWorker(watching)();
    expect(long.map((id) => rowsOf(written(id)))).toEqual(long.map(() => 1_001));
    expect(most).toBe(4);
  });

  it("a paste that fails halfway take nobody with them", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { write, rpc, calls, written } = createQueue();
    const [bad, good] = [write(PASTE), write(PASTE)];
    const failing = (async (name: string, values: Record<string, unknown>) => {
      if (name === "write_projection" && values.p_document_id === bad && written(bad).length === 1)
        throw new Error("write_projection: 500 broken");
      return rpc(name, values);
    }) as Rpc;
    await createWorker(failing)();
    expect(rowsOf(written(good))).toBe(1_001);
    expect(
      calls.filter(({ name }) => name === "fail_projection").map(({ documentId }) => documentId),
    ).toEqual([bad]);
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
  });
});
