// @vitest-environment jsdom
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { expect, it, onTestFinished } from "vitest";
import type { BlockId } from "../core/ids.ts";
import { REMOTE } from "./binding.ts";
import { flashBlock, flashPlugin } from "./flash.ts";
import { schema } from "./schema.ts";

it("marks a block until this person acts, however much others write meanwhile", () => {
  const ids = ["a", "b"].map((letter) => letter.repeat(32) as BlockId);
  const blocks = ids.map((id) =>
    schema.node("block", { id, type: "paragraph", depth: 0, props: {} }, [schema.text("words")]),
  );
  const state = EditorState.create({ doc: schema.node("doc", null, blocks), plugins: [flashPlugin()] });
  const view = new EditorView(document.createElement("div"), { state });
  onTestFinished(() => view.destroy());
  Element.prototype.scrollIntoView = () => undefined; // jsdom draws nothing
  const marked = () => [...view.dom.querySelectorAll(".flash")].map((block) => block.textContent);

  expect(flashBlock(view, ids[1] as BlockId)).toBe(true);
  view.dispatch(view.state.tr.insertText("more ", 1).setMeta(REMOTE, true));
  view.dispatch(view.state.tr.insertText("their ", view.state.doc.content.size - 6).setMeta(REMOTE, true));
  expect(marked()).toEqual(["their words"]);
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 2)));
  expect(marked()).toEqual([]);
});
