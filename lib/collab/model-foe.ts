/**
 * For tests: rows that nobody honest sends. Each is refused by the guard, and is harmful in a replica without it: it
 * takes words away, doubles them, or keeps later edits of its victim out.
 */
import * as Y from "yjs";
import type { Dice } from "../core/guard-fixtures.ts";

type Forgery = (truth: Y.Doc, foe: number, dice: Dice) => Uint8Array;

/** Bytes at random. */
const garbage: Forgery = (_truth, _foe, dice) => Uint8Array.from({ length: 1 + dice(40) }, () => dice(256));

/** The next words of somebody else, written in their name: their own ones then come too late. */
const inAnothersName: Forgery = (truth, foe, dice) =>
  updateOf(truth, anyClient(truth, foe, dice), (doc) => doc.getText("text").insert(0, "forged"));

/** Far ahead in one's own clock: it waits for what never comes. */
const gapped: Forgery = (truth, foe) => {
  const updates: Uint8Array[] = [];
  const doc = copyOf(truth, foe);
  doc.on("update", (data: Uint8Array) => updates.push(data));
  for (const text of ["one", "two"]) doc.getText("text").insert(0, text);
  return updates[1] as Uint8Array;
};

/** Deletes what a victim has yet to write: 100 clocks from their next one on. */
const deletesTheFuture: Forgery = (truth, foe, dice) => {
  const victim = anyClient(truth, foe, dice);
  const clock = Y.getState(truth.store, victim);
  return Uint8Array.from([0, 1, ...varint(victim), 1, ...varint(clock), 100]);
};

const FORGERIES = [garbage, inAnothersName, gapped, deletesTheFuture] as const;

export function forge(truth: Y.Doc, foe: number, dice: Dice): Uint8Array {
  return (FORGERIES[dice(FORGERIES.length)] ?? garbage)(truth, foe, dice);
}

function anyClient(truth: Y.Doc, foe: number, dice: Dice): number {
  const clients = [...truth.store.clients.keys()].filter((client) => client !== foe).sort((a, b) => a - b);
  return clients[dice(Math.max(1, clients.length))] ?? foe + 1;
}

function copyOf(truth: Y.Doc, client: number): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(truth));
  doc.clientID = client;
  return doc;
}

function updateOf(truth: Y.Doc, client: number, edit: (doc: Y.Doc) => void): Uint8Array {
  const doc = copyOf(truth, client);
  const before = Y.encodeStateVector(doc);
  edit(doc);
  return Y.encodeStateAsUpdate(doc, before);
}

function varint(value: number): number[] {
  const low = value % 128;
  return value < 128 ? [low] : [low | 128, ...varint(Math.floor(value / 128))];
}
