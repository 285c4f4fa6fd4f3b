// @vitest-environment jsdom
/** Blocks of rare kinds before their code is here, as it comes, and where it does not come at once. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { EditorState, NodeSelection, Plugin, PluginKey } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { afterEach, expect, it, vi } from "vitest";
import { attachmentKey } from "../core/attachment.ts";
import { newBlockId } from "../core/ids.ts";
import { AttachmentView } from "./attachment-view.ts";
import { EmbedView } from "./embed-view.ts";
import { LateKit } from "./late-kit.ts";
import { lateViewsPlugin, type MakeView } from "./late-view.ts";
import { schema } from "./schema.ts";
import { stillAttachment } from "./still-attachment.ts";
import { stillEmbed } from "./still-embed.ts";

afterEach(() => vi.useRealTimers());

const KEY = attachmentKey("0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10", "7f3c1c9a-1111-4222-8333-444455556666");
const node = (name: string, type: string, props: object, text = ""): ProseMirrorNode =>
  schema.node(name, { id: newBlockId(), type, depth: 0, props }, text === "" ? [] : [schema.text(text)]);
const block = (text: string) => node("block", "paragraph", {}, text);
const plan = () => node("attachment", "file", { attachment: KEY, name: "plan.pdf", size: 9 }, "the plan");
const film = () => node("frame", "embed", { url: "https://www.youtube.com/watch?v=dQw4w9WgXcQ" }, "a film");

type Kit = {
  readonly file: MakeView;
  readonly film: MakeView;
  readonly counter: (key: PluginKey<number>) => Plugin<number>;
};
const counterKey = new PluginKey<number>("counter");
const openKit = (): Kit => ({
  file: (...at) =>
    new AttachmentView(...at, {
      picture: () => Promise.reject(new Error("no pictures here")),
      onClosed: () => () => undefined,
      open: vi.fn(),
      download: vi.fn(),
      describe: vi.fn(),
    }),
  film: (...at) => new EmbedView(...at, { offer: vi.fn(), becameLink: vi.fn() }),
  counter: (key) =>
    new Plugin<number>({
      key,
      state: {
        init: (_, { doc }) => doc.childCount * 100,
        apply: (tr, count) => count + (tr.docChanged ? 1 : 0),
      },
      props: { attributes: (state) => ({ "data-count": String(counterKey.getState(state)) }) },
    }),
});

function editing(load: () => Promise<() => Kit>, ...nodes: ProseMirrorNode[]) {
  const onMissing = vi.fn();
  const late = new LateKit<Kit>({ load, onMissing });
  const plugins = [
    late.slot((kit, key) => kit.counter(key), { key: counterKey }),
    lateViewsPlugin(late, {
      attachment: { draw: stillAttachment, make: (kit) => kit.file },
      frame: { draw: stillEmbed, make: (kit) => kit.film, hearsChoice: true },
    }),
  ];
  const state = EditorState.create({ doc: schema.node("doc", null, nodes), plugins });
  const view = new EditorView(document.createElement("div"), { state });
  return { late, view, onMissing };
}

const part = (view: EditorView, selector: string) => {
  const found = view.dom.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`${selector} is not drawn.`);
  return found;
};

it("what another writes before is shown, its caption is written in, and all it can do comes around that", async () => {
  const code = Promise.withResolvers<() => Kit>();
  const load = vi.fn(() => code.promise);
  const { view } = editing(load, block("text"));
  expect(load).not.toHaveBeenCalled();
  view.dispatch(view.state.tr.insert(view.state.doc.content.size, [plan(), film()]));
  expect(load).toHaveBeenCalledTimes(1);
  expect(part(view, ".file-name").textContent).toBe("plan.pdf");
  expect(part(view, ".embed-poster").textContent).toContain("Load from YouTube");
  const caption = part(view, "figcaption");
  expect(caption.textContent).toBe("the plan");
  view.dispatch(view.state.tr.insertText("Read ", 7));
  expect(part(view, "figcaption")).toBe(caption);
  const text = part(view, "[data-block-type=paragraph]");
  code.resolve(openKit);
  await vi.waitFor(() => expect(part(view, "button[aria-label='Download plan.pdf']")).toBeTruthy());
  expect(part(view, ".embed-poster button").textContent).toBe("Load from YouTube");
  expect(part(view, "figcaption")).toBe(caption);
  expect(caption.textContent).toBe("Read the plan");
  expect(part(view, "[data-block-type=paragraph]"), "nothing else is drawn anew").toBe(text);
  expect(view.state.doc.textContent).toBe("textRead the plana film");
});

it("a shell that becomes something else, or is taken away, is followed before and behind", async () => {
  const code = Promise.withResolvers<() => Kit>();
  const { view } = editing(() => code.promise, plan(), film(), block("text"));
  const rename = (name: string) =>
    view.dispatch(view.state.tr.setNodeAttribute(0, "props", { attachment: KEY, name, size: 9 }));
  rename("other.pdf");
  expect(part(view, ".file-name").textContent).toBe("other.pdf");
  view.dispatch(view.state.tr.delete(10, 18));
  expect(view.dom.querySelector(".embedded")).toBeNull();
  code.resolve(openKit);
  await vi.waitFor(() => expect(part(view, "button[aria-label='Download other.pdf']")).toBeTruthy());
  rename("third.pdf");
  expect(part(view, ".file-name").textContent).toBe("third.pdf");
});

it("a chosen embed without an address asks for it as soon as it can", async () => {
  const code = Promise.withResolvers<() => Kit>();
  const { view } = editing(() => code.promise, node("frame", "embed", {}), block("text"));
  document.body.append(view.dom);
  view.focus();
  view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, 0)));
  expect(view.dom.querySelector("input")).toBeNull();
  code.resolve(openKit);
  await vi.waitFor(() => expect(document.activeElement).toBe(part(view, "input")));
  view.destroy();
});

it("a plugin that comes late has its state and its props in the place that it was given", async () => {
  const code = Promise.withResolvers<() => Kit>();
  const { late, view } = editing(() => code.promise, block("one"), block("two"));
  const { plugins } = view.state;
  view.dispatch(view.state.tr.insertText("!", 1));
  expect(view.dom.dataset.count).toBeUndefined();
  late.ask();
  code.resolve(openKit);
  await vi.waitFor(() => expect(view.dom.dataset.count).toBe("200"));
  view.dispatch(view.state.tr.insertText("!", 1));
  expect(counterKey.getState(view.state)).toBe(201);
  expect(view.state.plugins).toBe(plugins);
});

it("code that cannot be had is asked for until it is here, which is said once to whoever waits for it", async () => {
  vi.useFakeTimers();
  const load = vi.fn(() => Promise.reject<() => Kit>(new Error("no connection")));
  const { late, view, onMissing } = editing(load, block("text"));
  late.ask();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(load).toHaveBeenCalledTimes(2);
  expect(onMissing).not.toHaveBeenCalled();
  view.dispatch(view.state.tr.insert(0, plan()));
  await vi.advanceTimersByTimeAsync(6_000);
  expect(onMissing).toHaveBeenCalledTimes(1);
  expect(part(view, ".file-name").textContent).toBe("plan.pdf");
  load.mockResolvedValue(openKit);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(part(view, "button[aria-label='Download plan.pdf']")).toBeTruthy();
});

it("code that comes for a document that was left opens nothing", async () => {
  const code = Promise.withResolvers<() => Kit>();
  const open = vi.fn(openKit);
  const { late, view } = editing(() => code.promise, plan());
  view.destroy();
  late.destroy();
  code.resolve(open);
  await code.promise;
  expect(open).not.toHaveBeenCalled();
});

it("a caret that a key moved just before is read before anything is drawn anew", async () => {
  const code = Promise.withResolvers<() => Kit>();
  const { late, view } = editing(() => code.promise, block("text"));
  document.body.append(view.dom);
  view.focus();
  late.ask();
  getSelection()?.collapse(part(view, "p").firstChild, 3);
  code.resolve(openKit);
  await late.arrived;
  expect([view.state.selection.head, getSelection()?.anchorOffset]).toEqual([4, 3]);
  view.dom.remove();
});
