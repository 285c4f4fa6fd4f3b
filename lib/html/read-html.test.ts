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
