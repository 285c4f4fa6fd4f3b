/**
 * What Markdown can hold of a tree. Reading gives settled trees only, and printing settles first, so that
 * reading what was printed gives the same tree. Settling
 *
 * - drops ids, unknown attributes, marks, tones and colours, and links that may not be followed;
 * - gives the colours of a block to its words, and drops those of tables;
 * - makes paragraphs of unknown types;
 * - puts the children of a block that cannot hold any (a paragraph, a heading, code) after it, and so what stands in
 *   columns, one column after the other: Markdown knows none;
 * - makes paragraphs of pictures and files whose place is not known, and links of embeds that may not be shown;
 * - makes mentions of links that would be read as such, and drops the links and maths of mentions;
 * - leaves of the marks of maths and of code the first, where both are;
 * - drops paragraphs without text, and the marks of line breaks;
 * - lifts what is nested deeper than 32;
 * - gives each row of a table one cell for each column, without blanks at its ends; what is no cell follows the table;
 * - takes the flag off a raw block that would not be read as one block again.
 */
import { type BlockNode, type Json, maxBlockDepth, mergeRuns, type TextRun } from "../core/block-tree.ts";
import { CALLOUT, toneOf } from "../core/callout.ts";
import { EMBED } from "../core/embed.ts";
import { isSafeHref } from "../core/link.ts";
import { MATH } from "../core/math.ts";
import { mentionOf, mentionRun, wordsOf } from "../core/mention.ts";
import { colorsOf, isColor, isHighlight } from "../core/palette.ts";
import { TABLE } from "../core/table.ts";
import { TOGGLE } from "../core/toggle.ts";
import { settleAttachment } from "./attachments.ts";
import { isEmbedLink, settleEmbed } from "./embeds.ts";
import { settleMention, takeMentions } from "./mentions.ts";
import { isStableRaw, type Labels, labelsOf } from "./raw-block.ts";
import { block, codeBlock, plainText } from "./read-blocks.ts";
import { settleTable, strangersIn } from "./tables.ts";

/** Markdown's numbers have nine digits at most: room for the items after the first. */
const maxStart = 999_000_000;

type Attrs = Record<string, Json>;

export function settleTree(blocks: readonly BlockNode[]): BlockNode[] {
  return settleSiblings(blocks, 1, labelsOf(blocks));
}

function settleSiblings(blocks: readonly BlockNode[], depth: number, labels: Labels): BlockNode[] {
  const settled: BlockNode[] = [];
  for (const node of blocks) {
    if (node.type === TABLE && depth <= maxBlockDepth - 2) {
      const table = settleTable(node, settleRuns);
      if (table) settled.push(table);
      const strangers = [...asParagraph(node), ...strangersIn(node)];
      for (const child of settleSiblings(strangers, depth, labels))
        settled.push(restart(child, settled.at(-1)));
      continue;
    }
    const own = settleOne(node, settled.at(-1), depth, labels);
    const isParent = own !== null && holdsChildren(own) && depth < maxBlockDepth;
    const children = settleSiblings(node.children, isParent ? depth + 1 : depth, labels);
    if (own) settled.push(own);
    if (isParent) own.children = children;
    else for (const child of children) settled.push(restart(child, settled.at(-1)));
  }
  return settled;
}

/** The words of a table itself, which no table shows. */
function asParagraph({ text }: BlockNode): BlockNode[] {
  return text.length > 0 ? [{ type: "paragraph", attrs: {}, text, children: [] }] : [];
}

function holdsChildren(node: BlockNode): boolean {
  return ["bullet", "number", "task", "quote", CALLOUT, TOGGLE].includes(node.type);
}

/** Null for a block that leaves no trace. */
function settleOne(
  plain: BlockNode,
  before: BlockNode | undefined,
  depth: number,
  labels: Labels,
): BlockNode | null {
  const node = colorWords(plain);
  switch (node.type) {
    case "code":
      return settleCode(node, depth, labels);
    case MATH:
      return block(MATH, plainText(clean(wordsOf(node.text))));
    case "divider":
      return block("divider");
    case "heading1":
    case "heading2":
      return block(node.type, settleRuns(node.text));
    case "heading3":
      return block(node.type, settleRuns(node.text), settleLevel(node.attrs));
    case CALLOUT:
      return block(CALLOUT, settleRuns(node.text), settleTone(node.attrs));
    case TOGGLE:
    case "bullet":
    case "quote":
      return block(node.type, settleRuns(node.text));
    case EMBED:
      return settleEmbed(node, settleRuns);
    case "task":
      return block(node.type, settleRuns(node.text), { checked: node.attrs.checked === true });
    case "number":
      return restart(block(node.type, settleRuns(node.text), settleNumber(node.attrs)), before);
    default: {
      const text = settleRuns(node.text);
      const attachment = settleAttachment(node, text);
      if (attachment) return attachment;
      return text.length > 0 ? block("paragraph", text) : null;
    }
  }
}

/** Colours that a word has of its own stay. */
function colorWords(node: BlockNode): BlockNode {
  const { color, background: highlight } = colorsOf(node.attrs);
  if (!color && !highlight) return node;
  const own = { ...(color ? { color } : {}), ...(highlight ? { highlight } : {}) };
  const text = node.text.map((run) => ({ text: run.text, marks: { ...own, ...knownColors(run.marks) } }));
  return { ...node, text };
}

/** A colour that is not known would not stay in any case. */
function knownColors({ color, highlight, ...marks }: Record<string, Json>): Record<string, Json> {
  return {
    ...marks,
    ...(isColor(color) ? { color } : {}),
    ...(isHighlight(highlight) ? { highlight } : {}),
  };
}

function settleCode(node: BlockNode, depth: number, labels: Labels): BlockNode {
  const text = clean(wordsOf(node.text));
  const raw = depth > 1 ? withoutLeadingTabs(text) : text;
  if (node.attrs.raw === true && isStableRaw(raw, labels)) {
    return codeBlock(raw, { language: "markdown", raw: true });
  }
  const language = oneLine(node.attrs.language);
  const meta = language === "" ? "" : oneLine(node.attrs.meta);
  return codeBlock(text, { language, ...(meta === "" ? {} : { meta }) });
}

/** Behind the marks of a quote or a list a tab would reach less far than it did. */
function withoutLeadingTabs(text: string): string {
  return text.replace(/^[ \t]+/gm, (blanks) => blanks.replaceAll("\t", "    "));
}

function oneLine(value: Json | undefined): string {
  return typeof value === "string" ? clean(value).replaceAll("\n", " ").trim() : "";
}

function settleLevel({ level }: Attrs): Attrs {
  return level === 4 || level === 5 || level === 6 ? { level } : {};
}

function settleTone(attrs: Attrs): Attrs {
  const tone = toneOf(attrs);
  return tone === "info" ? {} : { tone };
}

function settleNumber({ start, checked }: Attrs): Attrs {
  const isStart = typeof start === "number" && Number.isInteger(start) && start >= 0 && start <= maxStart;
  return { ...(isStart ? { start } : {}), ...(typeof checked === "boolean" ? { checked } : {}) };
}

/** A start at 1 says something only where counting would go on. */
function restart(node: BlockNode, before: BlockNode | undefined): BlockNode {
  if (node.type === "number" && node.attrs.start === 1 && before?.type !== "number") delete node.attrs.start;
  return node;
}

/** The text of a block as Markdown can hold it. */
export function settleRuns(runs: readonly TextRun[]): TextRun[] {
  const settled = mergeRuns(runs.flatMap(settleRun));
  return takeMentions(mergeRuns(settled.flatMap(bareLineBreaks)));
}

function settleRun(run: TextRun): TextRun[] {
  const marks = settleMarks(run.marks);
  const mention = mentionOf(run);
  return mention
    ? settleMention({ text: run.text, marks: mentionRun(mention, marks).marks })
    : [{ text: clean(run.text), marks }];
}

function clean(text: string): string {
  return text.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd");
}

/** A line break carries no marks: they would mean nothing, and Markdown cannot end a mark after one. */
function bareLineBreaks(run: TextRun): TextRun[] {
  return run.text.split(/(\n)/).map((text) => ({ text, marks: text === "\n" ? {} : run.marks }));
}

function settleMarks(marks: Record<string, Json>): Record<string, Json> {
  const settled: Record<string, Json> = {};
  for (const name of ["bold", "italic", "underline", "strike", "code"]) if (marks[name]) settled[name] = true;
  if (marks.math === true) {
    delete settled.code;
    settled.math = true;
  }
  if (isHighlight(marks.highlight)) settled.highlight = marks.highlight;
  if (isColor(marks.color)) settled.color = marks.color;
  const link = settleLink(marks.link ?? null);
  return link ? { ...settled, link } : settled;
}

function settleLink(link: Json): Json {
  if (link === null || typeof link !== "object" || Array.isArray(link)) return null;
  const { href, title } = link;
  if (typeof href !== "string" || !isSafeHref(href)) return null;
  return typeof title === "string" && title !== "" && !isEmbedLink(href, title)
    ? { href, title: clean(title) }
    : { href };
}
