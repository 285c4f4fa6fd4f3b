import { EditorState, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { describe, expect, it } from "vitest";
import {
  countFound,
  findPlugin,
  goToFound,
  replaceAllFound,
  replaceFound,
  type Sought,
  seek,
} from "./find.ts";
import { schema } from "./schema.ts";

const NOTHING: Sought = { text: "", isCaseSensitive: false, isWholeWord: false };

/** As much of a view as finding needs. */
function viewOf(...lines: string[]) {
  const doc = schema.topNodeType.create(
    null,
    lines.map((line) => schema.node("block", {}, line === "" ? [] : [schema.text(line)])),
  );
  const view = {
    state: EditorState.create({ doc, plugins: [findPlugin()] }),
    dispatch(transaction: Parameters<EditorState["apply"]>[0]) {
      view.state = view.state.apply(transaction);
    },
  };
  const text = () => view.state.doc.children.map((node) => node.textContent);
  return { view: view as unknown as EditorView, text };
}

describe("find and replace", () => {
  it("counts, goes around the end, and says which place is selected", () => {
    const { view } = viewOf("one One", "two", "Phone");
    seek(view, { ...NOTHING, text: "one" });
    expect(countFound(view.state)).toEqual({ count: 3, at: 0, isMore: false });
    goToFound(view, 1);
    expect(countFound(view.state).at).toBe(1);
    goToFound(view, -1);
    expect(countFound(view.state).at).toBe(3);
    goToFound(view, 1);
    expect(countFound(view.state).at).toBe(1);
  });

  it("keeps to case and whole words where asked to, and takes all that is typed as it stands", () => {
    const { view } = viewOf("one One Phone", "a.b a\\nb $1");
    const count = (more: Partial<Sought>) => {
      seek(view, { ...NOTHING, ...more });
      return countFound(view.state).count;
    };
    expect(count({ text: "one", isCaseSensitive: true })).toBe(2);
    expect(count({ text: "one", isWholeWord: true })).toBe(2);
    expect(count({ text: "one", isCaseSensitive: true, isWholeWord: true })).toBe(1);
    expect(count({ text: "a.b" })).toBe(1);
    expect(count({ text: "\\n" })).toBe(1);
    expect(count({ text: "" })).toBe(0);
  });

  it("replaces one by one or all at once, with the text as it is typed", () => {
    const { view, text } = viewOf("cat catalogue", "Cat");
    seek(view, { ...NOTHING, text: "cat" });
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 1)));
    replaceFound(view, "$&dog");
    expect(text()).toEqual(["cat catalogue", "Cat"]);
    replaceFound(view, "$&dog");
    expect(text()).toEqual(["$&dog catalogue", "Cat"]);
    expect(replaceAllFound(view, "$&dog")).toBe(2);
    expect(text()).toEqual(["$&dog $&dogalogue", "$&dog"]);
  });

  it("stops counting at a thousand", () => {
    const { view } = viewOf("x".repeat(1_500));
    seek(view, { ...NOTHING, text: "x" });
    expect(countFound(view.state)).toEqual({ count: 1_000, at: 0, isMore: true });
  });
});
