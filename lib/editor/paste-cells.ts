/** A table that is pasted into a table: its cells go into the cells from the caret's on, as in a spreadsheet. */
import type { Fragment, Node as ProseMirrorNode, Slice } from "@tiptap/pm/model";
import type { EditorState, Transaction } from "@tiptap/pm/state";
import { newBlockId } from "../core/ids.ts";
import { orderKeysBetween } from "../core/order-key.ts";
import { columnAttribute, columnsOf, newColumnId } from "../core/table.ts";
import { type CellPlace, cellPlaceOf } from "./cell-place.ts";
import { chosenOf } from "./chosen.ts";
import { caretIn, cellStart, fillGap, rowStart, sizeAfter } from "./table-commands.ts";

/**
 * Null where the paste is no such thing: the caret is in no cell, or something else is pasted than one table of several
 * cells. "too much" where the table would have more cells than a table may.
 */
export function pasteCells(state: EditorState, { content }: Slice): Transaction | "too much" | null {
  const place = chosenOf(state) === null ? cellPlaceOf(state) : null;
  const pasted =
    content.childCount === 1 && content.firstChild?.type.name === "table" ? content.firstChild : null;
  if (!place || !pasted) return null;
  const grid = pasted.children.map((row) => row.children.map((cell) => cell.content));
  const width = Math.max(0, ...grid.map((row) => row.length));
  if (grid.length * width < 2) return null;
  const columns = columnsOf(place.table.attrs.props);
  const moreColumns = Math.max(0, place.column + width - columns.length);
  const moreRows = Math.max(0, place.row + grid.length - place.table.childCount);
  if (!sizeAfter(place, moreRows, moreColumns)) return "too much";
  const { tr } = state;
  fill(tr, place, columns.length, grid);
  if (moreColumns > 0) addColumns(tr, place, moreColumns, grid);
  if (moreRows > 0) addRows(tr, place, grid.slice(grid.length - moreRows));
  return caretIn(tr, place.pos, place.row + grid.length - 1, place.column + width - 1);
}

type Grid = readonly (readonly Fragment[])[];

/** The cells that are there, from the last one on: so the places of the others stay. */
function fill(tr: Transaction, place: CellPlace, width: number, grid: Grid): void {
  const rows = grid.slice(0, place.table.childCount - place.row);
  for (let row = rows.length - 1; row >= 0; row--) {
    const cells = rows[row]?.slice(0, width - place.column) ?? [];
    for (let column = cells.length - 1; column >= 0; column--) {
      const at = cellStart(place, place.row + row, place.column + column);
      const cell = fillGap(tr, place.table, at);
      if (cell) tr.replaceWith(at + 1, at + 1 + cell.content.size, cells[column] ?? []);
    }
  }
}

function addColumns(
  tr: Transaction,
  { table, pos, row, column }: CellPlace,
  count: number,
  grid: Grid,
): void {
  const columns = columnsOf(table.attrs.props);
  const keys = orderKeysBetween(columns.at(-1)?.key ?? null, null, count);
  const added = keys.map((key) => ({ id: newColumnId(), key }));
  const now = tr.doc.nodeAt(pos) as ProseMirrorNode;
  for (let index = now.childCount - 1; index >= 0; index--) {
    const end = rowStart({ table: now, pos }, index) + now.child(index).nodeSize - 1;
    const contents = grid[index - row] ?? [];
    const from = columns.length - column;
    tr.insert(
      end,
      added.map(({ id }, at) => cellOf(now, id, contents[from + at])),
    );
  }
  const names = Object.fromEntries(added.map(({ id, key }) => [columnAttribute(id), key]));
  tr.setNodeAttribute(pos, "props", { ...table.attrs.props, ...names });
}

function addRows(tr: Transaction, { pos, column }: CellPlace, rows: Grid): void {
  const now = tr.doc.nodeAt(pos) as ProseMirrorNode;
  const { tableRow } = now.type.schema.nodes;
  const attrs = () => ({ id: newBlockId(), type: "tableRow", depth: now.attrs.depth + 1, props: {} });
  const made = rows.map((cells) =>
    tableRow?.create(
      attrs(),
      columnsOf(now.attrs.props).map(({ id }, at) => cellOf(now, id, cells[at - column])),
    ),
  );
  tr.insert(
    pos + now.nodeSize - 1,
    made.filter((row) => row !== undefined),
  );
}

function cellOf(table: ProseMirrorNode, col: string, content: Fragment | undefined): ProseMirrorNode {
  const attrs = { id: newBlockId(), type: "tableCell", depth: table.attrs.depth + 2, props: { col } };
  return table.type.schema.node("tableCell", attrs, content);
}
