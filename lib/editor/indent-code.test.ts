import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { newBlockId } from "../core/ids.ts";
import { OBJECT_CHARACTER } from "../core/strand.ts";
import { nodeText } from "./block-nodes.ts";
import { shiftDepth, splitBlockCommand } from "./commands.ts";
import { schema } from "./schema.ts";

const block = (type: "block" | "codeBlock", text: string) => {
  const attrs = { id: newBlockId(), type: type === "codeBlock" ? "code" : "paragraph", depth: 0, props: {} };
  // a mention, or an object of a newer version
  const pieces = text.split(new RegExp(`(${OBJECT_CHARACTER})`)).filter(Boolean);
  const embed = () => schema.node("embed", { value: {} });
  return schema.node(
    type,
    attrs,
    pieces.map((piece) => (piece === OBJECT_CHARACTER ? embed() : schema.text(piece))),
  );
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
    nodeText(after.child(1)),
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

  it("counts a mention in code as one place", () => {
    expect(tab(1, `${OBJECT_CHARACTER}a\nb\nc`, 3, 6)).toEqual([
      "000",
      `${OBJECT_CHARACTER}a\n  b\n  c`,
      "b\n  c",
    ]);
    expect(tab(-1, `${OBJECT_CHARACTER}a\n  b`, 6)).toEqual(["000", `${OBJECT_CHARACTER}a\nb`, ""]);
  });
});

it("Enter on the second empty line behind code with a mention leaves it, and takes only those lines", () => {
  const doc = schema.node("doc", null, [block("codeBlock", `${OBJECT_CHARACTER}ab\n\n`)]);
  let state = EditorState.create({ doc, selection: TextSelection.create(doc, 6) });
  splitBlockCommand(state, (tr) => {
    state = state.apply(tr);
  });
  expect(state.doc.children.map(nodeText)).toEqual([`${OBJECT_CHARACTER}ab`, ""]);
});
