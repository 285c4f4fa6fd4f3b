/**
 * Columns in the editor's flat document. Their blocks are two kinds of nodes without content, `columns` and `column`,
 * that stand before what is in them, one level and two levels above it. What stands in a column carries two marks,
 * `inColumns` and `inColumn`, so that the page shows it in elements of their own, as with sections; the marks follow
 * from the nodes (place-marks.ts). So whatever works on the list of blocks works in a column.
 */
import type { Mark, Node as ProseMirrorNode } from "@tiptap/pm/model";
import { COLUMN, COLUMNS } from "../core/columns.ts";
import type { BlockId } from "../core/ids.ts";
import { idOf } from "./block-nodes.ts";

export const isColumns = (node: ProseMirrorNode): boolean => node.type.name === COLUMNS;
export const isColumn = (node: ProseMirrorNode): boolean => node.type.name === COLUMN;
/** Shown by what it holds: nobody writes in it. */
export const isColumnsPart = (node: ProseMirrorNode): boolean => isColumns(node) || isColumn(node);

function markOf({ marks }: ProseMirrorNode, name: "inColumns" | "inColumn"): Mark | null {
  for (const mark of marks) if (mark.type.name === name) return mark;
  return null;
}

/** The column that a node stands in, or is; null outside of columns. */
export const columnAround = (node: ProseMirrorNode): BlockId | null =>
  markOf(node, "inColumn")?.attrs.of ?? null;

/** The columns that a node stands in, or is. */
export const columnsAround = (node: ProseMirrorNode): BlockId | null =>
  markOf(node, "inColumns")?.attrs.of ?? null;

/** The depth of the outermost blocks where a node stands: that of the top, or of a column. */
export const baseOf = (node: ProseMirrorNode): number => {
  const depth = markOf(node, "inColumns")?.attrs.depth;
  return typeof depth === "number" ? depth + 2 : 0;
};

export const isSamePlace = (one: ProseMirrorNode, other: ProseMirrorNode): boolean =>
  columnAround(one) === columnAround(other);

/** Whether nothing stands behind the child at `index`, in the document or in its column. */
export function isLastHere(doc: ProseMirrorNode, index: number): boolean {
  const next = doc.maybeChild(index + 1);
  return next === null || (baseOf(doc.child(index)) > 0 && !isSamePlace(next, doc.child(index)));
}

/** Indexes of the columns around the child at `index` of a document, and of the columns in it; `end`: behind the last child. */
export type ColumnsHere = {
  readonly at: number;
  readonly end: number;
  readonly columns: readonly { readonly at: number; readonly end: number }[];
};

export function columnsHere(doc: ProseMirrorNode, index: number): ColumnsHere | null {
  const node = doc.maybeChild(index);
  const id = node && columnsAround(node);
  if (!id) return null;
  const isHere = (at: number) => {
    const other = doc.maybeChild(at);
    return other !== null && columnsAround(other) === id;
  };
  let at = index;
  while (isHere(at - 1)) at--;
  let end = index + 1;
  while (isHere(end)) end++;
  const starts: number[] = [];
  for (let child = at; child < end; child++) if (isColumn(doc.child(child))) starts.push(child);
  return { at, end, columns: starts.map((start, i) => ({ at: start, end: starts[i + 1] ?? end })) };
}

/** The marks of a node that stands behind another. */
export function columnMarksBehind(above: ProseMirrorNode | null, node: ProseMirrorNode): readonly Mark[] {
  const { inColumns, inColumn } = node.type.schema.marks;
  const { depth, props } = node.attrs;
  if (!inColumns || !inColumn) return [];
  if (isColumns(node)) return [keep(node, inColumns.create({ of: idOf(node), depth }))];
  const around = above && markOf(above, "inColumns");
  if (!around || depth <= around.attrs.depth) return [];
  if (isColumn(node)) {
    const width = props.width ?? null;
    return [keep(node, around), keep(node, inColumn.create({ of: idOf(node), width }))];
  }
  const column = markOf(above, "inColumn");
  return column ? [keep(node, around), keep(node, column)] : [keep(node, around)];
}

/** The mark that a node has already, if it is the same. */
const keep = (node: ProseMirrorNode, mark: Mark): Mark => node.marks.find((own) => own.eq(mark)) ?? mark;
