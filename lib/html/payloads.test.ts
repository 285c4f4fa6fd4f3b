// @vitest-environment jsdom
/** The payloads through every door but the browser's own: read, kept, drawn and written again, they do nothing. */
import { DOMSerializer } from "@tiptap/pm/model";
import type { Nodes } from "mdast";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { writeDocument } from "../../components/editor/fill-document.ts";
import { BlockMap } from "../core/block-map.ts";
import { readDocumentTree } from "../core/block-read.ts";
import { type BlockNode, type Json, type TextRun, textOf } from "../core/block-tree.ts";
import { attributeKey } from "../core/entry.ts";
import { isSafeHref } from "../core/link.ts";
import { fragmentOfBlocks } from "../editor/block-slices.ts";
import { NOTHING_KEPT, outlineNodes } from "../editor/outline-nodes.ts";
import { schema } from "../editor/schema.ts";
import { parseMarkdown } from "../markdown/parse-markdown.ts";
import { printMarkdown } from "../markdown/print-markdown.ts";
import { readSyntax } from "../markdown/syntax.ts";
import { addresses, markup, payloads, texts } from "./fixtures/payloads.ts";
import { readPage, writePage } from "./html-page.ts";
import { parseHtml } from "./parse-html.ts";
import { readHtml } from "./read-html.ts";
import { writeHtml } from "./write-html.ts";

const FORBIDDEN =
  "script, iframe, frame, object, embed, applet, base, link, form, input:not([type=checkbox][disabled]), style, meta, svg:not(.i), svg :not(path), math, " +
  "template, noscript, video, audio, portal, textarea, select, marquee, dialog, [popover], [contenteditable=true], [id]";
const URLS = new Set([
  "href",
  "src",
  "srcset",
  "action",
  "formaction",
  "data",
  "poster",
  "background",
  "xlink:href",
  "ping",
]);

/** What in these elements runs, loads, or dresses up as a part of the page. */
function harmIn(root: ParentNode): string[] {
  const harm = [...root.querySelectorAll(FORBIDDEN)].map((element) => element.outerHTML.slice(0, 120));
  for (const element of root.querySelectorAll("*"))
    for (const { name, value } of element.attributes) {
      const isAddress = URLS.has(name) && !isSafeHref(value);
      const isStyle = name === "style" && !/^--nest: \d+(?:; --start: \d+)?;?$/.test(value);
      if (/^on|^srcdoc$/i.test(name) || isAddress || isStyle)
        harm.push(`${element.localName} ${name}=${value}`);
    }
  return harm;
}

const drawn = (nodes: Parameters<DOMSerializer["serializeFragment"]>[0]): DocumentFragment =>
  DOMSerializer.fromSchema(schema).serializeFragment(nodes) as DocumentFragment;

const TAGS =
  /^<\/?(?:u|br|mark|details|summary|span)(?: data-color="[a-z]+")?>$|^<details>\n<summary>(?:[^<]|<\/?(?:b|i|s|u|code|br|mark|span)(?: data-color="[a-z]+")?>|<a href="[^"<]*"(?: title="[^"<]*")?>|<\/a>)*<\/summary>$/;

function harmInMarkdown(text: string): string[] {
  const harm: string[] = [];
  const walk = (node: Nodes) => {
    if (node.type === "html" && !TAGS.test(node.value)) harm.push(node.value);
    if ("url" in node && !isSafeHref(node.url) && !node.url.startsWith("attachment:")) harm.push(node.url);
    if ("children" in node) for (const child of node.children) walk(child);
  };
  walk(readSyntax(text));
  return harm;
}

/** A block of Markdown as it stands comes back as it stands: it is shown as code. */
const withoutRaw = (blocks: readonly BlockNode[]): BlockNode[] =>
  blocks
    .filter(({ attrs }) => attrs.raw !== true)
    .map((block) => ({ ...block, children: withoutRaw(block.children) }));

function expectHarmless(blocks: readonly BlockNode[]): void {
  expect(harmIn(drawn(fragmentOfBlocks(schema, blocks)))).toEqual([]);
  expect(harmIn(parseHtml(writePage({ title: textOf(blocks[0]?.text ?? []), blocks }, {})).body)).toEqual([]);
  expect(harmInMarkdown(printMarkdown({ title: "", blocks: withoutRaw(blocks) }))).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
}

const named = (all: readonly string[]) => all.map((one) => [JSON.stringify(one).slice(0, 80), one] as const);

const ID = "7f3c1c9a-1111-4222-8333-444455556666";

/** As a name, as an id, as a kind, and with the mark on words. */
const mentionsOf = (payload: string): TextRun[] => {
  const mentions = [
    { kind: "document", id: ID, workspace: ID, label: payload },
    { kind: "person", id: ID, label: payload },
    { kind: "document", id: payload, workspace: payload, label: payload },
    { kind: payload, id: ID, workspace: ID, label: payload },
  ];
  const runs = mentions.map((mention) => ({ text: "\ufffc", marks: { embed: { mention } } }));
  return [...runs, { text: payload || "x", marks: { embed: { mention: mentions[0] as Json } } }];
};

/** A payload wherever the shared document has room for a value. */
function forged(payload: string): BlockNode[] {
  const link = (href: unknown) => [{ text: "link", marks: { link: { href } as never } }];
  const attrs = {
    ...{ language: payload, tone: payload, align: payload, width: payload, checked: payload, start: payload },
    ...{
      attachment: payload,
      name: payload,
      mime: payload,
      alt: payload,
      meta: payload,
      src: payload,
      url: payload,
    },
    ...{
      color: payload,
      background: payload,
      header: payload,
      "col.c1": payload,
      [payload.slice(0, 500)]: payload,
    },
  };
  const text = [
    {
      text: payload,
      marks: { [payload.slice(0, 100) || "x"]: payload, bold: payload, color: payload, highlight: payload },
    },
  ];
  const types = [
    "paragraph",
    "heading1",
    "number",
    "task",
    "quote",
    "callout",
    "toggle",
    "code",
    "divider",
    "image",
    "file",
    "math",
    "embed",
    "columns",
  ];
  return [
    // each payload in some of the known types, all of them among all payloads
    ...types
      .filter((_, index) => index % 4 === payload.length % 4)
      .concat(payload)
      .map((type) => ({ type, attrs, text, children: [] })),
    {
      type: "paragraph",
      attrs: {},
      text: [
        ...link(payload),
        ...mentionsOf(payload),
        ...link({ href: payload }),
        { text: "title", marks: { link: { href: "/", title: payload } } },
      ],
      children: [],
    },
    { type: "toggle", attrs: {}, text: link(payload), children: [] },
  ];
}

describe("the payloads", () => {
  it("are 150 at least, each once", () => {
    expect(new Set(payloads).size).toBe(payloads.length);
    expect(payloads.length).toBeGreaterThanOrEqual(150);
  });

  it.each(named(payloads))("as a page: %s", (_, payload) => {
    expectHarmless(readHtml(parseHtml(payload).body));
    expectHarmless(readPage(payload, {}).blocks);
  });

  it.each(named(payloads))("as Markdown: %s", (_, payload) => expectHarmless(parseMarkdown(payload).blocks));

  it.each(named(addresses))("as the address of a link: %s", (_, address) => {
    const quoted = address.replace(/["&<]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    for (const blocks of [
      readHtml(parseHtml(`<p><a href="${quoted}">words</a></p>`).body),
      parseMarkdown(`[words](<${address.replace(/[\n\r<>]/g, "")}>)`).blocks,
    ]) {
      expect(JSON.stringify(blocks)).toContain("words");
      expect(JSON.stringify(blocks.map(({ text }) => text.map(({ marks }) => marks)))).not.toContain("link");
      expectHarmless(blocks);
    }
  });

  it.each(named(payloads))("forged into the shared document: %s", (_, payload) => {
    const doc = new Y.Doc();
    writeDocument(doc, { title: payload, blocks: forged(payload) });
    const root = doc.getMap<Y.Map<unknown>>("blocks");
    for (const [, entry] of root) entry.set(attributeKey("__proto__"), { polluted: payload, checked: true });
    const map = new BlockMap(doc);
    const nodes = outlineNodes(schema, map, map.outline().items, NOTHING_KEPT);
    expect(harmIn(drawn(schema.topNodeType.create(null, nodes).content))).toEqual([]);
    map.destroy();
    const tree = readDocumentTree(doc);
    expect(tree.every(({ attrs }) => Object.getPrototypeOf(attrs) === Object.prototype)).toBe(true);
    expectHarmless(tree);
  });

  it.each(named(texts))("that are no harm stay to the letter: %s", (_, text) => {
    const shown = text.toWellFormed();
    expect(
      textOf(
        readHtml(
          parseHtml(writeHtml([{ type: "paragraph", attrs: {}, text: [{ text, marks: {} }], children: [] }]))
            .body,
        )[0]?.text ?? [],
      ),
    ).toBe(shown);
  });

  it("do nothing while they are read", () => {
    expect(Object.keys(globalThis).filter((name) => name.startsWith("pwned"))).toEqual([]);
    expect(markup.length).toBeGreaterThan(100);
  });
});
