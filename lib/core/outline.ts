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
  /** Blocks that stand by their strand's order and not by their own key. */
  readonly displaced: ReadonlySet<BlockId>;
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
    if (parents.get(start) === ROOT) continue;
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
  const parents = resolveParents(source.entries);
  const groups = new Map<ParentId, Sibling[]>();
  for (const entry of source.entries.values()) {
    const parent = parents.get(entry.id) ?? ROOT;
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

type Frame = {
  siblings: readonly Sibling[];
  next: number;
  key: string | null;
  ancestors: readonly BlockId[];
};

export function buildOutline(source: OutlineSource): Outline {
  const displaced = new Set<BlockId>();
  const groups = groupSiblings(source, displaced);
  const items: OutlineItem[] = [];
  const indexOf = new Map<BlockId, number>();
  const childrenOf = new Map<ParentId, BlockId[]>();
  const keyOf = new Map<BlockId, string>();
  const stack: Frame[] = [{ siblings: groups.get(ROOT) ?? [], next: 0, key: null, ancestors: [] }];
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const sibling = frame.siblings[frame.next++];
    if (!sibling) {
      stack.pop();
      continue;
    }
    const { entry } = sibling;
    let { key, ancestors } = frame;
    key ??= sibling.key;
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
  return { items, indexOf, childrenOf, keyOf, displaced };
}
