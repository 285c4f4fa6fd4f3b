/** The open document as one file, as it stands on screen. The printers are loaded when they are first needed. */
import type * as Y from "yjs";
import { type Attachment, type AttachmentKey, IMAGE, readAttachment } from "../../lib/core/attachment.ts";
import { toBase64 } from "../../lib/core/base64.ts";
import { readDocumentTree } from "../../lib/core/block-read.ts";
import type { BlockNode } from "../../lib/core/block-tree.ts";
import { fetchPicture } from "./attachments/storage-door.ts";

export type DocumentFile = { readonly fileName: string; readonly text: string; readonly type: string };
export type Format = "Markdown" | "HTML";

export async function exportDocument(doc: Y.Doc, format: Format): Promise<DocumentFile> {
  const title = doc.getText("title").toString();
  const whole = { title, blocks: readDocumentTree(doc) };
  if (format === "HTML") {
    const { writePage } = await import("../../lib/html/html-page.ts");
    const pictures = await fetchPictures(whole.blocks);
    const text = writePage(whole, { picture: ({ key }) => (key && pictures.get(key)) ?? null });
    return { fileName: `${fileNameOf(title)}.html`, text, type: "text/html;charset=utf-8" };
  }
  const { printMarkdown } = await import("../../lib/markdown/print-markdown.ts");
  return {
    fileName: `${fileNameOf(title)}.md`,
    text: printMarkdown(whole),
    type: "text/markdown;charset=utf-8",
  };
}

/** Bytes of all pictures in one page: what is beyond it is told by its words. */
const MOST_BYTES = 40_000_000;

async function fetchPictures(blocks: readonly BlockNode[]): Promise<Map<AttachmentKey, string>> {
  const found = new Map<AttachmentKey, string>();
  let bytes = 0;
  for (const { key, mime } of picturesIn(blocks)) {
    if (!key || found.has(key) || bytes > MOST_BYTES) continue;
    const blob = await fetchPicture(key).catch(() => null); // not to be had now: its words stand in its place
    if (!blob || bytes + blob.size > MOST_BYTES) continue;
    bytes += blob.size;
    const type = /^image\/(?:png|jpeg|gif|webp|avif)$/.test(mime) ? mime : "image/png";
    found.set(key, `data:${type};base64,${toBase64(new Uint8Array(await blob.arrayBuffer()))}`);
  }
  return found;
}

function picturesIn(blocks: readonly BlockNode[]): Attachment[] {
  return blocks.flatMap(({ type, attrs, children }) => [
    ...(type === IMAGE ? [readAttachment(attrs)] : []),
    ...picturesIn(children),
  ]);
}

export function fileNameOf(title: string): string {
  const name = title
    .replace(/[\p{Cc}<>:"/\\|?*]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 80);
  return name === "" || /^\.+$/.test(name) ? "Untitled" : name;
}
