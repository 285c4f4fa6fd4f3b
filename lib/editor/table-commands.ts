/**
 * What one does to a table from within: rows, columns, the way from cell to cell. Commands of ProseMirror. What keeps a
 * table in shape is in cell-place.ts.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type Command, type EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { maxBlockDepth } from "../core/block-tree.ts";
import { newBlockId } from "../core/ids.ts";
import { orderKeysBetween } from "../core/order-key.ts";
import { alignAttribute, columnAttribute, columnsOf, newColumnId, widthAttribute } from "../core/table.ts";
import { type CellPlace, cellPlaceOf } from "./cell-place.ts";
import { isLastHere } from "./column-places.ts";
import { blockAt } from "./commands.ts";

/** Most cells of a table: beyond it a page stops being quick. */
export const MOST_CELLS = 10_000;

function newCell(state: EditorState, depth: number, col: string): ProseMirrorNode {
  return state.schema.node("tableCell", { id: newBlockId(), type: "tableCell", depth, props: { col } });
}

function newRow(state: EditorState, table: ProseMirrorNode): ProseMirrorNode {
  const { depth } = table.attrs;
  const cells = columnsOf(table.attrs.props).map(({ id }) => newCell(state, depth + 2, id));
  const attrs = { id: newBlockId(), type: "tableRow", depth: depth + 1, props: {} };
  return state.schema.node("tableRow", attrs, cells);
}

/** A new table of so many rows, the first one its head, and columns. */
export function newTable(state: EditorState, depth: number, rows: number, columns: number): ProseMirrorNode {
  const props: Record<string, string | boolean> = { header: true };
  for (const key of orderKeysBetween(null, null, columns)) props[columnAttribute(newColumnId())] = key;
  const empty = state.schema.node("table", { id: newBlockId(), type: "table", depth, props });
  return empty.type.create(
    empty.attrs,
    Array.from({ length: rows }, () => newRow(state, empty)),
  );
}

/** Puts a table where an empty block is, or behind the block; the caret goes into its first cell. */
export const insertTable =
  (rows = 3, columns = 3): Command =>
  (state, dispatch) => {
    const { node, pos, index } = blockAt(state.doc, state.selection.from);
    if (node.type.name === "table" || node.attrs.depth > maxBlockDepth - 3) return false;
    if (!dispatch) return true;
    const isEmpty = node.isTextblock && node.content.size === 0;
    const at = isEmpty ? pos : pos + node.nodeSize;
    const table = newTable(state, node.attrs.depth, rows, columns);
    const tr = state.tr.replaceWith(at, pos + node.nodeSize, table);
    const end = at + table.nodeSize;
    // something to write in behind it
    if (isLastHere(state.doc, index)) {
      tr.insert(end, state.schema.node("block", { id: newBlockId(), depth: node.attrs.depth }));
    }
    dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 3)).scrollIntoView());
    return true;
  };

/** Position of a row, and below of a cell in it. */
export function rowStart({ table, pos }: Pick<CellPlace, "table" | "pos">, index: number): number {
  let at = pos + 1;
  for (let i = 0; i < index; i++) at += table.child(i).nodeSize;
  return at;
}

export function cellStart(place: CellPlace, row: number, column: number): number {
  let at = rowStart(place, row) + 1;
  for (let i = 0; i < column; i++) at += place.table.child(row).child(i).nodeSize;
  return at;
}

/** Whether a table with so many more rows and columns is none too large. */
export const sizeAfter = ({ table }: CellPlace, rows: number, columns: number): boolean =>
  (table.childCount + rows) * (columnsOf(table.attrs.props).length + columns) <= MOST_CELLS;

/** @param side 0: above, 1: below */
export const addRow =
  (side: 0 | 1): Command =>
  (state, dispatch) => {
    const place = cellPlaceOf(state);
    if (!place || !sizeAfter(place, 1, 0)) return false;
    if (!dispatch) return true;
    const at = rowStart(place, place.row + side);
    const tr = state.tr.insert(at, newRow(state, place.table));
    dispatch(caretIn(tr, place.pos, place.row + side, place.column).scrollIntoView());
    return true;
  };

/** @param side 0: before, 1: behind */
export const addColumn =
  (side: 0 | 1): Command =>
  (state, dispatch) => {
    const place = cellPlaceOf(state);
    if (!place || !sizeAfter(place, 0, 1)) return false;
    if (!dispatch) return true;
    const { table, pos } = place;
    const columns = columnsOf(table.attrs.props);
    const at = place.column + side;
    const [key = ""] = orderKeysBetween(lowerKey(columns, at), higherKey(columns, at), 1);
    const id = newColumnId();
    const tr = state.tr;
    for (let row = table.childCount - 1; row >= 0; row--)
      tr.insert(cellStart(place, row, at), newCell(state, table.attrs.depth + 2, id));
    tr.setNodeAttribute(pos, "props", { ...table.attrs.props, [columnAttribute(id)]: key });
    dispatch(caretIn(tr, pos, place.row, at).scrollIntoView());
    return true;
  };

type Columns = ReturnType<typeof columnsOf>;

const lowerKey = (columns: Columns, at: number): string | null => columns[at - 1]?.key ?? null;

/** The first key behind that is greater: two columns may share one. */
function higherKey(columns: Columns, at: number): string | null {
  const low = lowerKey(columns, at);
  return columns.slice(at).find(({ key }) => low === null || key > low)?.key ?? null;
}

export const deleteRow: Command = (state, dispatch) => {
  const place = cellPlaceOf(state);
  if (!place) return false;
  if (place.table.childCount === 1) return deleteTable(state, dispatch);
  if (!dispatch) return true;
  const at = rowStart(place, place.row);
  const tr = state.tr.delete(at, at + place.table.child(place.row).nodeSize);
  dispatch(caretIn(tr, place.pos, Math.min(place.row, place.table.childCount - 2), place.column));
  return true;
};

export const deleteColumn: Command = (state, dispatch) => {
  const place = cellPlaceOf(state);
  if (!place) return false;
  const { table, pos, column } = place;
  const columns = columnsOf(table.attrs.props);
  const gone = columns[column];
  if (columns.length <= 1 || !gone) return deleteTable(state, dispatch);
  if (!dispatch) return true;
  const tr = state.tr;
  for (let row = table.childCount - 1; row >= 0; row--) {
    const cell = table.child(row).maybeChild(column);
    const at = cellStart(place, row, column);
    if (cell) tr.delete(at, at + cell.nodeSize);
  }
  const props = { ...table.attrs.props };
  for (const name of [columnAttribute, widthAttribute, alignAttribute]) delete props[name(gone.id)];
  tr.setNodeAttribute(pos, "props", props);
  dispatch(caretIn(tr, pos, place.row, Math.min(column, columns.length - 2)));
  return true;
};

export const deleteTable: Command = (state, dispatch) => {
  const place = cellPlaceOf(state);
  if (!place) return false;
  if (!dispatch) return true;
  const { pos, table } = place;
  const fresh = state.schema.node("block", { id: newBlockId(), depth: table.attrs.depth });
  const tr = state.tr.replaceWith(pos, pos + table.nodeSize, fresh);
  dispatch(tr.setSelection(TextSelection.create(tr.doc, pos + 1)).scrollIntoView());
  return true;
};

export const moveRow =
  (by: -1 | 1): Command =>
  (state, dispatch) => {
    const place = cellPlaceOf(state);
    const to = place ? place.row + by : -1;
    if (!place || to < 0 || to >= place.table.childCount) return false;
    if (!dispatch) return true;
    const row = place.table.child(place.row);
    const at = rowStart(place, place.row);
    const tr = state.tr.delete(at, at + row.nodeSize);
    tr.insert(by < 0 ? rowStart(place, to) : at + place.table.child(to).nodeSize, row);
    dispatch(caretIn(tr, place.pos, to, place.column).scrollIntoView());
    return true;
  };

/** Only the column's key changes: the cells follow it, also those that another adds at the same time. */
export const moveColumn =
  (by: -1 | 1): Command =>
  (state, dispatch) => {
    const place = cellPlaceOf(state);
    const columns = place ? columnsOf(place.table.attrs.props) : [];
    const moved = place ? columns[place.column] : undefined;
    const to = place ? place.column + by : -1;
    if (!place || !moved || to < 0 || to >= columns.length) return false;
    if (!dispatch) return true;
    const { table, pos } = place;
    const others = columns.filter(({ id }) => id !== moved.id);
    const [key = ""] = orderKeysBetween(lowerKey(others, to), higherKey(others, to), 1);
    const tr = state.tr.setNodeAttribute(pos, "props", {
      ...table.attrs.props,
      [columnAttribute(moved.id)]: key,
    });
    const fresh = tr.doc.nodeAt(pos);
    // rows in the new order of columns, by the rule of normalize.ts
    if (fresh) settleOrder(tr, fresh, pos, [...others.slice(0, to), moved, ...others.slice(to)]);
    dispatch(caretIn(tr, pos, place.row, to).scrollIntoView());
    return true;
  };

function settleOrder(tr: Transaction, table: ProseMirrorNode, pos: number, columns: Columns): void {
  const place = { table, pos, row: 0, column: 0 };
  for (let index = table.childCount - 1; index >= 0; index--) {
    const row = table.child(index);
    const cells = columns.flatMap(({ id }) =>
      row.children.filter((cell) => (cell.attrs.props?.col ?? cell.attrs.col) === id),
    );
    const start = rowStart(place, index) + 1;
    tr.replaceWith(start, start + row.content.size, cells);
  }
}

export const toggleHeader: Command = (state, dispatch) => {
  const place = cellPlaceOf(state);
  if (!place) return false;
  const { header, ...props } = place.table.attrs.props;
  dispatch?.(
    state.tr.setNodeAttribute(place.pos, "props", header === true ? props : { ...props, header: true }),
  );
  return true;
};

export const alignColumn =
  (align: "left" | "center" | "right"): Command =>
  (state, dispatch) => {
    const place = cellPlaceOf(state);
    const column = place ? columnsOf(place.table.attrs.props)[place.column] : undefined;
    if (!place || !column) return false;
    const { [alignAttribute(column.id)]: _before, ...props } = place.table.attrs.props;
    const wanted = align === "left" ? props : { ...props, [alignAttribute(column.id)]: align };
    dispatch?.(state.tr.setNodeAttribute(place.pos, "props", wanted));
    return true;
  };

/** Tab, Shift+Tab: the next cell with its text chosen; behind the last one a new row. */
export const goToCell =
  (by: -1 | 1): Command =>
  (state, dispatch) => {
    const place = cellPlaceOf(state);
    if (!place) return false;
    const width = columnsOf(place.table.attrs.props).length;
    const next = place.row * width + place.column + by;
    if (next < 0) return true;
    const row = Math.floor(next / width);
    if (row >= place.table.childCount) return goBelow(state, dispatch, { ...place, column: 0 });
    dispatch?.(caretIn(state.tr, place.pos, row, next % width, true).scrollIntoView());
    return true;
  };

/** Enter: the cell below; from the last row into a new one. */
export const cellBelow: Command = (state, dispatch) => {
  const place = cellPlaceOf(state);
  return place !== null && goBelow(state, dispatch, place);
};

function goBelow(
  state: EditorState,
  dispatch: ((tr: Transaction) => void) | undefined,
  place: CellPlace,
): boolean {
  if (!dispatch) return true;
  const { table, pos, row, column } = place;
  const tr = state.tr;
  if (row + 1 >= table.childCount) {
    if (!sizeAfter(place, 1, 0)) return true;
    tr.insert(pos + table.nodeSize - 1, newRow(state, table));
  }
  dispatch(caretIn(tr, pos, row + 1, column).scrollIntoView());
  return true;
}

/** Puts the caret at the end of a cell, or chooses its text. A gap becomes a cell. */
export function caretIn(
  tr: Transaction,
  pos: number,
  row: number,
  column: number,
  isAll = false,
): Transaction {
  const table = tr.doc.nodeAt(pos);
  if (!table || row >= table.childCount) return tr;
  const place = { table, pos, row, column };
  const at = cellStart(place, row, Math.min(column, table.child(row).childCount - 1));
  const cell = fillGap(tr, table, at);
  if (!cell?.isTextblock) return tr;
  const end = at + 1 + cell.content.size;
  return tr.setSelection(TextSelection.create(tr.doc, isAll ? at + 1 : end, end));
}

/** The cell at a position, made if there is a gap. */
export function fillGap(tr: Transaction, table: ProseMirrorNode, at: number): ProseMirrorNode | null {
  const node = tr.doc.nodeAt(at);
  if (node?.type.name !== "tableGap") return node;
  const attrs = {
    id: newBlockId(),
    type: "tableCell",
    depth: table.attrs.depth + 2,
    props: { col: node.attrs.col },
  };
  const cell = node.type.schema.node("tableCell", attrs);
  tr.replaceWith(at, at + node.nodeSize, cell);
  return cell;
}
