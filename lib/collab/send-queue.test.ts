import { expect, test } from "vitest";
import * as Y from "yjs";
import { SendQueue } from "./send-queue.ts";

const session = { sessionId: "s", yjsClientId: 7 };
const caps = { entryBytes: 1_000, entryParts: 3, batchBytes: 100, batchEntries: 2 };

/** The raw updates of typing these words, one each. */
function updates(...words: string[]): Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = session.yjsClientId;
  const found: Uint8Array[] = [];
  doc.on("update", (data: Uint8Array) => found.push(data));
  for (const word of words) doc.getText("text").insert(doc.getText("text").length, word);
  return found;
}

function textOf(rows: readonly { data: Uint8Array }[]): string {
  const doc = new Y.Doc();
  for (const { data } of rows) Y.applyUpdate(doc, data);
  return doc.getText("text").toString();
}

test("SQ1 updates that wait are merged into one entry; once it was handed out its bytes are fixed", () => {
  const queue = new SendQueue(session);
  const [a, b, c] = updates("a", "b", "c") as [Uint8Array, Uint8Array, Uint8Array];
  expect(queue.push(a)).toMatchObject({ clientSeq: 1, parts: [a] });
  expect(queue.push(b)).toMatchObject({ clientSeq: 1, parts: [a, b] });
  const sent = queue.batch();
  expect(sent).toHaveLength(1);
  expect(textOf(sent)).toBe("ab");
  expect(queue.push(c)).toMatchObject({ clientSeq: 2, parts: [c] });
  expect(queue.batch()[0]).toEqual(sent[0]);
});

test("SQ2 entries and batches are capped, and a single large entry still goes", () => {
  const queue = new SendQueue(session, caps);
  for (const update of updates("a", "b", "c", "d", "x".repeat(500), "e")) queue.push(update);
  // Three parts are an entry, three more the next, the batch takes what fits.
  expect(queue.length).toBe(2);
  const first = queue.batch();
  expect(first.map(({ clientSeq }) => clientSeq)).toEqual([1]);
  queue.acknowledge([1]);
  expect(queue.batch().map(({ clientSeq, data }) => [clientSeq, data.length > 500])).toEqual([[2, true]]);
});

test("SQ3 what is acknowledged leaves, and its number is never used again", () => {
  const queue = new SendQueue(session);
  const [a, b] = updates("a", "b") as [Uint8Array, Uint8Array];
  queue.push(a);
  queue.batch();
  expect(queue.acknowledge([1])).toBe(1);
  expect(queue.acknowledge([1])).toBe(0);
  expect(queue.length).toBe(0);
  expect(queue.push(b).clientSeq).toBe(2);
});

test("SQ4 an entry of a dead session keeps its number and gives the same bytes as before", () => {
  const [a, b] = updates("a", "b") as [Uint8Array, Uint8Array];
  const before = new SendQueue(session);
  before.push(a);
  const stored = before.push(b);
  const after = new SendQueue(session);
  after.restore({ ...stored, clientSeq: 5 });
  expect(after.batch()).toEqual([{ clientSeq: 5, data: before.batch()[0]?.data }]);
  expect(after.unsent()).toHaveLength(1);
});
