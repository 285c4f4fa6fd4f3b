import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { newBlockId } from "../core/ids.ts";
import { chosenOf } from "./chosen.ts";
import { chosenPlugin } from "./chosen-plugin.ts";
import { bodyKeys } from "./keymap.ts";
import { schema } from "./schema.ts";

const KEYS = bodyKeys(new Y.UndoManager(new Y.Doc().getMap()));

const line = (words: string) =>
  schema.node("block", { id: newBlockId(), type: "paragraph", depth: 0, props: {} }, schema.text(words));

/** These blocks after these keys, the caret first at their start. */
function pressOn(blocks: readonly ProseMirrorNode[], ...keys: string[]): EditorState {
  let state = EditorState.create({ doc: schema.node("doc", null, blocks), plugins: [chosenPlugin()] });
  const dispatch = (transaction: Transaction) => {
    state = state.apply(transaction);
  };
  for (const key of keys) KEYS[key]?.(state, dispatch);
  return state;
}

const press = (...keys: string[]) => pressOn(["one", "two", "three"].map(line), ...keys);

const words = ({ doc }: EditorState): string[] => doc.children.map((node) => node.textContent);

describe("the keys of a chosen block", () => {
  it.each(["Backspace", "Mod-Backspace", "Delete", "Mod-Delete"])(
    "%s deletes it, whatever the caret stands beside",
    (key) => {
      const state = press("Escape", "ArrowDown", key);
      expect(words(state)).toEqual(["one", "three"]);
      expect(chosenOf(state)).toBeNull();
    },
  );

  it.each(["Enter", "Shift-Enter", "Escape"])("%s goes back to writing and changes nothing", (key) => {
    const state = press("Escape", "ArrowDown", key);
    expect(words(state)).toEqual(["one", "two", "three"]);
    expect(chosenOf(state)).toBeNull();
  });
});

describe("the keys of blocks that a selection touches", () => {
  /** Their types and words, after this key on a selection from within the first to before the letters of the third. */
  function pressOver(key: string): string[] {
    let state = EditorState.create({
      doc: schema.node("doc", null, ["one", "two", "three"].map(line)),
      plugins: [chosenPlugin()],
    });
    const dispatch = (transaction: Transaction) => {
      state = state.apply(transaction);
    };
    dispatch(state.tr.setSelection(TextSelection.create(state.doc, 2, 11)));
    expect(state.selection.$to.parentOffset).toBe(0);
    KEYS[key]?.(state, dispatch);
    return state.doc.children.map(({ attrs, textContent }) => `${attrs.type} ${textContent}`);
  }

  it("leave a block alone before whose first letter the selection ends, as after a triple click", () => {
    const rest = ["paragraph two", "paragraph three"];
    expect(pressOver("Mod-Alt-1")).toEqual(["heading1 one", "heading1 two", "paragraph three"]);
    expect(pressOver("Mod-d")).toEqual(["paragraph one", "paragraph two", "paragraph one", ...rest]);
    expect(pressOver("Alt-Shift-ArrowDown")).toEqual(["paragraph three", "paragraph one", "paragraph two"]);
  });
});

describe("marks on chosen blocks", () => {
  /** The first letter of each mark before the words that carry it: "b:one". */
  const marked = ({ doc }: EditorState): string[] => {
    const found: string[] = [];
    doc.descendants((node) => {
      if (node.isText) found.push([...node.marks.map(({ type }) => type.name[0]), node.text].join(":"));
    });
    return found;
  };
  const lineIn = (words: string, mark: string) =>
    schema.node("block", { id: newBlockId() }, schema.text(words, [schema.mark(mark)]));
  const code = schema.node("codeBlock", { id: newBlockId() }, schema.text("let x"));
  const cell = schema.node("tableCell", { id: newBlockId() }, schema.text("cell"));
  const row = schema.node("tableRow", { id: newBlockId() }, cell);
  const table = schema.node("table", { id: newBlockId() }, row);

  it("stand on all words, and go where all have them; the blocks stay chosen, others are left alone", () => {
    const blocks = [line("one"), lineIn("two", "bold"), line("three")];
    const first = ["Escape", "Shift-ArrowDown", "Mod-b"];
    expect(marked(pressOn(blocks, ...first))).toEqual(["b:one", "b:two", "three"]);
    expect(marked(pressOn(blocks, ...first, "Mod-i"))).toEqual(["b:i:one", "b:i:two", "three"]);
    const last = pressOn(blocks, ...first, "Mod-i", "Mod-b");
    expect(marked(last)).toEqual(["i:one", "i:two", "three"]);
    expect(chosenOf(last)).not.toBeNull();
  });

  it("stand in the cells of tables, and not in code, which keeps none from going", () => {
    const blocks = [line("one"), code, table];
    const first = ["Escape", "Mod-a", "Mod-u"];
    expect(marked(pressOn(blocks, ...first))).toEqual(["u:one", "let x", "u:cell"]);
    expect(marked(pressOn(blocks, ...first, "Mod-u"))).toEqual(["one", "let x", "cell"]);
  });

  it("are for the caret while no block is chosen, and nothing where there are no words", () => {
    expect(KEYS["Mod-b"]?.(press())).toBe(false);
    expect(KEYS["Mod-b"]?.(pressOn([code]))).toBe(true);
    const alone = pressOn([code], "Escape", "Mod-b");
    expect(marked(alone)).toEqual(["let x"]);
    expect(alone.storedMarks).toBeNull();
  });
});

describe("ticks", () => {
  const task = (words: string, checked: boolean) =>
    schema.node("block", { id: newBlockId(), type: "task", props: { checked } }, schema.text(words));
  const ticks = ({ doc }: EditorState) =>
    doc.children.map(({ attrs }) => (attrs.type === "task" ? attrs.props.checked : "-"));
  const blocks = [task("one", true), line("two"), task("three", false), task("four", false)];

  it("are set on all chosen tasks, and taken away where all have them; the blocks stay chosen", () => {
    const chosen = ["Escape", "Shift-ArrowDown", "Shift-ArrowDown"];
    const once = pressOn(blocks, ...chosen, "Mod-Enter");
    expect(ticks(once)).toEqual([true, "-", true, false]);
    expect(chosenOf(once)).not.toBeNull();
    expect(ticks(pressOn(blocks, ...chosen, "Mod-Enter", "Mod-Enter"))).toEqual([false, "-", false, false]);
  });

  it("are set on the tasks that the selection touches; a caret ticks its own", () => {
    let state = EditorState.create({ doc: schema.node("doc", null, blocks), plugins: [chosenPlugin()] });
    const dispatch = (transaction: Transaction) => {
      state = state.apply(transaction);
    };
    KEYS["Mod-Enter"]?.(state, dispatch);
    expect(ticks(state)).toEqual([false, "-", false, false]);
    // from within the first to before the letters of the last
    dispatch(state.tr.setSelection(TextSelection.create(state.doc, 2, 18)));
    expect(state.selection.$to.parentOffset).toBe(0);
    KEYS["Mod-Enter"]?.(state, dispatch);
    expect(ticks(state)).toEqual([true, "-", true, false]);
  });
});
