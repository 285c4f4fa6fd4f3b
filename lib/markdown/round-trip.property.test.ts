/** Random trees with texts full of Markdown's own characters, and random sources. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { BlockNode, type Json, type Marks, type TextRun } from "../core/block-tree.ts";
import { wordsOf } from "../core/mention.ts";
import { parseMarkdown } from "./parse-markdown.ts";
import { printMarkdown } from "./print-markdown.ts";
import { settleTree } from "./settle-tree.ts";

const fragments = [
  ..."* _ ` ~ # > - + = | \\ [ ] ( ) ! < > & : ; . @ ^ \" ' $ { } / 1 a B é 字 🙂 \u00a0 \u200b".split(" "),
  ...[" ", "  ", "\t", "\n", "\n\n", " \n", "\n "],
  ...[
    "* x",
    "# a",
    "1. ",
    "2) b",
    "- [ ] c",
    "[x] d",
    "[ ] ",
    "```",
    "~~~",
    "---",
    "***",
    "===",
    "|---|",
    "| a | b |",
  ],
  ...[
    "    four",
    "> q",
    "<b>",
    "</u>",
    "<u>",
    "<mark>",
    "</mark>",
    "[!NOTE]",
    "[!NOTE]\n",
    "</summary>",
    "<details>",
    "|---|",
    '<span data-color="red">',
    "</span>",
    "<br>",
    "<!-- c -->",
    ...["<kbd>", "</kbd>", '<font color="red">', "</font>", "<sup>", "</sup>", '<img src="/a.png">'],
    ...["<aside>", "</aside>", "</b>", "</div>", "<br/>"],
    "<div>",
    "&amp;",
    "&copy;",
    "&#35;",
    "a&b",
  ],
  ...[
    "http://example.com",
    "www.example.com",
    "me@example.com",
    "https://a.b/c_d_e",
    "mailto:a@b.c",
    "xmpp:a@b.c",
  ],
  ...[
    "[a](/b)",
    "![a](/b)",
    "[^1]",
    "[^1]: x",
    "[a]: /b",
    "[manual]",
    "snake_case_word",
    "2 * 3 * 4",
    "word",
    "two words",
  ],
  ...[
    "\\*",
    "\\",
    "**",
    "__",
    "~~",
    "``",
    "!",
    "![",
    "](",
    ..."$x$ $5 $$ $$a$$ \\$ a$ $`".split(" "),
    "<span data-math>",
    "$ ",
    "$$\nx\n$$",
    "\u2028",
    "…",
    "“quote”",
    ":--",
    "a|b\n-|-",
    "+ y",
  ],
];

const text = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 6, unit: "grapheme" }) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 6 }) },
);

const ID = "7f3c1c9a-1111-4222-8333-444455556666";

const link = fc.constantFrom<Json>(
  { href: `/w/${ID}/d/${ID}` },
  { href: "https://example.com" },
  { href: "https://example.com/a_(b)?c=d&e=f#g" },
  { href: "/w/1 2", title: "a \"title\" \\ 'here'" },
  { href: "mailto:me@example.com" },
  { href: "https://youtu.be/dQw4w9WgXcQ", title: "embed" },
  { href: "#a-place" },
  { href: "https://example.com/<x>\\y" },
  { href: "javascript:alert(1)" },
);

const flag = fc.option(fc.constant<Json>(true), { nil: null, freq: 2 });

const marks: fc.Arbitrary<Marks> = fc
  .record({
    bold: flag,
    italic: flag,
    strike: flag,
    underline: flag,
    code: flag,
    math: fc.option(fc.constantFrom<Json>(true, true, 1), { nil: null, freq: 1 }),
    highlight: fc.option(fc.constantFrom<Json>("yellow", "green", "purple", "gold", true), {
      nil: null,
      freq: 2,
    }),
    color: fc.option(fc.constantFrom<Json>("red", "grey", "blue", "#f00", 3), { nil: null, freq: 2 }),
    link: fc.option(link, { freq: 5 }),
    odd: flag,
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));

const run: fc.Arbitrary<TextRun> = fc.record({ text, marks: fc.oneof(fc.constant({}), marks) });
/** Labels full of Markdown's own characters, too. */
const mention: fc.Arbitrary<TextRun> = fc
  .record({
    kind: fc.constantFrom("document", "document", "person", "group"),
    id: fc.constantFrom(ID, ID, "javascript:alert(1)"),
    label: fc.oneof(text, fc.constantFrom("", "Plan", 7)),
    marks: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: marks }),
  })
  .map(({ kind, id, label, marks: own }) => ({
    text: "\ufffc",
    marks: {
      ...own,
      embed: { mention: { kind, id, label, ...(kind === "document" ? { workspace: ID } : {}) } },
    },
  }));
const runs = fc.array(fc.oneof({ weight: 6, arbitrary: run }, { weight: 1, arbitrary: mention }), {
  maxLength: 4,
});

const language = fc.constantFrom<Json>("", "ts", "c++", "a b", "markdown", "x`y", "&amp;", "~", 7);

const attrs: fc.Arbitrary<Record<string, Json>> = fc
  .record({
    checked: fc.option(fc.boolean()),
    start: fc.option(fc.constantFrom<Json>(0, 1, 2, 7, 999_999_999, -1, 1.5, "3"), { freq: 3 }),
    level: fc.option(fc.constantFrom<Json>(4, 5, 6, 7)),
    language: fc.option(language, { freq: 1 }),
    tone: fc.option(fc.constantFrom<Json>("info", "good", "warn", "bad", "odd", 1), { freq: 2 }),
    color: fc.option(fc.constantFrom<Json>("red", "blue", "ultraviolet", 3), { freq: 1 }),
    background: fc.option(fc.constantFrom<Json>("yellow", "green", "#f00", null), { freq: 1 }),
    meta: fc.option(fc.constantFrom<Json>("title=a", "{1,3} `x`", " spaced ", "")),
    odd: fc.option(fc.constant<Json>({ a: [1] })),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)));

/** Sources that have no block, each of them one raw block; and some that are none. */
const rawTexts = [
  "| a | b |\n| - | - |\n| `x` | 2 \\| 3 |",
  "a | b\n:-: | --\nc | d",
  "<div>\n  <b>x</b>\n</div>",
  "<!-- a\n\n  comment -->",
  '![alt](/image.png "title")',
  "Text with ![an image](/a.png) and\na second line",
  "Text with <kbd>Ctrl</kbd>",
  "Text with <ruby>a word</ruby>",
  "<aside>",
  "<aside>\nA sign",
  "<aside>\nA callout\n</aside>",
  "</aside>",
  '<p align="center"><img src="/a.png"></p>',
  '<div align="center">',
  "[manual]: https://example.com 'The manual'",
  "[^1]: A note\n\n    with a second paragraph",
  "A claim[^1] and ![an image][manual]",
  "# ![logo](/a.png) Title",
  "<pre>\n\n  x\n\n</pre>",
  "<!-- open",
  "<details>",
  "<details>\n<summary>A</summary>",
  "<details>\n<summary>A</summary>\nInside\n</details>",
  "</details>",
  "plain text",
  "two\n\nparagraphs ![a](/b)",
  "<u>",
  "<br>",
  "",
];

const raw: fc.Arbitrary<BlockNode> = fc.constantFrom(...rawTexts).map((source) => ({
  type: "code",
  attrs: { language: "markdown", raw: true },
  text: source === "" ? [] : [{ text: source, marks: {} }],
  children: [],
}));

const types = [
  "paragraph",
  "heading1",
  "heading2",
  "heading3",
  "bullet",
  "number",
  "task",
  "quote",
  "code",
  "divider",
  "math",
  "callout",
  "toggle",
  "odd",
];
const type = fc.constantFrom(
  ...types,
  "paragraph",
  "bullet",
  "bullet",
  "number",
  "task",
  "quote",
  "math",
  "callout",
  "toggle",
  "columns",
  "column",
);

const cellText = fc.oneof(fc.constant<TextRun[]>([]), runs);

/** Tables as documents have them, and some that miss cells, name columns that are not there or hold other blocks. */
const table: fc.Arbitrary<BlockNode> = fc
  .record({
    columns: fc.integer({ min: 0, max: 4 }),
    header: fc.constantFrom<Json>(true, true, false, "x"),
    align: fc.constantFrom<Json>("left", "center", "right", "up", 1),
    rows: fc.array(fc.array(cellText, { maxLength: 4 }), { maxLength: 3 }),
    odd: fc.option(fc.constantFrom("paragraph", "tableCell", "quote"), { freq: 4 }),
    text: fc.oneof({ weight: 5, arbitrary: fc.constant<TextRun[]>([]) }, { weight: 1, arbitrary: runs }),
  })
  .map(({ columns, header, align, rows, odd, text: own }) => {
    const attrs: Record<string, Json> = { header };
    for (let n = 1; n <= columns; n++) attrs[`col.k${n}`] = `a${columns - n}`;
    if (columns > 0) attrs["align.k1"] = align;
    const children = rows.map((cells) => ({
      type: "tableRow",
      attrs: {},
      text: [],
      children: cells.map((cell, n) => ({
        type: "tableCell",
        attrs: { col: `k${n + 1}` },
        text: cell,
        children: [],
      })),
    }));
    const strangers = odd === null ? [] : [{ type: odd, attrs: {}, text: own, children: [] }];
    return { type: "table", attrs, text: own, children: [...children, ...strangers] };
  });

const place = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10/7f3c1c9a-1111-4222-8333-444455556666";

/** Pictures and files as documents have them, and some whose place or figures are forged. */
const attachment: fc.Arbitrary<BlockNode> = fc
  .record({
    type: fc.constantFrom("image", "image", "file"),
    attachment: fc.constantFrom<Json>(place, place, place, `${place}/..`, "https://evil.example/a.png", 7),
    name: fc.oneof(text, fc.constantFrom<Json>("sea (1).png", "", 3)),
    mime: fc.constantFrom<Json>("image/png", "", "a b"),
    size: fc.constantFrom<Json>(9, 0, "9", 52_428_800),
    width: fc.constantFrom<Json>(3, 2_560, -1),
    height: fc.constantFrom<Json>(2, 1.5),
    alt: fc.oneof(text, fc.constantFrom<Json>("", null, "The sea at [low] tide")),
    odd: flag,
    caption: runs,
    children: fc.constantFrom<BlockNode[]>([], [{ type: "paragraph", attrs: {}, text: [], children: [] }]),
  })
  .map(({ type, caption, children, ...attrs }) => ({ type, attrs, text: caption, children }));

/** Embeds as documents have them, and some whose address is forged. */
const embed: fc.Arbitrary<BlockNode> = fc
  .record({
    url: fc.constantFrom<Json>(
      "https://youtu.be/dQw4w9WgXcQ?t=4",
      "https://vimeo.com/76979871",
      "https://codepen.io/a_b-c/pen/abCdeF",
      "https://evil.example/a_(b)",
      "javascript:alert(1)",
      7,
    ),
    odd: flag,
    caption: runs,
  })
  .map(({ caption, ...attrs }) => ({ type: "embed", attrs, text: caption, children: [] }));

const blockTrees: fc.Arbitrary<BlockNode[]> = fc.letrec<{ blocks: BlockNode[]; block: BlockNode }>((tie) => ({
  blocks: fc.array(tie("block"), { maxLength: 4 }),
  block: fc.oneof(
    { weight: 1, arbitrary: raw },
    { weight: 1, arbitrary: table },
    { weight: 1, arbitrary: attachment },
    { weight: 1, arbitrary: embed },
    {
      weight: 8,
      arbitrary: fc.record({
        type,
        attrs,
        text: runs,
        children: fc.oneof({ maxDepth: 4, depthSize: "small" }, fc.constant<BlockNode[]>([]), tie("blocks")),
      }),
    },
  ),
})).blocks;

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const settings = { seed, numRuns: Number(process.env.RUNS ?? 1_000) };
console.log(`Markdown round trips with SEED=${seed}`);

function charactersOf(blocks: readonly BlockNode[]): string {
  const texts = blocks.map((block) => wordsOf(block.text) + charactersOf(block.children));
  // Besides what the words of mentions have and links that are read as mentions may have: a sign, and a name for none.
  return texts.join("").replaceAll(/@|Untitled|Someone/g, "");
}

describe("the round trip", () => {
  it("what is printed of any tree reads back as that tree, settled", () => {
    fc.assert(
      fc.property(fc.string(), blockTrees, (title, blocks) => {
        const settled = settleTree(blocks);
        const printed = printMarkdown({ title, blocks });
        const parsed = parseMarkdown(printed);
        expect(parsed.blocks, printed).toEqual(settled);
        expect(parsed.title ?? "").toBe(title.replaceAll("\0", " "));
      }),
      settings,
    );
  });

  it("settling twice is settling once, and keeps every character of a text", () => {
    fc.assert(
      fc.property(blockTrees, (blocks) => {
        const settled = settleTree(blocks);
        expect(settleTree(settled)).toEqual(settled);
        const texts = blocks.filter(
          (block) => !["divider", "embed"].includes(block.type) && block.children.length === 0,
        );
        expect(charactersOf(settleTree(texts))).toBe(charactersOf(texts).replaceAll("\0", "\ufffd"));
      }),
      settings,
    );
  });

  it("whatever text is read, printing and reading again gives the same document", () => {
    const line = fc.array(
      fc.oneof(
        fc.constantFrom(
          ..."- * 1. > # ## ``` ~~~ [ ] [x] | --- === ** * _ ~~ ` <u> </u> <mark> </mark> </span> [!NOTE] [!TIP] </details> <summary> <br> <b> </b> <kbd> </kbd> <sup> </sup> <aside> </aside> <div> </div> <img src='/a'> $ $$ $x$ \\$ [a](b) ![a](b) [^1] [^1]: [a]: \\ & < a b c".split(
            " ",
          ),
        ),
        fc.constantFrom(
          " ",
          "  ",
          "    ",
          "\t",
          "",
          "javascript:x",
          "www.a.bc",
          "&#10;",
          "&nbsp;",
          "<details><summary>a</summary>",
          '<span data-color="red">',
          '<mark data-color="pink">',
        ),
      ),
      { maxLength: 6 },
    );
    const source = fc
      .array(line, { maxLength: 8 })
      .map((lines) => lines.map((parts) => parts.join("")).join("\n"));
    fc.assert(
      fc.property(source, (markdown) => {
        const once = parseMarkdown(markdown);
        expect(z.array(BlockNode).safeParse(once.blocks).success).toBe(true);
        const printed = printMarkdown({ title: once.title ?? "", blocks: once.blocks });
        const twice = parseMarkdown(printed);
        expect(twice.blocks, printed).toEqual(once.blocks);
        expect(twice.title ?? "").toBe(once.title ?? "");
      }),
      settings,
    );
  });
});
