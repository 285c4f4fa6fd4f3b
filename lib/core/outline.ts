/**
 * The outline: which blocks are seen, in which order and how deep. A pure function of the entries, the
 * same in every replica and in the projection:
 * - siblings sort by (order key, id); blocks split off one strand and not moved since keep the strand's order
 *   among the places that they hold together;
 * - a cycle of parents (two people moved blocks into each other) is cut at its smallest id, which goes to the top;
 * - a block that is not seen (deleted, joined, dissolved) is transparent: its children stand where it stood;
 * - what is nested deeper than maxBlockDepth stays at the deepest level, in order.
 */
import { maxBlockDepth } from "./block-tree.ts";
import { type Entry, type ParentId, ROOT } from "./entry.ts";
import type { BlockId } from "./ids.ts";

export type OutlineItem = {
  readonly id: BlockId /** 0 to maxBlockDepth - 1. */;
  readonly depth: number;
  readonly parent: ParentId;
};

export type Outline = {
  readonly items: readonly OutlineItem[];
  readonly indexOf: ReadonlyMap<BlockId, number>;
  /** Seen children of a seen block (or of ROOT), in order. */
  readonly childrenOf: ReadonlyMap<ParentId, readonly BlockId[]>;
  /** A seen block's key among its seen siblings: its own, or that of the unseen block it stands for. */
  readonly keyOf: ReadonlyMap<BlockId, string>;
};

export type OutlineSource = {
  readonly entries: ReadonlyMap<BlockId, Entry>;
  readonly isSeen: (id: BlockId) => boolean;
  /** Place in its strand of a block born by a split (root first), else null. */
  readonly strandRank: (id: BlockId) => number | null;
};

/** Parents with every missing parent and every cycle resolved to ROOT. */
function resolveParents(entries: ReadonlyMap<BlockId, Entry>): Map<BlockId, ParentId> {
  const parents = new Map<BlockId, ParentId>();
  for (const entry of entries.values()) {
    parents.set(entry.id, entry.parent !== ROOT && entries.has(entry.parent) ? entry.parent : ROOT);
  }
  const settled = new Set<ParentId>([ROOT]);
  for (const start of entries.keys()) {
    const path: BlockId[] = [];
    const onPath = new Set<BlockId>();
    let at: ParentId = start;
    while (!settled.has(at) && at !== ROOT && !onPath.has(at)) {
      path.push(at);
      onPath.add(at);
      at = parents.get(at) ?? ROOT;
    }
    if (at !== ROOT && onPath.has(at)) {
      const cycle = path.slice(path.indexOf(at));
      const [least] = cycle.toSorted();
      if (least) parents.set(least, ROOT);
    }
    for (const id of path) settled.add(id);
  }
  return parents;
}

function compareByKey(a: Entry, b: Entry): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Puts unmoved blocks of one strand, among the slots that they hold together, into the strand's order. */
function keepStrandOrder(siblings: Entry[], strandRank: OutlineSource["strandRank"]): void {
  const slots = new Map<BlockId, { index: number; rank: number; entry: Entry }[]>();
  siblings.forEach((entry, index) => {
    if (entry.home === null || !entry.unmoved) return;
    const rank = strandRank(entry.id);
    if (rank === null) return;
    const slot = { index, rank, entry };
    const known = slots.get(entry.home);
    if (known) known.push(slot);
    else slots.set(entry.home, [slot]);
  });
  for (const held of slots.values()) {
    if (held.length < 2) continue;
    const ranked = held.toSorted((a, b) => a.rank - b.rank);
    held.forEach((slot, i) => {
      const entry = ranked[i]?.entry;
      if (entry) siblings[slot.index] = entry;
    });
  }
}

function groupSiblings(source: OutlineSource): Map<ParentId, Entry[]> {
  const parents = resolveParents(source.entries);
  const groups = new Map<ParentId, Entry[]>();
  for (const entry of source.entries.values()) {
    const parent = parents.get(entry.id) ?? ROOT;
    const group = groups.get(parent);
    if (group) group.push(entry);
    else groups.set(parent, [entry]);
  }
  for (const group of groups.values()) {
    group.sort(compareByKey);
    keepStrandOrder(group, source.strandRank);
  }
  return groups;
}

type Frame = { siblings: readonly Entry[]; next: number; key: string | null; ancestors: readonly BlockId[] };

export function buildOutline(source: OutlineSource): Outline {
  const groups = groupSiblings(source);
  const items: OutlineItem[] = [];
  const indexOf = new Map<BlockId, number>();
  const childrenOf = new Map<ParentId, BlockId[]>();
  const keyOf = new Map<BlockId, string>();
  const stack: Frame[] = [{ siblings: groups.get(ROOT) ?? [], next: 0, key: null, ancestors: [] }];
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const entry = frame.siblings[frame.next++];
    if (!entry) {
      stack.pop();
      continue;
    }
    let { key, ancestors } = frame;
    key ??= entry.order;
    if (source.isSeen(entry.id)) {
      const depth = Math.min(ancestors.length, maxBlockDepth - 1);
      const parent = depth === 0 ? ROOT : (ancestors[depth - 1] ?? ROOT);
      indexOf.set(entry.id, items.length);
      items.push({ id: entry.id, depth, parent });
      const children = childrenOf.get(parent);
      if (children) children.push(entry.id);
      else childrenOf.set(parent, [entry.id]);
      keyOf.set(entry.id, key);
      if (ancestors.length < maxBlockDepth) ancestors = [...ancestors.slice(0, depth), entry.id];
      key = null;
    }
    const inside = groups.get(entry.id);
    if (inside) stack.push({ siblings: inside, next: 0, key, ancestors });
  }
  return { items, indexOf, childrenOf, keyOf };
}
