import { describe, expect, it } from "vitest";
import type { BlockNode } from "../core/block-tree.ts";
import { parseMarkdown } from "./parse-markdown.ts";
import { readRuns } from "./read-runs.ts";

const plain = (text: string) => ({ text, marks: {} });
const block = (type: string, text: string, attrs = {}, children: BlockNode[] = []): BlockNode => ({
  type,
  attrs,
  text: text === "" ? [] : [plain(text)],
  children,
});
const raw = (text: string) => block("code", text, { language: "markdown", raw: true });
const blocksOf = (source: string) => parseMarkdown(source).blocks;

describe("HTML as others write it", () => {
  const text = (source: string) => blocksOf(source).map((one) => [one.type, one.text]);
  it("is words with marks, or words alone", () => {
    expect(
      text('Press <kbd class="k">Ctrl</kbd> <b>now<br></b> <font color=red>red</font><a name="x"></a>'),
    ).toEqual([
      [
        "paragraph",
        [
          { text: "Press ", marks: {} },
          { text: "Ctrl", marks: { code: true } },
          { text: " ", marks: {} },
          { text: "now", marks: { bold: true } },
          { text: "\n red", marks: {} },
        ],
      ],
    ]);
    expect(text('<a href="https://a.b/?c=1&amp;d=2">there</a>, <a href="javascript:x">not</a>')).toEqual([
      [
        "paragraph",
        [
          { text: "there", marks: { link: { href: "https://a.b/?c=1&d=2" } } },
          { text: ", not", marks: {} },
        ],
      ],
    ]);
    expect(blocksOf("10<sup>-6</sup> m of H<sub>2</sub>O")).toEqual([block("paragraph", "10⁻⁶ m of H₂O")]);
  });

  it("is no mark where an element is only called like something of the language", () => {
    const source = "a <constructor>b</constructor>";
    expect(blocksOf(source)).toEqual([raw(source)]);
  });

  it("that only aligns is left behind, and what is in it is not", () => {
    expect(blocksOf('<div align="center">\n\na\n\n<br>\n\n</div>')).toEqual([block("paragraph", "a")]);
    expect(blocksOf("<div>\n  words\n</div>")).toEqual([raw("<div>\n  words\n</div>")]);
  });

  it.each([
    ["in one piece", "<aside>\n💡 Mind *this*.\n</aside>", []],
    ["around blocks", "<aside>\n💡\n\nMind *this*.\n\n- a\n\n</aside>", [block("bullet", "a")]],
    [
      "with a picture for a sign",
      '<aside>\n<img src="https://a.b/i.svg" width="40px" />\n\nMind *this*.\n</aside>',
      [],
    ],
  ])("a callout as Notion exports it, %s", (_how, source, children) => {
    const own = [
      { text: "Mind ", marks: {} },
      { text: "this", marks: { italic: true } },
      { text: ".", marks: {} },
    ];
    expect(blocksOf(`a\n\n${source}\n\nz`)).toEqual([
      block("paragraph", "a"),
      { ...block("callout", "", {}, children), text: own },
      block("paragraph", "z"),
    ]);
  });

  it("is a callout in a list, beside toggles, and only where it ends", () => {
    expect(blocksOf("- a\n\n  <aside>\n  b\n\n  </aside>")).toEqual([
      block("bullet", "a", {}, [block("callout", "b")]),
    ]);
    const toggle = "<details>\n<summary>t</summary>\n\n<aside>\nb\n\n</details>";
    expect(blocksOf(toggle)).toMatchObject([{ type: "toggle", children: [{ type: "code" }] }]);
  });

  it("has the address of the attribute that is one, not of words in another", () => {
    const source = `<a title="is href=https://b.c" name='x' HREF = 'https://a.b/?c=1&amp;d=2'>go</a>`;
    expect(text(`${source} on`)).toEqual([
      [
        "paragraph",
        [
          { text: "go", marks: { link: { href: "https://a.b/?c=1&d=2" } } },
          { text: " on", marks: {} },
        ],
      ],
    ]);
  });

  it("takes no longer for each of many that nothing ends", () => {
    const started = performance.now();
    expect(blocksOf("<aside>\n\n".repeat(4_000))).toHaveLength(4_000);
    const html = (value: string) => ({ type: "html", value }) as const;
    const tags = Array.from({ length: 40_000 }, () => [html("<b>"), { type: "text", value: "a" } as const]);
    expect(readRuns(tags.flat(), new Map())).toBeNull();
    expect(performance.now() - started).toBeLessThan(8_000);
  }, 120_000);
});
