// @vitest-environment jsdom
import { InputRule, inputRules } from "@tiptap/pm/inputrules";
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { expect, it, vi } from "vitest";
import { quietRules } from "./quiet-rules.ts";
import { schema } from "./schema.ts";

function viewWith(onMatch: () => void): EditorView {
  const block = schema.node("block", { id: "0".repeat(32), type: "paragraph", depth: 0, props: {} }, [
    schema.text("ab"),
  ]);
  const rule = new InputRule(/.$/u, () => {
    onMatch();
    return null;
  });
  const doc = schema.node("doc", null, [block]);
  const state = EditorState.create({ doc, plugins: [inputRules({ rules: [rule] }), quietRules()] });
  const view = new EditorView(document.createElement("div"), { state });
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 3)));
  return view;
}

it("asks no rule about a letter or a digit, and all about whatever else is typed, as before", () => {
  const asked = vi.fn();
  const view = viewWith(asked);
  const type = (text: string) => {
    asked.mockClear();
    view.someProp("handleTextInput", (handle) => handle(view, 3, 3, text, () => view.state.tr));
    return asked.mock.calls.length;
  };
  expect(["a", "Ж", "7", "日", "word"].map(type)).toEqual([0, 0, 0, 0, 0]);
  expect([" ", "*", "`", "$", "-", "_", "~", "=", ")", ":", "\u00a0"].map(type)).toEqual(Array(11).fill(1));
});
