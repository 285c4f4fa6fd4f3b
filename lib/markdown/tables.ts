/**
 * Tables of GitHub's Markdown ↔ table blocks. Markdown's tables always have a head: one without a head is written with
 * an empty one. Columns are named c1, c2, … in reading; what Markdown cannot hold (widths, other blocks) is left out.
 */
import type { AlignType, Table } from "mdast";
import { type BlockNode, type Json, mergeRuns, type TextRun } from "../core/block-tree.ts";
import { alignAttribute, CELL, columnOf, columnsOf, ROW } from "../core/table.ts";
import { type Align, tableBlock } from "../core/table-block.ts";
import { type Definitions, readRuns } from "./read-runs.ts";

const ALIGNS: readonly Json[] = ["left", "center", "right"];

/** What a table is before its blocks are made: the text of each cell, row by row, all rows of one length. */
type Grid = {
  readonly hasHead: boolean;
  readonly aligns: readonly (Align | null)[];
  readonly rows: readonly (readonly TextRun[][])[];
};

/** Null when a cell holds what no text can. */
export function readTable(table: Table, definitions: Definitions): BlockNode | null {
  const rows = table.children.map((row) => row.children.map((cell) => readRuns(cell.children, definitions)));
  if (rows.flat().includes(null)) return null;
  const aligns = (table.align ?? []).map((align) => align ?? null);
  return toBlock({ hasHead: true, aligns, rows: rows as TextRun[][][] });
}

/**
 * The table as Markdown can hold it; null when it has no cell.
 * @param settleText what a cell can hold of a text
 */
export function settleTable(
  table: BlockNode,
  settleText: (runs: readonly TextRun[]) => TextRun[],
): BlockNode | null {
  const { hasHead, aligns, rows } = gridOf(table);
  const settled = rows.map((row) => row.map((text) => trimRuns(withoutEscapedPipes(settleText(text)))));
  return toBlock({
    hasHead,
    aligns,
    rows: hasHead ? settled : [(settled[0] ?? []).map(() => []), ...settled],
  });
}

/** The rows of a settled table for the printer: the first one is the head. */
export function printedRows(table: BlockNode): {
  align: AlignType[];
  rows: readonly (readonly TextRun[][])[];
} {
  const { hasHead, aligns, rows } = gridOf(table);
  const all = hasHead ? rows : [(rows[0] ?? []).map(() => []), ...rows];
  return { align: [...aligns], rows: all };
}

/** What stands in a table and is neither row nor cell. */
export function strangersIn(table: BlockNode): BlockNode[] {
  return table.children.flatMap((row) =>
    row.type !== ROW ? [row] : row.children.flatMap((cell) => (cell.type !== CELL ? [cell] : cell.children)),
  );
}

/** A head in which nothing stands is none. */
function toBlock({ hasHead, aligns, rows }: Grid): BlockNode | null {
  const isHeadless = hasHead === false || (rows[0] ?? []).every((text) => text.length === 0);
  const width = Math.max(0, ...rows.map((row) => row.length));
  const body = isHeadless ? rows.slice(1) : rows;
  // a head alone still has its columns
  const kept = body.length > 0 ? body : rows;
  const whole = kept.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? []));
  return tableBlock({ isHeaded: !isHeadless, aligns, rows: whole });
}

function gridOf({ attrs, children }: BlockNode): Grid {
  const columns = columnsOf(attrs).map(({ id }) => id);
  const rows = children.filter(({ type }) => type === ROW).map((row) => placedCells(row, columns));
  const width = Math.max(columns.length, ...rows.map((row) => row.length));
  const aligns = columns.map((id) => {
    const align = attrs[alignAttribute(id)] ?? null;
    return ALIGNS.includes(align) ? (align as Align) : null;
  });
  const whole = rows.map((row) => Array.from({ length: width }, (_, index) => row[index] ?? []));
  return { hasHead: attrs.header === true, aligns, rows: whole };
}

/** Each cell in its column; those that name none, or one that is taken, where there is room. */
function placedCells(row: BlockNode, columns: readonly string[]): TextRun[][] {
  const placed: (TextRun[] | undefined)[] = [];
  const homeless: TextRun[][] = [];
  for (const cell of row.children) {
    if (cell.type !== CELL) continue;
    const at = columns.indexOf(columnOf(cell.attrs) ?? "");
    if (at >= 0 && placed[at] === undefined) placed[at] = cell.text;
    else homeless.push(cell.text);
  }
  for (const text of homeless) {
    const free = Array.from(placed).indexOf(undefined);
    placed[free >= 0 ? free : placed.length] = text;
  }
  return Array.from(placed, (text) => text ?? []);
}

/** A pipe behind a backslash would end the cell, and code cannot escape it: such code is plain text in a cell. */
function withoutEscapedPipes(runs: readonly TextRun[]): TextRun[] {
  return mergeRuns(
    runs.map((run) => {
      if (!run.marks.code || !run.text.includes("\\|")) return run;
      const { code: _code, ...marks } = run.marks;
      return { ...run, marks };
    }),
  );
}

/** Markdown drops the blanks at both ends of a cell. */
function trimRuns(runs: readonly TextRun[]): TextRun[] {
  const trimmed = runs.map((run) => ({ ...run }));
  for (const run of trimmed) {
    run.text = run.text.trimStart();
    if (run.text !== "") break;
  }
  for (const run of trimmed.toReversed()) {
    run.text = run.text.trimEnd();
    if (run.text !== "") break;
  }
  return mergeRuns(trimmed);
}
