import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { insertText } from "../core/block-edit.ts";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import { EditorBinding, type EditorHost } from "./binding.ts";
import { idOf } from "./block-nodes.ts";
import { schema } from "./schema.ts";

describe("the selection of the page", () => {
  it("holds when others' words arrive before the editor heard of the key that moved it", () => {
    const map = new BlockMap(new Y.Doc());
    map.doc.transact(() =>
      insertTree(map, [{ type: "paragraph", attrs: {}, text: [{ text: "words", marks: {} }], children: [] }]),
    );
    const binding = new EditorBinding(map);
    let state = EditorState.create({ doc: binding.document(schema) });
    state = state.apply(state.tr.setSelection(TextSelection.create(state.doc, 6)));
    const host: EditorHost = {
      get state() {
        return state;
      },
      dispatch(transaction) {
        state = state.apply(transaction);
      },
      pageSelection: () => ({ anchor: 3, head: 4 }),
    };
    binding.attach(host);
    map.doc.transact(
      () => insertText(map, idOf(state.doc.child(0)), 0, { text: "more ", marks: {} }),
      "another person",
    );
    expect(state.doc.textContent).toBe("more words");
    expect(state.selection).toMatchObject({ anchor: 8, head: 9 });
  });
});
