/**
 * Columns: a block of type `columns` holds two to four blocks of type `column`, which stand side by side, and each of
 * these holds any blocks but columns.
 *
 *   columns
 *   column   a:width = its share of the room beside the others' (1, if not set)
 *
 * Neither has words of its own. What makes no columns (fewer than two that hold a block, columns in columns, columns
 * below depth maxBlockDepth - 3) is transparent: the blocks in it stand where it stood, in order. What else is in
 * columns (another block, a fifth column, columns that two people added at once) stands behind them. One in which
 * somebody wrote, whose version knew no columns, is a block like any other, so that the words are in sight.
 */
import type { Json } from "./block-tree.ts";
import type { Entry, ParentId } from "./entry.ts";
import type { BlockId } from "./ids.ts";

export const COLUMNS = "columns";
export const COLUMN = "column";

export const LEAST_COLUMNS = 2;
export const MOST_COLUMNS = 4;

/** What an outline item is that makes columns. */
export type ColumnsRole = "columns" | "column";

/** How much of the room a column takes, beside 1 for the others: between a quarter and four. */
export function widthOf({ width }: Readonly<Record<string, Json>>): number {
  return typeof width === "number" && Number.isFinite(width) ? Math.min(4, Math.max(0.25, width)) : 1;
}

type Groups = ReadonlyMap<ParentId, readonly { readonly entry: Entry }[]>;
type Source = {
  readonly isSeen: (id: BlockId) => boolean;
  readonly hasText: (id: BlockId) => boolean;
};

/** Tells which columns count, for one reading of an outline. Work is linear in the blocks, whatever they say. */
export class ColumnsReader {
  readonly #source: Source;
  readonly #groups: Groups;
  #filled: ReadonlySet<ParentId> | null = null;

  /** @param groups the children of each block, in order */
  constructor(source: Source, groups: Groups) {
    this.#source = source;
    this.#groups = groups;
  }

  /** Without words: it is columns, a column, or transparent, and never a block that is shown itself. */
  isHollow({ id, type }: Entry): boolean {
    return (type === COLUMNS || type === COLUMN) && !this.#source.hasText(id);
  }

  /** The columns that count in a block of type `columns`; null when they are too few. */
  standingIn(columns: BlockId): ReadonlySet<BlockId> | null {
    const standing = new Set<BlockId>();
    const filled = this.#filledBlocks();
    const stack = [{ group: this.#groups.get(columns) ?? [], next: 0 }];
    for (let level = stack.at(-1); level && standing.size < MOST_COLUMNS; level = stack.at(-1)) {
      const entry = level.group[level.next++]?.entry;
      if (!entry) stack.pop();
      else if (!this.#source.isSeen(entry.id))
        stack.push({ group: this.#groups.get(entry.id) ?? [], next: 0 });
      else if (entry.type === COLUMN && this.isHollow(entry) && filled.has(entry.id)) standing.add(entry.id);
    }
    return standing.size < LEAST_COLUMNS ? null : standing;
  }

  #isShown(entry: Entry): boolean {
    return this.#source.isSeen(entry.id) && !this.isHollow(entry);
  }

  /** Blocks that are not shown themselves, and that a shown one stands in. */
  #filledBlocks(): ReadonlySet<ParentId> {
    if (this.#filled) return this.#filled;
    const above = new Map<ParentId, ParentId>();
    for (const [parent, group] of this.#groups)
      for (const { entry } of group) if (!this.#isShown(entry)) above.set(entry.id, parent);
    const filled = new Set<ParentId>();
    for (const [parent, group] of this.#groups) {
      if (filled.has(parent) || !group.some(({ entry }) => this.#isShown(entry))) continue;
      for (let at = parent; above.has(at) && !filled.has(at); at = above.get(at) ?? "") filled.add(at);
    }
    this.#filled = filled;
    return filled;
  }
}
