/**
 * Blocks → HTML that any program understands: lists are lists, and what HTML has no element for stands in attributes of
 * our own (own-block.ts), so that `readHtml` gives the same blocks again. No blank is written between elements.
 */
import { type Attachment, FILE, IMAGE, isAttachmentType, readAttachment } from "../core/attachment.ts";
import type { BlockNode, Json, TextRun } from "../core/block-tree.ts";
import { CALLOUT, TONE_NAMES, toneOf } from "../core/callout.ts";
import { COLUMN, COLUMNS } from "../core/columns.ts";
import { EMBED } from "../core/embed.ts";
import { isSafeHref } from "../core/link.ts";
import { mentionHref, mentionWords, readMention, wordsOf } from "../core/mention.ts";
import { isColor, isHighlight } from "../core/palette.ts";
import { EMBED_MARK, isObjectRun } from "../core/strand.ts";
import { alignAttribute, CELL, columnOf, ROW, TABLE } from "../core/table.ts";
import { TOGGLE } from "../core/toggle.ts";
import { BLOCK, INSIDE, MARK } from "./own-block.ts";

export type WriteDoors = {
  /** What a page can show of a picture: an address of its own data; null: its words are shown. */
  readonly picture?: (attachment: Attachment) => string | null;
  /** Nothing but what everybody understands: read again, it is what other pages are. */
  readonly isPlain?: boolean;
};

const LISTS: ReadonlyMap<string, string> = new Map([
  ["bullet", "ul"],
  ["task", "ul"],
  ["number", "ol"],
]);

export function writeHtml(blocks: readonly BlockNode[], doors: WriteDoors = {}): string {
  let html = "";
  let list: string | null = null;
  for (const block of blocks) {
    const wanted = LISTS.get(block.type) ?? null;
    const start = block.attrs.start;
    if (list !== null && (wanted !== list || (wanted === "ol" && start !== undefined))) {
      html += `</${list}>`;
      list = null;
    }
    if (wanted !== null && list === null) {
      html += wanted === "ol" && Number.isSafeInteger(start) ? `<ol start="${start}">` : `<${wanted}>`;
      list = wanted;
    }
    html += writeBlock(block, doors);
  }
  return list === null ? html : `${html}</${list}>`;
}

function writeBlock(block: BlockNode, doors: WriteDoors): string {
  const own = ownAttribute(block, doors);
  const text = writeRuns(block.text, doors);
  const children = writeHtml(block.children, doors);
  const words = text === "" ? "" : `<p>${text}</p>`;
  switch (block.type) {
    case "bullet":
    case "number":
      return `<li${own}>${text}${children}</li>`;
    case "task": {
      const checked = block.attrs.checked === true ? " checked" : "";
      return `<li${own} class="task"><input type="checkbox" disabled${checked}>${text}${children}</li>`;
    }
    case "quote":
      return `<blockquote${own}>${words}${children}</blockquote>`;
    case CALLOUT: {
      const tone = toneOf(block.attrs);
      return `<div${own} class="callout" data-tone="${tone}" role="note" aria-label="${TONE_NAMES[tone]}">${words}${children}</div>`;
    }
    case COLUMNS:
    case COLUMN:
      return `<div${own} class="${block.type}">${words}${children}</div>`;
    case TOGGLE:
      return `<details open${own}><summary>${text}</summary>${children}</details>`;
    case TABLE:
      return writeTable(block, own, doors) + inside(block.children.some(isPart) ? "" : children);
    default:
      return writeLeaf(block, own, text, doors) + inside(children);
  }
}

const inside = (children: string): string => (children === "" ? "" : `<div ${INSIDE}>${children}</div>`);
const isPart = ({ type }: BlockNode): boolean => type === ROW || type === CELL;

function writeLeaf(block: BlockNode, own: string, text: string, doors: WriteDoors): string {
  const { type } = block;
  if (type === "code") {
    const { language } = block.attrs;
    const named =
      typeof language === "string" && language !== "" ? ` class="language-${escapeHtml(language)}"` : "";
    return `<pre${own}><code${named}>${escapeHtml(wordsOf(block.text))}</code></pre>`;
  }
  // a divider in which another typed shows the words
  if (type === "divider" && text === "") return `<hr${own}>`;
  if (isAttachmentType(type)) return writeAttachment(block, own, text, doors);
  if (type === EMBED) return writeEmbed(block, own, text);
  const tag = /^heading[123]$/.exec(type) ? `h${headingLevel(block)}` : "p";
  return `<${tag}${own}>${text}</${tag}>`;
}

function headingLevel({ type, attrs }: BlockNode): number {
  const { level } = attrs;
  return type === "heading3" && (level === 4 || level === 5 || level === 6) ? level : Number(type.at(-1));
}

function writeAttachment(block: BlockNode, own: string, text: string, doors: WriteDoors): string {
  const attachment = readAttachment(block.attrs);
  const src = block.type === IMAGE ? (doors.picture?.(attachment) ?? null) : null;
  const name = attachment.name || (block.type === FILE ? "File" : "Picture");
  const shown =
    src === null
      ? `<p>${escapeHtml(attachment.alt || name)}</p>`
      : `<img src="${escapeHtml(src)}" alt="${escapeHtml(attachment.alt)}">`;
  return `<figure${own}>${shown}${captionOf(text)}</figure>`;
}

/** Never a frame: a page that is opened elsewhere loads nothing either. */
function writeEmbed({ attrs: { url } }: BlockNode, own: string, text: string): string {
  const href = typeof url === "string" && isSafeHref(url) ? escapeHtml(url) : null;
  const shown = href === null ? "" : `<p><a href="${href}">${href}</a></p>`;
  return `<figure${own}>${shown}${captionOf(text)}</figure>`;
}

const captionOf = (text: string): string => (text === "" ? "" : `<figcaption>${text}</figcaption>`);

function writeTable(table: BlockNode, own: string, doors: WriteDoors): string {
  const isHeaded = table.attrs.header === true;
  const rows = table.children.map((row, index) => {
    const tag = isHeaded && index === 0 ? "th" : "td";
    const cells = row.children.map(
      (cell) =>
        `<${tag}${ownAttribute(cell, doors)}${alignOf(table, cell)}>${writeRuns(cell.text, doors)}</${tag}>`,
    );
    return `<tr${ownAttribute(row, doors)}>${cells.join("")}</tr>`;
  });
  return `<table${own}><tbody>${rows.join("")}</tbody></table>`;
}

function alignOf(table: BlockNode, cell: BlockNode): string {
  const column = columnOf(cell.attrs);
  const align = column === null ? null : table.attrs[alignAttribute(column)];
  return align === "center" || align === "right" ? ` style="text-align: ${align}"` : "";
}

const ownAttribute = ({ type, attrs }: BlockNode, { isPlain }: WriteDoors): string =>
  isPlain ? "" : ` ${BLOCK}="${escapeHtml(JSON.stringify({ type, attrs }))}"`;

const SIMPLE: Readonly<Record<string, string>> = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strike: "s",
  code: "code",
};

/** Each run has its tags for itself, and links are innermost: what is underlined in a link is the link's. */
function writeRuns(runs: readonly TextRun[], doors: WriteDoors): string {
  return runs
    .map((run) => {
      if (isObjectRun(run)) return writeObject(run, doors).repeat(run.text.length);
      return run.text
        .split("\n")
        .map((line) => writeRun(line, run.marks, doors))
        .join("<br>");
    })
    .join("");
}

/** A mention is its words, which are not read again: the mark says what it is. */
function writeObject({ text, marks }: TextRun, doors: WriteDoors): string {
  const { [EMBED_MARK]: value = null, ...others } = marks;
  const mention = readMention(value);
  const own = doors.isPlain ? "" : ` ${MARK}="${escapeHtml(JSON.stringify({ name: EMBED_MARK, value }))}"`;
  const words = mention ? escapeHtml(mentionWords(mention)) : text.charAt(0);
  const isLink = mention?.kind === "document" && others.link === undefined;
  const html = isLink
    ? `<a${own} href="${mentionHref(mention)}">${words}</a>`
    : `<span${own}>${words}</span>`;
  return enclose(html, others, doors);
}

function writeRun(text: string, marks: Record<string, Json>, doors: WriteDoors): string {
  if (text === "") return "";
  return enclose(escapeHtml(text), marks, doors);
}

function enclose(inner: string, marks: Record<string, Json>, doors: WriteDoors): string {
  let html = inner;
  const entries = Object.entries(marks);
  for (const [name, value] of entries.toSorted(([a], [b]) => Number(b === "link") - Number(a === "link"))) {
    const [open, close] = tagsOf(name, value) ?? unknownTags(name, value, doors);
    html = open + html + close;
  }
  return html;
}

function tagsOf(name: string, value: Json): [string, string] | null {
  const tag = Object.hasOwn(SIMPLE, name) ? SIMPLE[name] : undefined;
  if (tag && value === true) return [`<${tag}>`, `</${tag}>`];
  if (name === "highlight" && isHighlight(value)) return [`<mark data-highlight="${value}">`, "</mark>"];
  if (name === "color" && isColor(value)) return [`<span data-color="${value}">`, "</span>"];
  if (name === "link" && isPlainLink(value)) return [`<a href="${escapeHtml(value.href)}">`, "</a>"];
  return null;
}

function unknownTags(name: string, value: Json, { isPlain }: WriteDoors): [string, string] {
  return isPlain || name === EMBED_MARK
    ? ["", ""]
    : [`<span ${MARK}="${escapeHtml(JSON.stringify({ name, value }))}">`, "</span>"];
}

function isPlainLink(value: Json): value is { href: string } {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  return Object.keys(value).length === 1 && typeof value.href === "string" && isSafeHref(value.href);
}

/** For text and for attributes in double quotes; halves of characters and signs that no page holds are replaced. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\0", "\ufffd")
    .replace(/[&<>"\u00a0\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
