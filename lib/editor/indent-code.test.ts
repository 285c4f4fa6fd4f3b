import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { newBlockId } from "../core/ids.ts";
import { shiftDepth } from "./commands.ts";
import { schema } from "./schema.ts";

const block = (type: "block" | "codeBlock", text: string) => {
  const attrs = { id: newBlockId(), type: type === "codeBlock" ? "code" : "paragraph", depth: 0, props: {} };
  return schema.node(type, attrs, text ? schema.text(text) : []);
};

/** Tab (1) or Shift+Tab (-1) in code between two lines: depths, the code, and what is chosen, with offsets in the code. */
function tab(by: 1 | -1, code: string, from: number, to = from): [string, string, string] {
  const doc = schema.node("doc", null, [
    block("block", "above"),
    block("codeBlock", code),
    block("block", "below"),
  ]);
  const start = doc.child(0).nodeSize + 1;
  let state = EditorState.create({ doc, selection: TextSelection.create(doc, start + from, start + to) });
  shiftDepth(by)(state, (tr) => {
    state = state.apply(tr);
  });
  const { selection, doc: after } = state;
  return [
    after.children.map(({ attrs }) => attrs.depth).join(""),
    after.child(1).textContent,
    after.textBetween(selection.from, selection.to, "/"),
  ];
}

describe("Tab in code", () => {
  it("writes two spaces at the caret", () => expect(tab(1, "a\nb", 3)).toEqual(["000", "a\nb  ", ""]));

  it("moves the lines that are chosen from, and keeps them chosen", () => {
    expect(tab(1, "if\n\nx\ny", 1, 5)).toEqual(["000", "  if\n\n  x\ny", "f\n\n  x"]);
    expect(tab(1, "if\nx\ny", 0, 5)).toEqual(["000", "  if\n  x\ny", "if\n  x\n"]);
    expect(tab(1, "word", 1, 3)).toEqual(["000", "  word", "or"]);
  });

  it("with Shift moves them out, the caret's too, by two spaces, by one, by a tab", () => {
    expect(tab(-1, "   a\n b\n\tc\nd", 4, 10)).toEqual(["000", " a\nb\nc\nd", "\nb\nc"]);
    expect(tab(-1, "a\n  b", 5)).toEqual(["000", "a\nb", ""]);
    expect(tab(-1, "\n  b", 0)).toEqual(["000", "\n  b", ""]);
  });

  it("from code on to what is below takes none of it away: the blocks go in", () =>
    expect(tab(1, "a\nb", 1, 8)).toEqual(["011", "a\nb", "\nb/bel"]));
});
