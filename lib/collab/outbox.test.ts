import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test } from "vitest";
import { countUnsentEntries, listUnsentDocuments, openIdbOutbox } from "./idb-outbox.ts";
import {
  createMemoryOutbox,
  createSafeOutbox,
  isWhole,
  type Outbox,
  type OutboxEntry,
  openedInTime,
} from "./outbox.ts";
import { SendQueue } from "./send-queue.ts";
import { VirtualClock } from "./virtual-clock.ts";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const entry = (sessionId: string, clientSeq: number, ...bytes: number[]): OutboxEntry => ({
  sessionId,
  yjsClientId: 7,
  clientSeq,
  parts: bytes.map((byte) => Uint8Array.from([byte])),
});

const kinds: [string, () => Promise<Outbox>][] = [
  ["memory", () => Promise.resolve(createMemoryOutbox())],
  ["IndexedDB", () => openIdbOutbox({ userId: "ada", documentId: "one" })],
];

describe.each(kinds)("%s", (_kind, open) => {
  test("OB1 entries are listed in the order of their first writing; writing again replaces", async () => {
    const outbox = await open();
    await outbox.put(entry("b", 1, 1));
    await outbox.put(entry("a", 1, 2));
    await outbox.put(entry("b", 2, 3));
    await outbox.put(entry("b", 1, 1, 4));
    expect(await outbox.list()).toEqual([entry("b", 1, 1, 4), entry("a", 1, 2), entry("b", 2, 3)]);
    outbox.close();
  });

  test("OB2 what is removed is gone, what is unknown does not matter", async () => {
    const outbox = await open();
    await outbox.put(entry("a", 1, 1));
    await outbox.put(entry("a", 2, 2));
    await outbox.remove("a", [1, 99]);
    await outbox.remove("other", [2]);
    expect(await outbox.list()).toEqual([entry("a", 2, 2)]);
    outbox.close();
  });
});

test("OB3 another person and another document see nothing of it; it outlives the page", async () => {
  const outbox = await openIdbOutbox({ userId: "ada", documentId: "one" });
  await outbox.put(entry("a", 1, 1));
  outbox.close();
  for (const scope of [
    { userId: "bob", documentId: "one" },
    { userId: "ada", documentId: "two" },
  ]) {
    const other = await openIdbOutbox(scope);
    expect(await other.list()).toEqual([]);
    other.close();
  }
  const again = await openIdbOutbox({ userId: "ada", documentId: "one" });
  expect(await again.list()).toEqual([entry("a", 1, 1)]);
  again.close();
  expect([await countUnsentEntries("ada"), await countUnsentEntries("bob")]).toEqual([1, 0]);
});

test("OB4 denied or full: memory takes over, and it is said once", async () => {
  const causes: unknown[] = [];
  const denied = createSafeOutbox(Promise.reject(new Error("denied")), (cause) => causes.push(cause));
  await denied.put(entry("a", 1, 1));
  await denied.put(entry("a", 2, 2));
  expect(await denied.list()).toHaveLength(2);
  expect(causes).toHaveLength(1);

  const full: Outbox = {
    ...createMemoryOutbox(),
    put: () => Promise.reject(new Error("QuotaExceededError")),
  };
  const filling = createSafeOutbox(Promise.resolve(full), (cause) => causes.push(cause));
  await filling.put(entry("a", 1, 1));
  expect(await filling.list()).toEqual([entry("a", 1, 1)]);
  expect(causes).toHaveLength(2);

  const fine = createSafeOutbox(Promise.resolve(createMemoryOutbox()), (cause) => causes.push(cause));
  await fine.put(entry("a", 1, 1));
  fine.close();
  expect(causes).toHaveLength(2);
});

test("OB5 an entry whose bytes the disk changed is not whole; one that grew, or of an older program, is", async () => {
  const outbox = await openIdbOutbox({ userId: "ada", documentId: "one" });
  const queue = new SendQueue({ sessionId: "a", yjsClientId: 7 });
  for (const byte of [1, 2]) await outbox.put(queue.push(Uint8Array.of(byte, 3)));
  const [kept] = (await outbox.list()) as [OutboxEntry];
  outbox.close();
  expect(kept.parts).toHaveLength(2);
  expect(isWhole(kept)).toBe(true);
  expect(isWhole({ ...kept, parts: kept.parts.with(1, Uint8Array.of(2, 2)) })).toBe(false);
  expect(isWhole({ ...kept, parts: kept.parts.slice(0, 1) })).toBe(false);
  expect(isWhole(entry("b", 1, 1))).toBe(true);
});

test("OB6 an outbox that does not open within five seconds counts as broken; one that opens in time does not", async () => {
  const clock = new VirtualClock();
  const outcomes: string[] = [];
  const watch = (name: string, opening: Promise<Outbox>) =>
    void openedInTime(opening, clock).then(
      () => outcomes.push(`${name} opened`),
      (cause: Error) => outcomes.push(`${name}: ${cause.message}`),
    );
  watch("never", new Promise(() => undefined));
  watch(
    "late",
    clock.wait(4_900).then(() => createMemoryOutbox()),
  );
  watch("denied", Promise.reject(new Error("denied")));
  await clock.run(4_950);
  expect(outcomes).toEqual(["denied: denied", "late opened"]);
  await clock.run(60_000);
  expect(outcomes.slice(2)).toEqual(["never: IndexedDB does not open."]);
});

test("OB10 the documents in which a person left words are listed, each once, nobody else's", async () => {
  for (const [userId, documentId, sessionId] of [
    ["ada", "one", "a"],
    ["ada", "one", "b"],
    ["ada", "two", "c"],
    ["adam", "three", "d"],
    ["bob", "four", "e"],
  ] as const) {
    const outbox = await openIdbOutbox({ userId, documentId });
    await outbox.put(entry(sessionId, 1, 1));
    if (documentId === "two") await outbox.remove(sessionId, [1]);
    outbox.close();
  }
  expect(await listUnsentDocuments("ada")).toEqual(["one"]);
  expect(await listUnsentDocuments("adam")).toEqual(["three"]);
  expect(await listUnsentDocuments("eve")).toEqual([]);
});
