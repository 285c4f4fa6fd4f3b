// @vitest-environment jsdom
import { Editor, Extension } from "@tiptap/core";
import { InputRule, inputRules } from "@tiptap/pm/inputrules";
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import { createUndo } from "../core/block-undo.ts";
import { EditorBinding, LOCAL } from "./binding.ts";
import { drawOnce } from "./draw-once.ts";
import { markdownRules } from "./input-rules.ts";
import { quietRules } from "./quiet-rules.ts";
import { documentExtensions, schema } from "./schema.ts";
import { undoStepsPlugin } from "./undo-steps.ts";

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
  onTestFinished(() => view.destroy());
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

describe("what a rule makes", () => {
  /** Types into an empty block with all rules of Markdown, then gives what undo says. */
  function desk(text: string) {
    const map = new BlockMap(new Y.Doc());
    map.doc.transact(() => insertTree(map, [{ type: "paragraph", attrs: {}, text: [], children: [] }]));
    const undo = createUndo(map, LOCAL);
    const binding = new EditorBinding(map);
    const plugins = () => [binding.plugin(), markdownRules(), undoStepsPlugin(undo, map), quietRules()];
    const { view } = new Editor({
      element: document.createElement("div"),
      extensions: [
        ...documentExtensions,
        Extension.create({ name: "document", priority: 1000, addProseMirrorPlugins: plugins }),
      ],
      enableCoreExtensions: { keymap: false, delete: false },
      injectCSS: false,
      onBeforeCreate: ({ editor }) => drawOnce(editor, binding.document(editor.schema)),
    });
    onTestFinished(() => view.destroy());
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 1)));
    const type = (words: string) => {
      for (const letter of words) {
        const { from, to } = view.state.selection;
        const plain = () => view.state.tr.insertText(letter);
        if (!view.someProp("handleTextInput", (handle) => handle(view, from, to, letter, plain)))
          view.dispatch(plain());
        binding.flush();
      }
    };
    const shown = () =>
      view.state.doc.children
        .map(
          ({ attrs, textContent, firstChild }) =>
            `${attrs.type} ${textContent}${firstChild?.marks.map(({ type: { name } }) => `<${name}>`).join("") ?? ""}`,
        )
        .join("|");
    type(text);
    return { undo, type, shown, view };
  }

  it.each([
    ["- ", "bullet ", "paragraph - "],
    ["## ", "heading2 ", "paragraph ## "],
    ["see [the plan](/w/1)", "paragraph see the plan", "paragraph see [the plan](/w/1)"],
    ["$x^2$", "paragraph x^2<math>", "paragraph $x^2$"],
    ["---", "divider |paragraph ", "paragraph ---"],
    ["**bold**", "paragraph bold<bold>", "paragraph **bold**"],
    ["*slanted*", "paragraph slanted<italic>", "paragraph *slanted*"],
    ["~~gone~~", "paragraph gone<strike>", "paragraph ~~gone~~"],
    ["`x`", "paragraph x<code>", "paragraph `x`"],
  ])("is undone by itself: %s stands there as it was typed", (text, made, typed) => {
    const { undo, type, shown, view } = desk(text);
    expect(shown()).toBe(made);
    type("more");
    undo.undo();
    expect(shown()).toBe(made);
    undo.undo();
    expect(shown()).toBe(typed);
    expect(view.state.selection.head).toBe(view.state.doc.content.size - 1);
    undo.redo();
    expect(shown()).toBe(made);
    undo.undo();
    undo.undo();
    expect(shown()).toBe("paragraph ");
  });

  it.each([
    ["---", "divider |paragraph "],
    ["- ", "bullet "],
    ["**bold**", "paragraph bold<bold>"],
  ])("is undone by itself when an input method wrote it, too: %s", async (text, made) => {
    const { undo, type, shown, view } = desk("");
    view.dispatch(view.state.tr.insertText(text));
    view.dom.dispatchEvent(new Event("compositionend"));
    await vi.waitFor(() => expect(shown()).toBe(made));
    type("more");
    undo.undo();
    expect(shown()).toBe(made);
    undo.undo();
    expect(shown()).toBe(`paragraph ${text}`);
    undo.undo();
    expect(shown()).toBe("paragraph ");
  });
});
