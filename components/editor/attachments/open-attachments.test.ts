// @vitest-environment jsdom
/** Files that a person brings before the code that stores them is here. */
import { EditorState, NodeSelection, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { newBlockId } from "../../../lib/core/ids.ts";
import { schema } from "../../../lib/editor/schema.ts";
import type { AttachmentKit } from "./attachment-kit.ts";
import { OpenAttachments } from "./open-attachments.ts";

const { said } = vi.hoisted(() => ({ said: vi.fn() }));
vi.mock("../../ui/toast.ts", () => ({ toast: { error: said } }));
beforeEach(() => said.mockClear());

const [above, below, drawn] = [newBlockId(), newBlockId(), newBlockId()];
const open: OpenAttachments[] = [];
afterEach(() => {
  for (const attachments of open.splice(0)) attachments.destroy();
});

function editing() {
  const kit = { take: vi.fn(), adopt: vi.fn() };
  const waiting: ((kit: AttachmentKit) => void)[] = [];
  const attachments = new OpenAttachments((use) => void waiting.push(use));
  open.push(attachments);
  const doc = schema.node("doc", null, [
    schema.node("block", { id: above }, [schema.text("words")]),
    schema.node("attachment", { id: drawn, type: "image", props: {} }, [schema.text("cap")]),
    schema.node("block", { id: below }),
  ]);
  const state = EditorState.create({ doc, plugins: [attachments.plugin()] });
  const view = new EditorView(document.createElement("div"), { state });
  const arrive = () => {
    for (const use of waiting.splice(0)) use(kit as unknown as AttachmentKit);
  };
  return { kit, attachments, view, arrive };
}

const file = (name: string) => new File(["bytes"], name, { type: "image/png" });

/** What a browser tells of a paste or a drop. */
function bring(view: EditorView, type: "paste" | "drop", files: File[]) {
  const event = new Event(type, { bubbles: true, cancelable: true });
  const data = { files, types: ["Files"], getData: () => "" };
  Object.assign(event, { clipboardData: data, dataTransfer: data, clientX: 5, clientY: 5 });
  view.dom.dispatchEvent(event);
  return event;
}

const leaving = () => {
  const event = new Event("beforeunload", { cancelable: true });
  window.dispatchEvent(event);
  return event.defaultPrevented;
};

it("files that are pasted and dropped before are stored beside the block where they were brought", () => {
  const { kit, view, arrive } = editing();
  const [sea, sky] = [file("sea.png"), file("sky.png")];
  view.dispatch(view.state.tr.setSelection(TextSelection.atEnd(view.state.doc)));
  bring(view, "paste", [sea]);
  view.posAtCoords = () => ({ pos: 3, inside: 0 });
  expect(bring(view, "drop", [sky]).defaultPrevented).toBe(true);
  view.dispatch(view.state.tr.insertText("typed meanwhile"));
  expect(kit.take).not.toHaveBeenCalled();
  expect(leaving(), "who leaves the page with them is asked").toBe(true);
  arrive();
  expect(kit.take.mock.calls.map(([, files, beside]) => [files, beside])).toEqual([
    [[sea], { block: below, side: "before" }],
    [[sky], { block: above, side: "behind" }],
  ]);
  expect(leaving()).toBe(false);
  bring(view, "drop", [sea]);
  arrive();
  expect(kit.take).toHaveBeenCalledTimes(3);
});

it("a document that is left before says which files were not added", () => {
  const { kit, attachments, view, arrive } = editing();
  bring(view, "paste", [file("sea.png")]);
  attachments.destroy();
  expect(said).toHaveBeenCalledWith(
    "“sea.png” was not added, because you left the document. The text is safe.",
  );
  view.destroy();
  arrive();
  expect(kit.take).not.toHaveBeenCalled();
});

it("what is typed on a chosen picture is its caption from the first moment, and a paste comes behind it", () => {
  const { kit, view, arrive } = editing();
  const choose = () => view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, 7)));
  choose();
  const [plugin] = view.state.plugins;
  plugin?.props.handleTextInput?.call(plugin, view, 7, 12, "!", () => view.state.tr);
  expect(view.state.doc.child(1).textContent).toBe("cap!");
  choose();
  bring(view, "paste", [file("sea.png")]);
  arrive();
  expect(view.state.doc.childCount).toBe(4);
  const { id } = view.state.doc.child(2).attrs;
  expect(kit.take).toHaveBeenCalledWith(view, [expect.any(File)], { block: id, side: "before" });
});
