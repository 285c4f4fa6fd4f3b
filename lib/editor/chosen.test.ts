import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { EditorState, type Transaction } from "@tiptap/pm/state";
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
    const alone = pressOn([code], "Escape", "Mod-b");
    expect(marked(alone)).toEqual(["let x"]);
    expect(alone.storedMarks).toBeNull();
  });
});
