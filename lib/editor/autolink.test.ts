// @vitest-environment jsdom
/** Addresses that become links, with what finds them here, or coming late. */
import { EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { autolinkPlugin } from "./autolink.ts";
import { REMOTE } from "./binding.ts";
import { linker } from "./link-words.ts";
import { schema } from "./schema.ts";

const line = (text: string) => schema.node("block", null, text === "" ? [] : [schema.text(text)]);

async function editor(text: string, load = async () => linker) {
  const doc = schema.node("doc", null, [line(text)]);
  const state = EditorState.create({
    doc,
    plugins: [autolinkPlugin({ soon: () => Promise.resolve(), load })],
  });
  const view = new EditorView(document.createElement("div"), { state });
  onTestFinished(() => view.destroy());
  await new Promise((resolve) => setTimeout(resolve));
  return view;
}

const end = (view: EditorView) => view.state.doc.content.size - 1;
const type = (view: EditorView, text: string, change: (tr: Transaction) => Transaction = (tr) => tr) =>
  view.dispatch(change(view.state.tr.insertText(text, end(view))));

/** Linked words and where they lead. */
function links(view: EditorView): [string, string][] {
  const found: [string, string][] = [];
  view.state.doc.descendants((node) => {
    const link = schema.marks.link?.isInSet(node.marks);
    if (link) found.push([node.text ?? "", link.attrs.href]);
  });
  return found;
}

const PLAN = "https://a.example/plan";

describe("an address that is typed", () => {
  it("is a link with the blank behind it, which is none", async () => {
    const view = await editor(`see ${PLAN}`);
    expect(links(view)).toEqual([]);
    type(view, " ");
    expect(links(view)).toEqual([[PLAN, PLAN]]);
    type(view, "now");
    expect(links(view)).toEqual([[PLAN, PLAN]]);
  });

  it("is a link without what ends the sentence", async () => {
    const view = await editor(`see ${PLAN}.`);
    type(view, " ");
    expect(links(view)).toEqual([[PLAN, PLAN]]);
  });

  it("is a link with Enter behind it, in brackets too", async () => {
    const view = await editor(`(${PLAN})`);
    view.dispatch(view.state.tr.split(end(view)));
    expect(links(view)).toEqual([[PLAN, PLAN]]);
  });

  it.each(["plan.md", "localhost", "javascript:alert(1)", "a.com", "word"])("is none: %s", async (word) => {
    const view = await editor(word.trim());
    type(view, " ");
    expect(links(view)).toEqual([]);
  });

  it("is not looked for in what others write", async () => {
    const view = await editor(PLAN);
    type(view, " ", (tr) => tr.setMeta(REMOTE, true));
    expect(links(view)).toEqual([]);
  });

  it("is a link as soon as there is what finds it, wherever it stands by then", async () => {
    const late = Promise.withResolvers<typeof linker>();
    const view = await editor(PLAN, () => late.promise);
    type(view, " ");
    type(view, "and more");
    view.dispatch(view.state.tr.insertText("At first ", 1));
    expect(links(view)).toEqual([]);
    late.resolve(linker);
    await vi.waitFor(() => expect(links(view)).toEqual([[PLAN, PLAN]]));
  });
});

describe("what is typed at the end of a link", () => {
  it("belongs to it until a blank", async () => {
    const view = await editor(PLAN);
    type(view, " ");
    const at = 1 + PLAN.length;
    view.dispatch(view.state.tr.insertText("s", at));
    expect(links(view)).toEqual([[`${PLAN}s`, PLAN]]);
    view.dispatch(view.state.tr.insertText(" ", at + 1));
    expect(links(view)).toEqual([[`${PLAN}s`, PLAN]]);
  });
});

describe("a paste", () => {
  const paste = (view: EditorView, text: string) =>
    view.pasteText(text, new Event("paste") as ClipboardEvent);

  it("links all addresses in a text", async () => {
    const view = await editor("");
    paste(view, `${PLAN} and https://b.example/, not c.com`);
    expect(links(view)).toEqual([
      [PLAN, PLAN],
      ["https://b.example/", "https://b.example/"],
    ]);
  });

  it("of an address on chosen words leads from these", async () => {
    const view = await editor("the plan");
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 5, 9)));
    paste(view, "a.com/plan");
    expect(links(view)).toEqual([["plan", "http://a.com/plan"]]);
  });
});
