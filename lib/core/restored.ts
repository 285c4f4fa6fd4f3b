/**
 * Characters that undo brought back. Yjs brings a deleted character back as a new one, so when two people
 * delete the same words and both undo, the words would stand there twice. `doc.getMap("restored")` says which
 * characters are copies of which; of the living copies of one original only the least (by client, clock) counts.
 *
 *   key "client.clock" of the first copy → [length, client, clock] of the first original
 *
 */
import * as Y from "yjs";

type Range = { readonly client: number; readonly clock: number; readonly length: number };
type Restored = { readonly copy: Range; readonly origin: Range };

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readRestored(map: Y.Map<unknown>): Restored[] {
  const found: Restored[] = [];
  for (const [key, value] of map.entries()) {
    const [client, clock] = key.split(".").map(Number);
    if (!Array.isArray(value) || !isCount(client) || !isCount(clock) || !value.every(isCount)) continue;
    const [length, originClient, originClock] = value as [number, number, number];
    if (!length || originClient === undefined || originClock === undefined) continue;
    if (map._map.get(key)?.id.client !== client) continue; // nobody can hide what another brought back or wrote
    found.push({
      copy: { client, clock, length },
      origin: { client: originClient, clock: originClock, length },
    });
  }
  return found;
}

/** Records by who made the copies, ascending by clock. */
type Records = ReadonlyMap<number, readonly Restored[]>;

function indexRecords(found: readonly Restored[]): Records {
  const records = new Map<number, Restored[]>();
  for (const one of found.toSorted((a, b) => a.copy.clock - b.copy.clock)) {
    const known = records.get(one.copy.client);
    if (known) known.push(one);
    else records.set(one.copy.client, [one]);
  }
  return records;
}

/** Records cut to what exists and to the next record's start, so that forged ones cannot make work without end. */
function soundRecords(doc: Y.Doc): Restored[] {
  const sound: Restored[] = [];
  for (const [client, made] of indexRecords(readRestored(doc.getMap("restored")))) {
    const state = Y.getState(doc.store, client);
    made.forEach(({ copy, origin }, i) => {
      const end = Math.min(copy.clock + copy.length, state, made[i + 1]?.copy.clock ?? state);
      const length = end - copy.clock;
      if (length > 0) sound.push({ copy: { ...copy, length }, origin: { ...origin, length } });
    });
  }
  return sound;
}

/** Index of the first record whose copies end behind `clock`. */
function firstBehind(records: readonly Restored[], clock: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const copy = records[middle]?.copy;
    if (copy && copy.clock + copy.length <= clock) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The originals of a range of characters, one step back, piece by piece; what is no copy is its own. */
function stepBack(records: Records, range: Range): { origin: Range; isCopy: boolean }[] {
  const made = records.get(range.client) ?? [];
  const end = range.clock + range.length;
  const steps: { origin: Range; isCopy: boolean }[] = [];
  for (let clock = range.clock, i = firstBehind(made, clock); clock < end; ) {
    const record = made[i];
    if (record && record.copy.clock <= clock) {
      const length = Math.min(end, record.copy.clock + record.copy.length) - clock;
      const skipped = clock - record.copy.clock;
      steps.push({
        origin: { client: record.origin.client, clock: record.origin.clock + skipped, length },
        isCopy: true,
      });
      clock += length;
      i++;
    } else {
      const length = Math.min(end, record?.copy.clock ?? end) - clock;
      steps.push({ origin: { client: range.client, clock, length }, isCopy: false });
      clock += length;
    }
  }
  return steps;
}

/** A record made before another one arrived may name a copy: so originals are followed at reading. Circles are forged. */
const MAX_STEPS = 100;

function originsOf(records: Records, range: Range, steps = 0): Range[] {
  return stepBack(records, range).flatMap(({ origin, isCopy }) =>
    isCopy && steps < MAX_STEPS ? originsOf(records, origin, steps + 1) : [origin],
  );
}

/**
 * Notes what each undo or redo brought back: while Yjs still tells of it, so that the note is in the same update. In one
 * of its own it could get lost alone, and the words would stand there twice for ever.
 */
export function noteRestored(undo: Y.UndoManager): void {
  undo.doc.on("afterTransaction", ({ origin }: Y.Transaction) => {
    const popped = origin === undo ? undo.currStackItem : null;
    if (popped !== null) note(undo.doc, popped.deletions);
  });
}

function note(doc: Y.Doc, deletions: Parameters<typeof Y.iterateDeletedStructs>[1]): void {
  doc.transact((transaction) => {
    const map = doc.getMap("restored");
    const records = indexRecords(soundRecords(doc));
    Y.iterateDeletedStructs(transaction, deletions, (struct) => {
      if (!(struct instanceof Y.Item) || !struct.redone || struct.parentSub !== null || !struct.countable)
        return;
      let { client, clock } = struct.redone;
      const { length } = struct;
      for (const origin of originsOf(records, { client: struct.id.client, clock: struct.id.clock, length })) {
        map.set(`${client}.${clock}`, [origin.length, origin.client, origin.clock]);
        clock += origin.length;
      }
    });
  });
}

/** Says of characters just written that they are copies of others; each copy must be this client's own. */
export function noteCopies(doc: Y.Doc, copies: readonly { copy: string; origin: string }[]): void {
  const map = doc.getMap("restored");
  for (let start = 0; start < copies.length; ) {
    const copy = readKey(copies[start]?.copy ?? "");
    const origin = readKey(copies[start]?.origin ?? "");
    const follows = (i: number) =>
      copies[start + i]?.copy === characterKey(copy.client, copy.clock + i) &&
      copies[start + i]?.origin === characterKey(origin.client, origin.clock + i);
    let length = 1;
    while (follows(length)) length++;
    map.set(characterKey(copy.client, copy.clock), [length, origin.client, origin.clock]);
    start += length;
  }
}

/** Of each character the one it is a copy of; itself, when it is none. */
export function originalsOf(doc: Y.Doc, keys: readonly string[]): string[] {
  const records = indexRecords(soundRecords(doc));
  return keys.map((key) => {
    const [origin] = originsOf(records, { ...readKey(key), length: 1 });
    return origin ? characterKey(origin.client, origin.clock) : key;
  });
}

/** Whether the character is in the document, deleted by nobody. */
export function isStanding(doc: Y.Doc, key: string): boolean {
  const { client, clock } = readKey(key);
  return isLiving(itemAt(doc, client, clock));
}

const isLiving = (item: Y.Item | null): boolean => item !== null && !item.deleted;

function itemAt(doc: Y.Doc, client: number, clock: number): Y.Item | null {
  const structs = doc.store.clients.get(client);
  if (!structs || clock >= Y.getState(doc.store, client)) return null;
  const struct = structs[Y.findIndexSS(structs, clock)];
  return struct instanceof Y.Item ? struct : null;
}

/** Which characters of which text do not count: living copies besides the least one of their original. */
export type Hidden = Map<Y.AbstractType<unknown>, Set<string>>;

export const characterKey = (client: number, clock: number): string => `${client}.${clock}`;

function readKey(key: string): { client: number; clock: number } {
  const [client = 0, clock = 0] = key.split(".").map(Number);
  return { client, clock };
}

/** Copies that share an original with another copy; empty in all but rare documents. */
export class RestoredIndex {
  readonly #map: Y.Map<unknown>;
  readonly #doc: Y.Doc;
  #size = -1;
  /** Original → its copies that stood when they were counted, where there is more than one. */
  #rivals = new Map<string, { client: number; clock: number }[]>();

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.#map = doc.getMap("restored");
  }

  /** Asked at each write: Yjs would count the records one by one. Within a transaction they are only ever added. */
  #refresh(): void {
    const { size } = this.#map._map;
    if (size === this.#size) return;
    this.#size = size;
    const copies = new Map<string, { client: number; clock: number }[]>();
    const found = soundRecords(this.#doc);
    const records = indexRecords(found);
    for (const { copy } of found) {
      let { clock } = copy;
      for (const origin of originsOf(records, copy)) {
        for (let i = 0; i < origin.length; i++, clock++) {
          // deleted for good: undo brings back another copy, so who takes out and undoes again and again keeps no rivals
          if (!isLiving(itemAt(this.#doc, copy.client, clock))) continue;
          const key = characterKey(origin.client, origin.clock + i);
          const known = copies.get(key);
          if (known) known.push({ client: copy.client, clock });
          else copies.set(key, [{ client: copy.client, clock }]);
        }
      }
    }
    this.#rivals = new Map([...copies].filter(([, list]) => list.length > 1));
  }

  /** A record was changed or taken out: the next reader counts anew. */
  forget(): void {
    this.#size = -1;
  }

  hidden(): Hidden {
    this.#refresh();
    const hidden: Hidden = new Map();
    for (const copies of this.#rivals.values()) {
      const living = copies.flatMap(({ client, clock }) => {
        const item = itemAt(this.#doc, client, clock);
        return item && !item.deleted
          ? [{ client, clock, parent: item.parent as Y.AbstractType<unknown> }]
          : [];
      });
      living.sort((a, b) => a.client - b.client || a.clock - b.clock);
      for (const { client, clock, parent } of living.slice(1)) {
        const keys = hidden.get(parent);
        if (keys) keys.add(characterKey(client, clock));
        else hidden.set(parent, new Set([characterKey(client, clock)]));
      }
    }
    return hidden;
  }

  /** The other copies of the characters in a stretch of a text, hidden behind them. */
  rivalsOf(text: Y.Text, at: number, length: number): { text: Y.Text; at: number }[] {
    this.#refresh();
    if (this.#rivals.size === 0) return [];
    const keys = new Set(
      charactersOf(text)
        .slice(at, at + length)
        .filter((key) => key !== null),
    );
    const found: { text: Y.Text; at: number }[] = [];
    for (const copies of this.#rivals.values()) {
      if (!copies.some(({ client, clock }) => keys.has(characterKey(client, clock)))) continue;
      for (const { client, clock } of copies) {
        const item = itemAt(this.#doc, client, clock);
        if (
          !item ||
          item.deleted ||
          keys.has(characterKey(client, clock)) ||
          !(item.parent instanceof Y.Text)
        )
          continue;
        found.push({ text: item.parent, at: charactersOf(item.parent).indexOf(characterKey(client, clock)) });
      }
    }
    return found;
  }
}

/** The key of the character at each index of a text. */
export function charactersOf(text: Y.Text): string[] {
  const keys: string[] = [];
  for (let item = text._start; item; item = item.right) {
    if (item.deleted || !item.countable) continue;
    for (let i = 0; i < item.length; i++) keys.push(characterKey(item.id.client, item.id.clock + i));
  }
  return keys;
}
