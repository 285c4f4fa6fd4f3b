// @vitest-environment jsdom
/** Pastes before the clipboard's code is here. The events of a browser that jsdom lacks are made here. */
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import type { BlockNode } from "../core/block-tree.ts";
import { clipboardPlugin } from "./clipboard.ts";
import { lateClipboard } from "./late-clipboard.ts";
import { schema } from "./schema.ts";

class FakeTransfer {
  readonly held = new Map<string, string>();
  readonly files: File[] = [];
  get types(): string[] {
    return [...this.held.keys()];
  }
  getData = (type: string): string => this.held.get(type) ?? "";
  setData = (type: string, text: string) => void this.held.set(type, text);
}

class FakePaste extends Event {
  readonly clipboardData: FakeTransfer;
  constructor(type: string, init: EventInit & { clipboardData: FakeTransfer }) {
    super(type, init);
    this.clipboardData = init.clipboardData;
  }
}

beforeEach(() => {
  vi.stubGlobal("DataTransfer", FakeTransfer);
  vi.stubGlobal("ClipboardEvent", FakePaste);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

type Read = Parameters<typeof clipboardPlugin>[0]["markdown"]["read"];

const code = (read: Read = async () => null) =>
  clipboardPlugin({
    onRefused: vi.fn(),
    onLost: vi.fn(),
    markdown: { read, print: () => null, load: vi.fn() },
    copyMarkdown: vi.fn(),
    takePictures: vi.fn(),
    adopt: vi.fn(),
  });

function editor(load: () => Promise<ReturnType<typeof code>>) {
  const onWaiting = vi.fn();
  const plugin = lateClipboard({ soon: () => new Promise(() => undefined), load, onWaiting });
  const doc = schema.node("doc", null, [schema.node("block", null, [schema.text("start end")])]);
  const state = EditorState.create({ doc, plugins: [plugin] });
  const view = new EditorView(document.createElement("div"), { state });
  onTestFinished(() => view.destroy());
  return { view, onWaiting };
}

const go = (view: EditorView, from: number, to = from) =>
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, from, to)));
const type = (view: EditorView, text: string) => view.dispatch(view.state.tr.insertText(text));

function paste(view: EditorView, text: string, html = "") {
  const clipboardData = new FakeTransfer();
  if (html !== "") clipboardData.setData("text/html", html);
  clipboardData.setData("text/plain", text);
  view.dom.dispatchEvent(new FakePaste("paste", { clipboardData, bubbles: true, cancelable: true }));
}

it("are done in their order, where they belong, and the caret stays where one wrote", async () => {
  const late = Promise.withResolvers<ReturnType<typeof code>>();
  const { view } = editor(() => late.promise);
  go(view, 7);
  paste(view, "bold", "<strong>bold</strong>");
  type(view, "typed ");
  paste(view, "slanted", "<em>slanted</em>");
  type(view, "! ");
  view.dispatch(view.state.tr.insertText("At the ", 1));
  expect(view.state.doc.textContent).toBe("At the start typed ! end");
  late.resolve(code());
  await vi.waitFor(() => expect(view.state.doc.textContent).toBe("At the start boldtyped slanted! end"));
  expect(view.state.doc.toString()).toContain('bold("bold")');
  type(view, "more ");
  expect(view.state.doc.textContent).toBe("At the start boldtyped slanted! more end");
});

it("take the place of what was chosen, and come as plain text with Shift", async () => {
  const late = Promise.withResolvers<ReturnType<typeof code>>();
  const { view } = editor(() => late.promise);
  go(view, 7, 10);
  view.dom.dispatchEvent(new KeyboardEvent("keydown", { key: "V", shiftKey: true, bubbles: true }));
  paste(view, "plain", "<strong>bold</strong>");
  late.resolve(code());
  await vi.waitFor(() => expect(view.state.doc.textContent).toBe("start plain"));
  expect(view.state.doc.toString()).not.toContain("bold");
});

it("wait for a connection, which is said, and come with it", async () => {
  vi.useFakeTimers();
  const load = vi.fn(() => Promise.reject<ReturnType<typeof code>>(new Error("no connection")));
  const { view, onWaiting } = editor(load);
  go(view, 10);
  paste(view, "!", "<strong>!</strong>");
  await vi.advanceTimersByTimeAsync(3_000);
  expect(onWaiting).toHaveBeenCalled();
  expect(view.state.doc.textContent).toBe("start end");
  load.mockResolvedValue(code());
  await vi.advanceTimersByTimeAsync(3_000);
  expect(view.state.doc.textContent).toBe("start end!");
});

it("of the same place are done in their order", async () => {
  const late = Promise.withResolvers<ReturnType<typeof code>>();
  const { view } = editor(() => late.promise);
  go(view, 7);
  paste(view, "one", "<em>one</em>");
  paste(view, "two", "<em>two</em>");
  late.resolve(code());
  await vi.waitFor(() => expect(view.state.doc.textContent).toBe("start onetwoend"));
});

it("of Markdown are done where they belong, when it has been read", async () => {
  const late = Promise.withResolvers<ReturnType<typeof code>>();
  const { view } = editor(() => late.promise);
  go(view, 7);
  paste(view, "a **bold** word");
  type(view, "typed ");
  const reading = Promise.withResolvers<BlockNode[]>();
  const read = vi.fn<Read>(() => reading.promise);
  late.resolve(code(read));
  await vi.waitFor(() => expect(read).toHaveBeenCalled());
  type(view, "on ");
  go(view, 1);
  reading.resolve([{ type: "paragraph", attrs: {}, text: [{ text: "bold ", marks: {} }], children: [] }]);
  await vi.waitFor(() => expect(view.state.doc.textContent).toBe("start bold typed on end"));
  type(view, "At the ");
  expect(view.state.doc.textContent).toBe("At the start bold typed on end");
});
