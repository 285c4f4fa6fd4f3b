/** What one does with columns: make them, add one, take them away, put blocks beside another. Commands of ProseMirror. */
import type { Node as ProseMirrorNode, Schema } from "@tiptap/pm/model";
import { type Command, type EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { maxBlockDepth } from "../core/block-tree.ts";
import { CALLOUT } from "../core/callout.ts";
import { COLUMN, COLUMNS, MOST_COLUMNS } from "../core/columns.ts";
import { newBlockId } from "../core/ids.ts";
import { idOf } from "./block-nodes.ts";
import { setChosen } from "./chosen.ts";
import { choose } from "./chosen-commands.ts";
import { baseOf, columnAround, columnsHere, isColumns, isColumnsPart } from "./column-places.ts";
import { blockAt, selectedRange, subtreeEnd } from "./commands.ts";
import { atDepth, movedNodes, startOf } from "./move-block.ts";

type Dispatch = ((tr: Transaction) => void) | undefined;
type Range = { readonly first: number; readonly end: number };

const part = (schema: Schema, type: typeof COLUMNS | typeof COLUMN, depth: number): ProseMirrorNode =>
  schema.node(type, { id: newBlockId(), type, depth, props: {} });

const emptyLine = (schema: Schema, depth: number): ProseMirrorNode =>
  schema.node("block", { id: newBlockId(), type: "paragraph", depth, props: {} });

/** Makes the block that the caret is in, with all inside it, the first of so many columns; in columns, adds what lacks. */
export const makeColumns =
  (count: number): Command =>
  (state, dispatch) => {
    const { index } = blockAt(state.doc, state.selection.from);
    const here = columnsHere(state.doc, index);
    if (here) return addColumns(state, dispatch, here.end, count - here.columns.length);
    return wrap(state, dispatch, index, count);
  };

/** An empty column behind the one that the caret is in; where there are none, beside the block that it is in. */
export const addColumn: Command = (state, dispatch) => {
  const { index } = selectedPlace(state);
  const here = columnsHere(state.doc, index);
  if (!here) return wrap(state, dispatch, index, 2, 1);
  if (here.columns.length >= MOST_COLUMNS) return false;
  const column = here.columns.find(({ at, end }) => index >= at && index < end);
  return addColumns(state, dispatch, column?.end ?? here.end, 1);
};

/** The block of the caret, or the first that is chosen. */
const selectedPlace = (state: EditorState) => ({ index: selectedRange(state).first });

/** @param at index of the child before which they are put */
function addColumns(state: EditorState, dispatch: Dispatch, at: number, count: number): boolean {
  if (count <= 0) return false;
  const { doc, schema } = state;
  const base = baseOf(doc.child(at - 1));
  const start = startOf(doc, at);
  const fresh = Array.from({ length: count }, () => [
    part(schema, COLUMN, base - 1),
    emptyLine(schema, base),
  ]);
  const tr = state.tr.insert(start, fresh.flat());
  // behind the node that begins the column, in its line
  tr.setSelection(TextSelection.create(tr.doc, start + 2));
  dispatch?.(setChosen(tr, null).scrollIntoView());
  return true;
}

/** Columns stand at the top or in what folds, never on a ground. */
function mayStand(doc: ProseMirrorNode, index: number, levels: number): boolean {
  const node = doc.child(index);
  if (isColumnsPart(node) || baseOf(node) > 0) return false;
  let { depth } = node.attrs;
  for (let at = index - 1; at >= 0 && depth > 0; at--) {
    const above = doc.child(at);
    if (above.attrs.depth >= depth) continue;
    depth = above.attrs.depth;
    if (above.attrs.type === CALLOUT) return false;
  }
  return levels + 2 < maxBlockDepth && node.attrs.depth <= maxBlockDepth - 3;
}

const deepest = (nodes: readonly ProseMirrorNode[]): number =>
  Math.max(0, ...nodes.map((node) => node.attrs.depth + (node.type.name === "table" ? 2 : 0)));

/** @param focus the column into which the caret goes */
function wrap(state: EditorState, dispatch: Dispatch, index: number, count: number, focus = 0): boolean {
  const { doc, schema } = state;
  const end = subtreeEnd(doc, index);
  const inside = doc.children.slice(index, end);
  if (inside.some(isColumns) || !mayStand(doc, index, deepest(inside))) return false;
  if (!dispatch) return true;
  const { tr } = state;
  const { depth } = doc.child(index).attrs;
  const behind = startOf(doc, end);
  const others = Array.from({ length: count - 1 }, () => [
    part(schema, COLUMN, depth + 1),
    emptyLine(schema, depth + 2),
  ]);
  // something to write in behind them
  const last = end === doc.childCount ? [emptyLine(schema, depth)] : [];
  tr.insert(behind, [...others.flat(), ...last]);
  sink(tr, doc, { first: index, end });
  tr.insert(startOf(doc, index), [part(schema, COLUMNS, depth), part(schema, COLUMN, depth + 1)]);
  // the two nodes before the first column, one before the second, and into its line
  if (focus > 0) setChosen(tr.setSelection(TextSelection.create(tr.doc, behind + 2 + 2)), null);
  dispatch(tr.scrollIntoView());
  return true;
}

/** Blocks go two levels deeper where they stand, so that their words and a caret in them stay. */
function sink(tr: Transaction, doc: ProseMirrorNode, { first, end }: Range): void {
  let pos = startOf(doc, first);
  for (const node of doc.children.slice(first, end)) {
    tr.setNodeAttribute(pos, "depth", node.attrs.depth + 2);
    pos += node.nodeSize;
  }
}

/** Takes away the columns around the caret or the chosen blocks: what is in them stays, in order. */
export const removeColumns: Command = (state, dispatch) => {
  const here = columnsHere(state.doc, selectedPlace(state).index);
  if (!here) return false;
  const { tr } = state;
  for (const at of [here.at, ...here.columns.map((column) => column.at)].reverse())
    tr.delete(startOf(state.doc, at), startOf(state.doc, at + 1));
  dispatch?.(tr.scrollIntoView());
  return true;
};

/** Alt+Shift+Left, Alt+Shift+Right: the column past its neighbour, which is what is moved: the caret stays in its words. */
export const shiftColumn =
  (by: -1 | 1): Command =>
  (state, dispatch) => {
    const { doc, tr } = state;
    const { index } = selectedPlace(state);
    const here = columnsHere(doc, index);
    const own = here?.columns.findIndex(({ at, end }) => index >= at && index < end) ?? -1;
    const [column, neighbour] = [here?.columns[own], here?.columns[own + by]];
    if (!column || !neighbour) return false;
    const [from, to] = [startOf(doc, neighbour.at), startOf(doc, neighbour.end)];
    tr.delete(from, to);
    const at = startOf(doc, by < 0 ? column.end : column.at);
    tr.insert(tr.mapping.map(at), doc.children.slice(neighbour.at, neighbour.end));
    dispatch?.(tr.scrollIntoView());
    return true;
  };

/** At the left or the right edge of the block at `index`; in columns, beside its column. */
export type BesidePlace = { readonly index: number; readonly side: "left" | "right" };

/** Puts a run of blocks with all inside it beside another block, as a column. */
export const moveBeside =
  ({ first, end }: Range, { index, side }: BesidePlace): Command =>
  (state, dispatch) => {
    const { doc } = state;
    const nodes = movedNodes(doc, { first, end });
    const target = doc.maybeChild(index);
    if (!target || nodes.length === 0 || nodes.some(isColumns) || isColumnsPart(target)) return false;
    const stays = (at: number) => at < first || at >= end;
    const here = columnsHere(doc, index);
    const put = here ? besideColumn : besideBlock;
    return put(state, dispatch, { range: { first, end }, nodes, index, side, stays });
  };

type Beside = BesidePlace & {
  readonly range: Range;
  readonly nodes: readonly ProseMirrorNode[];
  /** Whether the child at an index is none of those that move. */
  readonly stays: (index: number) => boolean;
};

function besideColumn(
  state: EditorState,
  dispatch: Dispatch,
  { range, nodes, index, side, stays }: Beside,
): boolean {
  const { doc, schema } = state;
  const here = columnsHere(doc, index);
  const column = here?.columns.find(({ at, end }) => index >= at && index < end);
  if (!here || !column) return false;
  const holds = ({ at, end }: { at: number; end: number }) =>
    doc.children.slice(at + 1, end).some((_, offset) => stays(at + 1 + offset));
  // alone in its column and put beside that: nothing to do
  if (!holds(column) || here.columns.filter(holds).length >= MOST_COLUMNS) return false;
  if (!dispatch) return true;
  const base = baseOf(doc.child(column.at));
  const moved = deeper(nodes, base);
  if (deepest(moved) >= maxBlockDepth) return false;
  const at = startOf(doc, side === "left" ? column.at : column.end);
  const { tr } = state;
  tr.delete(startOf(doc, range.first), startOf(doc, range.end));
  tr.insert(tr.mapping.map(at), [part(schema, COLUMN, base - 1), ...moved]);
  dispatch(chosen(tr, moved));
  return true;
}

function besideBlock(
  state: EditorState,
  dispatch: Dispatch,
  { range, nodes, index, side, stays }: Beside,
): boolean {
  const { doc, schema } = state;
  const end = subtreeEnd(doc, index);
  const inside = doc.children.slice(index, end);
  const { depth } = doc.child(index).attrs;
  const moved = deeper(nodes, depth + 2);
  const isInside = !inside.every((_, offset) => stays(index + offset));
  if (isInside || inside.some(isColumns) || deepest(moved) >= maxBlockDepth) return false;
  if (!mayStand(doc, index, deepest(inside))) return false;
  if (!dispatch) return true;
  const { tr } = state;
  const own = [part(schema, COLUMNS, depth), part(schema, COLUMN, depth + 1)];
  const other = part(schema, COLUMN, depth + 1);
  sink(tr, doc, { first: index, end });
  tr.delete(startOf(doc, range.first), startOf(doc, range.end));
  const [from, to] = [startOf(doc, index), startOf(doc, end)].map((at) => tr.mapping.map(at)) as [
    number,
    number,
  ];
  if (side === "right") {
    tr.insert(to, [other, ...moved]);
    tr.insert(from, own);
  } else tr.insert(from, [...own, ...moved, other]);
  dispatch(chosen(tr, moved));
  return true;
}

function deeper(nodes: readonly ProseMirrorNode[], depth: number): ProseMirrorNode[] {
  const shift = depth - (nodes[0]?.attrs.depth ?? 0);
  return nodes.map((node) => atDepth(node, shift));
}

function chosen(tr: Transaction, moved: readonly ProseMirrorNode[]): Transaction {
  const [head] = moved;
  const last = moved.filter((node) => node.attrs.depth <= (head?.attrs.depth ?? 0)).at(-1);
  return head && last ? choose(tr, idOf(head), idOf(last)) : tr;
}

/** Whether the caret, or what is chosen, is in columns. */
export const isInColumns = (state: EditorState): boolean => {
  const { index } = selectedPlace(state);
  return columnAround(state.doc.child(index)) !== null;
};
