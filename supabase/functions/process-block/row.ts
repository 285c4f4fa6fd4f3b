/** A block's row as the database takes it, with the hash that says whether it changed. */
import { createHash } from "node:crypto";
import type { BlockRow } from "../_shared/core.gen.d.ts";

export type HashedRow = BlockRow & {
  /** sha256 in hex over everything else. */
  readonly hash: string;
  /** About how many characters it takes to send. */
  readonly size: number;
};

const TYPE_LENGTH = 64;

export function hashRow(row: BlockRow): HashedRow {
  // One odd block never stops its document: what the column would refuse is made to fit.
  const type = row.type === "" ? "unknown" : [...row.type].slice(0, TYPE_LENGTH).join("");
  const { id, parentPath, sortOrder, content, plainText } = row;
  const text = canonicalJson([parentPath, sortOrder, type, content, plainText]);
  const hash = createHash("sha256").update(text).digest("hex");
  return { id, parentPath, sortOrder, type, content, plainText, hash, size: text.length + 200 };
}

/** JSON with sorted keys: the order in which a document happens to hold attributes changes nothing. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join()}}`;
}
