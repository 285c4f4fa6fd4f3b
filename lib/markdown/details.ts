/**
 * Toggles as `<details>`: the text in its `<summary>` as HTML, for no Markdown is read there; then, between blank lines,
 * what is inside, as Markdown; then `</details>`.
 */
import type { Html, RootContent } from "mdast";
import { type Marks, mergeRuns, type TextRun } from "../core/block-tree.ts";
import { isSafeHref } from "../core/link.ts";
import { mentionHref, mentionOf } from "../core/mention.ts";
import { readForeignTag } from "./foreign-tags.ts";
import { mathClose, mathOpen } from "./maths.ts";
import { mentionText, takeMention } from "./mentions.ts";
import { readOpenTag, tagsOf } from "./syntax.ts";

const OPEN = /^<details(?: open)?>\s*<summary>([^\n]*)<\/summary>\s*$/i;

/** What the summary of a node says when the node opens a toggle and does nothing else; null when it does not. */
export function readSummary(node: RootContent | undefined): TextRun[] | null {
  const html = node?.type === "html" ? OPEN.exec(node.value)?.[1] : undefined;
  return html === undefined ? null : readInlineHtml(html);
}

export const isDetailsEnd = (node: RootContent | undefined): boolean =>
  node?.type === "html" && /^<\/details>\s*$/i.test(node.value);

export const detailsStart = (text: readonly TextRun[]): Html => ({
  type: "html",
  value: `<details>\n<summary>${text.map(writeRun).join("")}</summary>`,
});

export const detailsEnd: Html = { type: "html", value: "</details>" };

const SIMPLE = { bold: "b", italic: "i", strike: "s", underline: "u", code: "code" } as const;
/** Each run has its tags for itself: they need no nesting. */
function writeRun(run: TextRun): string {
  const { text, marks } = run;
  if (text === "\n") return "<br>";
  const mention = mentionOf(run);
  let html = escapeHtml(mention ? mentionText(mention) : text);
  const enclose = (open: string, close: string) => {
    html = open + html + close;
  };
  for (const [mark, tag] of Object.entries(SIMPLE))
    if (marks[mark] === true) enclose(`<${tag}>`, `</${tag}>`);
  if (marks.math === true) enclose(mathOpen.value, mathClose.value);
  for (const mark of ["highlight", "color"] as const) {
    if (marks[mark] === undefined) continue;
    const [open, close] = tagsOf(mark, marks[mark]);
    enclose(open.value, close.value);
  }
  const { link } = marks;
  if (link && typeof link === "object" && !Array.isArray(link) && typeof link.href === "string") {
    const title = typeof link.title === "string" ? ` title="${escapeHtml(link.title)}"` : "";
    enclose(`<a href="${escapeHtml(link.href)}"${title}>`, "</a>");
  }
  return mention ? `<a href="${mentionHref(mention)}">${html}</a>` : html;
}

/** Blanks of every kind are written out where Markdown might change them. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"\n\t]|^ | $| (?= )/g, (character) => `&#${character.charCodeAt(0)};`);
}

const TOKEN = /<[^<>]*>|&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));|[^<&]+|[<&]/giy;

/** Null when there is a tag in it that no text run can hold. */
function readInlineHtml(html: string): TextRun[] | null {
  const runs: TextRun[] = [];
  const open: { name: string; marks: Marks; from: number }[] = [];
  for (const [token, decimal, hex, name] of html.matchAll(TOKEN)) {
    const text = decimal || hex || name ? characterOf(decimal, hex, name) : token;
    const marks = open.at(-1)?.marks ?? {};
    if (!token.startsWith("<") || token === "<") {
      runs.push({ text, marks });
    } else if (/^<br *\/?>$/i.test(token)) runs.push({ text: "\n", marks: {} });
    else if (token.startsWith("</")) {
      const closed = open.pop();
      if (closed?.name !== token.slice(2, -1).trim().toLowerCase()) return null;
      if (closed.name === "a") runs.push(...takeMention(runs.splice(closed.from)));
    } else {
      const tag = readTag(token);
      if (!tag) return null;
      open.push({ name: tag.name, marks: { ...marks, ...tag.mark }, from: runs.length });
    }
  }
  return open.length === 0 ? mergeRuns(runs) : null;
}

function readTag(token: string): { name: string; mark: Marks } | null {
  const [, href, title] = /^<a href="([^"]*)"(?: title="([^"]*)")?>$/i.exec(token) ?? [];
  if (href === undefined) return readOpenTag(token) ?? readForeignTag(token);
  const link = { href: unescapeHtml(href), ...(title ? { title: unescapeHtml(title) } : {}) };
  return { name: "a", mark: isSafeHref(link.href) ? { link } : {} };
}

function unescapeHtml(text: string): string {
  return [...text.matchAll(TOKEN)]
    .map(([token, decimal, hex, name]) => (decimal || hex || name ? characterOf(decimal, hex, name) : token))
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

function characterOf(decimal?: string, hex?: string, name?: string): string {
  if (name) return ENTITIES[name.toLowerCase()] ?? "";
  const code = decimal ? Number(decimal) : Number.parseInt(hex ?? "", 16);
  const isNone = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
  return isNone ? "\ufffd" : String.fromCodePoint(code);
}
