import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { chooseLink, unlink } from "./format-commands.ts";
import { linkHere, ownPath } from "./link-here.ts";
import { schema } from "./schema.ts";

const link = (href: string) => schema.mark("link", { href });
const bold = schema.mark("bold");

/** "so one two on 33" with links on "one two" (the half of it bold) and on "on", which lead to the same place. */
function caretAt(offset: number) {
  const words = [
    schema.text("so "),
    schema.text("one ", [link("/a")]),
    schema.text("two", [link("/a"), bold]),
    schema.text(" "),
    schema.text("on", [link("/a")]),
    schema.text(" 33", [link("/b")]),
  ];
  const doc = schema.node("doc", null, [schema.node("block", null, words)]);
  const state = EditorState.create({ doc });
  return state.apply(state.tr.setSelection(TextSelection.create(doc, offset + 1)));
}

describe("the link at the caret", () => {
  it("is the whole of it, and no other that leads there, too", () => {
    for (const offset of [4, 7, 9, 10])
      expect(linkHere(caretAt(offset))).toEqual({ from: 4, to: 11, href: "/a" });
    expect(linkHere(caretAt(12))).toEqual({ from: 12, to: 14, href: "/a" });
    expect(linkHere(caretAt(13))).toEqual({ from: 12, to: 14, href: "/a" });
    expect(linkHere(caretAt(14))).toEqual({ from: 14, to: 17, href: "/b" });
    for (const offset of [0, 2, 11]) expect(linkHere(caretAt(offset))).toBe(null);
  });

  it("is chosen, and taken off with its words kept", () => {
    let state = caretAt(8);
    const keep = (tr: typeof state.tr) => {
      state = state.apply(tr);
    };
    expect(unlink(state, keep)).toBe(true);
    expect(state.doc.textContent).toBe("so one two on 33");
    expect(linkHere(state)).toBe(null);
    expect(state.doc.rangeHasMark(12, 14, schema.marks.link as never)).toBe(true);
    state = caretAt(8);
    expect(chooseLink(state, keep)).toBe(true);
    expect([state.selection.from, state.selection.to]).toEqual([4, 11]);
    expect(linkHere(state), "text is chosen").toBe(null);
    expect(chooseLink(state) || unlink(state)).toBe(false);
  });
});

it("the way to a page of the product is a path, to any other none", () => {
  const place = new URL("https://site.example/w/1/d/2#x");
  expect(ownPath("/w/1/d/3#y", place)).toBe("/w/1/d/3#y");
  expect(ownPath("#y", place)).toBe("/w/1/d/2#y");
  expect(ownPath("https://site.example/a?b=c", place)).toBe("/a?b=c");
  for (const href of ["https://other.example/w/1", "mailto:a@site.example", "tel:1", "http://site.example/"])
    expect(ownPath(href, place)).toBe(null);
});
