/** A document as a page of its own, with its styles and pictures in it, and such pages (and any others) as documents. */
import type { BlockNode } from "../core/block-tree.ts";
import { textOf } from "../core/block-tree.ts";
import { parseHtml } from "./parse-html.ts";
import { type HtmlDoors, readHtml } from "./read-html.ts";
import { escapeHtml, type WriteDoors, writeHtml } from "./write-html.ts";

export type Page = { readonly title: string; readonly blocks: readonly BlockNode[] };

/** The heading that is the document's title, and none of its blocks. */
const TITLE = "data-title";

/** Opened from a disk, the page loads and runs nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export function writePage({ title, blocks }: Page, doors: WriteDoors): string {
  const name = escapeHtml(title.replace(/\s+/g, " ").trim());
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width">
<title>${name || "Untitled"}</title>
<style>${STYLE}</style>
</head>
<body dir="auto">
<main>
<h1 ${TITLE}>${name}</h1>
${writeHtml(blocks, doors)}
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1.0625rem/1.6 system-ui, sans-serif; margin: 0; padding: 3rem 1.5rem; }
main { max-width: 42rem; margin: 0 auto; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 0.4em; }
[${TITLE}] { font-size: 2.2rem; margin-top: 0; }
li > p, blockquote > p { margin: 0.3em 0; }
li.task { list-style: none; margin-inline-start: -1.4em; }
pre { padding: 1em; overflow-x: auto; background: color-mix(in oklab, currentColor 6%, transparent); border-radius: 6px; }
code { font-family: ui-monospace, monospace; font-size: 0.9em; }
blockquote { margin-inline: 0; padding-inline-start: 1.2em; border-inline-start: 2px solid; }
.callout { padding: 0.6em 1em; margin: 1em 0; background: color-mix(in oklab, currentColor 6%, transparent); border-radius: 6px; }
.columns { display: flex; gap: 2em; } .column { flex: 1; min-width: 0; }
@media screen and (max-width: 40rem) { .columns { display: block; } }
[data-inside], details > :not(summary) { margin-inline-start: 1.5em; }
table { border-collapse: collapse; }
td, th { border: 1px solid color-mix(in oklab, currentColor 30%, transparent); padding: 0.3em 0.6em; text-align: start; }
figure { margin: 1.2em 0; }
img { max-width: 100%; height: auto; }
figcaption { opacity: 0.75; font-size: 0.9em; }
hr { border: 0; border-top: 1px solid; opacity: 0.3; margin: 2em 0; }
@media print { body { padding: 0; } pre, figure, tr, li { break-inside: avoid; } h1, h2, h3 { break-after: avoid; } }
`;

/** The title is null when nothing says it. */
export function readPage(html: string, doors: HtmlDoors): { title: string | null; blocks: BlockNode[] } {
  const page = parseHtml(html);
  const own = page.querySelector(`h1[${TITLE}]`);
  own?.remove();
  const blocks = readHtml(page.body, doors);
  if (own) return { title: own.textContent ?? "", blocks };
  const said = page.title.trim() || null;
  const [first] = blocks;
  const heading =
    first?.type === "heading1" && first.children.length === 0
      ? textOf(first.text).replaceAll("\n", " ")
      : null;
  // a page that begins with its title would say it twice
  if (heading !== null && (said === null || said.startsWith(heading)))
    return { title: heading, blocks: blocks.slice(1) };
  return { title: said, blocks };
}
