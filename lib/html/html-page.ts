/** A document as a page of its own, with its styles and pictures in it, and such pages (and any others) as documents. */
import type { BlockNode } from "../core/block-tree.ts";
import { textOf } from "../core/block-tree.ts";
import type { Tone } from "../core/callout.ts";
import type { Color, Highlight } from "../core/palette.ts";
import { BLOCK } from "./own-block.ts";
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

/** As on the screen, in light and in dark. */
const INK: Readonly<Record<Color, string>> = {
  grey: "light-dark(oklch(0.49 0.014 230), oklch(0.72 0.012 225))",
  red: "light-dark(oklch(0.5 0.18 25), oklch(0.76 0.12 22))",
  orange: "light-dark(oklch(0.51 0.125 55), oklch(0.79 0.105 65))",
  green: "light-dark(oklch(0.47 0.11 152), oklch(0.79 0.11 155))",
  blue: "light-dark(oklch(0.49 0.14 250), oklch(0.77 0.1 245))",
  purple: "light-dark(oklch(0.49 0.16 305), oklch(0.78 0.11 305))",
};
const PAINT: Readonly<Record<Highlight, string>> = {
  yellow: "light-dark(oklch(0.945 0.085 98), oklch(0.4 0.07 95))",
  green: "light-dark(oklch(0.935 0.06 155), oklch(0.39 0.062 155))",
  blue: "light-dark(oklch(0.93 0.045 240), oklch(0.39 0.07 245))",
  red: "light-dark(oklch(0.925 0.05 20), oklch(0.4 0.08 18))",
  purple: "light-dark(oklch(0.925 0.05 305), oklch(0.4 0.08 305))",
};
const GROUND: Readonly<Record<Tone, string>> = {
  info: "light-dark(oklch(0.964 0.012 206), oklch(0.285 0.032 213))",
  good: "light-dark(oklch(0.97 0.022 155), oklch(0.27 0.032 155))",
  warn: "light-dark(oklch(0.97 0.03 85), oklch(0.27 0.035 75))",
  bad: "light-dark(oklch(0.968 0.016 25), oklch(0.27 0.045 25))",
};

const rules = (colors: Readonly<Record<string, string>>, rule: (name: string, color: string) => string) =>
  Object.entries(colors)
    .map(([name, color]) => rule(name, color))
    .join("\n");

/** A block of a colour says it among its attributes alone. */
const blockOf = (attribute: string, name: string) => `[${BLOCK}*='"${attribute}":"${name}"']`;

const COLOURS = [
  "mark { color: inherit; }",
  rules(GROUND, (name, color) => `:where(.callout)[data-tone="${name}"] { background: ${color}; }`),
  rules(INK, (name, color) => `[data-color="${name}"], ${blockOf("color", name)} { color: ${color}; }`),
  rules(
    PAINT,
    (name, color) => `[data-highlight="${name}"], ${blockOf("background", name)} { background: ${color}; }`,
  ),
].join("\n");

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1.0625rem/1.6 system-ui, sans-serif; margin: 0; padding: 3rem 1.5rem; }
main { max-width: 42rem; margin: 0 auto; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; margin: 1.6em 0 0.4em; }
[${TITLE}] { font-size: 2.2rem; margin-top: 0; }
li > p, blockquote > p { margin: 0.3em 0; }
li.task { list-style: none; }
li.task > input { width: 1em; margin-inline: -1.5em 0.5em; }
p, h1, h2, h3, li, summary, td, th, figcaption { unicode-bidi: plaintext; }
li { text-align: -webkit-match-parent; text-align: match-parent; }
pre { direction: ltr; text-align: left; padding: 1em; overflow-x: auto; background: color-mix(in oklab, currentColor 6%, transparent); border-radius: 6px; }
code { font-family: ui-monospace, monospace; font-size: 0.9em; }
blockquote { margin-inline: 0; padding-inline-start: 1.2em; border-inline-start: 2px solid; }
.callout { padding: 0.6em 1em; margin: 1em 0; border-radius: 6px; }
.callout > p { margin: 0.3em 0; }
.columns { display: flex; gap: 2em; } .column { flex: 1; min-width: 0; }
@media screen and (max-width: 40rem) { .columns { display: block; } }
[data-inside], details > :not(summary) { margin-inline-start: 1.5em; }
table { border-collapse: collapse; }
@media screen { table { display: block; overflow-x: auto; } }
@media print { td, th, pre { overflow-wrap: anywhere; } pre { white-space: pre-wrap; } }
td, th { border: 1px solid color-mix(in oklab, currentColor 30%, transparent); padding: 0.3em 0.6em; text-align: start; }
figure { margin: 1.2em 0; }
img { max-width: 100%; height: auto; }
figcaption { opacity: 0.75; font-size: 0.9em; }
hr { border: 0; border-top: 1px solid; opacity: 0.3; margin: 2em 0; }
${COLOURS}
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
