/**
 * A table of a spreadsheet or a database in text (RFC 4180, and what programs make of it: semicolons or tabs, lines that
 * end as they like, the letters of Windows) → a block, or none where there is no cell. Parsed by Papa Parse.
 */
import Papa from "papaparse";
import type { BlockNode, TextRun } from "../core/block-tree.ts";
import { isSafeHref } from "../core/link.ts";
import { tableBlock } from "../core/table-block.ts";
import { decode, maxMarkdownBlocks } from "../markdown/read-markdown-file.ts";
import { maxPieceLength } from "../markdown/read-pieces.ts";

export type ReadCsv =
  | { readonly ok: true; readonly blocks: readonly BlockNode[] }
  | { readonly ok: false; readonly reason: string };

/** Where the words of a cell in the first column lead to; null: nowhere. */
export type LinkOfRow = (words: string) => string | null;

export function readCsv(bytes: Uint8Array, linkOfRow: LinkOfRow = () => null): ReadCsv {
  const text = decode(bytes) ?? new TextDecoder("windows-1252").decode(bytes);
  if (text.includes("\0")) return refuse("This file holds binary data and is no table in text.");
  const [hint = "", delimiter = ""] = SEPARATOR.exec(text) ?? [];
  const { data } = Papa.parse<string[]>(text.slice(hint.length), {
    delimiter,
    skipEmptyLines: "greedy",
    preview: maxMarkdownBlocks,
  });
  const lines = data.map((line) => line.map(wordsOf));
  if (lines.some((line) => line.some((cell) => cell.length > maxPieceLength)))
    return refuse("This table has a cell of more than 400,000 characters: divide it and try again.");
  const width = Math.max(0, ...lines.map((line) => line.findLastIndex((cell) => cell !== "") + 1));
  if (1 + lines.length * (1 + width) > maxMarkdownBlocks)
    return refuse("This table makes more than 20,000 blocks, the most that one document holds.");
  const isHeaded = lines.length > 1 && isHead((lines[0] ?? []).slice(0, width));
  const rows = lines.map((line, at) =>
    Array.from({ length: width }, (_, column) =>
      textOfCell(line[column] ?? "", column === 0 && !(isHeaded && at === 0) ? linkOfRow : null),
    ),
  );
  const table = tableBlock({ isHeaded, aligns: [], rows });
  return { ok: true, blocks: table ? [table] : [] };
}

/** Written before a table for Excel, which takes it for none of its lines. */
const SEPARATOR = /^"?sep=([,;|\t])"?\r?\n/i;

/** Lines within a cell end as ours do; other signs that control a printer are none of a text. */
const wordsOf = (cell: string): string =>
  cell
    .replace(/\r\n?|[\v\f]/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .trim();

const refuse = (reason: string): ReadCsv => ({ ok: false, reason });

/** Names of columns are there, and are no numbers. */
const isHead = (line: readonly string[]): boolean =>
  line.every((cell) => cell !== "" && !/^[\p{Sc}\s\d.,:/%+-]+$/u.test(cell));

function textOfCell(words: string, linkOfRow: LinkOfRow | null): TextRun[] {
  if (words === "") return [];
  const href = linkOfRow?.(words) ?? (/^https?:\/\/\S+$/i.test(words) && isSafeHref(words) ? words : null);
  return [{ text: words, marks: href === null ? {} : { link: { href } } }];
}
