// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { BlockNode, TextRun } from "../core/block-tree.ts";
import { fixtures } from "./fixtures/expected.ts";
import { parseHtml } from "./parse-html.ts";
import { type HtmlDoors, readHtml } from "./read-html.ts";

/** A block a line: depth, type, attributes, text; marks in angle brackets, lines by "/". */
function shown(blocks: readonly BlockNode[], depth = 0): string[] {
  return blocks.flatMap((block) => {
    if (block.type === "table")
      return [
        `${depth} table${block.attrs.header ? " headed" : ""}${alignsOf(block)}`,
        ...block.children.map((row) => `| ${row.children.map((cell) => written(cell.text)).join(" | ")}`),
      ];
    const attrs = Object.entries(block.attrs).map(([name, value]) => ` ${name}=${String(value)}`);
    return [
      `${depth} ${block.type}${attrs.join("")}: ${written(block.text)}`,
      ...shown(block.children, depth + 1),
    ];
  });
}

const alignsOf = ({ attrs }: BlockNode) =>
  Object.entries(attrs)
    .filter(([name]) => name.startsWith("align."))
    .map(([name, value]) => ` ${name}=${String(value)}`)
    .join("");

function written(runs: readonly TextRun[]): string {
  return runs
    .map(({ text, marks }) => {
      const names = Object.entries(marks).map(([name, value]) =>
        name === "link" ? (value as { href: string }).href : name,
      );
      const words = text.replaceAll("\n", "/");
      return names.length > 0 ? `<${names.join(" ")}: ${words}>` : words;
    })
    .join("");
}

const readText = (html: string, doors?: HtmlDoors) => shown(readHtml(parseHtml(html).body, doors));
const readFixture = (name: string, doors?: HtmlDoors) =>
  readText(readFileSync(`lib/html/fixtures/${name}.html`, "utf8"), doors);

describe("what other programs put on the clipboard", () => {
  it.each(Object.entries(fixtures))("%s", (name, expected) => {
    expect(readFixture(name)).toEqual(expected);
  });
});

describe("raised and lowered words", () => {
  it.each([
    ["<p>H<sub>2</sub>O and 10<sup>−6</sup> m</p>", "0 paragraph: H₂O and 10⁻⁶ m"],
    ['<p>x<span style="font-size:.6em;vertical-align:super"><span>2</span></span></p>', "0 paragraph: x²"],
    ["<p><b>x<sup>2</sup></b> y<sup>[1]</sup></p>", "0 paragraph: <bold: x²> y[1]"],
    ['<p>y<sup><a href="https://a.b/">1</a></sup></p>', "0 paragraph: y<https://a.b/: 1>"],
  ])("%s", (html, line) => expect(readText(html)).toEqual([line]));
});

describe("formulas", () => {
  const annotated =
    '<semantics><mi>x</mi><annotation encoding="application/x-tex">x^2</annotation></semantics>';
  it.each([
    [
      '<p>So <img class="mwe-math-fallback-image-inline" src="https://a.example/1" alt="{\\displaystyle E=mc^{2}}"></p>',
      ["0 paragraph: So <math: E=mc^{2}>"],
    ],
    [`<p>a <math>${annotated}</math> b</p>`, ["0 paragraph: a <math: x^2> b"]],
    [
      `<p>a</p><math display="block" alttext="\\int x"><mi>x</mi></math><p>b</p>`,
      ["0 paragraph: a", "0 math: \\int x", "0 paragraph: b"],
    ],
    [
      `<p>a</p><span class="katex-display"><span class="katex"><math>${annotated}</math><i>x2</i></span></span>`,
      ["0 paragraph: a", "0 math: x^2"],
    ],
    // no source: what is seen
    ["<p>a <math><mi>x</mi><mo>=</mo><mn>1</mn></math></p>", ["0 paragraph: a x=1"]],
  ])("%s", (html, expected) => expect(readText(html)).toEqual(expected));
});
