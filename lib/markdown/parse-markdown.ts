/**
 * Markdown → document. Any text is Markdown: nothing is refused and nothing is lost. What has no block yet
 * is kept as raw code blocks (see read-blocks.ts), links that may not be followed lose their address, and a
 * text that nests beyond all reason, or has a block longer than 400,000 characters, is kept as one code block.
 */
import type { BlockNode } from "../core/block-tree.ts";
import type { ReadDoors } from "./doors.ts";
import { codeBlock, type End, readBlocks } from "./read-blocks.ts";
import { settleTree } from "./settle-tree.ts";
import { toLineFeeds } from "./syntax.ts";

export type MarkdownDocument = { title: string | null; blocks: BlockNode[] };

/** The title is null when the text does not begin with a heading 1. */
export function parseMarkdown(source: string): MarkdownDocument {
  const result = parseWithin(source, Number.POSITIVE_INFINITY);
  return typeof result === "string" ? asCode(toLineFeeds(source)) : result;
}

/** Says why when the text is too much: for `maxBlocks`, or for the parser. It is not read to its end then. */
export function parseWithin(
  source: string,
  maxBlocks: number,
  doors: ReadDoors | null = null,
): MarkdownDocument | Exclude<End, "whole"> {
  const text = toLineFeeds(source).replaceAll("\0", "\ufffd");
  if (isStorm.test(text)) return asCode(text);
  const { title, blocks, end } = readBlocks(text, maxBlocks, { doors });
  return end === "whole" ? { title, blocks: settleTree(blocks) } : end;
}

/** A piece of a text, as it is pasted: without a title. Null when it is too much. */
export function parsePiece(source: string, maxBlocks: number): BlockNode[] | null {
  const text = toLineFeeds(source).replaceAll("\0", "\ufffd");
  if (isStorm.test(text)) return asCode(text).blocks;
  const { blocks, end } = readBlocks(text, maxBlocks, { hasTitle: false });
  return end === "whole" ? settleTree(blocks) : null;
}

/** A hundred quotes or lists in each other: no person's text, and reading takes the square of its length. */
const isStorm = /^(?:[ \t]{200,}(?:[-+*>]|\d+[.)])[ \t]|(?:[ \t]*(?:[-+*][ \t]|\d{1,9}[.)][ \t]|>)){100})/m;

function asCode(text: string): MarkdownDocument {
  return { title: null, blocks: [codeBlock(text, { language: "markdown" })] };
}
