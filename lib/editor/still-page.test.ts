import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import type { BlockNode, Json, Marks } from "../core/block-tree.ts";
import { type Mention, mentionValue } from "../core/mention.ts";
import { projectDocument } from "../core/projection.ts";
import { EditorBinding } from "./binding.ts";
import type { Named } from "./mention.ts";
import { schema } from "./schema.ts";
import { shortRows, stillDocument } from "./still-nodes.ts";
import { StillElement, stillElements } from "./still-page.ts";

const block = (
  type: string,
  text: string | readonly [string, Marks][] = "",
  attrs: Record<string, Json> = {},
  children: BlockNode[] = [],
): BlockNode => ({
  type,
  attrs,
  text: (typeof text === "string" ? [[text, {}] as [string, Marks]] : text)
    .filter(([words]) => words !== "")
    .map(([words, marks]) => ({ text: words, marks })),
  children,
});
const cell = (text: string, col: string) => block("tableCell", text, { col });

const ID = "7f3c1c9a-1111-4222-8333-444455556666";
const PLAN: Mention = { kind: "document", id: ID, workspace: ID, label: "Plan" };
const ADA: Mention = { kind: "person", id: ID, label: "Ada" };

/** One of each, nested where they may be. */
const EVERYTHING: BlockNode[] = [
  block("heading1", "One"),
  block("paragraph", [
    ["plain ", {}],
    ["bold", { bold: true }],
    ["both", { bold: true, italic: true }],
    ["code", { code: true }],
    [" link", { link: { href: "https://example.com" } }],
    ["bad", { link: { href: "javascript:alert(1)" } }],
    ["red", { color: "red", highlight: "yellow" }],
    ["newer", { glow: 3 }],
    ["\ufffc", { embed: mentionValue(PLAN), bold: true }],
    ["\ufffc", { embed: mentionValue(ADA) }],
    ["\ufffc", { embed: { chart: 1 } }],
  ]),
  block("paragraph"),
  block("bullet", "a", {}, [block("number", "b", { start: 4 }), block("task", "c", { checked: true })]),
  block("quote", "said"),
  block("code", "let a = 1;\n<b>", { language: "javascript" }),
  block("math", "a^2 + b^2"),
  block("divider"),
  block("callout", "mind", { tone: "warn" }, [block("paragraph", "inside"), block("toggle", "more")]),
  block("table", "", { "col.a": "a0", "col.b": "a1", header: true, "align.b": "right" }, [
    block("tableRow", "", {}, [cell("A", "a"), cell("B", "b")]),
    block("tableRow", "", {}, [cell("1", "a")]),
  ]),
  block("image", "a caption", { key: "x", name: "p.png", width: 300, height: 200, alt: "p" }),
  block("file", "", { name: "report.pdf", size: 1000 }),
  block("embed", "a video", { url: "https://vimeo.com/76979871" }),
  block("embed", "", { url: "javascript:alert(1)" }),
  block("hologram", "from a newer version"),
];

function opened(tree: readonly BlockNode[]) {
  const doc = new Y.Doc();
  const map = new BlockMap(doc);
  doc.transact(() => insertTree(map, tree));
  return { map, rows: projectDocument(doc).rows };
}

const texts = (element: StillElement): string =>
  element.children.map((child) => (typeof child === "string" ? child : texts(child))).join("");
const find = (elements: readonly StillElement[], type: string) =>
  elements.find((element) => element.attributes.get("data-block-type") === type) as StillElement;

describe("the text that the server shows", () => {
  it("is the document that the editor will show, of every kind of block", () => {
    const { map, rows } = opened(EVERYTHING);
    const editors = new EditorBinding(map).document(schema);
    expect(stillDocument(rows).toJSON()).toEqual(editors.toJSON());
    expect(stillElements(editors)).toHaveLength(editors.childCount);
  });

  it("is drawn with what stands beside the document: grounds, heads, room for pictures and empty lines", () => {
    const elements = stillElements(stillDocument(opened(EVERYTHING).rows));
    const inside = elements.filter((element) => element.attributes.get("class")?.includes("in-callout"));
    expect(inside.map(texts)).toEqual(["inside", "more"]);
    expect(inside[0]?.attributes.get("style")).toBe("--nest: 1; --into: 1");
    const heads: string[] = [];
    const walk = (element: StillElement) => {
      if (element.attributes.get("role") === "columnheader") heads.push(texts(element));
      for (const child of element.children) if (child instanceof StillElement) walk(child);
    };
    for (const element of elements) walk(element);
    expect(heads).toEqual(["A", "B"]);
    const [head] = find(elements, "image").children as StillElement[];
    expect(head?.attributes.get("style")).toBe("--w: 300; --h: 200");
    expect(texts(find(elements, "embed"))).toMatch(/^Load from VimeoOpen on Vimeo.*a video$/);
    const empty = elements.find((element) => element.tag === "p" && texts(element) === "");
    expect((empty?.children[0] as StillElement | undefined)?.attributes.get("class")).toBe(
      "ProseMirror-trailingBreak",
    );
  });

  it("leads nowhere that a link must not", () => {
    const { rows } = opened(EVERYTHING);
    const hrefs: (string | undefined)[] = [];
    const walk = (element: StillElement) => {
      if (element.tag === "a") hrefs.push(element.attributes.get("href"));
      for (const child of element.children) if (child instanceof StillElement) walk(child);
    };
    for (const element of stillElements(stillDocument(rows))) walk(element);
    expect(hrefs).toEqual(["https://example.com"]);
  });

  it("calls those who are named by the name of now, and by the words that were written where there is none", () => {
    const { rows } = opened(EVERYTHING.slice(1, 2));
    const drawnWith = (look?: (mention: Mention) => Named | null) => {
      const found: string[] = [];
      const walk = (element: StillElement) => {
        const { tag, attributes } = element;
        if (/mention|embed/.test(attributes.get("class") ?? ""))
          found.push(
            [tag, attributes.get("href") ?? "", attributes.get("title") ?? "", texts(element)].join(" "),
          );
        for (const child of element.children) if (child instanceof StillElement) walk(child);
      };
      for (const element of stillElements(stillDocument(rows), look)) walk(element);
      return found;
    };
    const newer = "span  Made with a newer version ◇";
    expect(drawnWith()).toEqual(["span   Plan", "span   @Ada", newer]);
    const look = ({ kind }: Mention): Named =>
      kind === "person"
        ? { name: "Ada King", href: null, where: "" }
        : { name: "New plan", href: "/w/1", where: "A / B" };
    expect(drawnWith(look)).toEqual(["a /w/1 A / B New plan", "span   Ada King", newer]);
  });

  it("shows a table in which words were written as the text that it then is", () => {
    const { map, rows } = opened([
      block("table", "words", { "col.a": "a0" }, [block("tableRow", "", {}, [cell("x", "a")])]),
    ]);
    expect(stillDocument(rows).toJSON()).toEqual(new EditorBinding(map).document(schema).toJSON());
  });

  it("ends before what is too much for a page", () => {
    const { rows } = opened([
      block("paragraph", "a"),
      block("paragraph", "b".repeat(60_000)),
      block("paragraph", "c"),
    ]);
    expect(shortRows(rows).map(({ plainText }) => plainText)).toEqual(["a"]);
    expect(shortRows(rows.slice(0, 1))).toHaveLength(1);
  });
});
