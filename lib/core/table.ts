/**
 * Tables: a block of type `table` holds rows, a row holds cells, and each cell is a block with words of its own.
 *
 *   table   a:col.ID = order key for each column; a:width.ID, a:align.ID if set; a:header = true: its first row heads it
 *   tableRow
 *   tableCell   a:col = the column's ID
 *
 * A cell names its column, so that columns which two people add at one place stay columns in every row. What does not
 * fit (another block in a table, a second cell of one column, a cell whose column is gone and in which another typed
 * meanwhile) stands behind the table with its words: see outline.ts.
 */
import type { Json } from "./block-tree.ts";
import { isOrderKey } from "./order-key.ts";

export const TABLE = "table";
export const ROW = "tableRow";
export const CELL = "tableCell";

/** What an outline item is within a table that counts as one. */
export type TableRole = "table" | "row" | "cell";

type Attributes = Readonly<Record<string, Json>>;

const COLUMN = /^col\.([0-9a-z]{1,32})$/;

export type ColumnId = string;

export const columnAttribute = (id: ColumnId): string => `col.${id}`;
export const widthAttribute = (id: ColumnId): string => `width.${id}`;
export const alignAttribute = (id: ColumnId): string => `align.${id}`;

export type Column = { readonly id: ColumnId; readonly key: string };

/** A table's columns in order: by key, then by id. */
export function columnsOf(table: Attributes): Column[] {
  const columns: Column[] = [];
  for (const [name, key] of Object.entries(table)) {
    const id = COLUMN.exec(name)?.[1];
    if (id !== undefined && isOrderKey(key)) columns.push({ id, key });
  }
  return columns.sort((a, b) => (a.key === b.key ? (a.id < b.id ? -1 : 1) : a.key < b.key ? -1 : 1));
}

/** The column that a cell names; null when it names none. */
export function columnOf(cell: Attributes): ColumnId | null {
  return typeof cell.col === "string" ? cell.col : null;
}

/** Eight characters: two made at once in one table are the same with a chance of one in 10¹². */
export function newColumnId(): ColumnId {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join("");
}
