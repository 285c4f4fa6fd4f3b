/**
 * Document → Markdown that reads back as the same document (as far as Markdown can hold it: see
 * settle-tree.ts). Raw blocks are printed as they stand; characters that Markdown would read as its own are
 * escaped. Ends with a line end, or is empty.
 */
import type { List, ListItem, Paragraph, PhrasingContent, Root, RootContent } from "mdast";
import { FILE, IMAGE } from "../core/attachment.ts";
import { type BlockNode, textOf } from "../core/block-tree.ts";
import { CALLOUT } from "../core/callout.ts";
import { EMBED } from "../core/embed.ts";
import { MATH } from "../core/math.ts";
import { TABLE } from "../core/table.ts";
import { TOGGLE } from "../core/toggle.ts";
import { writeAttachment } from "./attachments.ts";
import { markedParagraph } from "./callouts.ts";
import { detailsEnd, detailsStart } from "./details.ts";
import { openWriteDoors, type WriteDoors } from "./doors.ts";
import { writeEmbed } from "./embeds.ts";
import { settleTree } from "./settle-tree.ts";
import { underlineClose, underlineOpen, writeSyntax } from "./syntax.ts";
import { printedRows } from "./tables.ts";
import { writeText } from "./write-text.ts";

export function printMarkdown(
  document: { title: string; blocks: readonly BlockNode[] },
  doors: WriteDoors | null = null,
): string {
  const blocks = settleTree(document.blocks);
  const title = document.title.replace(/[\r\n\0]+/g, " ");
  // Without a title of its own the document must not lend its first heading as one.
  const hasTitle = title !== "" || blocks[0]?.type === "heading1";
  const heading: RootContent[] = hasTitle
    ? [{ type: "heading", depth: 1, children: title === "" ? [] : [{ type: "text", value: title }] }]
    : [];
  const root: Root = { type: "root", children: [...heading, ...writeFlow(blocks)] };
  if (doors) openWriteDoors(root, doors);
  return writeSyntax(root);
}

/** Blocks out of a document, as they are copied: no title above them. */
export function printPiece(blocks: readonly BlockNode[]): string {
  return writeSyntax({ type: "root", children: writeFlow(settleTree(blocks)) });
}

function writeFlow(blocks: readonly BlockNode[]): RootContent[] {
  const nodes: RootContent[] = [];
  for (const block of blocks) {
    const list = nodes.at(-1);
    if (block.type === TOGGLE) nodes.push(detailsStart(block.text), ...writeFlow(block.children), detailsEnd);
    else if (!isItem(block)) nodes.push(writeBlock(block));
    else if (list?.type === "list" && goesOn(list, block)) list.children.push(writeItem(block));
    else nodes.push(startList(block));
  }
  return nodes;
}

function isItem(block: BlockNode): boolean {
  return block.type === "bullet" || block.type === "number" || block.type === "task";
}

function goesOn(list: List, block: BlockNode): boolean {
  return block.type === "number" ? list.ordered === true && block.attrs.start === undefined : !list.ordered;
}

function startList(first: BlockNode): List {
  const { start } = first.attrs;
  const isOrdered = first.type === "number";
  const counted = isOrdered
    ? { ordered: true, start: typeof start === "number" ? start : 1 }
    : { ordered: false };
  return { type: "list", ...counted, spread: false, children: [writeItem(first)] };
}

function writeBlock(block: BlockNode): RootContent {
  switch (block.type) {
    case "heading1":
    case "heading2":
    case "heading3":
      return { type: "heading", depth: depthOf(block), children: writeText(block.text, "heading") };
    case "quote":
      return { type: "blockquote", children: writeContainer(block) as ContainerContent };
    case CALLOUT: {
      const text = markedParagraph(block.attrs, writeText(block.text, "callout"));
      return { type: "blockquote", children: [text, ...writeFlow(block.children)] as ContainerContent };
    }
    case "code":
      return writeCode(block);
    case MATH:
      return { type: "math", value: textOf(block.text) };
    case "divider":
      return { type: "thematicBreak" };
    case TABLE:
      return writeTable(block);
    case IMAGE:
    case FILE:
      return writeCaptioned(block, writeAttachment(block));
    case EMBED:
      return writeCaptioned(block, writeEmbed(block));
    default:
      return { type: "paragraph", children: writeText(block.text) };
  }
}

function writeCaptioned(block: BlockNode, head: PhrasingContent): RootContent {
  if (block.text.length === 0) return { type: "paragraph", children: [head] };
  return { type: "paragraph", children: [head, { type: "break" }, ...writeText(block.text, "caption")] };
}

function writeTable(block: BlockNode): RootContent {
  const { align, rows } = printedRows(block);
  const children = rows.map((row) => ({
    type: "tableRow" as const,
    children: row.map((text) => ({ type: "tableCell" as const, children: writeText(text, "cell") })),
  }));
  return { type: "table", align, children };
}

type ContainerContent = ListItem["children"];

function depthOf(block: BlockNode): 1 | 2 | 3 | 4 | 5 | 6 {
  const { level } = block.attrs;
  if (level === 4 || level === 5 || level === 6) return level;
  return block.type === "heading1" ? 1 : block.type === "heading2" ? 2 : 3;
}

function writeCode(block: BlockNode): RootContent {
  const { language, meta, raw } = block.attrs;
  const value = textOf(block.text);
  if (raw === true) return { type: "raw", value };
  const lang = typeof language === "string" && language !== "" ? language : null;
  return { type: "code", lang, meta: typeof meta === "string" ? meta : null, value };
}

function writeItem(block: BlockNode): ListItem {
  const { checked } = block.attrs;
  const children = writeContainer(block) as ContainerContent;
  return {
    type: "listItem",
    checked: typeof checked === "boolean" ? checked : null,
    spread: !canBeTight(block.children),
    children,
  };
}

/** Lists may follow the text on the next line, if they can interrupt a paragraph. Others stand apart. */
function canBeTight([first, ...rest]: readonly BlockNode[]): boolean {
  if (!first) return true;
  const interrupts = textOf(first.text).trim() !== "" && (first.attrs.start ?? 1) === 1;
  return interrupts && [first, ...rest].every(isItem);
}

/** The text of a quote or an item, then its children. */
function writeContainer(block: BlockNode): RootContent[] {
  const children = writeFlow(block.children);
  // without words of its own, the first paragraph inside would be read as such
  const needsText = typeof block.attrs.checked === "boolean" || children[0]?.type === "paragraph";
  if (block.text.length > 0) return [{ type: "paragraph", children: writeText(block.text) }, ...children];
  return needsText ? [emptyParagraph, ...children] : children;
}

const emptyParagraph: Paragraph = { type: "paragraph", children: [underlineOpen, underlineClose] };
