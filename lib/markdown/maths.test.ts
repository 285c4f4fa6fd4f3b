import { describe, expect, it } from "vitest";
import type { TextRun } from "../core/block-tree.ts";
import { parseMarkdown } from "./parse-markdown.ts";
import { printMarkdown } from "./print-markdown.ts";

const maths = (text: string): TextRun => ({ text, marks: { math: true } });
const plain = (text: string): TextRun => ({ text, marks: {} });
const read = (source: string) => parseMarkdown(source).blocks.map(({ type, text }) => [type, ...text]);
const print = (...text: TextRun[]) =>
  printMarkdown({ title: "", blocks: [{ type: "paragraph", attrs: {}, text, children: [] }] });

describe("maths in Markdown", () => {
  it.each([
    ["so $x_1 * y$ is", [plain("so "), maths("x_1 * y"), plain(" is")]],
    ["$a\\$b$", [maths("a\\$b")]],
    ["in $$x$$ too", [plain("in "), maths("x"), plain(" too")]],
    ["**$x$**", [{ text: "x", marks: { bold: true, math: true } }]],
    ["[$a]$](/b)", [{ text: "a]", marks: { link: { href: "/b" }, math: true } }]],
  ])("%s holds a formula", (source, text) => {
    expect(read(source)).toEqual([["paragraph", ...text]]);
  });

  it.each([
    "costs $5 and $6",
    "from US$5/US$6 on",
    "$ x$ and $x $",
    "a $5, b $7.",
    "\\$x$",
    "`$x$`",
    "$x",
    "$x\ny$",
    `$${"x".repeat(1_100)}$`,
  ])("%s holds none", (source) => {
    expect(
      read(source)
        .flatMap(([, ...text]) => text as TextRun[])
        .some(({ marks }) => marks.math),
    ).toBe(false);
  });

  it.each([
    ["$$\na\n\n- b\n$$", "a\n\n- b"],
    ["$$ a^2 $$", "a^2"],
    ["$$\n=\n$$$\nb", "="],
    ["$$\nopen", "open"],
    ["$$$\na $$ b\n$$$", "a $$ b"],
    ["$$\n$$", ""],
  ])("%j is a block", (source, text) => {
    expect(read(source)[0]).toEqual(["math", ...(text === "" ? [] : [plain(text)])]);
  });

  it("stands in lists and quotes, and may interrupt a paragraph", () => {
    const { blocks } = parseMarkdown("- a\n  $$\n  x\n  $$\n\n> b\n> $$\n> y\n> $$\nlazy");
    expect(blocks.map(({ type, children }) => [type, ...children.map((child) => child.type)])).toEqual([
      ["bullet", "math"],
      ["quote", "math"],
      ["paragraph"],
    ]);
  });

  it("is printed between dollars where they can hold it, else between tags", () => {
    expect(print(plain("a "), maths("x"), plain("5"))).toBe("a $x$&#53;\n");
    expect(print(maths(" x"), plain(" for $5"))).toBe("<span data-math> x</span> for \\$5\n");
    expect(print(maths("a$b"))).toBe("<span data-math>a\\$b</span>\n");
  });

  it("is read in a moment, however many dollars there are", () => {
    const started = performance.now();
    for (const part of ["$a ", "$$a ", "$\\", "$$\n> "]) parseMarkdown(part.repeat(3_000));
    expect(performance.now() - started).toBeLessThan(8_000);
  });
});
