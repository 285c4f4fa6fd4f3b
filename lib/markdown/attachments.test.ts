import { describe, expect, it } from "vitest";
import type { BlockNode } from "../core/block-tree.ts";
import { parseMarkdown } from "./parse-markdown.ts";
import { printMarkdown } from "./print-markdown.ts";

const key = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10/7f3c1c9a-1111-4222-8333-444455556666";
const print = (blocks: BlockNode[]) => printMarkdown({ title: "", blocks });
const read = (source: string) => parseMarkdown(source).blocks;

const image: BlockNode = {
  type: "image",
  attrs: {
    attachment: key,
    name: "sea (1).png",
    mime: "image/png",
    size: 9,
    width: 3,
    height: 2,
    alt: "The sea",
  },
  text: [
    { text: "Low ", marks: {} },
    { text: "tide", marks: { bold: true } },
  ],
  children: [],
};
const file: BlockNode = {
  type: "file",
  attrs: { attachment: key, name: "plan.pdf" },
  text: [],
  children: [],
};

describe("pictures and files in Markdown", () => {
  it("are printed for readers, with what brings them back", () => {
    expect(print([image])).toBe(
      `![The sea](attachment:${key}?name=sea%20%281%29.png;type=image%2Fpng;size=9;width=3;height=2;alt=The%20sea)\\\nLow **tide**\n`,
    );
    expect(print([file])).toBe(`[plan.pdf](attachment:${key}?name=plan.pdf)\n`);
    expect(read(print([image, file]))).toEqual([image, file]);
  });

  it("come back inside of lists and quotes, with and without words beside them", () => {
    const list: BlockNode = { type: "bullet", attrs: {}, text: [], children: [image, file] };
    const quote: BlockNode = {
      type: "quote",
      attrs: {},
      text: [{ text: "So", marks: {} }],
      children: [file],
    };
    expect(read(print([list, quote]))).toEqual([list, quote]);
    const bare = read(`- [plan.pdf](attachment:${key}?name=plan.pdf)`);
    expect(bare).toEqual([{ ...list, children: [file] }]);
    expect(read(print(bare))).toEqual(bare);
  });

  it("a picture of elsewhere stays as it stands", () => {
    for (const source of [
      "![alt](https://example.com/a.png)",
      "![alt](/w/1/attachments/2)",
      `![alt](https://evil.example/${key})`,
      "![alt](attachment:../../secret)",
      `![alt](attachment:${key}/..)`,
    ])
      expect(read(source)).toEqual([
        {
          type: "code",
          attrs: { language: "markdown", raw: true },
          text: [{ text: source, marks: {} }],
          children: [],
        },
      ]);
  });

  it("forged figures are left out, and a link to a file within words is words", () => {
    const [forged] = read(`![x](attachment:${key}?width=-1;height=x;size=1e99&name=a%00b)`);
    expect(forged).toEqual({
      type: "image",
      attrs: { attachment: key, name: "a b" },
      text: [],
      children: [],
    });
    expect(read(`See [plan](attachment:${key})`)[0]).toMatchObject({
      type: "paragraph",
      text: [{ text: "See plan", marks: {} }],
    });
  });

  it("one whose place is not known leaves its caption", () => {
    expect(
      print([
        { ...image, attrs: { attachment: "javascript:alert(1)" } },
        { ...file, attrs: {} },
      ]),
    ).toBe("Low **tide**\n");
  });
});
