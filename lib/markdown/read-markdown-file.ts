/** A file that somebody chose → document, or one sentence saying why not. */
import type { ReadDoors } from "./doors.ts";
import { type MarkdownDocument, parseWithin } from "./parse-markdown.ts";

export type MarkdownFile = ({ ok: true } & MarkdownDocument) | { ok: false; reason: string };

/** Files of this size and above are refused. */
export const maxMarkdownBytes = 10_000_000;

/** One document holds no more blocks than this. */
export const maxMarkdownBlocks = 20_000;

/** Control characters that no text has: all but tab, line ends, form feed and escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const binary = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

export function readMarkdownFile(bytes: Uint8Array, doors: ReadDoors | null = null): MarkdownFile {
  if (bytes.byteLength >= maxMarkdownBytes) {
    const size = (bytes.byteLength / 1_000_000).toFixed(1);
    return { ok: false, reason: `This file has ${size} MB; a Markdown file must be smaller than 10 MB.` };
  }
  const text = decode(bytes);
  if (text === null)
    return { ok: false, reason: "This file is not text in UTF-8: save it as UTF-8 and try again." };
  if (binary.test(text)) return { ok: false, reason: "This file holds binary data and is no Markdown text." };
  const document = parseWithin(text, maxMarkdownBlocks, doors);
  return typeof document === "string" ? { ok: false, reason: reasons[document] } : { ok: true, ...document };
}

const reasons = {
  "too many blocks": "This file makes more than 20,000 blocks, the most that one document holds.",
  "too long a block": "This file has a block of more than 400,000 characters: divide it and try again.",
};

/** Null for bytes that are not UTF-8, nor UTF-16 that says so. A byte order mark is dropped. */
export function decode(bytes: Uint8Array): string | null {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
