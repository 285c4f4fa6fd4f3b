/** Tables of a page as tables of a document: no merged cells, and in each cell nothing but text. */
import { type BlockNode, type Marks, mergeRuns, type TextRun, textOf } from "../core/block-tree.ts";
import { ROW } from "../core/table.ts";
import { type Align, tableBlock } from "../core/table-block.ts";
import { without } from "./block-list.ts";
import { stylesOf } from "./inline-marks.ts";

/** Cells beyond these are not read: no person's table has as many, and one attribute can claim a thousand. */
const MOST_COLUMNS = 200;

type Cell = { readonly element: Element; readonly text: TextRun[] };

/** What only arranges a page: a table of one cell, or one that holds others. */
export function isLayout(table: Element): boolean {
  const role = table.getAttribute("role");
  if (role === "presentation" || role === "none" || table.querySelector("table")) return true;
  const rows = rowsOf(table);
  return rows.length < 2 && (rows[0]?.children.length ?? 0) < 2;
}

export function rowsOf(table: Element): Element[] {
  return [...table.querySelectorAll("tr")].filter((row) => row.closest("table") === table);
}

/** @param mostCells rows behind so many are not read */
export function readTable(
  table: Element,
  readCell: (cell: Element) => TextRun[],
  mostCells = Number.POSITIVE_INFINITY,
): BlockNode | null {
  const grid = gridOf(firstRows(rowsOf(table), mostCells), readCell);
  const width = Math.max(0, ...grid.map((row) => row.length));
  const rows = grid.map((row) => Array.from({ length: width }, (_, column) => row[column]?.text ?? []));
  const isMarked =
    (grid[0] ?? []).some((cell) => cell?.element.localName === "th") ||
    table.querySelector("thead tr") !== null;
  const isBold = rows.length > 1 && isBoldRow(rows[0]) && !isBoldRow(rows[1]);
  const isHeaded = isMarked || isBold;
  if (isHeaded) rows[0] = (rows[0] ?? []).map(withoutBold);
  const aligns = Array.from({ length: width }, (_, column) => alignOf(grid.slice(isHeaded ? 1 : 0), column));
  return tableBlock({ isHeaded, aligns, rows });
}

function firstRows(rows: readonly Element[], mostCells: number): readonly Element[] {
  let cells = 0;
  const end = rows.findIndex((row) => {
    const isOver = cells > mostCells;
    cells += row.children.length;
    return isOver;
  });
  return end < 0 ? rows : rows.slice(0, end);
}

/** A merged cell stands where it begins; what else it covered is empty. */
function gridOf(rows: readonly Element[], readCell: (cell: Element) => TextRun[]): (Cell | null)[][] {
  const grid: (Cell | null)[][] = rows.map(() => []);
  rows.forEach((row, y) => {
    let x = 0;
    for (const element of row.children) {
      if (element.localName !== "td" && element.localName !== "th") continue;
      while (grid[y]?.[x] !== undefined) x++;
      const wide = spanOf(element, "colspan", MOST_COLUMNS - x);
      const high = spanOf(element, "rowspan", rows.length - y);
      if (x >= MOST_COLUMNS) break;
      const cell: Cell = { element, text: readCell(element) };
      for (let down = 0; down < high; down++)
        for (let right = 0; right < wide; right++) {
          const line = grid[y + down];
          if (line) line[x + right] = down + right === 0 ? cell : null;
        }
      x += wide;
    }
  });
  // a column that a span claimed and nothing stands in is none
  return grid.map((row) => Array.from(row, (cell) => cell ?? null));
}

function spanOf(element: Element, name: string, most: number): number {
  const span = Number.parseInt(element.getAttribute(name) ?? "1", 10);
  return Math.max(1, Math.min(Number.isNaN(span) ? 1 : span, most));
}

function isBoldRow(row: readonly TextRun[][] | undefined): boolean {
  const filled = (row ?? []).filter((text) => text.length > 0);
  return (
    filled.length > 0 &&
    filled.every((text) => text.every(({ text, marks }) => marks.bold === true || text === "\n"))
  );
}

const withoutBold = (text: TextRun[]): TextRun[] =>
  mergeRuns(text.map((run) => ({ text: run.text, marks: without(run.marks, "bold") })));

/** What all filled cells of a column agree on. */
function alignOf(rows: readonly (Cell | null)[][], column: number): Align | null {
  const cells = rows.flatMap((row) => row[column] ?? []).filter(({ text }) => text.length > 0);
  const said = new Set(cells.map(({ element }) => alignOfCell(element)));
  const [align] = said;
  return said.size === 1 && (align === "center" || align === "right") ? align : null;
}

/** Its own, or that of the paragraph in it. */
function alignOfCell(cell: Element): string | undefined {
  const said = (element: Element) =>
    stylesOf(element).get("text-align") ?? element.getAttribute("align")?.toLowerCase();
  const paragraph = cell.querySelector(":scope > p");
  return said(cell) ?? (paragraph ? said(paragraph) : undefined);
}

/** A cell's blocks as its text: a block a line, items with their dots. */
export function cellText(blocks: readonly BlockNode[], marks: Marks = {}): TextRun[] {
  const lines = blocks.flatMap((block): TextRun[][] => {
    const dot = block.type === "bullet" || block.type === "number" ? [{ text: "• ", marks }] : [];
    const own = block.type === ROW ? [] : [...dot, ...block.text];
    return [
      ...(textOf(own) === "" ? [] : [own]),
      ...(block.children.length > 0 ? [cellText(block.children, marks)] : []),
    ];
  });
  return mergeRuns(
    lines.flatMap((line, index) => (index === 0 ? line : [{ text: "\n", marks: {} }, ...line])),
  );
}
