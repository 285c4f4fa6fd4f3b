/**
 * Columns brought into the shape that a block map gives them: two to four columns that hold blocks, none in a column.
 * The nodes that begin what is none are taken out, and what stood in it comes out by as many levels, in order.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { Transaction } from "@tiptap/pm/state";
import { maxBlockDepth } from "../core/block-tree.ts";
import { LEAST_COLUMNS, MOST_COLUMNS } from "../core/columns.ts";
import { baseOf, columnsAround, isColumn, isColumns, isColumnsPart } from "./column-places.ts";
import { isTable } from "./outline-nodes.ts";

export function settleColumns(tr: Transaction): void {
  const { children } = tr.doc;
  if (
    !children.some((node) => isColumnsPart(node) || (node.marks.length > 0 && columnsAround(node) !== null))
  )
    return;
  const told = depthsInside(children);
  const depths = settledDepths(children, told, soundParts(children, told));
  let pos = tr.doc.content.size;
  for (let index = children.length - 1; index >= 0; index--) {
    const node = children[index] as ProseMirrorNode;
    pos -= node.nodeSize;
    const depth = depths[index] ?? null;
    if (depth === null) tr.delete(pos, pos + node.nodeSize);
    else if (depth !== node.attrs.depth) tr.setNodeAttribute(pos, "depth", depth);
  }
}

/** The depths that the nodes say; what was put in between blocks of columns, at whatever depth, stands in them. */
function depthsInside(nodes: readonly ProseMirrorNode[]): number[] {
  const depths = nodes.map(({ attrs }) => Math.max(0, Number(attrs.depth) || 0));
  let last: number | null = null;
  for (const [index, node] of nodes.entries()) {
    const around = columnsAround(node);
    if (around === null) continue;
    const before: ProseMirrorNode | null = last === null ? null : (nodes[last] ?? null);
    if (last !== null && before && columnsAround(before) === around)
      for (let at = last + 1; at < index; at++)
        if (!isColumnsPart(nodes[at] as ProseMirrorNode))
          depths[at] = Math.max(depths[at] ?? 0, baseOf(before));
    last = index;
  }
  return depths;
}

type Open = {
  readonly at: number;
  readonly depth: number;
  readonly columns: { readonly at: number; isFilled: boolean }[];
};

/** Indexes of the nodes that begin columns which count. Of more than four, the fourth takes what is in the others. */
function soundParts(nodes: readonly ProseMirrorNode[], depths: readonly number[]): ReadonlySet<number> {
  const sound = new Set<number>();
  let open: Open | null = null;
  const close = ({ at, columns }: Open) => {
    const filled = columns.filter(({ isFilled }) => isFilled);
    if (filled.length < LEAST_COLUMNS) return;
    for (const part of [{ at }, ...filled.slice(0, MOST_COLUMNS)]) sound.add(part.at);
  };
  for (const [at, node] of nodes.entries()) {
    const depth = depths[at] ?? 0;
    if (open && depth <= open.depth) {
      close(open);
      open = null;
    }
    if (isColumns(node)) open ??= { at, depth, columns: [] };
    else if (isColumn(node)) {
      if (open && depth === open.depth + 1) open.columns.push({ at, isFilled: false });
    } else {
      const last = open?.columns.at(-1);
      if (last) last.isFilled = true;
      else open = null; // before the first column stands nothing
    }
  }
  if (open) close(open);
  return sound;
}

/** The depth of each node; null: it goes. */
function settledDepths(
  nodes: readonly ProseMirrorNode[],
  told: readonly number[],
  sound: ReadonlySet<number>,
): (number | null)[] {
  /** Depths of the nodes taken out that this one stood in. */
  const holes: number[] = [];
  let open: { readonly was: number; readonly is: number } | null = null;
  let above = -1;
  return nodes.map((node, at) => {
    const was = told[at] ?? 0;
    while (holes.length > 0 && (holes.at(-1) ?? 0) >= was) holes.pop();
    if (open && was <= open.was) open = null;
    if (isColumnsPart(node) && !sound.has(at)) {
      holes.push(was);
      return null;
    }
    const depth = settledDepth(node, { was, open, above, holes });
    if (isColumns(node)) open = { was, is: depth };
    above = isTable(node) ? depth - 1 : depth;
    return depth;
  });
}

type Surroundings = {
  readonly was: number;
  readonly open: { readonly was: number; readonly is: number } | null;
  readonly above: number;
  readonly holes: readonly number[];
};

function settledDepth(node: ProseMirrorNode, { was, open, above, holes }: Surroundings): number {
  if (open === null) {
    // one that stood in a column comes out of both
    const out = columnsAround(node) !== null && !isColumns(node) ? 2 : holes.length;
    const most = isColumns(node) ? maxBlockDepth - 3 : maxBlockDepth - 1;
    return Math.max(0, Math.min(was - out, above + 1, most));
  }
  if (isColumn(node)) return open.is + 1;
  const within = holes.filter((hole) => hole > open.was + 1).length;
  return Math.max(open.is + 2, Math.min(was - within - open.was + open.is, above + 1));
}
