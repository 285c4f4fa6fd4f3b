import * as Y from "yjs";
import { readDocumentTree } from "../../lib/core/block-read.ts";
import { type BlockNode, textOf } from "../../lib/core/block-tree.ts";

/**
 * The document as its writer sees it, with what the server does not have, as Markdown; as plain lines where the printer
 * cannot be had (no connection, and it was never used before).
 */
export async function copyOfText(doc: Y.Doc, unsent: readonly Uint8Array[]): Promise<string> {
  const copy = new Y.Doc();
  for (const update of [Y.encodeStateAsUpdate(doc), ...unsent]) Y.applyUpdate(copy, update);
  const whole = { title: copy.getText("title").toString(), blocks: readDocumentTree(copy) };
  copy.destroy();
  const print = await fetchPrinter();
  return print ? print(whole) : [whole.title, ...linesOf(whole.blocks)].join("\n");
}

/** Null where it cannot be had. Also called ahead of the need, while there is a connection. */
export function fetchPrinter() {
  return import("../../lib/markdown/print-markdown.ts").then(
    ({ printMarkdown }) => printMarkdown,
    () => null,
  );
}

function linesOf(blocks: readonly BlockNode[], indent = ""): string[] {
  return blocks.flatMap(({ text, children }) => [indent + textOf(text), ...linesOf(children, `${indent}  `)]);
}
