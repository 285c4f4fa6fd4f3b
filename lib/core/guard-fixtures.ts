/**
 * Honest clients for tests of the guard and of the log: several documents that edit, merge only adjacent raw
 * updates, and hear each other through one log. Everything follows from the numbers handed in.
 */
import * as Y from "yjs";

export type Row = { yjsClientId: number; data: Uint8Array };
/** Returns a whole number from 0 to limit - 1. */
export type Dice = (limit: number) => number;

export function createDice(seed: number): Dice {
  let state = seed >>> 0 || 1;
  return (limit) => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

export class HonestClient {
  readonly doc = new Y.Doc();
  readonly queue: Uint8Array[] = [];
  readonly undo: Y.UndoManager;
  seen = 0;

  constructor(yjsClientId: number) {
    this.doc.clientID = yjsClientId;
    this.doc.on("update", (data: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
      if (transaction.local) this.queue.push(data);
    });
    const types = [this.doc.getText("text"), this.doc.getMap("blocks")];
    this.undo = new Y.UndoManager(types, { captureTimeout: 0 });
  }

  get id(): number {
    return this.doc.clientID;
  }

  read(log: readonly Row[], upto: number): void {
    for (; this.seen < upto; this.seen++) {
      const row = log[this.seen];
      if (row !== undefined && row.yjsClientId !== this.id) Y.applyUpdate(this.doc, row.data, "log");
    }
  }

  /** Takes one row off the queue, made of up to `most` adjacent updates. */
  take(most: number): Row | null {
    const updates = this.queue.splice(0, most);
    const [first] = updates;
    if (first === undefined) return null;
    return { yjsClientId: this.id, data: updates.length === 1 ? first : Y.mergeUpdates(updates) };
  }
}

/** Yjs turns a surrogate pair that is cut in two into two U+FFFD, not in every replica alike: editors never cut one. */
function wholeCharacter(text: Y.Text, at: number): number {
  const units: string[] = [];
  for (const { insert } of text.toDelta() as { insert: unknown }[])
    units.push(typeof insert === "string" ? insert : ".");
  const code = units.join("").charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

function editText(text: Y.Text, dice: Dice): void {
  const at = wholeCharacter(text, dice(text.length + 1));
  const length = wholeCharacter(text, Math.min(at + dice(4) + 1, text.length)) - at;
  const action = dice(10);
  if (action < 5 || length <= 0) text.insert(at, ["a", "héé", "😀", "words ", "\n"][dice(5)] ?? "x");
  else if (action < 8) text.delete(at, length);
  else if (action < 9) text.format(at, length, { bold: dice(2) === 0 ? true : null });
  else text.insertEmbed(at, { split: String(dice(100)) });
}

function editBlocks(blocks: Y.Map<unknown>, dice: Dice): void {
  const key = `block${dice(4)}`;
  const block = blocks.get(key);
  const action = dice(6);
  if (!(block instanceof Y.Map) || action === 0) {
    const made = new Y.Map<unknown>();
    made.set("text", new Y.Text("new"));
    made.set("attrs", { checked: dice(2) === 0, list: [1, { deep: [true] }] });
    blocks.set(key, made);
  } else if (action === 1) blocks.delete(key);
  else if (action === 2) block.set("sort", `a${dice(50)}`);
  else {
    const text = block.get("text");
    if (text instanceof Y.Text) editText(text, dice);
  }
}

/** One transaction of a person: typing, formatting, blocks, undo, or several at once. */
export function editOnce(client: HonestClient, dice: Dice): void {
  const { doc } = client;
  const action = dice(12);
  if (action === 0) client.undo.undo();
  else if (action === 1) client.undo.redo();
  else if (action === 2) madeAndDropped(doc, dice);
  else {
    doc.transact(() => {
      for (let edits = dice(3) + 1; edits > 0; edits--) {
        if (dice(2) === 0) editText(doc.getText("text"), dice);
        else editBlocks(doc.getMap("blocks"), dice);
      }
    });
  }
}

/** Content that is born and dies within one transaction leaves the update as GC or deleted structs. */
function madeAndDropped(doc: Y.Doc, dice: Dice): void {
  doc.transact(() => {
    const text = doc.getText("text");
    text.insert(0, "temporary");
    text.delete(0, 5 + dice(5));
    const blocks = doc.getMap<unknown>("blocks");
    const key = `short${dice(3)}`;
    const made = new Y.Map<unknown>();
    made.set("text", new Y.Text("gone"));
    blocks.set(key, made);
    if (dice(2) === 0) blocks.delete(key);
    else blocks.set(key, "replaced");
  });
}

/** A whole history: the log in order. Every client has read it to the end when this returns. */
export function writeHistory(
  seed: number,
  people: number,
  steps: number,
): { log: Row[]; clients: HonestClient[] } {
  const dice = createDice(seed);
  const clients = Array.from(
    { length: people },
    (_, index) => new HonestClient(1_000 + index * 37 + dice(30)),
  );
  const log: Row[] = [];
  const append = (client: HonestClient, most: number) => {
    const row = client.take(most);
    if (row !== null) log.push(row);
  };
  for (let step = 0; step < steps; step++) {
    const client = clients[dice(clients.length)] as HonestClient;
    const action = dice(4);
    if (action < 2) editOnce(client, dice);
    else if (action === 2) append(client, dice(4) + 1);
    else client.read(log, client.seen + dice(log.length - client.seen + 1));
  }
  settle(clients, log, append);
  return { log, clients };
}

/** Reading can make Yjs tidy up formatting, which is a local update again: until nothing moves. */
function settle(
  clients: HonestClient[],
  log: Row[],
  append: (client: HonestClient, most: number) => void,
): void {
  let moved = true;
  while (moved) {
    moved = false;
    for (const client of clients) {
      client.read(log, log.length);
      while (client.queue.length > 0) {
        append(client, 3);
        moved = true;
      }
    }
  }
}
