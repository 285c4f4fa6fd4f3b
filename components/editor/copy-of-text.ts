import * as Y from "yjs";
import { readDocumentTree } from "../../lib/core/block-read.ts";
import { printMarkdown } from "../../lib/markdown/print-markdown.ts";

/** The document as its writer sees it, with what the server does not have, as Markdown. */
export function copyOfText(doc: Y.Doc, unsent: readonly Uint8Array[]): string {
  const copy = new Y.Doc();
  for (const update of [Y.encodeStateAsUpdate(doc), ...unsent]) Y.applyUpdate(copy, update);
  const text = printMarkdown({ title: copy.getText("title").toString(), blocks: readDocumentTree(copy) });
  copy.destroy();
  return text;
}
