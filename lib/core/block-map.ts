/**
 * The block map: a document as a Y.Map of blocks (`doc.getMap("blocks")`), read as an outline of blocks with text.
 * Rules: SPEC.md. Shapes: entry.ts (one block), strand.ts (text), outline.ts (order and depth).
 * Writing is in block-edit.ts. Everything read here is a pure function of the shared document; the
 * caches below only save work, and `refresh` brings them up to date with what changed.
 */
import * as Y from "yjs";
import { isEqualJson, type Json, mergeRuns, type TextRun } from "./block-tree.ts";
import { COLUMN, COLUMNS } from "./columns.ts";
import { type Entry, type EntryMap, readEntry } from "./entry.ts";
import { type BlockId, isBlockId } from "./ids.ts";
import { buildOutline, type Outline } from "./outline.ts";
import { charactersOf, type Hidden, RestoredIndex } from "./restored.ts";
import { parseStrand, type Segment } from "./strand.ts";
import { CELL, ROW, TABLE } from "./table.ts";

/** A stretch of one strand that shows in a block. Offsets count UTF-16 units of the block's text. */
export type Piece = {
  readonly strand: BlockId;
  /** Index in the strand. */
  readonly at: number;
  /** Offset in the block's text. */
  readonly offset: number;
  readonly length: number;
};

export type BlockMapChange = {
  /** Seen blocks whose text, type or attributes may differ. */
  readonly blocks: ReadonlySet<BlockId>;
  /** Blocks came, went or moved. */
  readonly outline: boolean;
  readonly transaction: Y.Transaction;
};

type Join = { readonly host: BlockId; readonly at: number };

export class BlockMap {
  readonly doc: Y.Doc;
  readonly root: Y.Map<EntryMap>;
  #entries = new Map<BlockId, Entry>();
  #strands = new Map<BlockId, readonly Segment[]>();
  #segments = new Map<BlockId, Segment>();
  #ranks = new Map<BlockId, number>();
  #joins = new Map<BlockId, Join>();
  /** Strands that hold join markers: most documents have few. */
  #joining = new Set<BlockId>();
  #outline: Outline | null = null;
  readonly restored: RestoredIndex;
  #hidden: Hidden = new Map();
  #staleEntries = new Set<BlockId>();
  #staleStrands = new Set<BlockId>();
  #changedBlocks = new Set<BlockId>();
  #outlineChanged = false;
  #listeners = new Set<(change: BlockMapChange) => void>();
  #observer = (events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction) =>
    this.#observe(events, transaction);

  #restoredObserver = (_: unknown, transaction: Y.Transaction) => {
    this.restored.forget();
    this.#observe([], transaction);
  };

  constructor(doc: Y.Doc) {
    this.doc = doc;
    this.root = doc.getMap<EntryMap>("blocks");
    this.restored = new RestoredIndex(doc);
    for (const key of this.root.keys()) if (isBlockId(key)) this.#staleEntries.add(key);
    this.refresh();
    this.#changedBlocks.clear();
    this.root.observeDeep(this.#observer as Parameters<typeof this.root.observeDeep>[0]);
    doc.getMap("restored").observe(this.#restoredObserver);
  }

  destroy(): void {
    this.root.unobserveDeep(this.#observer as Parameters<typeof this.root.observeDeep>[0]);
    this.root.doc?.getMap("restored").unobserve(this.#restoredObserver);
    this.#listeners.clear();
  }

  /** Called once a transaction that touched blocks, with what changed. Returns the way to stop. */
  onChange(listener: (change: BlockMapChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The seen blocks in order, with their depth. */
  outline(): Outline {
    this.refresh();
    this.#outline ??= buildOutline({
      entries: this.#entries,
      isSeen: (id) => this.#isSeen(id),
      hasText: (id) => (this.#segments.get(id)?.items.length ?? 0) > 0,
      strandRank: (id) => this.#ranks.get(id) ?? null,
    });
    return this.#outline;
  }

  has(id: BlockId): boolean {
    return this.outline().indexOf.has(id);
  }

  /** The block's entry, seen or not; undefined when no such block was ever made. */
  entry(id: BlockId): Entry | undefined {
    this.refresh();
    return this.#entries.get(id);
  }

  type(id: BlockId): string {
    return this.entry(id)?.type ?? "paragraph";
  }

  attrs(id: BlockId): Readonly<Record<string, Json>> {
    return this.entry(id)?.attrs ?? {};
  }

  /** The block's own part of its strand; undefined once its split marker is gone. */
  segment(id: BlockId): Segment | undefined {
    this.refresh();
    return this.#segments.get(id);
  }

  /** The segment of a strand that an index lies in. */
  segmentAt(strand: BlockId, index: number): Segment | undefined {
    this.refresh();
    return this.#strands.get(strand)?.find((segment) => segment.from <= index && index <= segment.to);
  }

  /** The seen block in which `id` shows: itself, or the one it is joined to. */
  hostOf(id: BlockId): BlockId {
    this.refresh();
    return this.#hostOf(id);
  }

  /** The members of a block: itself and all that is joined to it, in reading order. */
  members(id: BlockId): BlockId[] {
    const found: BlockId[] = [];
    this.#walk(
      id,
      (segment) => found.push(segment.owner),
      () => undefined,
    );
    return found.length > 0 ? found : [id];
  }

  /** The text of a block. Runs in a row carry different marks. */
  runs(id: BlockId): TextRun[] {
    const runs: TextRun[] = [];
    this.#walk(
      id,
      () => undefined,
      (_, text, marks) => {
        runs.push({ text, marks });
      },
    );
    return mergeRuns(runs);
  }

  /** Where each stretch of the block's text lies, in reading order. */
  pieces(id: BlockId): Piece[] {
    const pieces: Piece[] = [];
    let offset = 0;
    this.#walk(
      id,
      () => undefined,
      (strand, text, _, at) => {
        const last = pieces.at(-1);
        if (last && last.strand === strand && last.at + last.length === at) {
          pieces[pieces.length - 1] = { ...last, length: last.length + text.length };
        } else {
          pieces.push({ strand, at, offset, length: text.length });
        }
        offset += text.length;
      },
    );
    return pieces;
  }

  /** The strand's Y.Text. Throws when the block has none: only the roots of strands do. */
  strandText(root: BlockId): Y.Text {
    const text = this.entry(root)?.text;
    if (!text) throw new Error(`Block ${root} holds no text of its own.`);
    return text;
  }

  /** Chain of segments from the seen block down to the segment's owner, with where each join stands. */
  hostsOf(owner: BlockId): { owner: BlockId; at: number }[] {
    this.refresh();
    const chain: { owner: BlockId; at: number }[] = [];
    for (let join = this.#joins.get(owner); join; join = this.#joins.get(join.host)) {
      chain.push({ owner: join.host, at: join.at });
    }
    return chain;
  }

  /** Join markers that name `id`, in force or not. */
  joinMarkers(id: BlockId): { strand: BlockId; at: number }[] {
    this.refresh();
    const found: { strand: BlockId; at: number }[] = [];
    for (const root of this.#joining) {
      for (const segment of this.#strands.get(root) ?? []) {
        for (const item of segment.items) {
          if (item.kind === "join" && item.id === id) found.push({ strand: segment.strand, at: item.at });
        }
      }
    }
    return found;
  }

  /** Says that a write touched an entry or a strand, so that the next read inside the same transaction sees it. */
  touch(kind: "entry" | "strand", id: BlockId): void {
    (kind === "entry" ? this.#staleEntries : this.#staleStrands).add(id);
  }

  #isSeen(id: BlockId): boolean {
    return !this.#isDead(id) && !this.#joins.has(id);
  }

  /** Dissolved into its strand, or deleted (or its creation undone) with no text left of its own. */
  #isDead(id: BlockId): boolean {
    const entry = this.#entries.get(id);
    if (!entry) return true;
    const segment = this.#segments.get(id);
    if (!segment && entry.home !== null) return true;
    return (entry.gone || (entry.settled && !entry.placed)) && !segment?.hasText;
  }

  #hostOf(id: BlockId): BlockId {
    let at = id;
    for (let join = this.#joins.get(at); join; join = this.#joins.get(at)) at = join.host;
    return at;
  }

  #walk(
    id: BlockId,
    onSegment: (segment: Segment) => void,
    onRun: (strand: BlockId, text: string, marks: TextRun["marks"], at: number) => void,
  ): void {
    this.refresh();
    const segment = this.#segments.get(id);
    if (!segment) return;
    const stack: { segment: Segment; next: number }[] = [{ segment, next: 0 }];
    onSegment(segment);
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const item = frame.segment.items[frame.next++];
      if (!item) {
        stack.pop();
      } else if (item.kind === "run") {
        onRun(frame.segment.strand, item.text, item.marks, item.at);
      } else {
        const join = this.#joins.get(item.id);
        const joined = this.#segments.get(item.id);
        if (joined && join && join.host === frame.segment.owner && join.at === item.at) {
          onSegment(joined);
          stack.push({ segment: joined, next: 0 });
        }
      }
    }
  }

  /** Brings the caches up to date. Cheap when nothing is stale. */
  refresh(restoredChanged = false): void {
    if (!restoredChanged && this.#staleEntries.size === 0 && this.#staleStrands.size === 0) return;
    for (const id of this.#staleEntries) this.#readEntry(id);
    this.#staleEntries.clear();
    this.#readHidden();
    let structure = this.#outline === null;
    for (const root of this.#staleStrands) structure = this.#readStrand(root) || structure;
    this.#staleStrands.clear();
    if (structure || this.#outlineChanged) this.#resolveJoins();
    if (structure) {
      this.#outline = null;
      this.#outlineChanged = true;
    }
  }

  #readEntry(id: BlockId): void {
    const map = this.root.get(id);
    const before = this.#entries.get(id);
    if (!(map instanceof Y.Map)) {
      if (before && this.#entries.delete(id)) this.#outline = null;
      this.#dropStrand(id);
      return;
    }
    const entry = readEntry(id, map);
    this.#entries.set(id, entry);
    this.#changedBlocks.add(this.#hostOf(id));
    if (entry.text !== (before?.text ?? null)) this.#staleStrands.add(id);
    if (entry.home !== (before?.home ?? null) && entry.home) this.#staleStrands.add(entry.home);
    const stays =
      before &&
      before.parent === entry.parent &&
      before.order === entry.order &&
      before.unmoved === entry.unmoved &&
      before.placed === entry.placed &&
      before.gone === entry.gone &&
      before.home === entry.home &&
      !changesPlaces(before, entry);
    if (!stays) this.#outline = null;
  }

  /** Copies that undo made twice: the strands in which other ones count than before are read anew. */
  #readHidden(): void {
    const before = this.#hidden;
    this.#hidden = this.restored.hidden();
    for (const text of new Set([...before.keys(), ...this.#hidden.keys()])) {
      if ([...(before.get(text) ?? [])].join() === [...(this.#hidden.get(text) ?? [])].join()) continue;
      const root = (text.parent as EntryMap | null)?._item?.parentSub;
      if (isBlockId(root)) this.#staleStrands.add(root);
    }
  }

  #isHiddenIn(text: Y.Text): ((index: number) => boolean) | null {
    const hidden = this.#hidden.get(text as Y.AbstractType<unknown>);
    if (!hidden) return null;
    const characters = charactersOf(text);
    return (index) => hidden.has(characters[index] ?? "");
  }

  #dropStrand(root: BlockId): void {
    for (const segment of this.#strands.get(root) ?? []) {
      this.#segments.delete(segment.owner);
      this.#ranks.delete(segment.owner);
    }
    this.#strands.delete(root);
    this.#joining.delete(root);
  }

  /** @returns whether markers changed, or a block that is kept alive by its text alone. */
  #readStrand(root: BlockId): boolean {
    const before = this.#strands.get(root) ?? [];
    for (const segment of before) this.#changedBlocks.add(this.#hostOf(segment.owner));
    this.#dropStrand(root);
    const text = this.#entries.get(root)?.text;
    if (!text) return before.length > 0;
    const segments = parseStrand(
      root,
      text,
      (id) => this.#entries.get(id)?.home === root,
      this.#isHiddenIn(text),
    );
    this.#strands.set(root, segments);
    if (segments.some((segment) => segment.items.some((item) => item.kind === "join")))
      this.#joining.add(root);
    segments.forEach((segment, rank) => {
      this.#segments.set(segment.owner, segment);
      this.#ranks.set(segment.owner, rank);
      this.#changedBlocks.add(this.#hostOf(segment.owner));
    });
    return this.#structureOf(before) !== this.#structureOf(segments);
  }

  #structureOf(segments: readonly Segment[]): string {
    return segments
      .map((segment) => {
        const joins = segment.items
          .filter((item) => item.kind === "join")
          .map((item) => `${item.at}:${item.id}`);
        return `${segment.owner}${segment.hasText ? "+" : "-"}${joins.join(",")}`;
      })
      .join(" ");
  }

  /** Which join is in force for each block: the first marker in a living host, and none that closes a circle. */
  #resolveJoins(): void {
    const before = this.#joins;
    if (before.size === 0 && this.#joining.size === 0) return;
    const joins = new Map<BlockId, Join>();
    for (const root of this.#joining) {
      for (const { owner, items } of this.#strands.get(root) ?? []) {
        for (const item of items) {
          if (item.kind === "join") this.#considerJoin(joins, item.id, { host: owner, at: item.at });
        }
      }
    }
    for (const id of [...joins.keys()]) cutJoinCircle(joins, id);
    this.#joins = joins;
    for (const id of new Set([...before.keys(), ...joins.keys()])) {
      if (before.get(id)?.host === joins.get(id)?.host) continue;
      this.#changedBlocks.add(id);
      const was = before.get(id);
      if (was) this.#changedBlocks.add(this.#hostOf(was.host));
      this.#changedBlocks.add(this.#hostOf(id));
    }
  }

  #considerJoin(joins: Map<BlockId, Join>, id: BlockId, join: Join): void {
    if (id === join.host || !this.#segments.has(id) || this.#isDead(join.host)) return;
    const rival = joins.get(id);
    if (rival && (rival.host < join.host || (rival.host === join.host && rival.at < join.at))) return;
    joins.set(id, join);
  }

  #observe(events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction): void {
    for (const event of events) {
      if (event.target === (this.root as unknown)) {
        for (const key of event.keys.keys()) if (isBlockId(key)) this.#staleEntries.add(key);
        continue;
      }
      const id = event.path[0];
      if (!isBlockId(id)) continue;
      if (event.path.length === 1) this.#staleEntries.add(id);
      else this.#staleStrands.add(id);
    }
    this.refresh(true);
    if (this.#outline === null) this.#outlineChanged = true;
    const change: BlockMapChange = {
      blocks: this.#changedBlocks,
      outline: this.#outlineChanged,
      transaction,
    };
    this.#changedBlocks = new Set();
    this.#outlineChanged = false;
    for (const listener of [...this.#listeners]) listener(change);
  }
}

const PLACING = new Set([TABLE, ROW, CELL, COLUMNS, COLUMN]);

/** Type and columns of a table, the column that a cell names, and what makes columns decide where blocks stand. */
function changesPlaces(before: Entry, entry: Entry): boolean {
  if (!PLACING.has(before.type) && !PLACING.has(entry.type)) return false;
  return before.type !== entry.type || !isEqualJson({ ...before.attrs }, { ...entry.attrs });
}

/** Drops the join of the smallest id in a circle that `start` leads into, if it leads into one. */
function cutJoinCircle(joins: Map<BlockId, Join>, start: BlockId): void {
  const path: BlockId[] = [];
  let at: BlockId | undefined = start;
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = joins.get(at)?.host;
  }
  if (at === undefined) return;
  const [least] = path.slice(path.indexOf(at)).toSorted();
  if (least) joins.delete(least);
}
