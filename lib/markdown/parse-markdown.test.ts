import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { type BlockNode, maxBlockDepth, textOf } from "../core/block-tree.ts";
import { parseMarkdown } from "./parse-markdown.ts";
import { printMarkdown } from "./print-markdown.ts";

// Long texts take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const plain = (text: string) => ({ text, marks: {} });
const block = (type: string, text: string, attrs = {}, children: BlockNode[] = []): BlockNode => ({
  type,
  attrs,
  text: text === "" ? [] : [plain(text)],
  children,
});
const raw = (text: string) => block("code", text, { language: "markdown", raw: true });
const blocksOf = (source: string) => parseMarkdown(source).blocks;
const runsOf = (source: string) => blocksOf(source)[0]?.text;

describe("the title", () => {
  it("is the heading 1 that opens the text, in either spelling", () => {
    expect(parseMarkdown("# A *b* `c`\n\ntext")).toEqual({
      title: "A b c",
      blocks: [block("paragraph", "text")],
    });
    expect(parseMarkdown("\n\nA\nB\n===\n").title).toBe("A B");
    expect(parseMarkdown("#").title).toBe("");
  });

  it("is missing when the text begins otherwise, and later headings 1 are blocks", () => {
    expect(parseMarkdown("text\n\n# A")).toEqual({
      title: null,
      blocks: [block("paragraph", "text"), block("heading1", "A")],
    });
    expect(parseMarkdown("")).toEqual({ title: null, blocks: [] });
    expect(parseMarkdown("# A\n# B").blocks).toEqual([block("heading1", "B")]);
  });

  it("is not taken from a heading that it could not hold", () => {
    expect(parseMarkdown("# ![logo](/a.png) A")).toEqual({
      title: null,
      blocks: [raw("# ![logo](/a.png) A")],
    });
  });
});

describe("blocks", () => {
  it("headings keep their level, also the deeper ones", () => {
    expect(blocksOf("## a\n### b\n#### c\n###### d")).toEqual([
      block("heading2", "a"),
      block("heading3", "b"),
      block("heading3", "c", { level: 4 }),
      block("heading3", "d", { level: 6 }),
    ]);
  });

  it("list items hold lists, paragraphs and code", () => {
    const source = "- a\n  1. b\n\n     more\n\n     ```ts\n     x\n\n       y\n     ```\n- c";
    const inner = [block("paragraph", "more"), block("code", "x\n\n  y", { language: "ts" })];
    expect(blocksOf(source)).toEqual([
      block("bullet", "a", {}, [block("number", "b", {}, inner)]),
      block("bullet", "c"),
    ]);
  });

  it("tasks are open or done, and hold marks", () => {
    expect(blocksOf("- [ ] All pass: `npm test`\n- [x] b\n- c")).toEqual([
      {
        ...block("task", "", { checked: false }),
        text: [plain("All pass: "), { text: "npm test", marks: { code: true } }],
      },
      block("task", "b", { checked: true }),
      block("bullet", "c"),
    ]);
    expect(blocksOf("3. [x] a")).toEqual([block("number", "a", { start: 3, checked: true })]);
  });

  it("a box that stands in no item is text", () => {
    expect(blocksOf("-\n[x]\nfoo")).toEqual([block("bullet", ""), block("paragraph", "[x] foo")]);
  });

  it("ordered lists keep their first number, also when one follows another", () => {
    expect(blocksOf("5. a\n6. b\n\n1) c\n")).toEqual([
      block("number", "a", { start: 5 }),
      block("number", "b"),
      block("number", "c", { start: 1 }),
    ]);
  });

  it("a quote's first paragraph is its text, the rest its children", () => {
    expect(blocksOf("> a\n> b\n>\n> - c\n\n> # d")).toEqual([
      block("quote", "a b", {}, [block("bullet", "c")]),
      block("quote", "", {}, [block("heading1", "d")]),
    ]);
  });

  it("code keeps language, what stands after it, and every blank", () => {
    expect(blocksOf('```ts {1,3} title="a"\n\n  x\t\n\n```\n\n    indented\n      more')).toEqual([
      block("code", "\n  x\t\n", { language: "ts", meta: '{1,3} title="a"' }),
      block("code", "indented\n  more", { language: "" }),
    ]);
  });

  it("dividers are blocks, whatever they are made of", () => {
    expect(blocksOf("---\n\n***\n\n_ _ _")).toEqual([1, 2, 3].map(() => block("divider", "")));
  });

  it("what nests deeper than 32 is lifted, and no text is lost", () => {
    const source = Array.from({ length: 40 }, (_, depth) => `${"  ".repeat(depth)}- level${depth + 1}`).join(
      "\n",
    );
    const depthOf = (blocks: BlockNode[]): number =>
      blocks.length === 0 ? 0 : 1 + Math.max(...blocks.map((one) => depthOf(one.children)));
    const blocks = blocksOf(source);
    expect(depthOf(blocks)).toBe(maxBlockDepth);
    for (let level = 1; level <= 40; level += 1) expect(JSON.stringify(blocks)).toContain(`"level${level}"`);
  });

  it.each([
    ["> ", 90],
    ["> ", 50_000],
    ["- ", 50_000],
    ["1. - > ", 5_000],
    ["[", 20_000],
    ["*a ", 5_000],
    ["]", 50_000],
  ])("a storm of %j is read", (piece, times) => {
    const source = `${piece.repeat(times)}x`;
    const text = (blocks: BlockNode[]): string =>
      blocks.map((one) => textOf(one.text) + text(one.children)).join("");
    expect(text(blocksOf(source))).toContain("x");
  });

  it("a paragraph that had its share of signs that fit nothing keeps the others as they are", () => {
    const [spent, next] = blocksOf(`${"]".repeat(10_000)}*b*\n\n${"[c](/d) ".repeat(1_500)}`);
    expect(textOf(spent?.text ?? [])).toBe(`${"]".repeat(10_000)}*b*`);
    expect(textOf(next?.text ?? [])).toBe("c ".repeat(1_500).trimEnd());
  });
});

describe("long texts", () => {
  const lines = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i + 1));

  it("are read in pieces that give what the whole would", () => {
    const parts = [
      "# T",
      "a [b][c] d[^n]",
      "- e\n  - f\n\n    g\n- h",
      "```\ni\n\nj\n```",
      "k\nl\n===",
      "| m |\n| - |\n| n |",
    ];
    const more = [
      "> o\np",
      "1. q\n2. r",
      "[c]: /s\n[t]: /u\n[v]: /w",
      "[^n]: note",
      "<div>\nx\n</div>",
      "***",
      "    y\n\n    z",
    ];
    const text = [...parts, ...more].join("\n\n");
    const one = parseMarkdown(text).blocks;
    const times = 200;
    const many = parseMarkdown(Array.from({ length: times }, () => text).join("\n\n"));
    expect(many.title).toBe("T");
    const each = [block("heading1", "T"), ...one];
    expect(many.blocks).toHaveLength(each.length * times - 1);
    expect(many.blocks).toEqual(
      Array.from({ length: times }, () => each)
        .flat()
        .slice(1),
    );
  });

  it("keep a toggle whole, however much is in it, and do not wait for the end of one that has none", () => {
    const inside = lines(2_000, (index) => `paragraph ${index} with some more words`);
    const source = (end: string) =>
      `before\n\n<details>\n<summary>a</summary>\n\n${inside.join("\n\n")}\n\n${end}after`;
    expect(blocksOf(source("</details>\n\n"))).toEqual([
      block("paragraph", "before"),
      block(
        "toggle",
        "a",
        {},
        inside.map((text) => block("paragraph", text)),
      ),
      block("paragraph", "after"),
    ]);
    expect(blocksOf(source(""))).toHaveLength(2_003);
  });

  it("may be one list, which goes on counting", () => {
    const blocks = blocksOf(lines(8_000, (index) => `${index + 6}. item ${index}`).join("\n"));
    expect(blocks[0]).toEqual(block("number", "item 1", { start: 7 }));
    expect(blocks.slice(1)).toEqual(
      lines(7_999, (index) => `${index + 1}`).map((n) => block("number", `item ${n}`)),
    );
  });

  it("may be one paragraph, one block of code or nothing but blanks", () => {
    expect(runsOf(lines(30_000, () => "word").join("\n"))).toHaveLength(1);
    expect(blocksOf(`\`\`\`\n${lines(30_000, () => "x").join("\n")}\n\`\`\``)).toHaveLength(1);
    expect(blocksOf(" \n".repeat(500_000))).toEqual([]);
  });
});

describe("text", () => {
  it("carries the six marks, also in each other", () => {
    expect(runsOf("a **b *c*** ~~d~~ `e` <u>f **g**</u> [h](/i 'j')")).toEqual([
      plain("a "),
      { text: "b ", marks: { bold: true } },
      { text: "c", marks: { bold: true, italic: true } },
      plain(" "),
      { text: "d", marks: { strike: true } },
      plain(" "),
      { text: "e", marks: { code: true } },
      plain(" "),
      { text: "f ", marks: { underline: true } },
      { text: "g", marks: { underline: true, bold: true } },
      plain(" "),
      { text: "h", marks: { link: { href: "/i", title: "j" } } },
    ]);
  });

  it("a line end in the source is a blank, a hard line break stays", () => {
    expect(runsOf("a\nb  \nc\\\nd<br>e")).toEqual([plain("a b\nc\nd\ne")]);
  });

  it("bare addresses are links, and so are references", () => {
    expect(runsOf("https://a.bc")).toEqual([
      { text: "https://a.bc", marks: { link: { href: "https://a.bc" } } },
    ]);
    expect(blocksOf("[a][B c]\n\n[b  C]: https://a.bc 'T'")).toEqual([
      {
        ...block("paragraph", ""),
        text: [{ text: "a", marks: { link: { href: "https://a.bc", title: "T" } } }],
      },
      raw("[b  C]: https://a.bc 'T'"),
    ]);
  });

  it.each([
    "javascript:alert(1)",
    "JAVASCRIPT:x",
    "data:text/html,x",
    "//evil.example",
    "java&#9;script:x",
    "ftp://a",
  ])("a link to %s loses its address and keeps its text", (href) => {
    expect(runsOf(`a [b *c*](${href})`)).toEqual([plain("a b "), { text: "c", marks: { italic: true } }]);
  });
});

describe("tables", () => {
  const cells = (texts: readonly string[]) =>
    block(
      "tableRow",
      "",
      {},
      texts.map((text, n) => block("tableCell", text, { col: `c${n + 1}` })),
    );
  const columns = { "col.c1": "a0", "col.c2": "a1" };

  it("are blocks: a row each, a cell each, with their alignment", () => {
    const source = "| a   | b |\n|-----|:-:|\n| `x` | y \\| z |";
    const [table] = blocksOf(source);
    expect(table).toMatchObject({ type: "table", attrs: { ...columns, header: true, "align.c2": "center" } });
    expect(table?.children[0]).toEqual(cells(["a", "b"]));
    expect(table?.children[1]?.children.map(({ text }) => text)).toEqual([
      [{ text: "x", marks: { code: true } }],
      [{ text: "y | z", marks: {} }],
    ]);
    expect(blocksOf(printMarkdown({ title: "", blocks: blocksOf(source) }))).toEqual(blocksOf(source));
  });

  it("without a head are written with an empty one, and missing cells are empty", () => {
    const table = block("table", "", columns, [cells(["a", "two\nlines"]), cells(["c"])]);
    const printed = printMarkdown({ title: "", blocks: [table] });
    expect(printed).toBe(
      "|   |              |\n| - | ------------ |\n| a | two<br>lines |\n| c |              |\n",
    );
    expect(blocksOf(printed)).toEqual([
      block("table", "", columns, [cells(["a", "two\nlines"]), cells(["c", ""])]),
    ]);
  });

  it("may have more cells in a row than in the head: none is lost", () => {
    const [table] = blocksOf("| a |\n|---|\n| b | c |");
    const words = table?.children.flatMap((row) => row.children.map((cell) => cell.text[0]?.text));
    expect(words).toContain("b");
  });
});

describe("what other programs write", () => {
  it("front matter is a block of code, and its title a title where no heading is one", () => {
    const yaml = (text: string) => block("code", text, { language: "yaml" });
    const front = "---\ntitle: 'Old: name'\ntags:\n  - a\n\n# note\n---\n";
    const kept = yaml("title: 'Old: name'\ntags:\n  - a\n\n# note");
    expect(parseMarkdown(`${front}\n# New\n\nb`)).toEqual({
      title: "New",
      blocks: [kept, block("paragraph", "b")],
    });
    expect(parseMarkdown(`${front}b`)).toEqual({
      title: "Old: name",
      blocks: [kept, block("paragraph", "b")],
    });
    expect(parseMarkdown("---\r\ntitle: T\r\n---\r\n")).toEqual({ title: "T", blocks: [yaml("title: T")] });
    // a divider, and one that never ends
    expect(blocksOf("---\n\na: b\n\n---")[1]).toEqual(block("paragraph", "a: b"));
    expect(blocksOf("---\na: b\n")).toEqual([block("divider", ""), block("paragraph", "a: b")]);
    const printed = printMarkdown({ title: "New", blocks: [kept, block("paragraph", "b")] });
    expect(parseMarkdown(printed)).toEqual({ title: "New", blocks: [kept, block("paragraph", "b")] });
  });

  it("callouts of Obsidian keep their title and what is below it", () => {
    expect(blocksOf("> [!warning] Be **careful**\n> with it\n> - item")).toEqual([
      {
        ...block("callout", "", { tone: "warn" }, [block("paragraph", "with it"), block("bullet", "item")]),
        text: [plain("Be "), { text: "careful", marks: { bold: true } }],
      },
    ]);
    expect(blocksOf("> [!faq]- Folded\n> a\n\n> [!bug]\n> b")).toEqual([
      block("callout", "Folded", {}, [block("paragraph", "a")]),
      block("callout", "b", { tone: "bad" }),
    ]);
    expect(blocksOf("> [!nobody] a")).toEqual([block("quote", "[!nobody] a")]);
    // a picture of elsewhere has no block: nothing of it stands there twice
    expect(JSON.stringify(blocksOf("> [!note] Once\n> ![a](https://b.c/d.png)")).match(/Once/g)).toHaveLength(
      1,
    );
  });
});

describe("what has no block", () => {
  it.each([
    ["a table with an image", "| a |\n|---|\n| ![b](/c) |"],
    ["HTML", '<div class="a">\n  <b>x</b>\n</div>'],
    ["a comment", "<!-- a\n\nb -->"],
    ["an image", '![alt *text*](/a.png "t")'],
    ["a text with an image", "a ![b](/c) d\ne"],
    ["a text with a tag that says more", "A <ruby>word</ruby>"],
    ["definitions", "[a]: /b\n[c]: /d"],
    ["a footnote", "[^1]: a\n\n    b"],
  ])("%s is kept as it stands, and printed as it stands", (_what, source) => {
    expect(blocksOf(`a\n\n${source}\n\nz`)).toEqual([
      block("paragraph", "a"),
      raw(source),
      block("paragraph", "z"),
    ]);
    expect(printMarkdown({ title: "", blocks: blocksOf(source) })).toBe(`${source}\n`);
  });

  it("comes out of lists and quotes without their marks", () => {
    const source = "> - [ ] a\n>\n>   <div>\n>   b\n>   </div>";
    expect(blocksOf(source)).toEqual([
      block("quote", "", {}, [block("task", "a", { checked: false }, [raw("<div>\nb\n</div>")])]),
    ]);
    expect(printMarkdown({ title: "", blocks: blocksOf(source) })).toBe(`${source}\n`);
  });

  it("keeps a use of a footnote with its definition", () => {
    const source = "a[^1] b\n\n[^1]: note";
    expect(blocksOf(source)).toEqual([raw("a[^1] b"), raw("[^1]: note")]);
    expect(printMarkdown({ title: "", blocks: blocksOf(source) })).toBe(`${source}\n`);
  });

  it("is fenced once it was edited into something else", () => {
    const printed = printMarkdown({ title: "", blocks: [raw("<!-- open"), block("paragraph", "after")] });
    expect(printed).toBe("```markdown\n<!-- open\n```\n\nafter\n");
  });
});

describe("real documents", () => {
  it("the runbook comes back with equal content, its tables cell by cell", () => {
    const path = ["../shared/seed/runbook.md", "RUNBOOK.md"].find((each) => existsSync(each)) ?? "";
    const source = readFileSync(path, "utf8");
    const once = parseMarkdown(source);
    const printed = printMarkdown({ title: once.title ?? "", blocks: once.blocks });
    expect(parseMarkdown(printed)).toEqual(once);
    expect(once.title).toBe("Command Center V3.1 Production Runbook");
    const lines = printed.split("\n");
    const tables = source.split("\n").filter((line) => line.startsWith("|"));
    expect(tables.length).toBeGreaterThan(15);
    const cellsOf = (line: string) => line.split("|").map((cell) => cell.trim().replace(/-+/, "-"));
    expect(lines.filter((line) => line.startsWith("|")).map(cellsOf)).toEqual(tables.map(cellsOf));
    expect(once.blocks.filter(({ type }) => type === "table").length).toBeGreaterThan(2);
    expect(wordsOf(printed)).toEqual(wordsOf(source));
  });
});

/** Words in their order, without the marks of Markdown around them. */
function wordsOf(markdown: string): string[] {
  return markdown.split(/[\s\\]+/).filter((word) => /\w/.test(word));
}
