/**
 * The outline: which blocks are seen, in which order and how deep. A pure function of the entries, the
 * same in every replica and in the projection:
 * - siblings sort by (order key, id); blocks split off one strand and not moved since keep the strand's order
 *   among the places that they hold together;
 * - a cycle of parents (two people moved blocks into each other) is cut at its smallest id, which goes to the top;
 * - a block that is not seen (deleted, joined, dissolved) is transparent: its children stand where it stood;
 * - what is nested deeper than maxBlockDepth stays at the deepest level, in order;
 * - in a table stand rows, in a row one cell for each column, in the columns' order; whatever else is in one stands
 *   behind the table, beside it. A table below depth maxBlockDepth - 3 has no room and counts as any block, and so
 *   does a table or row in which words stand (written while it was shown as text): words are never out of sight;
 * - in columns stand two to four columns that hold blocks, and what else is in them stands behind; columns that do not
 *   count are transparent (columns.ts).
 */
import { maxBlockDepth } from "./block-tree.ts";
import { COLUMNS, ColumnsReader, type ColumnsRole } from "./columns.ts";
import { type Entry, type ParentId, ROOT } from "./entry.ts";
import type { BlockId } from "./ids.ts";
import { CELL, type ColumnId, columnOf, columnsOf, ROW, TABLE, type TableRole } from "./table.ts";

export type BlockRole = TableRole | ColumnsRole;

export type OutlineItem = {
  readonly id: BlockId /** 0 to maxBlockDepth - 1. */;
  readonly depth: number;
  readonly parent: ParentId;
  /** What it is in a table, or in columns, that count as such. */
  readonly role?: BlockRole;
};

export type Outline = {
  readonly items: readonly OutlineItem[];
  readonly indexOf: ReadonlyMap<BlockId, number>;
  /** Seen children of a seen block (or of ROOT), in order. */
  readonly childrenOf: ReadonlyMap<ParentId, readonly BlockId[]>;
  /** A seen block's key among its seen siblings: its own, or that of the unseen block it stands for. */
  readonly keyOf: ReadonlyMap<BlockId, string>;
  /** Blocks that stand by their strand's order and not by their own key. */
  readonly displaced: ReadonlySet<BlockId>;
};

export type OutlineSource = {
  readonly entries: ReadonlyMap<BlockId, Entry>;
  readonly isSeen: (id: BlockId) => boolean;
  /** Whether words show in it, its own or those of blocks joined to it. */
  readonly hasText: (id: BlockId) => boolean;
  /** Place in its strand of a block born by a split (root first), else null. */
  readonly strandRank: (id: BlockId) => number | null;
};

/** Blocks whose parent is missing, or that a cycle of parents is cut at: they go to the top. */
function topped(entries: ReadonlyMap<BlockId, Entry>): ReadonlySet<BlockId> {
  const tops = new Set<BlockId>();
  const parentOf = (id: BlockId): ParentId => (tops.has(id) ? ROOT : (entries.get(id)?.parent ?? ROOT));
  const nested: BlockId[] = [];
  for (const { id, parent } of entries.values()) {
    if (parent === ROOT) continue;
    if (entries.has(parent)) nested.push(id);
    else tops.add(id);
  }
  const settled = new Set<ParentId>([ROOT]);
  for (const start of nested) {
    const path: BlockId[] = [];
    const onPath = new Set<BlockId>();
    let at: ParentId = start;
    while (!settled.has(at) && at !== ROOT && !onPath.has(at)) {
      path.push(at);
      onPath.add(at);
      at = parentOf(at);
    }
    if (at !== ROOT && onPath.has(at)) {
      const [least] = path.slice(path.indexOf(at)).toSorted();
      if (least) tops.add(least);
    }
    for (const id of path) settled.add(id);
  }
  return tops;
}

function compareByKey(a: Entry, b: Entry): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** A block among its siblings, with the key of the place where it stands. */
type Sibling = { readonly entry: Entry; readonly key: string };

/** Puts seen, unmoved blocks of one strand, among the places that they hold together, into the strand's order. */
function keepStrandOrder(siblings: Sibling[], source: OutlineSource, displaced: Set<BlockId>): void {
  const groups = new Map<BlockId, { index: number; rank: number; entry: Entry }[]>();
  siblings.forEach(({ entry }, index) => {
    if (entry.home === null || !entry.unmoved || !source.isSeen(entry.id)) return;
    const rank = source.strandRank(entry.id);
    if (rank === null) return;
    const held = groups.get(entry.home);
    if (held) held.push({ index, rank, entry });
    else groups.set(entry.home, [{ index, rank, entry }]);
  });
  for (const held of groups.values()) {
    const ranked = held.toSorted((a, b) => a.rank - b.rank);
    if (held.every((one, i) => one === ranked[i])) continue;
    const keys = held.map(({ index }) => siblings[index]?.key ?? "");
    ranked.forEach(({ entry }, i) => {
      siblings[held[i]?.index ?? 0] = { entry, key: keys[i] ?? "" };
      displaced.add(entry.id);
    });
  }
}

function groupSiblings(source: OutlineSource, displaced: Set<BlockId>): Map<ParentId, Sibling[]> {
  const tops = topped(source.entries);
  const groups = new Map<ParentId, Sibling[]>();
  for (const entry of source.entries.values()) {
    const parent = tops.has(entry.id) ? ROOT : entry.parent;
    const group = groups.get(parent);
    if (group) group.push({ entry, key: entry.order });
    else groups.set(parent, [{ entry, key: entry.order }]);
  }
  for (const group of groups.values()) {
    group.sort((a, b) => compareByKey(a.entry, b.entry));
    keepStrandOrder(group, source, displaced);
  }
  return groups;
}

/** A table whose inside is being read. */
type Table = {
  readonly columns: ReadonlyMap<ColumnId, number>;
  /** What stands in it and does not fit, in the order in which it was met. */
  readonly misfits: Sibling[];
};

/** Columns whose inside is being read: those that count, and what else is there. */
type Columns = { readonly standing: ReadonlySet<BlockId>; readonly misfits: Sibling[] };

type Frame = {
  siblings: readonly Sibling[];
  next: number;
  key: string | null;
  ancestors: readonly BlockId[];
  /** The table around, what may stand here, and the columns that have their cell in this row. */
  table: Table | null;
  expects: "row" | "cell" | "nothing";
  taken: Set<ColumnId>;
  /** The columns of which this is the very inside. */
  columns: Columns | null;
  /** Whether it is somewhere in a column. */
  isInColumn: boolean;
  /** Read when this frame is done: what does not fit into the table or the columns that it is the inside of. */
  behind: Frame | null;
};

function frameOf(siblings: readonly Sibling[], from: Partial<Frame> = {}): Frame {
  const start = { next: 0, key: null, ancestors: [], table: null, expects: "nothing" as const };
  const outside = { columns: null, isInColumn: false, behind: null };
  return { ...start, ...outside, taken: new Set(), ...from, siblings };
}

/** A role; "none": a block like any other; "hollow": what is in it stands where it stands; null: it does not fit here. */
type Standing = BlockRole | "none" | "hollow" | null;

function standingOf(
  { hasText }: OutlineSource,
  columns: ColumnsReader,
  frame: Frame,
  entry: Entry,
): Standing {
  if (frame.table !== null) return roleInTable(hasText, frame, frame.table, entry);
  const { id, type } = entry;
  const isHollow = columns.isHollow(entry);
  if (frame.columns !== null) return isHollow && frame.columns.standing.has(id) ? "column" : null;
  const hasRoom = frame.ancestors.length <= maxBlockDepth - 3;
  if (isHollow) {
    const counts = type === COLUMNS && hasRoom && !frame.isInColumn && columns.standingIn(id) !== null;
    return counts ? "columns" : "hollow";
  }
  return type === TABLE && hasRoom && !hasText(id) ? "table" : "none";
}

function roleInTable(
  hasText: OutlineSource["hasText"],
  { expects, taken }: Frame,
  table: Table,
  { id, type, attrs }: Entry,
): TableRole | null {
  if (expects === "row") return type === ROW && !hasText(id) ? "row" : null;
  const column = columnOf(attrs);
  if (expects !== "cell" || type !== CELL || column === null) return null;
  return table.columns.has(column) && !taken.has(column) ? "cell" : null;
}

function inColumnOrder(cells: readonly Sibling[], { columns }: Table): readonly Sibling[] {
  const place = ({ entry }: Sibling) => columns.get(columnOf(entry.attrs) ?? "") ?? columns.size;
  return cells.toSorted((a, b) => place(a) - place(b));
}

/** The frame for what is inside a seen block. */
function insideOf(
  frame: Frame,
  entry: Entry,
  role: BlockRole | "none",
  inside: readonly Sibling[],
  { key, reader }: { key: string; reader: ColumnsReader },
): Frame {
  const { ancestors } = frame;
  const isInColumn = frame.isInColumn || role === "column";
  const path = ancestors.length < maxBlockDepth ? [...ancestors, entry.id] : ancestors;
  const within = { ancestors: path, isInColumn };
  if (role === "row" && frame.table !== null) {
    const siblings = inColumnOrder(inside, frame.table);
    return frameOf(siblings, { ...within, table: frame.table, expects: "cell" });
  }
  if (role === "cell") return frameOf(inside, { ...within, table: frame.table });
  if (role !== "table" && role !== "columns") return frameOf(inside, within);
  const misfits: Sibling[] = [];
  const behind = frameOf(misfits, { key, ancestors, isInColumn });
  if (role === "columns") {
    const standing = reader.standingIn(entry.id) ?? new Set();
    return frameOf(inside, { ...within, columns: { standing, misfits }, behind });
  }
  const columns = new Map(columnsOf(entry.attrs).map(({ id }, index) => [id, index]));
  return frameOf(inside, { ...within, table: { columns, misfits }, expects: "row", behind });
}

export function buildOutline(source: OutlineSource): Outline {
  const displaced = new Set<BlockId>();
  const groups = groupSiblings(source, displaced);
  const reader = new ColumnsReader(source, groups);
  const items: OutlineItem[] = [];
  const indexOf = new Map<BlockId, number>();
  const childrenOf = new Map<ParentId, BlockId[]>();
  const keyOf = new Map<BlockId, string>();
  const emit = (entry: Entry, { ancestors }: Frame, key: string, role: BlockRole | "none") => {
    const depth = Math.min(ancestors.length, maxBlockDepth - 1);
    const parent = depth === 0 ? ROOT : (ancestors[depth - 1] ?? ROOT);
    indexOf.set(entry.id, items.length);
    items.push(role === "none" ? { id: entry.id, depth, parent } : { id: entry.id, depth, parent, role });
    const children = childrenOf.get(parent);
    if (children) children.push(entry.id);
    else childrenOf.set(parent, [entry.id]);
    keyOf.set(entry.id, key);
  };
  const stack: Frame[] = [frameOf(groups.get(ROOT) ?? [])];
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const sibling = frame.siblings[frame.next++];
    if (!sibling) {
      stack.pop();
      if (frame.behind) stack.push(frame.behind);
      continue;
    }
    const { entry } = sibling;
    const key = frame.key ?? sibling.key;
    const inside = groups.get(entry.id) ?? [];
    const role = source.isSeen(entry.id) ? standingOf(source, reader, frame, entry) : "hollow";
    if (role === "hollow") {
      if (inside.length > 0) stack.push({ ...frame, siblings: inside, next: 0, key, behind: null });
      continue;
    }
    if (role === null) {
      (frame.table ?? frame.columns)?.misfits.push(sibling);
      continue;
    }
    if (role === "cell") frame.taken.add(columnOf(entry.attrs) ?? "");
    emit(entry, frame, key, role);
    if (inside.length > 0) stack.push(insideOf(frame, entry, role, inside, { key, reader }));
  }
  return { items, indexOf, childrenOf, keyOf, displaced };
}
