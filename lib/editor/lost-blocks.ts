/**
 * Blocks that another person deleted while this one was writing in them: noticed, and brought back on demand.
 *
 *   before others' changes ──▶ the blocks of recent words are read, with what is inside them
 *   after them ──▶ one of these is marked as deleted ──▶ `onLost`, with what it was
 */
import type { Transaction } from "yjs";
import { arrange } from "../core/block-arrange.ts";
import { createBlock } from "../core/block-edit.ts";
import type { BlockMap, BlockMapChange } from "../core/block-map.ts";
import { textOf } from "../core/block-tree.ts";
import { type BlockId, newBlockId } from "../core/ids.ts";
import { type FormerBlock, putBack, readFormerBlock } from "../core/put-back.ts";
import { isStanding } from "../core/restored.ts";
import { LOCAL } from "./binding.ts";

export type LostBlock = FormerBlock & { readonly depth: number; readonly isOwn: boolean };

export type Lost = {
  /** In reading order: the blocks written in (`isOwn`), and what was inside them and went with them. */
  readonly blocks: readonly LostBlock[];
  /** Ids of the blocks before them, nearest first: where they stood. */
  readonly behind: readonly BlockId[];
  /** Yjs client that deleted them; null: it cannot be told. */
  readonly deletedBy: number | null;
};

export type LostOptions = {
  /** Blocks with recent words of this person. */
  readonly recent: () => readonly BlockId[];
  /** Called inside Yjs's observers: the document must not be changed before they are through. */
  readonly onLost: (lost: Lost) => void;
};

/** What is inside a block is remembered up to so many blocks. */
const MOST_INSIDE = 200;

/** Returns the way to stop. */
export function watchLostBlocks(map: BlockMap, { recent, onLost }: LostOptions): () => void {
  const known = new Map<BlockId, LostBlock>();
  let watched: { blocks: LostBlock[]; behind: BlockId[] } | null = null;
  const before = (transaction: Transaction) => {
    // Whether it is local shows only afterwards: rows of the log come in a transaction that begins as a local one.
    watched = transaction.origin === LOCAL ? null : readAround(map, recent(), known);
  };
  const after = (change: BlockMapChange) => {
    for (const id of change.blocks) known.delete(id);
    if (!watched || change.transaction.local) return;
    const { blocks, behind } = watched;
    watched = null;
    const gone = blocks.filter(({ id }) => wasDeletedIn(map, id, change.transaction));
    if (!gone.some((block) => block.isOwn && hasLost(map, block))) return;
    const [first] = gone;
    onLost({ blocks: gone, behind, deletedBy: first ? deleterOf(map, first.id) : null });
  };
  map.doc.on("beforeTransaction", before);
  const stop = map.onChange(after);
  return () => {
    map.doc.off("beforeTransaction", before);
    stop();
  };
}

/** Something that was to be read in it does not stand in the document any more. */
const hasLost = (map: BlockMap, { characters, runs }: LostBlock): boolean =>
  textOf(runs).trim() !== "" && characters.some((key) => !isStanding(map.doc, key));

function readAround(map: BlockMap, recent: readonly BlockId[], known: Map<BlockId, LostBlock>) {
  const { items, indexOf } = map.outline();
  const own = recent.flatMap((id) => indexOf.get(id) ?? []).toSorted((a, b) => a - b);
  const [first] = own;
  if (first === undefined) return null;
  const blocks: LostBlock[] = [];
  let next = 0;
  for (const index of own) {
    const depth = items[index]?.depth ?? 0;
    for (let at = Math.max(index, next); at < items.length && at - index <= MOST_INSIDE; at++) {
      const item = items[at];
      if (!item || (at > index && item.depth <= depth)) break;
      const isOwn = own.includes(at);
      const fresh = known.get(item.id) ?? { ...readFormerBlock(map, item.id), depth: item.depth, isOwn };
      known.set(item.id, fresh);
      blocks.push({ ...fresh, depth: item.depth, isOwn });
      next = at + 1;
    }
  }
  const behind = items.slice(Math.max(0, first - MOST_INSIDE), first).map(({ id }) => id);
  return { blocks, behind: behind.reverse() };
}

/** Marked as deleted, or its making taken back, by this very change. */
function wasDeletedIn(map: BlockMap, id: BlockId, transaction: Transaction): boolean {
  const entry = map.entry(id);
  const shared = map.root.get(id);
  if (!entry || !shared || (!entry.gone && entry.placed)) return false;
  const keys = transaction.changed.get(shared as never);
  return keys?.has(entry.gone ? "gone" : "place") ?? false;
}

const deleterOf = (map: BlockMap, id: BlockId): number | null =>
  map.root.get(id)?._map.get("gone")?.id.client ?? null;

/** Call it inside `doc.transact`. What stands already, because it was kept or brought back by another, is not doubled. */
export function bringBack(map: BlockMap, { blocks, behind }: Lost): void {
  let previous: BlockId | null = behind.find((id) => map.has(id)) ?? null;
  for (const block of blocks) {
    // A block whose place in its strand is gone cannot be seen again: another one takes its place.
    if (!map.segment(block.id)) previous = putBackAnew(map, block, previous);
    else {
      putBack(map, block);
      previous = block.id;
    }
  }
}

function putBackAnew(map: BlockMap, block: LostBlock, previous: BlockId | null): BlockId {
  const { items, indexOf } = map.outline();
  const index = previous === null ? 0 : (indexOf.get(previous) ?? items.length - 1) + 1;
  const id = newBlockId();
  createBlock(map, id, block.shape);
  putBack(map, block, id);
  arrange(map, [...items.slice(0, index), { id, depth: block.depth }, ...items.slice(index)]);
  return id;
}
