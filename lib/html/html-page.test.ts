// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { attachmentKey } from "../core/attachment.ts";
import { textOf } from "../core/block-tree.ts";
import { readPage, writePage } from "./html-page.ts";
import { parseHtml } from "./parse-html.ts";
import { readHtml } from "./read-html.ts";
import { writeHtml } from "./write-html.ts";

const titled = (html: string) => {
  const { title, blocks } = readPage(html, {});
  return [title, ...blocks.map(({ type, text }) => `${type} ${textOf(text)}`)];
};

describe("a page as a document", () => {
  it.each([
    ["<title>Plan</title><p>a</p>", ["Plan", "paragraph a"]],
    ["<title>Plan — My site</title><h1>Plan</h1><p>a</p>", ["Plan", "paragraph a"]],
    ["<title>Site</title><h1>Plan</h1><p>a</p>", ["Site", "heading1 Plan", "paragraph a"]],
    ["<h1>Plan</h1><p>a</p>", ["Plan", "paragraph a"]],
    ["<p>a</p>", [null, "paragraph a"]],
  ])("%s has its title", (html, expected) => expect(titled(html)).toEqual(expected));

  it("that we wrote has the title that it had, also none, and its first heading", () => {
    for (const title of ["Plan", "", "<b>&"]) {
      const blocks = [{ type: "heading1", attrs: {}, text: [{ text: "Plan", marks: {} }], children: [] }];
      expect(readPage(writePage({ title, blocks }, {}), {})).toEqual({ title, blocks });
    }
  });

  it("keeps its pictures with their bytes, which come in as pictures of their own", () => {
    const key = attachmentKey("0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10", "7f3c1c9a-1111-4222-8333-444455556666");
    const attrs = { attachment: key, name: "sea.png", alt: "Sea", width: 3, height: 2 };
    const blocks = [{ type: "image", attrs, text: [{ text: "caption", marks: {} }], children: [] }];
    const html = writePage({ title: "P", blocks }, { picture: () => "data:image/png;base64,AAAA" });
    const picture = () => ({ type: "image", attrs: { attachment: "new" }, text: [], children: [] });
    expect(readPage(html, { picture }).blocks).toEqual([
      { ...blocks[0], attrs: { ...attrs, attachment: "new" } },
    ]);
    expect(readPage(html, {}).blocks).toEqual(blocks);
  });

  it("says in the cells themselves where a column's words stand, as other programs know no columns of ours", () => {
    const cell = (col: string) => ({
      type: "tableCell",
      attrs: { col },
      text: [{ text: col, marks: {} }],
      children: [],
    });
    const row = { type: "tableRow", attrs: {}, text: [], children: [cell("c1"), cell("c2"), cell("c3")] };
    const attrs = {
      "col.c1": "a0",
      "col.c2": "a1",
      "col.c3": "a2",
      "align.c2": "center",
      "align.c3": "right;x",
    };
    const html = writeHtml([{ type: "table", attrs, text: [], children: [row] }], { isPlain: true });
    expect(html).toContain('<td>c1</td><td style="text-align: center">c2</td><td>c3</td>');
    const [read] = readHtml(parseHtml(html).body, {});
    expect(Object.entries(read?.attrs ?? {}).filter(([name]) => name.startsWith("align."))).toEqual([
      [expect.any(String), "center"],
    ]);
  });
});
