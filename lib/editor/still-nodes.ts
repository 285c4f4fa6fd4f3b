/** Stored rows as nodes of the editor: the document as the map would show it, made without a map. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type Json, mergeRuns, type TextRun } from "../core/block-tree.ts";
import { ROOT } from "../core/entry.ts";
import { type BlockId, blockId } from "../core/ids.ts";
import type { OutlineItem } from "../core/outline.ts";
import { CELL, ROW, TABLE, type TableRole } from "../core/table.ts";
import { NOTHING_KEPT, outlineNodes } from "./outline-nodes.ts";
import { inPlaces } from "./place-marks.ts";
import { schema } from "./schema.ts";

/** A row of `blocks`; `parentPath` as in `projection.ts`. */
export type StillRow = {
  readonly id: string;
  readonly parentPath: string;
  readonly type: string;
  readonly content: { readonly attrs: Readonly<Record<string, Json>>; readonly text: readonly TextRun[] };
};

/** UTF-16 units of words: about ten windows of text. */
const MOST_UNITS = 60_000;

/** The rows up to the first that is too much: a page that begins with a whole book comes without it. */
export function shortRows<Row extends StillRow>(rows: readonly Row[]): Row[] {
  let units = 0;
  const end = rows.findIndex(({ content }) => {
    units += content.text.reduce((sum, run) => sum + run.text.length, 0);
    return units > MOST_UNITS;
  });
  return rows.slice(0, end < 0 ? rows.length : end);
}

const NO_SECTIONS = { from: Number.POSITIVE_INFINITY, every: 1 };

/** @param rows in reading order, each behind the one that it is in. */
export function stillDocument(rows: readonly StillRow[]): ProseMirrorNode {
  const byId = new Map(rows.map((row) => [blockId(row.id.replaceAll("-", "")), row]));
  const roles = new Map<string, TableRole>();
  const items = [...byId].map(([id, row]): OutlineItem => {
    const above = row.parentPath === "" ? [] : row.parentPath.split(".");
    const parent = (above.at(-1) ?? ROOT) as BlockId | typeof ROOT;
    const role = roleOf(row, roles.get(parent));
    if (role) roles.set(id, role);
    return { id, depth: above.length, parent, ...(role ? { role } : {}) };
  });
  const source = {
    type: (id: BlockId) => byId.get(id)?.type ?? "paragraph",
    attrs: (id: BlockId) => byId.get(id)?.content.attrs ?? {},
    runs: (id: BlockId) => mergeRuns(byId.get(id)?.content.text ?? []),
  };
  const nodes = outlineNodes(schema, source, items, NOTHING_KEPT);
  return schema.topNodeType.create(null, inPlaces(nodes, NO_SECTIONS));
}

/** A table or row with words of its own counts as any block (outline.ts). */
function roleOf({ type, content }: StillRow, around: TableRole | undefined): TableRole | undefined {
  if (type === CELL) return around === "row" ? "cell" : undefined;
  if (content.text.length > 0) return undefined;
  if (type === ROW) return around === "table" ? "row" : undefined;
  return type === TABLE && around === undefined ? "table" : undefined;
}
