/** A table that was read from elsewhere, as blocks. Its columns are named c1, c2, … */
import type { BlockNode, Json, TextRun } from "./block-tree.ts";
import { orderKeysBetween } from "./order-key.ts";
import { alignAttribute, CELL, columnAttribute, ROW, TABLE } from "./table.ts";

export type Align = "left" | "center" | "right";

/** The text of each cell, row by row; short rows are filled up. The first row is the head, if `isHeaded`. */
export type TableGrid = {
  readonly isHeaded: boolean;
  readonly aligns: readonly (Align | null)[];
  readonly rows: readonly (readonly TextRun[][])[];
};

/** Null when it has no cell. */
export function tableBlock({ isHeaded, aligns, rows }: TableGrid): BlockNode | null {
  const width = Math.max(0, ...rows.map((row) => row.length));
  if (width === 0) return null;
  const ids = Array.from({ length: width }, (_, index) => `c${index + 1}`);
  const attrs: Record<string, Json> = isHeaded ? { header: true } : {};
  orderKeysBetween(null, null, width).forEach((key, index) => {
    attrs[columnAttribute(ids[index] ?? "")] = key;
  });
  aligns.slice(0, width).forEach((align, index) => {
    if (align !== null) attrs[alignAttribute(ids[index] ?? "")] = align;
  });
  const children = rows.map((row) => ({
    type: ROW,
    attrs: {},
    text: [],
    children: ids.map((col, index) => ({ type: CELL, attrs: { col }, text: row[index] ?? [], children: [] })),
  }));
  return { type: TABLE, attrs, text: [], children };
}
