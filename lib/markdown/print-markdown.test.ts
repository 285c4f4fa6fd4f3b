import { describe, expect, it } from "vitest";
import type { BlockNode, Marks } from "../core/block-tree.ts";
import { parseMarkdown } from "./parse-markdown.ts";
import { printMarkdown } from "./print-markdown.ts";

const block = (type: string, text: string, attrs = {}, children: BlockNode[] = []): BlockNode => ({
  type,
  attrs,
  text: text === "" ? [] : [{ text, marks: {} }],
  children,
});
const print = (...blocks: BlockNode[]) => printMarkdown({ title: "", blocks });
const printRuns = (...runs: [string, Marks][]) =>
  print({ ...block("paragraph", ""), text: runs.map(([text, marks]) => ({ text, marks })) });

describe("printing", () => {
  it("writes the title first, and an empty one only where a heading 1 would be taken for it", () => {
    expect(printMarkdown({ title: "A *b*", blocks: [block("paragraph", "c")] })).toBe("# A \\*b\\*\n\nc\n");
    expect(print(block("paragraph", "c"))).toBe("c\n");
    expect(print(block("heading1", "c"))).toBe("#\n\n# c\n");
    expect(print()).toBe("");
  });

  it("gives a block's colours to its words, where they have none of their own", () => {
    const node = block("bullet", "a", { color: "red", background: "green" });
    node.text.push({ text: "b", marks: { color: "blue" } });
    const printed = print(node, block("paragraph", "c", { color: "ultraviolet", background: "#f00" }));
    expect(printed).toBe(
      '- <mark data-color="green"><span data-color="red">a</span><span data-color="blue">b</span></mark>\n\nc\n',
    );
  });

  it("writes what people write", () => {
    const items = [
      block("task", "a", { checked: true }),
      block("bullet", "b", {}, [block("number", "c", { start: 3 })]),
    ];
    expect(print(...items, block("quote", "d", {}, [block("paragraph", "e")]), block("divider", ""))).toBe(
      "- [x] a\n- b\n\n  3. c\n\n> d\n>\n> e\n\n---\n",
    );
    expect(print(block("bullet", "a", {}, [block("bullet", "b"), block("number", "c")]))).toBe(
      "- a\n  - b\n  1. c\n",
    );
    expect(print(block("code", "a\n```\nb", { language: "md", meta: "x y" }))).toBe(
      "````md x y\na\n```\nb\n````\n",
    );
    expect(print(block("heading3", "a", { level: 5 }))).toBe("##### a\n");
  });

  it("writes columns one after the other, in order", () => {
    const column = (...blocks: BlockNode[]) => block("column", "", { width: 2 }, blocks);
    const first = column(block("heading2", "a"), block("bullet", "b", {}, [block("bullet", "c")]));
    const printed = print(
      block("columns", "", {}, [first, column(block("paragraph", "d"))]),
      block("quote", "e"),
    );
    expect(printed).toBe("## a\n\n- b\n  - c\n\nd\n\n> e\n");
    expect(parseMarkdown(printed).blocks.map(({ type }) => type)).toEqual([
      "heading2",
      "bullet",
      "paragraph",
      "quote",
    ]);
  });

  it("writes marks in each other, the longest outermost", () => {
    const bold = { bold: true };
    expect(printRuns(["a ", bold], ["b", { bold: true, italic: true }], [" c", {}])).toBe("**a _b_** c\n");
    expect(printRuns(["a", { underline: true }], ["b", { link: { href: "/c" } }])).toBe("<u>a</u>[b](/c)\n");
    expect(printRuns(["a\nb", bold])).toBe("**a\\\nb**\n");
  });

  it("writes highlights and coloured text as tags, and drops colours that nobody knows", () => {
    const yellow = { highlight: "yellow" };
    expect(printRuns(["a ", yellow], ["b", { ...yellow, color: "red" }], ["c", { highlight: "green" }])).toBe(
      '<mark>a <span data-color="red">b</span></mark><mark data-color="green">c</mark>\n',
    );
    expect(printRuns(["a", { color: "pink", highlight: true }])).toBe("a\n");
    expect(parseMarkdown('<mark data-color="pink">a</mark> <span data-color="grey">b</span>').blocks).toEqual(
      [
        {
          ...block("paragraph", "a "),
          text: [
            { text: "a ", marks: {} },
            { text: "b", marks: { color: "grey" } },
          ],
        },
      ],
    );
  });

  it("writes callouts as GitHub's alerts", () => {
    const inside = [block("paragraph", "b"), block("callout", "c", { tone: "bad" })];
    expect(print(block("callout", "a", { tone: "good" }, inside), block("callout", ""))).toBe(
      "> [!TIP]\n> a\n>\n> b\n>\n> > [!CAUTION]\n> > c\n\n> [!NOTE]\n",
    );
    for (const text of ["[!NOTE]", "[!note]\nb"]) {
      const quote = block("quote", text);
      expect(parseMarkdown(print(quote)).blocks).toEqual([quote]);
    }
    expect(print(block("callout", "---"))).toBe("> [!NOTE]\n> \\---\n");
  });

  it("writes toggles as details, their text as HTML", () => {
    const text = [
      { text: "a<b ", marks: { bold: true } },
      { text: "c", marks: { link: { href: 'https://a.b/"c' }, code: true } },
    ];
    const inner = block("toggle", "d", {}, [block("bullet", "e")]);
    expect(print({ ...block("toggle", "", {}, [inner, block("paragraph", "f")]), text })).toBe(
      '<details>\n<summary><b>a&#60;b&#32;</b><a href="https://a.b/&#34;c"><code>c</code></a></summary>\n\n' +
        "<details>\n<summary>d</summary>\n\n- e\n\n</details>\n\nf\n\n</details>\n",
    );
  });

  it("keeps half of a toggle that someone wrote as source from closing the toggle around it", () => {
    const half = block("code", "</details>", { language: "markdown", raw: true });
    const blocks = [block("toggle", "a", {}, [half, block("paragraph", "b")])];
    expect(parseMarkdown(printMarkdown({ title: "", blocks })).blocks).toEqual([
      block("toggle", "a", {}, [
        block("code", "</details>", { language: "markdown" }),
        block("paragraph", "b"),
      ]),
    ]);
  });

  it("keeps a blank at the edge of a mark", () => {
    expect(printRuns(["bold ", { bold: true }], ["plain", {}])).toBe("**bold&#x20;**&#x70;lain\n");
    expect(parseMarkdown("**bold&#x20;**&#x70;lain").blocks[0]?.text).toEqual([
      { text: "bold ", marks: { bold: true } },
      { text: "plain", marks: {} },
    ]);
  });

  it("keeps an underscore beside a mark that needs a character reference", () => {
    const text = [
      { text: " 0_0", marks: { italic: true } },
      { text: " ", marks: { italic: true, strike: true } },
    ];
    const printed = print({ ...block("paragraph", ""), text });
    expect(parseMarkdown(printed).blocks[0]?.text, printed).toEqual(text);
  });

  it("keeps a line of code in a link from becoming a definition", () => {
    const marks = { code: true, link: { href: "https://example.com" } };
    const text = [
      { text: "\\[a]: /ba|b", marks },
      { text: "\n", marks: {} },
      { text: "c", marks },
    ];
    const printed = print({ ...block("paragraph", ""), text });
    expect(parseMarkdown(printed).blocks, printed).toEqual([{ ...block("paragraph", ""), text }]);
  });

  it("drops a link that may not be followed", () => {
    expect(printRuns(["a", { link: { href: "javascript:alert(1)" } }])).toBe("a\n");
  });
});

const literals = [
  ..."* x|- x|+ x|# a|###### a|1. |1. a|12) a|> q|```|~~~|---|***|===|    four|[ ] a|[x] a|[a](b)|![a](b)|[a]: b".split(
    "|",
  ),
  ...[
    "<b>x</b>",
    "<u>x</u>",
    "<!-- x -->",
    "<div>",
    "&amp;",
    "&#35;",
    "a | b",
    "| a | b |",
    "| a |\n| - |",
    "|---|",
  ],
  ...[
    "*a*",
    "_a_",
    "__a__",
    "snake_case_",
    "~~a~~",
    "`a`",
    "``",
    "\\*",
    "a\\",
    "\\",
    " a",
    "a ",
    "  a  ",
    "\ta",
    "a\t",
  ],
  ...[
    "\n",
    "a\n",
    "\na",
    "a\n\nb",
    "a\n# b",
    "a\n- b",
    "a\n===",
    "a\n---",
    "https://a.bc",
    "www.a.bc",
    "a@b.cd",
    "[^1]",
  ],
  ...[
    "a  \nb",
    "2 * 3 * 4",
    "$x_1$",
    "\u00a0a\u00a0",
    "!",
    "a!",
    "Hello <name>",
    "a < b > c",
    "C:\\path\\*",
    "#tag",
  ],
];
const places = ["paragraph", "heading1", "heading2", "heading3", "bullet", "number", "task", "quote"];

describe.each(places)("in a %s", (type) => {
  const attrs = type === "task" ? { checked: false } : {};

  it.each(literals)("the literal text %j stays what it is", (text) => {
    const blocks = [block(type, text, attrs), block(type, "next", attrs)];
    expect(parseMarkdown(print(...blocks)).blocks).toEqual(blocks);
  });
});

it.each(literals)("in a title the literal text %j stays what it is, on one line", (title) => {
  const printed = printMarkdown({ title, blocks: [block("paragraph", "a")] });
  expect(parseMarkdown(printed)).toEqual({
    title: title.replace(/\n+/g, " "),
    blocks: [block("paragraph", "a")],
  });
});
