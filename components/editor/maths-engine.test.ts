import katex from "katex";
import { expect, it } from "vitest";
import { NotMaths } from "../../lib/editor/math-picture.ts";
import { withinLimits } from "./maths-engine.ts";

/** What is drawn, as markup. */
const draw = (source: string, isBlock = false): string =>
  withinLimits(source, isBlock, (options) => katex.renderToString(source, options));

it("draws a formula, in the text and as a block", () => {
  expect(draw("\\frac{a}{b}")).toContain("frac-line");
  expect(draw("x")).not.toContain("katex-display");
  expect(draw("x", true)).toContain("katex-display");
});

it.each([
  ["\\frac{a}{", /expected '}'.*What is written is kept/],
  ["\\unknown", /Undefined control sequence: \\unknown/],
  ["x".repeat(10_001), /too long/],
  ["\\def\\a{\\a\\a}\\a", /Too many expansions/],
  ["{".repeat(9_000), /more than can be drawn|[Ee]xpected/],
])("what cannot be drawn is said in a sentence: %#", (source, sentence) => {
  expect(() => draw(source)).toThrow(NotMaths);
  expect(() => draw(source)).toThrow(sentence);
});

it.each([
  "\\href{javascript:alert(1)}{x}",
  "\\url{https://evil.example}",
  "\\includegraphics{https://evil.example/a.png}",
  "\\htmlClass{gutter}{x}",
  "\\htmlId{runtime-config}{x}",
  "\\htmlStyle{position:fixed}{x}",
  "\\htmlData{block-id=a}{x}",
  "\\text{<img src=x onerror=alert(1)>}",
])("nothing in a source leads, loads, runs or names a part of the page: %s", (source) => {
  const tags = (draw(source).match(/<[^>]*>/g) ?? []).join("");
  expect(tags).toMatch(/^<span class="katex/);
  expect(tags).not.toMatch(
    /<(?:a|img|script)\b|class="[^"]*gutter|\s(?:id|href|src|data-[a-z-]+|on[a-z]+)=|fixed/,
  );
});

it("nothing in a source grows beyond 20 em", () => {
  const sizes = [...draw("\\rule{1000em}{1000em}").matchAll(/(?:width|height|top):([\d.]+)em/g)];
  expect(sizes.length).toBeGreaterThan(0);
  expect(Math.max(...sizes.map(([, size]) => Number(size)))).toBeLessThanOrEqual(21);
});
