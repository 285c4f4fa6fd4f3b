/**
 * Markdown → blocks, before they are settled (see settle-tree.ts). What has no block (HTML,
 * images of elsewhere, footnotes, definitions) becomes a raw block: type "code" with `attrs.raw` true and language
 * "markdown", its text the source as it stands, without the marks of the quotes and lists around it.
 */
import type { Blockquote, Definition, List, ListItem, Parent, PhrasingContent, RootContent } from "mdast";
import { type BlockNode, type Json, type TextRun, textOf } from "../core/block-tree.ts";
import { CALLOUT } from "../core/callout.ts";
import { MATH } from "../core/math.ts";
import { TOGGLE } from "../core/toggle.ts";
import { isAttachmentParagraph, readAttachmentParagraph } from "./attachments.ts";
import { readMarker } from "./callouts.ts";
import { readSummary } from "./details.ts";
import { openReadDoors, type ReadDoors } from "./doors.ts";
import { isEmbedParagraph, readEmbedParagraph } from "./embeds.ts";
import { settleTags } from "./foreign-tags.ts";
import { readFrontMatter } from "./front-matter.ts";
import { endsOfPairs, readAside } from "./pairs.ts";
import { areTogether, definitionsIn, readPieces } from "./read-pieces.ts";
import { type Definitions, readRuns } from "./read-runs.ts";
import { readSyntax } from "./syntax.ts";
import { readTable } from "./tables.ts";

/** What a container puts before each line of its content. */
type Frame = { kind: "quote" } | { kind: "item"; width: number };
type Context = {
  source: string;
  definitions: Definitions;
  doors: ReadDoors | null;
  frames: readonly Frame[];
  column: number;
};

/** Why reading ended: at the end, or before it because it would take too much. */
export type End = "whole" | "too many blocks" | "too long a block";
export type ReadWishes = {
  /** False: a piece of a text, whose heading is a heading. */
  readonly hasTitle?: boolean;
  readonly doors?: ReadDoors | null;
};
export type ReadDocument = { title: string | null; blocks: BlockNode[]; end: End };

/**
 * `source` has "\n" line ends. The title is the text of a heading 1 that opens the document. Reading ends
 * early soon after `maxBlocks`, or before a block that is longer than the parser can bear.
 */
export function readBlocks(
  source: string,
  maxBlocks = Number.POSITIVE_INFINITY,
  { hasTitle = true, doors = null }: ReadWishes = {},
): ReadDocument {
  const front = readFrontMatter(source);
  const document: ReadDocument = {
    title: (hasTitle && front?.title) || null,
    blocks: [],
    end: "whole",
  };
  let count = 0;
  let isFirst = hasTitle;
  if (front) document.blocks.push(codeBlock(front.text, { language: "yaml" }));
  for (const piece of readPieces(source.slice(front?.length ?? 0))) {
    if (!piece) return { ...document, end: "too long a block" };
    const { text, definitions, goesOn } = piece;
    const known = byIdentifier([...definitions, ...piece.nodes]);
    const context: Context = { source: text, definitions: known, doors, frames: [], column: 1 };
    const nodes = settleNodes(piece.nodes, context);
    const title = isFirst ? readTitle(nodes[0], context) : null;
    document.title = title ?? document.title;
    const rest = title !== null ? nodes.slice(1) : nodes;
    const before = document.blocks.length;
    readFlow(rest, context, document.blocks, goesOn);
    count += countBlocks(document.blocks.slice(before));
    if (count > maxBlocks) return { ...document, end: "too many blocks" };
    isFirst = false;
  }
  return document;
}

function settleNodes(nodes: readonly RootContent[], { doors, definitions }: Context): RootContent[] {
  const settled = settleTags(nodes);
  return doors ? openReadDoors(settled, doors, definitions) : settled;
}

function countBlocks(blocks: readonly BlockNode[]): number {
  return blocks.reduce((sum, { children }) => sum + 1 + countBlocks(children), 0);
}

function readTitle(node: RootContent | undefined, context: Context): string | null {
  if (node?.type !== "heading" || node.depth !== 1) return null;
  const runs = readRuns(node.children, context.definitions);
  return runs && textOf(runs).replaceAll("\n", " ");
}

export function block(type: string, text: TextRun[] = [], attrs: Record<string, Json> = {}): BlockNode {
  return { type, attrs, text, children: [] };
}

/** A code block of plain text. */
export function codeBlock(text: string, attrs: Record<string, Json>): BlockNode {
  return block("code", plainText(text), attrs);
}

export const plainText = (text: string): TextRun[] => (text === "" ? [] : [{ text, marks: {} }]);

/** `goesOn`: the first node goes on with the list of the last of `blocks`. */
function readFlow(
  nodes: readonly RootContent[],
  context: Context,
  blocks: BlockNode[] = [],
  goesOn = false,
): BlockNode[] {
  const ends = endsOfPairs(nodes);
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index] as RootContent;
    let last = index;
    const aside = readAside(node);
    const summary = readSummary(node);
    const end = aside?.isWhole ? index : (ends.get(index) ?? -1);
    if (aside && end >= 0) {
      const within = { ...context, source: aside.inside, frames: [], column: 1 };
      const head = readFlow(settleNodes(readSyntax(aside.inside).children, within), within);
      blocks.push(callout([...head, ...readFlow(nodes.slice(index + 1, end), context)]));
      index = end;
      continue;
    }
    if (summary && end >= 0) {
      blocks.push({
        ...block(TOGGLE, summary),
        children: readFlow(nodes.slice(index + 1, end), context),
      });
      index = end;
      continue;
    }
    while (areTogether(nodes[last], nodes[last + 1])) last += 1;
    if (node.type === "list") blocks.push(...readList(node, blocks.at(-1), context, goesOn && index === 0));
    else
      blocks.push(
        (last === index && readLeaf(node, context)) || rawBlock(node, nodes[last] ?? node, context),
      );
    index = last;
  }
  return blocks;
}

/** A first paragraph is its own text. */
function callout([first, ...rest]: readonly BlockNode[]): BlockNode {
  const own = first?.type === "paragraph" ? first : null;
  const inside = own ? rest : [...(first ? [first] : []), ...rest];
  return { ...block(CALLOUT, own?.text), children: [...(own?.children ?? []), ...inside] };
}

/** Null for what has no block. */
function readLeaf(node: RootContent, context: Context): BlockNode | null {
  switch (node.type) {
    case "paragraph":
      if (isAttachmentParagraph(node)) return readAttachmentParagraph(node.children, context.definitions);
      if (isEmbedParagraph(node)) return readEmbedParagraph(node.children, context.definitions);
      return withText("paragraph", readRuns(node.children, context.definitions));
    case "heading":
      return withText(
        `heading${Math.min(node.depth, 3)}`,
        readRuns(node.children, context.definitions),
        node.depth > 3 ? { level: node.depth } : {},
      );
    case "thematicBreak":
      return block("divider");
    case "code":
      return codeBlock(node.value, {
        language: node.lang ?? "",
        ...(node.meta ? { meta: node.meta } : {}),
      });
    case "math":
      return block(MATH, plainText(node.value));
    case "table":
      return readTable(node, context.definitions);
    case "blockquote":
      return readQuote(node, context);
    default:
      return null;
  }
}

/** A quote, or the callout that it says it is. */
function readQuote(node: Blockquote, context: Context): BlockNode {
  const first = node.children[0];
  const marker = readMarker(first, context.source);
  const text = marker && readRuns(marker.children, context.definitions);
  if (!marker || !text || !first || !readRuns(marker.rest, context.definitions))
    return readContainer(node, block("quote"), { kind: "quote" }, context);
  const attrs = marker.tone === "info" ? {} : { tone: marker.tone };
  const part = (children: PhrasingContent[]): RootContent => ({ ...first, type: "paragraph", children });
  const below = marker.rest.length > 0 ? [part(marker.rest)] : [];
  const inside = { ...node, children: [part([]), ...below, ...node.children.slice(1)] } as Blockquote;
  return { ...readContainer(inside, block(CALLOUT, [], attrs), { kind: "quote" }, context), text };
}

function withText(type: string, text: TextRun[] | null, attrs: Record<string, Json> = {}): BlockNode | null {
  return text && block(type, text, attrs);
}

/** A list gives one block for each item. The start of an ordered one stands on its first item. */
function readList(list: List, before: BlockNode | undefined, context: Context, goesOn: boolean): BlockNode[] {
  const blocks = list.children.map((item) => readItem(item, list.ordered ?? false, context));
  const first = blocks[0];
  const start = list.start ?? 1;
  // Without its number, a list right after another would go on counting.
  if (list.ordered && first && !goesOn && (start !== 1 || before?.type === "number"))
    first.attrs.start = start;
  return blocks;
}

function readItem(item: ListItem, isOrdered: boolean, context: Context): BlockNode {
  const isTask = typeof item.checked === "boolean";
  const type = isOrdered ? "number" : isTask ? "task" : "bullet";
  const width = itemColumn(item, context) - context.column;
  const into = block(type, [], isTask ? { checked: item.checked === true } : {});
  return readContainer(item, into, { kind: "item", width }, context);
}

/** A first paragraph is the block's own text, the rest are its children. */
function readContainer(node: Parent, into: BlockNode, frame: Frame, outer: Context): BlockNode {
  const column = frame.kind === "item" ? outer.column + frame.width : contentColumn(node, outer.column);
  const context: Context = { ...outer, frames: [...outer.frames, frame], column };
  const children = node.children as RootContent[];
  const first = children[0];
  const isText = first?.type === "paragraph" && !isAttachmentParagraph(first) && !isEmbedParagraph(first);
  const text = isText ? readRuns(first.children, outer.definitions) : null;
  into.text = text ?? [];
  into.children = readFlow(text ? children.slice(1) : children, context);
  return into;
}

function contentColumn(node: Parent, fallback: number): number {
  return node.children[0]?.position?.start.column ?? fallback;
}

/** A task's first paragraph is said to begin after its box. */
function itemColumn(item: ListItem, context: Context): number {
  if (typeof item.checked !== "boolean") return contentColumn(item, context.column);
  const marker = /^(?:[-+*]|\d+[.)]) +/.exec(context.source.slice(item.position?.start.offset ?? 0));
  return (item.position?.start.column ?? 1) + (marker?.[0].length ?? 0);
}

function rawBlock(first: RootContent, last: RootContent, context: Context): BlockNode {
  const text = context.source.slice(first.position?.start.offset ?? 0, last.position?.end.offset ?? 0);
  // An indented first line could become part of a list before it.
  const [head = "", ...lines] = text.replace(/^[ \t]+/, "").split("\n");
  const bare = lines.map((line) => context.frames.reduce(withoutFrame, line));
  return codeBlock(withoutBlankEnd([head, ...bare].join("\n")), { language: "markdown", raw: true });
}

/** A footnote is said to end with the blank lines after it. */
function withoutBlankEnd(text: string): string {
  const end = text.indexOf("\n", text.trimEnd().length);
  return end === -1 ? text : text.slice(0, end);
}

function withoutFrame(line: string, frame: Frame): string {
  if (frame.kind === "quote") return line.replace(/^ {0,3}> ?/, "");
  const blanks = /^ */.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(blanks, frame.width));
}

/** The first of a name counts. */
function byIdentifier(nodes: readonly RootContent[]): Definitions {
  const found = new Map<string, Definition>();
  for (const node of definitionsIn(nodes)) {
    if (node.type === "definition" && !found.has(node.identifier)) found.set(node.identifier, node);
  }
  return found;
}
