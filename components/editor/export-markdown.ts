import type * as Y from "yjs";
import { readDocumentTree } from "../../lib/core/block-read.ts";

export type MarkdownFile = { fileName: string; text: string };

/** The document as a Markdown file. The printer is loaded when it is first needed. */
export async function exportMarkdown(doc: Y.Doc): Promise<MarkdownFile> {
  const { printMarkdown } = await import("../../lib/markdown/print-markdown.ts");
  const title = doc.getText("title").toString();
  const text = printMarkdown({ title, blocks: readDocumentTree(doc) });
  return { fileName: `${fileNameOf(title)}.md`, text };
}

function fileNameOf(title: string): string {
  const name = title
    .replace(/[\p{Cc}<>:"/\\|?*]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 80);
  return name === "" || /^\.+$/.test(name) ? "Untitled" : name;
}
