import { expect, test } from "vitest";
import * as Y from "yjs";
import { writeHistory } from "../core/guard-fixtures.ts";
import type { LogRow } from "../core/protocol.ts";
import { sha256Hex } from "../core/sha256.ts";
import { LogReader, type Quarantined } from "./log-reader.ts";

const { log } = writeHistory(11, 3, 120);
const rows: LogRow[] = log.map(({ yjsClientId, data }, index) => ({
  seq: index + 1,
  sessionId: `session of ${yjsClientId}`,
  yjsClientId,
  clientSeq: index + 1,
  data,
  sha256: sha256Hex(data),
}));

function createReader() {
  const doc = new Y.Doc();
  const refused: Quarantined[] = [];
  const reader = new LogReader({ doc, ownSessionId: "own", onQuarantine: (row) => refused.push(row) });
  return { doc, reader, refused };
}

function truth(upto: number): unknown {
  const doc = new Y.Doc();
  for (const row of rows.slice(0, upto)) Y.applyUpdate(doc, row.data);
  return [doc.getText("text").toDelta(), doc.getMap("blocks").toJSON()];
}

const shown = (doc: Y.Doc) => [doc.getText("text").toDelta(), doc.getMap("blocks").toJSON()];
const row = (seq: number) => rows[seq - 1] as LogRow;

test("LR1 rows enter in the order of the log, each once, however they come", () => {
  const { doc, reader } = createReader();
  for (const seq of [3, 1, 1, 2, 5, 3]) reader.offer([row(seq)]);
  expect(reader.seq).toBe(3);
  expect(reader.hasGap).toBe(true);
  expect(shown(doc)).toEqual(truth(3));
  reader.offer(rows);
  expect(reader).toMatchObject({ seq: rows.length, hasGap: false });
  expect(shown(doc)).toEqual(truth(rows.length));
  expect(doc.store.pendingStructs).toBeNull();
});

test("LR2 a row whose sum is wrong is not used, nor anything after it in the same delivery", () => {
  const { doc, reader } = createReader();
  const damaged = {
    ...row(2),
    data: Uint8Array.from(row(2).data, (byte, at) => (at === 3 ? byte ^ 1 : byte)),
  };
  expect(reader.offer([row(1), damaged, row(3)])).toBe(false);
  expect(reader.seq).toBe(1);
  expect(reader.offer(rows.slice(1, 3))).toBe(true);
  expect(reader.seq).toBe(3);
  expect(shown(doc)).toEqual(truth(3));
});

test("LR3 a row the guard refuses is skipped and reported; the log goes on", () => {
  const { doc, reader, refused } = createReader();
  const poison = Uint8Array.from([1, 1, 99, 5, 4, 1, 1, 116, 1, 120, 0]);
  reader.offer([{ ...row(1), data: poison, sha256: sha256Hex(poison), yjsClientId: 4, sessionId: "foe" }]);
  expect(reader.seq).toBe(1);
  expect(refused).toEqual([{ seq: 1, sessionId: "foe", reason: "foreign_client" }]);
  expect(Y.encodeStateVector(doc)).toEqual(Y.encodeStateVector(new Y.Doc()));
  reader.offer(rows.map((next) => ({ ...next, seq: next.seq + 1 })));
  expect(shown(doc)).toEqual(truth(rows.length));
});

test("LR4 a snapshot stands for the rows before it; a damaged one is not used", () => {
  const half = Math.floor(rows.length / 2);
  const source = new Y.Doc();
  for (const { data } of rows.slice(0, half)) Y.applyUpdate(source, data);
  const state = Y.encodeStateAsUpdate(source);
  const snapshot = { uptoSeq: half, state, sha256: sha256Hex(state) };
  const { doc, reader, refused } = createReader();
  reader.offer([row(2)]);
  expect(reader.applySnapshot({ ...snapshot, sha256: sha256Hex(Uint8Array.of(1)) })).toBe(false);
  expect(reader.seq).toBe(0);
  expect(reader.applySnapshot(snapshot)).toBe(true);
  expect(reader).toMatchObject({ seq: half, hasGap: false });
  reader.offer(rows);
  expect(shown(doc)).toEqual(truth(rows.length));
  expect(refused).toEqual([]);
  expect(reader.applySnapshot(snapshot), "an older one changes nothing").toBe(true);
  expect(reader.seq).toBe(rows.length);
});

test("LR5 many rows at once are one transaction for observers, and not a local one", () => {
  const { doc, reader } = createReader();
  const seen: boolean[] = [];
  doc.on("afterTransaction", (transaction: Y.Transaction) => seen.push(transaction.local));
  reader.offer(rows.slice(0, 5));
  expect(seen[0]).toBe(false);
  expect(seen.filter((local) => !local)).toHaveLength(1);
});

test("LR6 own rows are in the document already: they move seq and clocks only", () => {
  const { doc, reader } = createReader();
  const own = { ...row(1), sessionId: "own" };
  reader.offerOwn([own]);
  expect(reader.seq).toBe(1);
  expect(reader.guard.size).toBe(1);
  expect(shown(doc)).toEqual(truth(0));
});

test("LR7 held rows wait without being missing, and enter together when they are let go", () => {
  const { doc, reader } = createReader();
  reader.offer([row(1)]);
  reader.hold(true);
  reader.offer([row(2), row(3), row(5)]);
  expect(reader).toMatchObject({ seq: 1, heard: 3, hasGap: true });
  reader.offer([row(4)]);
  expect(reader).toMatchObject({ seq: 1, heard: 5, hasGap: false });
  expect(shown(doc)).toEqual(truth(1));
  reader.hold(false);
  expect(reader).toMatchObject({ seq: 5, heard: 5, hasGap: false });
  expect(shown(doc)).toEqual(truth(5));
});
