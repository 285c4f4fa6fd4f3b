/** Alt+Shift+Up, Alt+Shift+Down: blocks with all inside them past their neighbour, through columns and out of them. */
import { Mark, type Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type Command, Selection } from "@tiptap/pm/state";
import { baseOf, columnsAround, isColumn, isColumns, isSamePlace } from "./column-places.ts";
import { blockByIndex, selectedRange, subtreeEnd } from "./commands.ts";

/** A place for blocks: before the child at `index`, nested at `depth`. */
export type Destination = { readonly index: number; readonly depth: number };
type Range = { readonly first: number; readonly end: number };

export const moveBlock =
  (by: -1 | 1): Command =>
  (state, dispatch) => {
    const range = selectedRange(state);
    const { doc } = state;
    const target = by < 0 ? placeAbove(doc, range) : placeBelow(doc, range);
    if (target === null || !dispatch) return true;
    const from = startOf(doc, range.first);
    const to = startOf(doc, range.end);
    const at = startOf(doc, target.index);
    const shift = target.depth - doc.child(range.first).attrs.depth;
    const isWhole = isColumn(doc.child(range.first)); // a column among the others
    const nodes = isWhole ? doc.children.slice(range.first, range.end) : movedNodes(doc, range);
    const moved = nodes.map((node) => atDepth(node, shift));
    if (moved.length === 0) return true;
    const { tr } = state;
    const offset = state.selection.from - from;
    tr.delete(from, to).insert(tr.mapping.map(at), moved);
    const start = by < 0 ? at : at - (to - from);
    const position = tr.doc.resolve(Math.min(start + offset, tr.doc.content.size));
    dispatch(tr.setSelection(Selection.near(position)).scrollIntoView());
    return true;
  };

/** What moves when a run of blocks does: of columns that are not in it as a whole, the blocks in them. */
export function movedNodes(doc: ProseMirrorNode, { first, end }: Range): ProseMirrorNode[] {
  const nodes = doc.children.slice(first, end);
  const whole = new Set(nodes.filter(isColumns).map(columnsAround));
  return nodes.filter((node) => !isColumn(node) || whole.has(columnsAround(node)));
}

/** Where the child at an index begins; behind the last one where the document ends. */
export const startOf = (doc: ProseMirrorNode, index: number): number =>
  index < doc.childCount ? blockByIndex(doc, index).pos : doc.content.size;

/** So many levels deeper, with all inside it, and at a place that is still to be found out (place-marks.ts). */
export function atDepth(node: ProseMirrorNode, shift: number): ProseMirrorNode {
  const attrs = { ...node.attrs, depth: Math.max(0, node.attrs.depth + shift) };
  const content =
    node.isTextblock || node.isLeaf
      ? node.content
      : node.content.content.map((inner) => ("id" in inner.attrs ? atDepth(inner, shift) : inner));
  return node.type.create(attrs, content, Mark.none);
}

/** The sibling above, or the parent; from a column's start the end of the one before it, or before the columns. */
function placeAbove(doc: ProseMirrorNode, { first }: Range): Destination | null {
  const node = doc.child(first);
  const { depth } = node.attrs;
  if (first === 0) return null;
  let index = first - 1;
  while (index > 0 && doc.child(index).attrs.depth > depth) index--;
  const above = doc.child(index);
  if (isColumn(node)) return isColumn(above) ? { index, depth } : null;
  if (!isColumn(above)) return { index, depth };
  const isFirst = isColumns(doc.child(index - 1));
  return isFirst ? { index: index - 1, depth: above.attrs.depth - 1 } : { index, depth: baseOf(above) };
}

/** Behind the sibling below; from a column's end the start of the next one, or behind the columns. */
function placeBelow(doc: ProseMirrorNode, { first, end }: Range): Destination | null {
  const node = doc.child(first);
  const next = doc.maybeChild(end);
  const { depth } = node.attrs;
  if (isColumn(node)) return next && isColumn(next) ? { index: subtreeEnd(doc, end), depth } : null;
  const base = baseOf(node);
  if (base > 0 && !isColumns(node)) {
    if (next === null || baseOf(next) === 0 || isColumns(next)) return { index: end, depth: base - 2 };
    if (!isSamePlace(next, node)) return { index: end + 1, depth: base };
  }
  return next && { index: subtreeEnd(doc, end), depth };
}
