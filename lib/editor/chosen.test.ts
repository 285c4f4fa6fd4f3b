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

/** Three lines after these keys, the caret first at their start. */
function press(...keys: string[]): EditorState {
  let state = EditorState.create({
    doc: schema.node("doc", null, ["one", "two", "three"].map(line)),
    plugins: [chosenPlugin()],
  });
  const dispatch = (transaction: Transaction) => {
    state = state.apply(transaction);
  };
  for (const key of keys) KEYS[key]?.(state, dispatch);
  return state;
}

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
