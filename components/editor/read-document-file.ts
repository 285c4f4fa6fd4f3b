/** A file of text → what a document of it holds: Markdown, a page in HTML, or a table. */
import {
  type Attachment,
  type AttachmentKey,
  attachmentKey,
  attachmentProps,
} from "../../lib/core/attachment.ts";
import type { BlockNode } from "../../lib/core/block-tree.ts";
import { isTableFile } from "../../lib/exchange/plan-import.ts";
import { readCsv } from "../../lib/exchange/read-csv.ts";
import { pictureOfDataUrl } from "../../lib/html/data-url.ts";
import { readPage } from "../../lib/html/html-page.ts";
import type { ReadDoors } from "../../lib/markdown/doors.ts";
import type { TextWays } from "../../lib/markdown/foreign-text.ts";
import { decode, maxMarkdownBlocks, readMarkdownFile } from "../../lib/markdown/read-markdown-file.ts";

export type ReadFile =
  | {
      readonly ok: true;
      readonly title: string | null;
      readonly blocks: readonly BlockNode[];
      readonly files: ReadonlyMap<AttachmentKey, File>;
    }
  | { readonly ok: false; readonly reason: string };

/** What lies beside the text. Both are asked once for each address in it. */
export type Beside = TextWays & {
  readonly link: (url: string) => string | null;
  readonly file: (url: string) => File | null;
};

const NOTHING: Beside = { link: () => null, file: () => null };
/** With its pictures in it. */
const MOST_HTML = 60_000_000;

export function readDocumentFile(
  name: string,
  bytes: Uint8Array,
  documentId: string,
  beside = NOTHING,
): ReadFile {
  const files = new Map<AttachmentKey, File>();
  const keys = new Map<File, AttachmentKey>();
  const add = (file: File): AttachmentKey => {
    const key = keys.get(file) ?? attachmentKey(documentId, crypto.randomUUID());
    keys.set(file, key);
    files.set(key, file);
    return key;
  };
  if (isTableFile(name)) {
    const read = readCsv(bytes);
    return read.ok ? { ...read, title: null, files } : read;
  }
  if (/\.html?$/i.test(name)) return readHtml(bytes, beside, files, add);
  const doors: ReadDoors = {
    ...beside,
    link: beside.link,
    attachment(url, title) {
      const file = beside.file(url);
      return file ? { key: add(file), name: title ?? file.name } : null;
    },
  };
  const read = readMarkdownFile(bytes, doors);
  return read.ok ? { ...read, files } : read;
}

function readHtml(
  bytes: Uint8Array,
  beside: Beside,
  files: ReadonlyMap<AttachmentKey, File>,
  add: (file: File) => AttachmentKey,
): ReadFile {
  if (bytes.length > MOST_HTML)
    return { ok: false, reason: "This page has more than 60 MB: import it in parts." };
  const text = decode(bytes) ?? decodeWestern(bytes);
  if (text === null)
    return { ok: false, reason: "This page is not text in UTF-8: save it as UTF-8 and try again." };
  const { title, blocks } = readPage(text, {
    mostBlocks: maxMarkdownBlocks,
    link: beside.link,
    picture({ src, alt }) {
      const file = pictureOfDataUrl(src, alt) ?? beside.file(src);
      if (!file) return null;
      const about: Attachment = {
        key: add(file),
        name: file.name,
        alt,
        mime: "",
        size: null,
        width: null,
        height: null,
      };
      return { type: "image", attrs: attachmentProps(about), text: [], children: [] };
    },
  });
  if (countBlocks(blocks) > maxMarkdownBlocks)
    return {
      ok: false,
      reason: "This page makes more than 20,000 blocks, the most that one document holds.",
    };
  return { ok: true, title, blocks, files };
}

const countBlocks = (blocks: readonly BlockNode[]): number =>
  blocks.reduce((sum, { children }) => sum + 1 + countBlocks(children), 0);

/** Older pages say that they are written in the code of Windows or Latin 1. */
function decodeWestern(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, 2_048));
  return /charset\s*=\s*["']?(?:windows-1252|iso-8859-1|latin1)/i.test(head)
    ? new TextDecoder("windows-1252").decode(bytes)
    : null;
}
