import { EditorState, TextSelection } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import { type Emoji, emojiPlugin, emojiQuery, findEmoji } from "./emoji.ts";
import { schema } from "./schema.ts";

function typing(before: string, type = "block", marks: string[] = []) {
  const text = schema.text(
    before.slice(0, -1),
    marks.map((name) => schema.mark(name)),
  );
  const doc = schema.node("doc", null, [schema.node(type, { id: "a".repeat(32) }, [text])]);
  const state = EditorState.create({
    doc,
    selection: TextSelection.create(doc, before.length),
    plugins: [
      emojiPlugin(
        () => false,
        () => undefined,
      ),
    ],
  });
  return state.apply(state.tr.insertText(before.slice(-1)));
}

const all: Emoji[] = [
  { character: "😀", words: ["grinning_face", "smile", "happy"] },
  { character: "😄", words: ["smiling_face", "happy", "smile"] },
  { character: "😏", words: ["smirking_face", "smug"] },
  { character: "🖖", words: ["vulcan_salute", "part"] },
  { character: "🚒", words: ["fire_engine", "fire"] },
  { character: "🔥", words: ["fire", "hot"] },
  { character: "🎉", words: ["party_popper", "tada"] },
];
const found = (typed: string, recent: string[] = []) =>
  findEmoji(all, typed, recent).map(({ character }) => character);

describe("emoji", () => {
  it.each([":sm", "so :sm", "(:sm", "line\n:sm"])("are asked for by %j", (before) => {
    expect(emojiQuery(typing(before))?.text).toBe("sm");
  });

  it.each([
    ["10:30"],
    ["a:sm"],
    ["http://x"],
    [":s"],
    [": sm"],
    ["::sm"],
    [":sm", "codeBlock"],
    [":sm", "mathBlock"],
    [":sm", "block", ["code"]],
    [":sm", "block", ["math"]],
  ] as [string, string?, string[]?][])("and not by %j in %s %s", (before, type = "block", marks = []) => {
    expect(emojiQuery(typing(before, type, marks))).toBeNull();
  });

  it("are found by name and by words, the best first, and of these the last ones used", () => {
    expect(found("smile")).toEqual(["😀", "😄"]);
    expect(found("smi")).toEqual(["😄", "😏", "😀"]);
    expect(found("smi", ["😀"])).toEqual(["😀", "😄", "😏"]);
    expect(found("fire")).toEqual(["🔥", "🚒"]);
    expect(found("part")).toEqual(["🎉", "🖖"]);
    expect(found("TADA")).toEqual(["🎉"]);
    expect(found("face")).toEqual(["😀", "😄", "😏"]);
    expect(found("party-p")).toEqual(["🎉"]);
    expect(found("none")).toEqual([]);
  });

  it("the list closes by Escape until another colon is typed", () => {
    const open = typing(":sm");
    const closed = open.apply(open.tr.setMeta("close emoji", true));
    expect(emojiQuery(closed)).toBeNull();
    const on = closed.apply(closed.tr.insertText("i"));
    expect(emojiQuery(on)).toBeNull();
    const again = on.apply(on.tr.insertText(" :t"));
    expect(emojiQuery(again.apply(again.tr.insertText("a")))?.text).toBe("ta");
  });
});
