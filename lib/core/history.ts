/**
 * Random histories for property tests: three people write in one document under a network that loses,
 * doubles and reorders. Every typed character is a marker of its own, so that each can be counted.
 * Same seed, same history.
 */
import * as Y from "yjs";
import { arrange, normalDepths, type Wanted } from "./block-arrange.ts";
import {
  createBlock,
  deleteBlock,
  deleteText,
  formatText,
  insertText,
  joinBlocks,
  lengthOf,
  setShape,
  splitBlock,
} from "./block-edit.ts";
import { BlockMap } from "./block-map.ts";
import { textOf } from "./block-tree.ts";
import { createUndo } from "./block-undo.ts";
import { COLUMN, COLUMNS } from "./columns.ts";
import { type BlockId, blockId } from "./ids.ts";
import { flawsOfUndo } from "./invariants.ts";
import { readAsWritten } from "./read-as-written.ts";

/** xorshift32: small, seeded, the same everywhere. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 1) >>> 0 || 1;
  }
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return this.#state / 4294967296;
  }
  below(count: number): number {
    return Math.floor(this.next() * count);
  }
  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)];
  }
  chance(share: number): boolean {
    return this.next() < share;
  }
}

const TYPES = ["paragraph", "heading1", "bullet", "task", "quote", "code", COLUMN, "from-a-newer-version"];
const FIRST_MARKER = 0xe000;

export const ME = "me";

export class Peer {
  readonly doc: Y.Doc;
  readonly map: BlockMap;
  readonly undo: Y.UndoManager;
  readonly inbox: Uint8Array[] = [];
  constructor(doc: Y.Doc, makeUndo: typeof createUndo = createUndo) {
    this.doc = doc;
    readAsWritten(doc);
    this.map = new BlockMap(this.doc);
    this.undo = makeUndo(this.map, ME);
    // What is undone as one is left to chance, never to how fast the machine is.
    this.undo.captureTimeout = Number.MAX_SAFE_INTEGER;
  }
  text(): string {
    return this.map
      .outline()
      .items.map(({ id }) => textOf(this.map.runs(id)))
      .join("\n");
  }
  ids(): BlockId[] {
    return this.map.outline().items.map(({ id }) => id);
  }
}

const nameOf = ({ doc }: Peer): string => String(doc.clientID);

function documentOf(client: number): Y.Doc {
  const doc = new Y.Doc({ guid: String(client) });
  doc.clientID = client;
  return doc;
}

export type HistoryOptions = { readonly steps: number; readonly undo: boolean };

/** Operations replaced by faulty ones, to prove that the properties notice them. */
export type Plant = Partial<Record<Exclude<Action, "create">, Edit>> & {
  readonly createUndo?: typeof createUndo;
};

export class History {
  readonly random: Random;
  readonly peers: Peer[];
  /** Markers typed so far, with who typed each. */
  readonly typed = new Map<string, Peer>();
  /** Markers that a recorded operation took away, by whom. */
  readonly removed = new Set<string>();
  /** Flaws (invariants.ts) noticed on the way. */
  readonly broken: string[] = [];
  readonly log: string[] = [];
  #ids = 0;

  readonly #plant: Plant;

  constructor(seed: number, plant: Plant = {}) {
    this.#plant = plant;
    this.random = new Random(seed);
    this.peers = [1, 2, 3].map((client) => new Peer(documentOf(client), plant.createUndo));
    for (const peer of this.peers) {
      peer.doc.on(
        "update",
        (update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
          if (transaction.local) this.#send(peer, update);
        },
      );
    }
  }

  /** Loses, doubles or queues an update for each of the others. */
  #send(from: Peer, update: Uint8Array): void {
    for (const peer of this.peers) {
      if (peer === from || this.random.chance(0.1)) continue;
      peer.inbox.push(update);
      if (this.random.chance(0.1)) peer.inbox.push(update);
    }
  }

  deliver(peer: Peer, count: number): void {
    for (let i = 0; i < count && peer.inbox.length > 0; i++) {
      const [update] = peer.inbox.splice(this.random.below(peer.inbox.length), 1);
      if (update) Y.applyUpdate(peer.doc, update, "network");
    }
  }

  /** Everything lost arrives at last. */
  settle(): void {
    for (let round = 0; round < 2; round++) {
      for (const from of this.peers) {
        for (const to of this.peers) {
          if (from !== to)
            Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)), "network");
        }
      }
    }
  }

  newId(): BlockId {
    this.#ids++;
    return blockId(
      (this.random.below(0xffffff) * 256 + this.#ids).toString(16).padStart(12, "0").padEnd(32, "0"),
    );
  }

  run({ steps, undo }: HistoryOptions): void {
    this.act(this.peers[0] as Peer, "create");
    this.settle();
    for (let step = 0; step < steps; step++) {
      const peer = this.random.pick(this.peers) as Peer;
      if (this.random.chance(0.35)) this.deliver(peer, 1 + this.random.below(4));
      this.act(peer, this.draw(undo));
    }
    this.settle();
  }

  /** The next operation, by chance. */
  draw(undo: boolean): Action {
    return this.random.pick(undo ? [...ACTIONS, "undo", "undo", "redo"] : ACTIONS) as Action;
  }

  /** Runs one operation and books which markers it took away. The peer may be one of another network. */
  act(peer: Peer, action: Action): void {
    const before = peer.text();
    this.log.push(`${peer.doc.clientID} ${action}`);
    if (action === "undo") peer.undo.undo();
    else if (action === "redo") peer.undo.redo();
    else {
      if (this.random.chance(0.5)) peer.undo.stopCapturing();
      peer.doc.transact(() => this.#edit(peer, action), ME);
    }
    const after = new Set(peer.text());
    const gone = [...before].filter((marker) => marker !== "\n" && !after.has(marker));
    for (const marker of gone) this.removed.add(marker);
    if (gone.length > 0) this.#noteLoss(peer, action, gone);
  }

  /** What an operation took away that it must not. */
  #noteLoss(peer: Peer, action: Action, gone: readonly string[]): void {
    if (MAY_REMOVE.has(action)) return;
    const who = nameOf(peer);
    const authorOf = (marker: string) => nameOf(this.typed.get(marker) ?? peer);
    if (action === "undo") this.broken.push(...flawsOfUndo({ who, before: gone, after: [], authorOf }));
    else
      this.broken.push(
        ...gone.map((marker) => `I3 ${action} by ${who} took away U+${marker.codePointAt(0)?.toString(16)}`),
      );
  }

  #edit(peer: Peer, action: Action): void {
    const { map } = peer;
    const ids = peer.ids();
    const id = this.random.pick(ids);
    if (action === "create" || id === undefined) this.#create(peer);
    else (this.#plant[action] ?? EDITS[action])(this, peer, id, map);
  }

  marker(peer: Peer): string {
    const marker = String.fromCharCode(FIRST_MARKER + this.typed.size);
    this.typed.set(marker, peer);
    return marker;
  }

  #create(peer: Peer): void {
    if (this.random.chance(0.1)) {
      this.#createColumns(peer);
      return;
    }
    const id = this.newId();
    createBlock(peer.map, id, { type: this.random.pick(TYPES) ?? "paragraph", attrs: {} });
    this.insertOutline(peer, [{ id, depth: this.random.below(3) }], this.random.below(peer.ids().length + 1));
    this.#fill(peer, id);
  }

  #fill(peer: Peer, id: BlockId): void {
    insertText(peer.map, id, 0, {
      text: this.marker(peer) + this.marker(peer) + this.marker(peer),
      marks: {},
    });
  }

  /** Two columns of a block each. Where they may not stand they are transparent. */
  #createColumns(peer: Peer): void {
    const types = [COLUMNS, COLUMN, "paragraph", COLUMN, "paragraph"];
    const depth = this.random.below(3);
    const fresh = [0, 1, 2, 1, 2].map((inside) => ({ id: this.newId(), depth: depth + inside }));
    fresh.forEach(({ id }, index) => {
      createBlock(peer.map, id, { type: types[index] ?? COLUMN, attrs: {} });
    });
    this.insertOutline(peer, fresh, this.random.below(peer.ids().length + 1));
    for (const { id } of fresh) if (peer.map.type(id) === "paragraph") this.#fill(peer, id);
  }

  insertOutline(peer: Peer, fresh: readonly Wanted[], index: number): void {
    const others = peer.map.outline().items.filter(({ id }) => !fresh.some((one) => one.id === id));
    this.arrange(peer, [...others.slice(0, index), ...fresh, ...others.slice(index)]);
  }

  /** Arranges, and notes it when the outline is not as wanted: but for columns, which say themselves what may be in them. */
  arrange(peer: Peer, wanted: readonly Wanted[]): void {
    const normal = normalDepths(wanted);
    arrange(peer.map, normal);
    if (normal.some(({ id }) => peer.map.type(id) === COLUMNS || peer.map.type(id) === COLUMN)) return;
    const shape = (items: readonly Wanted[]) => items.map(({ id, depth }) => `${id}:${depth}`).join();
    if (shape(peer.map.outline().items) !== shape(normal)) {
      this.broken.push(`I5 arranged otherwise than wanted by ${nameOf(peer)} at ${this.log.length}`);
    }
  }
}

export type Action =
  | "create"
  | "type"
  | "split"
  | "join"
  | "move"
  | "nest"
  | "retype"
  | "cut"
  | "delete"
  | "format"
  | "undo"
  | "redo";
const ACTIONS: Action[] = [
  "create",
  "type",
  "type",
  "type",
  "split",
  "split",
  "join",
  "join",
  "move",
  "nest",
  "retype",
  "cut",
  "delete",
  "format",
];
/** A redo repeats what may have been one of these. */
const MAY_REMOVE = new Set<Action>(["cut", "delete", "redo"]);

export type Edit = (history: History, peer: Peer, id: BlockId, map: BlockMap) => void;

const EDITS: Record<Exclude<Action, "create">, Edit> = {
  type: (history, peer, id, map) =>
    insertText(map, id, history.random.below(lengthOf(map, id) + 1), {
      text: history.marker(peer),
      marks: history.random.chance(0.2) ? { bold: true } : {},
    }),
  split: (history, peer, id, map) => {
    const into = history.newId();
    const length = lengthOf(map, id);
    if (length < 2) return;
    splitBlock(map, id, 1 + history.random.below(length - 1), into, { type: map.type(id), attrs: {} }, () =>
      history.newId(),
    );
    const items = map.outline().items.filter((item) => item.id !== into);
    const at = items.findIndex((item) => item.id === id);
    history.insertOutline(peer, [{ id: into, depth: items[at]?.depth ?? 0 }], at + 1);
  },
  join: (history, _peer, id, map) => {
    const { items, indexOf } = map.outline();
    const target = items[(indexOf.get(id) ?? 0) - 1 - history.random.below(2)];
    if (!target) return;
    const children = new Set(items.filter((item) => item.parent === id).map((item) => item.id));
    joinBlocks(map, target.id, id);
    arrange(
      map,
      normalDepths(
        map.outline().items.map((item) => (children.has(item.id) ? { ...item, depth: item.depth } : item)),
      ),
    );
  },
  move: (history, peer, id, map) => {
    const { items, indexOf } = map.outline();
    const from = indexOf.get(id) ?? 0;
    const depth = items[from]?.depth ?? 0;
    let end = from + 1;
    while ((items[end]?.depth ?? -1) > depth) end++;
    const moved = items.slice(from, end);
    const rest = [...items.slice(0, from), ...items.slice(end)];
    const to = history.random.below(rest.length + 1);
    const shift = Math.min((rest[to - 1]?.depth ?? -1) + 1, history.random.below(4)) - depth;
    const placed = moved.map((item) => ({ id: item.id, depth: item.depth + shift }));
    history.arrange(peer, [...rest.slice(0, to), ...placed, ...rest.slice(to)]);
  },
  nest: (history, _peer, id, map) => {
    const by = history.random.chance(0.7) ? 1 : -1;
    arrange(
      map,
      normalDepths(
        map
          .outline()
          .items.map((item) => (item.id === id ? { id, depth: Math.max(0, item.depth + by) } : item)),
      ),
    );
  },
  retype: (history, _peer, id, map) =>
    setShape(map, id, {
      type: history.random.pick(TYPES) ?? "quote",
      attrs: { ...map.attrs(id), checked: history.random.chance(0.5) },
    }),
  cut: (history, _peer, id, map) => {
    const from = history.random.below(lengthOf(map, id) + 1);
    deleteText(map, id, from, from + 1 + history.random.below(3));
  },
  delete: (_history, _peer, id, map) => deleteBlock(map, id),
  format: (history, _peer, id, map) => {
    const from = history.random.below(lengthOf(map, id) + 1);
    formatText(map, id, from, from + 1 + history.random.below(4), {
      bold: history.random.chance(0.7) ? true : null,
    });
  },
  undo: (_history, peer) => peer.undo.undo(),
  redo: (_history, peer) => peer.undo.redo(),
};
