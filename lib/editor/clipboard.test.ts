// @vitest-environment jsdom
/** The clipboard of the editor: what goes out as HTML and text, and what of it comes back. */
import { EditorState, type Plugin, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { BlockNode } from "../core/block-tree.ts";
import { parsePiece } from "../markdown/parse-markdown.ts";
import { printPiece } from "../markdown/print-markdown.ts";
import { blocksOfFragment, fragmentOfBlocks } from "./block-slices.ts";
import { choose } from "./chosen-commands.ts";
import { chosenPlugin } from "./chosen-plugin.ts";
import { type ClipboardDoors, clipboardPlugin } from "./clipboard.ts";
import { looksLikeMarkdown } from "./looks-like-markdown.ts";
import { schema } from "./schema.ts";

const doorsFor = (): ClipboardDoors => ({
  onRefused: vi.fn(),
  onLost: vi.fn(),
  markdown: { read: async (text) => parsePiece(text, 2_500), print: () => printPiece, load: vi.fn() },
  copyMarkdown: vi.fn(),
  takePictures: vi.fn(),
  adopt: vi.fn(),
});

function viewOf(blocks: readonly BlockNode[], doors = doorsFor(), others: Plugin[] = []) {
  const doc = schema.topNodeType.create(null, fragmentOfBlocks(schema, blocks));
  const state = EditorState.create({ doc, plugins: [clipboardPlugin(doors), ...others] });
  const view = new EditorView(document.createElement("div"), { state });
  onTestFinished(() => view.destroy());
  return { view, doors };
}

const line = (type: string, words: string, children: BlockNode[] = [], attrs = {}): BlockNode => ({
  type,
  attrs,
  text: words === "" ? [] : [{ text: words, marks: {} }],
  children,
});
const empty = [line("paragraph", "")];
const read = (view: EditorView) => blocksOfFragment(view.state.doc.content);
const event = () => new Event("paste") as ClipboardEvent;
const paste = (view: EditorView, html: string) => view.pasteHTML(html, event());

describe("what is copied", () => {
  const blocks = [
    line("heading1", "Plan"),
    line("bullet", "one", [line("task", "two", [], { checked: true })]),
    line("kanban", "of a newer version", [], { lanes: [1, 2] }),
  ];

  it("is HTML that others understand, and Markdown as text", () => {
    const { view } = viewOf(blocks);
    const { dom, text } = view.serializeForClipboard(view.state.doc.slice(0, view.state.doc.content.size));
    expect(dom.querySelector("h1")?.textContent).toBe("Plan");
    expect(dom.querySelector("ul > li > ul > li > input[type=checkbox][checked]")).not.toBeNull();
    expect(text).toBe("# Plan\n\n- one\n  - [x] two\n\nof a newer version");
  });

  it("comes back whole, with ids of its own", () => {
    const { view } = viewOf(blocks);
    const { dom } = view.serializeForClipboard(view.state.doc.slice(0, view.state.doc.content.size));
    const other = viewOf(empty).view;
    paste(other, dom.innerHTML);
    expect(read(other)).toEqual(blocks);
    const ids = new Set(view.state.doc.children.map((node) => node.attrs.id));
    expect(other.state.doc.children.some((node) => ids.has(node.attrs.id))).toBe(false);
  });

  it("of one block is its words alone, without the signs of Markdown", () => {
    const { view } = viewOf([line("paragraph", "snake_case *star*"), line("code", "# no heading\n- x")]);
    expect(view.serializeForClipboard(view.state.doc.slice(1, 18)).text).toBe("snake_case *star*");
    expect(view.serializeForClipboard(view.state.doc.slice(20, 36)).text).toBe("# no heading\n- x");
  });

  it("goes on with the text where it was cut out of a block", () => {
    const { view } = viewOf([line("quote", "first"), line("quote", "second")]);
    const { dom } = view.serializeForClipboard(view.state.doc.slice(3, 10));
    const other = viewOf([line("paragraph", "ab")]).view;
    other.dispatch(other.state.tr.setSelection(TextSelection.create(other.state.doc, 2)));
    paste(other, dom.innerHTML);
    expect(read(other)).toEqual([line("paragraph", "arst"), line("quote", "seb")]);
  });
});

describe("what is pasted", () => {
  it("stands as deep as the block that it is pasted in", () => {
    const { view } = viewOf([line("bullet", "a", [line("bullet", "b")])]);
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 5)));
    paste(view, "<ul><li>c</li><li>d<ul><li>e</li></ul></li></ul>");
    expect(read(view)).toEqual([
      line("bullet", "a", [line("bullet", "bc"), line("bullet", "d", [line("bullet", "e")])]),
    ]);
  });

  it("leaves what follows in its list where it was, also when it is lines alone", () => {
    const { view } = viewOf([line("bullet", "a", [line("bullet", "b"), line("bullet", "e")])]);
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 5)));
    view.pasteText("c\nd", event());
    expect(read(view)).toEqual([
      line("bullet", "a", [line("bullet", "bc"), line("paragraph", "d"), line("bullet", "e")]),
    ]);
  });

  it("keeps code apart from the words around the caret", () => {
    const code = line("code", "x\ny");
    const words = line("paragraph", "w");
    const pasted = (html: string) => {
      const { view } = viewOf([line("paragraph", "ab")]);
      view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 2)));
      paste(view, html);
      return read(view);
    };
    expect(pasted("<p>w</p><pre>x\ny</pre>")).toEqual([
      line("paragraph", "aw"),
      code,
      line("paragraph", "b"),
    ]);
    expect(pasted("<pre>x\ny</pre><p>w</p>")).toEqual([
      line("paragraph", "a"),
      code,
      line("paragraph", "wb"),
    ]);
    const { view } = viewOf(empty);
    paste(view, "<pre>x\ny</pre><p>w</p><pre>x\ny</pre>");
    expect(read(view)).toEqual([code, words, code]);
  });

  it("stands behind blocks that are chosen, and leaves them whole", () => {
    for (const type of ["quote", "code"]) {
      const chosen = line(type, "ab", [], type === "code" ? { language: "" } : {});
      const { view } = viewOf([chosen, line("paragraph", "end")], doorsFor(), [chosenPlugin()]);
      const { id } = view.state.doc.child(0).attrs;
      const choose_ = () => view.dispatch(choose(view.state.tr, id, id));
      choose_();
      paste(view, "<p>c</p><p>d</p>");
      view.dispatch(view.state.tr.insertText("!"));
      choose_();
      view.pasteText("one\ntwo", event());
      expect(read(view)).toEqual([
        chosen,
        ...["one", "two", "c", "d!", "end"].map((words) => line("paragraph", words)),
      ]);
    }
  });

  it("is refused when it is too much: many blocks, cells, words, attributes", () => {
    const many = "<p>x</p>".repeat(2_600);
    const cells = `<table>${`<tr>${"<td>1</td>".repeat(50)}</tr>`.repeat(55)}</table>`;
    const long = `<p>${"long ".repeat(60_000)}</p>`;
    const heavy =
      `<p data-block='${JSON.stringify({ type: "x", attrs: { a: "y".repeat(15_000) } })}'>a</p>`.repeat(70);
    for (const html of [many, cells, long, heavy]) {
      const { view, doors } = viewOf(empty);
      paste(view, html);
      expect(doors.onRefused).toHaveBeenCalledOnce();
      expect(read(view)).toEqual(empty);
    }
  });

  it("brings pictures that came with their bytes, and says how many did not come", () => {
    const { view, doors } = viewOf(empty);
    const picture = "<img alt='Sea' src='data:image/png;base64,iVBORw0KGgo='>";
    paste(view, `<p>a</p>${picture}<p>b</p><img src="file:///C:/x.png"><img src="cid:1" alt="Logo">`);
    expect(read(view)).toEqual([line("paragraph", "a"), line("paragraph", "b"), line("paragraph", "Logo")]);
    expect(doors.onLost).toHaveBeenCalledWith(2);
    const [, files, beside] = vi.mocked(doors.takePictures).mock.calls[0] ?? [];
    expect(files?.map(({ name, type, size }) => ({ name, type, size }))).toEqual([
      { name: "Sea.png", type: "image/png", size: 8 },
    ]);
    expect(beside).toEqual({ block: view.state.doc.child(0).attrs.id, side: "behind" });
  });

  it("lets the page look after pictures of other documents", async () => {
    const { view, doors } = viewOf(empty);
    const block = JSON.stringify({ type: "image", attrs: { attachment: "x", name: "sea.png" } });
    paste(view, `<p>a</p><figure data-block='${block}'><figcaption>Sea</figcaption></figure>`);
    await Promise.resolve();
    expect(doors.adopt).toHaveBeenCalledWith(view, [view.state.doc.child(1).attrs.id]);
  });

  it("pays no heed to what the page says to the engine itself", () => {
    const { view } = viewOf(empty);
    paste(view, `<p data-pm-slice='1 1 ["table",{"type":"table"},"tableRow",null]'>x</p>`);
    expect(read(view)).toEqual([line("paragraph", "x")]);
  });
});

describe("Markdown is told by its signs", () => {
  it.each([
    "# a",
    "- a\n- b",
    "1. a",
    "> a",
    "```\na\n```",
    "| a | b |\n| - | --- |",
    "| a | b |\n| - | :-: |\n| 1 | 2 |",
    "x **b** y",
    "[a](https://b.c)",
    "`a`",
    "- [ ] a",
  ])("%j is some", (text) => expect(looksLikeMarkdown(text)).toBe(true));
  it.each([
    "plain",
    "  one\n\ntwo   x",
    "a * b * c",
    "#hash tag",
    "-5 degrees",
    "1.5 or 2.5",
    "f(x)[0](y)",
    "2 ** 3 ** 4",
    "a|b",
    "| - ",
  ])("%j is none", (text) => expect(looksLikeMarkdown(text)).toBe(false));
});
