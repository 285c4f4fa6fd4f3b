// @vitest-environment jsdom
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { EditorView } from "@tiptap/pm/view";
import { describe, expect, it } from "vitest";
import { schema } from "../../lib/editor/schema.ts";
import { LinkStore } from "./link-store.ts";

const link = schema.mark("link", { href: "/w/x" });

/** "one two" with a link on "two" and the caret in it; its card, which has the focus. */
function inTheCard() {
  const store = new LinkStore(() => undefined);
  const doc = schema.node("doc", null, [
    schema.node("block", null, [schema.text("one "), schema.text("two", [link])]),
  ]);
  const view = new EditorView(document.body.appendChild(document.createElement("div")), {
    state: EditorState.create({ doc, plugins: [store.plugin] }),
  });
  view.focus();
  view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 7)));
  const card = document.body.appendChild(document.createElement("button"));
  card.dataset.formatTools = "";
  card.focus();
  return { store, view, card };
}

describe("a link's card", () => {
  it("keeps the focus while others write", () => {
    const { store, view, card } = inTheCard();
    expect(store.here.getSnapshot()).toEqual({ from: 5, to: 8, href: "/w/x" });
    view.dispatch(view.state.tr.insertText("ten and ", 1));
    expect(store.here.getSnapshot()).toEqual({ from: 13, to: 16, href: "/w/x" });
    expect(document.activeElement).toBe(card);
  });

  it("gives the focus back to the text when its link is gone", () => {
    const { store, view } = inTheCard();
    view.dispatch(view.state.tr.delete(5, 8));
    expect(store.here.getSnapshot()).toBe(null);
    expect(document.activeElement).toBe(view.dom);
  });
});
