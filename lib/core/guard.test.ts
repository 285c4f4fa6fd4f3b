import { expect, test } from "vitest";
import * as Y from "yjs";
import {
  admitUpdate,
  createGuardState,
  GUARD_CAPS,
  type GuardState,
  judgeUpdate,
  raiseGuardState,
} from "./guard.ts";
import { writeHistory } from "./guard-fixtures.ts";

const VICTIM = 7;
const FOE = 9;

/** The raw updates of one client's document; `edit` runs one transaction each. */
function updatesOf(clientId: number, ...edits: ((doc: Y.Doc) => void)[]): Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = clientId;
  const updates: Uint8Array[] = [];
  doc.on("update", (data: Uint8Array) => updates.push(data));
  for (const edit of edits) doc.transact(() => edit(doc));
  return updates;
}

function one(updates: Uint8Array[], at = 0): Uint8Array {
  const update = updates[at];
  if (update === undefined) throw new Error(`no update ${at} among ${updates.length}`);
  return update;
}

const type = (text: string) => (doc: Y.Doc) => doc.getText("text").insert(doc.getText("text").length, text);

/** State after the victim's "hello" (clocks 0 to 4). */
function stateWithHello(): GuardState {
  const state = createGuardState();
  expect(admitUpdate(state, { yjsClientId: VICTIM, data: one(updatesOf(VICTIM, type("hello"))) }).ok).toBe(
    true,
  );
  return state;
}

type Part = number | string | { byte: number };

/** Varints, strings and single bytes by hand: what no honest encoder writes. */
function bytes(...parts: Part[]): Uint8Array {
  return encode(parts);
}

function encode(parts: readonly Part[]): Uint8Array {
  const out: number[] = [];
  const varint = (value: number) => {
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      if (rest < 128) {
        out.push(rest);
        return;
      }
      out.push((rest % 128) | 128);
    }
  };
  for (const part of parts) {
    if (typeof part === "number") varint(part);
    else if (typeof part === "object") out.push(part.byte);
    else {
      const text = new TextEncoder().encode(part);
      varint(text.length);
      out.push(...text);
    }
  }
  return Uint8Array.from(out);
}

const STRING = 4;
const STRING_AFTER = { byte: STRING | 0x80 };
const STRING_BEFORE = { byte: STRING | 0x40 };

function expectRefused(data: Uint8Array, reason: string, from = FOE): void {
  const state = stateWithHello();
  const before = new Map(state);
  expect(admitUpdate(state, { yjsClientId: from, data })).toEqual({ ok: false, reason });
  expect(state, "a refused row leaves no trace").toEqual(before);
}

test("GD3 a struct under another's client id is refused, the same under one's own passes", () => {
  const [, second] = updatesOf(VICTIM, type("hello"), type("!"));
  expectRefused(second as Uint8Array, "foreign_client");
  expect(judgeUpdate(stateWithHello(), { yjsClientId: VICTIM, data: second as Uint8Array })).toEqual({
    ok: true,
    clock: 6,
  });
});

test("GD4 a gap in the session's clock is refused, and so is a clock used twice", () => {
  const [first, second, third] = updatesOf(VICTIM, type("hello"), type("!"), type("?"));
  expectRefused(third as Uint8Array, "clock_gap", VICTIM);
  expectRefused(first as Uint8Array, "clock_repeats", VICTIM);
  // Overlap: 'hello!' repeats 'hello'.
  expectRefused(Y.mergeUpdates([first as Uint8Array, second as Uint8Array]), "clock_repeats", VICTIM);
});

test("GD5 origins and parents that no accepted row made are refused", () => {
  const origin = (client: number, clock: number) => bytes(1, 1, FOE, 0, STRING_AFTER, client, clock, "x", 0);
  expectRefused(origin(VICTIM, 5), "unknown_dependency");
  expectRefused(origin(12_345, 0), "unknown_dependency");
  // Its own future.
  expectRefused(origin(FOE, 0), "unknown_dependency");
  expect(judgeUpdate(stateWithHello(), { yjsClientId: FOE, data: origin(VICTIM, 4) }).ok).toBe(true);
  const right = bytes(1, 1, FOE, 0, STRING_BEFORE, VICTIM, 5, "x", 0);
  expectRefused(right, "unknown_dependency");
  const parent = bytes(1, 1, FOE, 0, STRING, 0, 12_345, 0, "x", 0);
  expectRefused(parent, "unknown_dependency");
});

test("GD6 a Skip is refused: it would claim clocks that carry nothing", () => {
  expectRefused(bytes(1, 2, FOE, 0, 10, 3, STRING, 1, "text", "x", 0), "skip");
});

test("GD7 twelve bytes that poison a victim's next edits are refused", () => {
  const poison = bytes(1, 1, VICTIM, 5, STRING, 1, "t", "x", 0);
  expect(poison.length).toBeLessThanOrEqual(12);
  expectRefused(poison, "foreign_client");
});

test("GD8 a delete set over clocks that do not exist yet is refused; over existing ones it passes", () => {
  expectRefused(bytes(0, 1, VICTIM, 1, 5, 100), "delete_unknown");
  expectRefused(bytes(0, 1, VICTIM, 1, 4, 2), "delete_unknown");
  expectRefused(bytes(0, 1, FOE, 1, 0, 1), "delete_unknown");
  expect(judgeUpdate(stateWithHello(), { yjsClientId: FOE, data: bytes(0, 1, VICTIM, 1, 0, 5) })).toEqual({
    ok: true,
    clock: 0,
  });
});

test("GD9 delete ranges that overlap, go back or are empty are refused", () => {
  expectRefused(bytes(0, 1, VICTIM, 2, 0, 5, 0, 5), "delete_unordered");
  expectRefused(bytes(0, 1, VICTIM, 2, 3, 1, 0, 1), "delete_unordered");
  expectRefused(bytes(0, 2, VICTIM, 1, 0, 5, VICTIM, 1, 0, 5), "delete_unordered");
  expectRefused(bytes(0, 1, VICTIM, 1, 2, 0), "delete_unordered");
});

test("GD10 two sections of one client are refused: Yjs would drop the first and wait for ever", () => {
  const trick = bytes(2, 1, FOE, 0, STRING, 1, "text", "x", 1, FOE, 1, STRING_AFTER, FOE, 0, "y", 0);
  expect(Y.decodeUpdate(trick).structs).toHaveLength(2);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, trick);
  expect(doc.store.pendingStructs).not.toBeNull();
  expectRefused(trick, "several_clients");
});

test("GD11 empty structs are refused", () => {
  expectRefused(bytes(1, 1, FOE, 0, STRING, 1, "text", "", 0), "empty_struct");
  expectRefused(bytes(1, 1, FOE, 0, 0, 0, 0), "empty_struct");
});

test("GD12 own GC passes up to the cap, above it and with absurd lengths it is refused", () => {
  const gc = (length: number) => bytes(1, 1, FOE, 0, 0, length, 0);
  expect(judgeUpdate(stateWithHello(), { yjsClientId: FOE, data: gc(GUARD_CAPS.emptyClocks) }).ok).toBe(true);
  expectRefused(gc(GUARD_CAPS.emptyClocks + 1), "too_much_deleted");
  expectRefused(bytes(1, 1, FOE, 0, 1, 1, "text", 2 ** 52, 0), "too_much_deleted");
  expectRefused(bytes(1, 1, VICTIM, 5, 0, 1, 0), "foreign_client");
});

test("GD13 caps: bytes, structs, delete ranges, depth of values, documents within documents", () => {
  expectRefused(new Uint8Array(GUARD_CAPS.bytes + 1), "too_large");
  const many = new Uint8Array(GUARD_CAPS.structs * 2 + 20);
  many.set(bytes(1, GUARD_CAPS.structs + 1, FOE, 0));
  const header = bytes(1, GUARD_CAPS.structs + 1, FOE, 0).length;
  for (let at = 0; at <= GUARD_CAPS.structs; at++) many[header + at * 2 + 1] = 1;
  expectRefused(many, "too_many_structs");
  const state = createGuardState();
  state.set(VICTIM, 10 * GUARD_CAPS.deleteRanges);
  const ranges: number[] = [0, 1, VICTIM, GUARD_CAPS.deleteRanges + 1];
  for (let at = 0; at <= GUARD_CAPS.deleteRanges; at++) ranges.push(at * 2, 1);
  const data = encode(ranges);
  expect(judgeUpdate(state, { yjsClientId: FOE, data })).toEqual({
    ok: false,
    reason: "too_much_deleted",
  });
  const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);
  const deep = (depth: number) => one(updatesOf(FOE, (doc) => doc.getMap("m").set("k", nest(depth))));
  expectRefused(deep(GUARD_CAPS.depth + 1), "nested_too_deep");
  expect(judgeUpdate(stateWithHello(), { yjsClientId: FOE, data: deep(GUARD_CAPS.depth - 1) }).ok).toBe(true);
  expectRefused(one(updatesOf(FOE, (doc) => doc.getMap("m").set("k", new Y.Doc()))), "subdocument");
});

test("GD14 a value nested 400,000 deep does not throw", () => {
  const levels = 400_000;
  const data = new Uint8Array(levels * 2 + 20);
  data.set(bytes(1, 1, FOE, 0, 8, 1, "m", 1));
  for (let at = 0; at < levels; at++) data.set([117, 1], 8 + at * 2);
  expect(judgeUpdate(stateWithHello(), { yjsClientId: FOE, data }).ok).toBe(false);
});

test("GD15 garbage is refused as undecodable", () => {
  expectRefused(new Uint8Array(), "undecodable");
  expectRefused(Uint8Array.from([1, 255, 255, 255]), "undecodable");
  expectRefused(bytes(1, 1, FOE, 0, 31, 1, "t", "x", 0), "undecodable");
  expectRefused(bytes(1, 2 ** 40, FOE, 0, 0, 1, 0), "undecodable");
});

test("GD16 800 gapped updates are all refused in far less than a second, and an honest one after them passes", () => {
  const doc = updatesOf(FOE, ...Array.from({ length: 801 }, () => type("x")));
  const state = stateWithHello();
  const start = performance.now();
  for (const data of doc.slice(1)) expect(judgeUpdate(state, { yjsClientId: FOE, data }).ok).toBe(false);
  expect(performance.now() - start).toBeLessThan(1_000);
  expect(admitUpdate(state, { yjsClientId: FOE, data: one(doc) }).ok).toBe(true);
});

test("GD17 a state seeded from a snapshot judges like one that read all rows", () => {
  const { log } = writeHistory(3, 4, 300);
  const half = Math.floor(log.length / 2);
  const read = createGuardState();
  const doc = new Y.Doc();
  for (const row of log.slice(0, half)) {
    admitUpdate(read, row);
    Y.applyUpdate(doc, row.data);
  }
  const seeded = createGuardState(Y.encodeStateVectorFromUpdate(Y.encodeStateAsUpdate(doc)));
  expect(seeded).toEqual(read);
  for (const row of log.slice(half)) expect(admitUpdate(seeded, row)).toEqual(admitUpdate(read, row));
});

test("GD18 raising a state takes the higher clock of each client and never goes back", () => {
  const state: GuardState = new Map([
    [1, 5],
    [2, 5],
  ]);
  raiseGuardState(
    state,
    new Map([
      [1, 3],
      [2, 8],
      [3, 1],
    ]),
  );
  expect([...state]).toEqual([
    [1, 5],
    [2, 8],
    [3, 1],
  ]);
});

test("GD19 an update that changes nothing passes and moves no clock", () => {
  expect(judgeUpdate(stateWithHello(), { yjsClientId: FOE, data: bytes(0, 0) })).toEqual({
    ok: true,
    clock: 0,
  });
});
