/**
 * The invariants of the rows of `blocks` (invariants.ts has the others and how they are told).
 *
 *   I4  the stored rows are the projection of the log, row for row, and so is the title
 *   I5  blocks form a tree: no orphan, no cycle, no deeper than 32, one order key for each place
 */
import type * as Y from "yjs";
import { isEqualJson, type Json, maxBlockDepth } from "./block-tree.ts";
import { type BlockRow, type Projection, projectDocument } from "./projection.ts";

/** A row of `blocks` as SQL gives it. */
export type StoredRow = {
  readonly id: string;
  readonly parent_path: string;
  readonly sort_order: string;
  readonly type: string;
  readonly content: unknown;
  readonly plain_text: string;
};

export type StoredDocument = { readonly title: string; readonly rows: readonly StoredRow[] };

/** As the database would store it. */
export function storedAs({ title, rows }: Projection): StoredDocument {
  return {
    title,
    rows: rows.map(({ id, parentPath, sortOrder, type, content, plainText }) => ({
      id,
      parent_path: parentPath,
      sort_order: sortOrder,
      type,
      content,
      plain_text: plainText,
    })),
  };
}

/** I4. `doc` is the replay of the log. */
export function flawsOfProjection(doc: Y.Doc, stored: StoredDocument): string[] {
  const { title, rows } = projectDocument(doc);
  const flaws =
    stored.title === title ? [] : [`I4 the stored title is "${stored.title}", in the log "${title}"`];
  const left = new Map(stored.rows.map((row) => [row.id, row]));
  if (left.size < stored.rows.length) flaws.push("I4 a block is stored twice");
  for (const row of rows) {
    const found = left.get(row.id);
    left.delete(row.id);
    if (found === undefined) flaws.push(`I4 block ${row.id} is not stored`);
    else
      flaws.push(
        ...differingColumns(row, found).map((name) => `I4 block ${row.id} is stored with another ${name}`),
      );
  }
  return [...flaws, ...[...left.keys()].map((id) => `I4 block ${id} is stored and not in the log`)];
}

/** Longest type that the column holds, in characters. */
const TYPE_LENGTH = 64;

function differingColumns(row: BlockRow, stored: StoredRow): string[] {
  const type = [...row.type].slice(0, TYPE_LENGTH).join("") || "unknown";
  const same: Record<string, boolean> = {
    parent_path: stored.parent_path === row.parentPath,
    sort_order: stored.sort_order === row.sortOrder,
    type: stored.type === type,
    content: isEqualJson(stored.content as Json, row.content as unknown as Json),
    plain_text: stored.plain_text === row.plainText,
  };
  return Object.keys(same).filter((name) => !same[name]);
}

export type PlacedRow = Pick<BlockRow, "id" | "parentPath" | "sortOrder">;

export function placeOf({ id, parent_path, sort_order }: StoredRow): PlacedRow {
  return { id, parentPath: parent_path, sortOrder: sort_order };
}

/** I5. Rows of one document, as the projection gives them or (`placeOf`) as they are stored. */
export function flawsOfTree(rows: readonly PlacedRow[]): string[] {
  const labelOf = (id: string) => id.replaceAll("-", "");
  const paths = new Map(rows.map((row) => [labelOf(row.id), row.parentPath]));
  const flaws = paths.size < rows.length ? ["I5 a block is there twice"] : [];
  const taken = new Set<string>();
  for (const { id, parentPath, sortOrder } of rows) {
    const labels = parentPath === "" ? [] : parentPath.split(".");
    const parent = labels.at(-1);
    if (labels.length >= maxBlockDepth) flaws.push(`I5 block ${id} is at depth ${labels.length + 1}`);
    if (labels.includes(labelOf(id))) flaws.push(`I5 block ${id} is inside itself`);
    else if (parent !== undefined && paths.get(parent) !== labels.slice(0, -1).join("."))
      flaws.push(`I5 block ${id} has a path that leads nowhere: ${parentPath}`);
    const place = `${parentPath} ${sortOrder}`;
    if (taken.has(place)) flaws.push(`I5 block ${id} shares the key ${sortOrder} with a sibling`);
    taken.add(place);
  }
  return flaws;
}
