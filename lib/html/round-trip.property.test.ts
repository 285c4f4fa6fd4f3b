// @vitest-environment jsdom
/** Whatever a document holds comes back from the HTML that we write of it, also where HTML has no element for it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BlockNode, type Json, mergeRuns, type TextRun } from "../core/block-tree.ts";
import { type Mention, mentionValue } from "../core/mention.ts";
import { OBJECT_CHARACTER } from "../core/strand.ts";
import { CELL, ROW, TABLE } from "../core/table.ts";
import { parseHtml } from "./parse-html.ts";
import { readHtml } from "./read-html.ts";
import { writeHtml } from "./write-html.ts";

const ID = "7f3c1c9a-1111-4222-8333-444455556666";
const DOCUMENT: Mention = { kind: "document", id: ID, workspace: ID, label: 'The <b>plan</b> & "more"' };
const PERSON: Mention = { kind: "person", id: ID, label: "Ada" };

/** As JSON carries it: without -0. */
const json = fc.jsonValue({ maxDepth: 2 }).map((value): Json => JSON.parse(JSON.stringify(value)));
const words = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.constantFrom("\n", " ", "  a ", "\t", "<b>&amp;\u00a0", "\r", "]]>", "-->"),
  )
  .map((text) => text.replaceAll("\0", "").replace(/\r\n?/g, "\n").toWellFormed());
const mark = fc.oneof(
  fc.constantFrom<[string, Json]>(
    ["bold", true],
    ["italic", true],
    ["underline", true],
    ["strike", true],
    ["code", true],
    ["math", true],
  ),
  fc.constantFrom<[string, Json]>(
    ["highlight", "green"],
    ["color", "red"],
    ["highlight", "none"],
    ["bold", "yes"],
  ),
  fc.constantFrom<[string, Json]>(
    ["link", { href: "https://a.example/?b=1&c" }],
    ["link", { href: "javascript:x" }],
  ),
  fc.constantFrom<[string, Json]>(["link", { href: "/w/1", title: "t" }], ["comment", { id: [1, "<>"] }]),
);
/** A line break carries no marks: HTML would, but nobody sees it. */
const run: fc.Arbitrary<TextRun> = fc
  .tuple(words, fc.array(mark, { maxLength: 3 }))
  .map(([text, marks]) => ({ text, marks: Object.fromEntries(marks) }));
const object: fc.Arbitrary<TextRun> = fc
  .tuple(
    fc.constantFrom<Json>(
      ...[DOCUMENT, PERSON].map(mentionValue),
      { mention: { kind: "document", id: "forged", label: "<b>" } },
      { chart: [1] },
    ),
    fc.array(mark, { maxLength: 2 }),
  )
  .map(([value, marks]) => ({
    text: OBJECT_CHARACTER,
    marks: { ...Object.fromEntries(marks), embed: value },
  }));
const text = fc
  .array(fc.oneof({ weight: 4, arbitrary: run }, { weight: 1, arbitrary: object }), { maxLength: 4 })
  .map((runs) =>
    mergeRuns(
      runs.flatMap((one) =>
        one.text.split(/(\n)/).map((part) => ({ text: part, marks: part === "\n" ? {} : one.marks })),
      ),
    ),
  );
const attrs = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), json, { maxKeys: 3 });
const type = fc.constantFrom(
  ...[
    "paragraph",
    "heading1",
    "heading2",
    "heading3",
    "bullet",
    "number",
    "task",
    "quote",
    "callout",
    "toggle",
  ],
  ...["code", "divider", "image", "file", "math", "embed", "columns", "column", "never heard of"],
);
const plain = (runs: TextRun[]) => mergeRuns(runs.map((one) => ({ text: one.text, marks: {} })));

const table: fc.Arbitrary<BlockNode> = fc
  .tuple(attrs, fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 3 }))
  .map(([own, rows]) => ({
    type: TABLE,
    attrs: own,
    text: [],
    children: rows.map((row, y) => ({
      type: ROW,
      attrs: { y },
      text: [],
      children: row.map((cell, x) => ({ type: CELL, attrs: { col: `c${x}` }, text: cell, children: [] })),
    })),
  }));

const tree: fc.Arbitrary<BlockNode[]> = fc.letrec<{ blocks: BlockNode[] }>((tie) => ({
  blocks: fc.array(
    fc.oneof(
      { weight: 1, arbitrary: table },
      {
        weight: 6,
        arbitrary: fc
          .record({
            type,
            attrs,
            text,
            children: fc.oneof({ depthSize: "small" }, fc.constant<BlockNode[]>([]), tie("blocks")),
          })
          .map((block) => (block.type === "code" ? { ...block, text: plain(block.text) } : block)),
      },
    ),
    { maxLength: 4 },
  ),
})).blocks;

describe("HTML that we write", () => {
  it("is read as the blocks that it was written of", () => {
    fc.assert(
      fc.property(tree, (blocks) => {
        expect(readHtml(parseHtml(writeHtml(blocks)).body)).toEqual(blocks);
      }),
      { numRuns: 120 },
    );
  });
});
