/** What is drawn of callouts and toggles, and Enter in them. */
import { type Command, EditorState, NodeSelection, TextSelection } from "@tiptap/pm/state";
import type { DecorationSet } from "@tiptap/pm/view";
import { describe, expect, it } from "vitest";
import { type BlockId, newBlockId } from "../core/ids.ts";
import { moveTo, roomBeside } from "./drag-blocks.ts";
import { leaveInside, showBeside, splitInside } from "./inside-commands.ts";
import { isFoldedAway, nestingPlugin, toggleFold } from "./nesting.ts";
import { schema } from "./schema.ts";

type Line = [type: string, depth: number, text?: string, props?: Record<string, unknown>];

function stateOf(lines: readonly Line[], folded: readonly number[] = []): EditorState {
  const nodes = lines.map(([type, depth, text = "", props = {}]) =>
    schema.node(
      type === "divider" ? "rule" : "block",
      { id: newBlockId(), type, depth, props },
      text ? [schema.text(text)] : [],
    ),
  );
  const doc = schema.topNodeType.create(null, nodes);
  const ids = folded.map((index) => doc.child(index).attrs.id as BlockId);
  return EditorState.create({ doc, plugins: [nestingPlugin({ folded: ids, onChange: () => undefined })] });
}

const posOf = ({ doc }: EditorState, index: number): number => {
  let pos = 0;
  for (let at = 0; at < index; at++) pos += doc.child(at).nodeSize;
  return pos;
};

type Drawn = { from: number; to: number; type: { attrs: { class: string } } };

/** The classes drawn on each block. */
function drawn(state: EditorState): string[] {
  const set = state.plugins[0]?.getState(state).drawn as DecorationSet;
  const all = set.find() as unknown as Drawn[];
  return Array.from({ length: state.doc.childCount }, (_, index) => {
    const from = posOf(state, index);
    const to = from + state.doc.child(index).nodeSize;
    const here = all.filter((one) => one.from === from && one.to === to);
    return here.map(({ type }) => type.attrs.class).join(" ");
  });
}

function run(state: EditorState, command: Command): EditorState {
  let next = state;
  command(state, (transaction) => {
    next = state.applyTransaction(transaction).state;
  });
  return next;
}

const caret = (state: EditorState, index: number, offset: number): EditorState =>
  state.applyTransaction(
    state.tr.setSelection(TextSelection.create(state.doc, posOf(state, index) + 1 + offset)),
  ).state;

const lines = ({ doc }: EditorState): string[] =>
  Array.from({ length: doc.childCount }, (_, index) => {
    const { attrs, textContent } = doc.child(index);
    return `${attrs.depth} ${attrs.type} ${textContent}`;
  });

describe("nesting", () => {
  it("what is inside a callout stands on its ground, to its last block in sight", () => {
    const state = stateOf([
      ["callout", 0, "a", { tone: "warn" }],
      ["paragraph", 1, "b"],
      ["toggle", 1, "c"],
      ["paragraph", 2, "d"],
      ["paragraph", 0, "e"],
    ]);
    expect(drawn(state)).toEqual(["has-inside", "in-callout", "in-callout", "in-callout callout-end", ""]);
    const shut = run(state, toggleFold(posOf(state, 2)));
    expect(drawn(shut)).toEqual([
      "has-inside",
      "in-callout",
      "in-callout folded callout-end",
      "folded-away",
      "",
    ]);
  });

  it("typing moves what is drawn, a change of depth draws it anew", () => {
    const state = stateOf([
      ["callout", 0, "a"],
      ["paragraph", 1, "b"],
      ["paragraph", 1, "c"],
    ]);
    const typed = state.apply(state.tr.insertText("xyz", 1));
    expect(drawn(typed)).toEqual(["has-inside", "in-callout", "in-callout callout-end"]);
    const out = typed.apply(typed.tr.setNodeAttribute(posOf(typed, 2), "depth", 0));
    expect(drawn(out)).toEqual(["has-inside", "in-callout callout-end", ""]);
  });

  it("a folded toggle hides what is deeper, and only that", () => {
    const state = stateOf(
      [
        ["toggle", 0, "a"],
        ["toggle", 1, "b"],
        ["paragraph", 2, "c"],
        ["divider", 1],
        ["paragraph", 0, "d"],
      ],
      [0],
    );
    expect(drawn(state)).toEqual(["folded", "folded-away", "folded-away", "folded-away", ""]);
    expect(isFoldedAway(state, posOf(state, 3))).toBe(true);
    expect(isFoldedAway(state, posOf(state, 4))).toBe(false);
  });

  it("wherever the caret goes is unfolded; a selection over it is not", () => {
    const state = stateOf(
      [
        ["toggle", 0, "a"],
        ["toggle", 1, "b"],
        ["paragraph", 2, "c"],
        ["divider", 2],
        ["paragraph", 0, "d"],
      ],
      [0, 1],
    );
    const whole = state.tr.setSelection(TextSelection.create(state.doc, 1, state.doc.content.size - 1));
    expect(drawn(state.applyTransaction(whole).state)[2]).toBe("folded-away");
    const rule = state.tr.setSelection(NodeSelection.create(state.doc, posOf(state, 3)));
    for (const there of [caret(state, 2, 1), state.applyTransaction(rule).state])
      expect(drawn(there)).toEqual(["", "", "", "", ""]);
  });

  it("folding takes a caret inside to the end of the toggle's line", () => {
    const state = caret(
      stateOf([
        ["toggle", 0, "abc"],
        ["paragraph", 1, "d"],
      ]),
      1,
      1,
    );
    const shut = run(state, toggleFold(0));
    expect(shut.selection.head).toBe(4);
    expect(drawn(shut)).toEqual(["folded", "folded-away"]);
    expect(drawn(run(shut, toggleFold(0)))).toEqual(["", ""]);
  });
});

describe("Enter", () => {
  it("in a callout or an open toggle makes the first block inside", () => {
    for (const type of ["callout", "toggle"]) {
      const state = stateOf([
        [type, 0, "ab"],
        ["paragraph", 1, "c"],
      ]);
      expect(lines(run(caret(state, 0, 1), splitInside))).toEqual([
        `0 ${type} a`,
        "1 paragraph b",
        "1 paragraph c",
      ]);
      expect(lines(run(caret(state, 0, 2), splitInside))).toEqual([
        `0 ${type} ab`,
        "1 paragraph ",
        "1 paragraph c",
      ]);
    }
  });

  it("behind a folded toggle makes the next one behind all that is inside", () => {
    const state = caret(
      stateOf(
        [
          ["toggle", 0, "ab"],
          ["paragraph", 1, "c"],
          ["paragraph", 0, "d"],
        ],
        [0],
      ),
      0,
      2,
    );
    const after = run(state, splitInside);
    expect(lines(after)).toEqual(["0 toggle ab", "1 paragraph c", "0 toggle ", "0 paragraph d"]);
    expect(after.selection.$head.parent).toBe(after.doc.child(2));
    expect(drawn(after)[1]).toBe("folded-away");
  });

  it("on an empty last line inside leads out; elsewhere it is not meant", () => {
    const state = stateOf([
      ["callout", 1, "a"],
      ["paragraph", 2],
      ["paragraph", 2],
      ["paragraph", 0],
    ]);
    expect(lines(run(caret(state, 2, 0), leaveInside))[2]).toBe("1 paragraph ");
    for (const index of [1, 3]) expect(leaveInside(caret(state, index, 0))).toBe(false);
    expect(splitInside(caret(state, 0, 0))).toBe(false);
    const list = stateOf([
      ["callout", 0, "a"],
      ["bullet", 1, "b"],
      ["bullet", 1],
    ]);
    expect(lines(run(caret(list, 2, 0), leaveInside))[2]).toBe("1 paragraph ");
  });
});

describe("beside a folded toggle", () => {
  const folded = (below = "below") =>
    stateOf(
      [
        ["paragraph", 0, "above"],
        ["toggle", 0, "ab"],
        ["toggle", 1, "c"],
        ["divider", 2],
        ["paragraph", 0, below],
      ],
      [1, 2],
    );

  it("Delete shows what is inside, and then means what it says", () => {
    const state = caret(folded(), 1, 2);
    const shown = run(state, showBeside(1));
    expect(lines(shown)).toEqual(lines(state));
    expect(drawn(shown)).toEqual(["", "", "folded", "folded-away", ""]);
    expect(showBeside(1)(shown)).toBe(false);
    for (const [index, offset] of [
      [0, 5],
      [1, 1],
      [4, 5],
    ] as const)
      expect(showBeside(1)(caret(folded(), index, offset))).toBe(false);
  });

  it("Backspace below shows the last of it; an empty line goes, and the caret stays in sight", () => {
    const state = caret(folded(), 4, 0);
    const shown = run(state, showBeside(-1));
    expect(lines(shown)).toEqual(lines(state));
    expect(drawn(shown)).toEqual(["", "", "", "", ""]);
    const gone = run(caret(folded(""), 4, 0), showBeside(-1));
    expect(lines(gone)).toEqual(lines(state).slice(0, 4));
    expect(drawn(gone)).toEqual(["", "folded", "folded-away folded", "folded-away"]);
    expect(gone.selection.$head.parent.textContent).toBe("ab");
    expect(showBeside(-1)(caret(folded(), 4, 1))).toBe(false);
  });
});

describe("blocks that are dragged beside a folded toggle", () => {
  const list: Line[] = [
    ["paragraph", 0, "a"],
    ["toggle", 0, "b"],
    ["paragraph", 1, "c"],
    ["bullet", 2, "d"],
  ];

  it("stand behind all that is in it, or at its end inside", () => {
    const state = stateOf(list, [1]);
    const first = { first: 0, end: 1 };
    expect(roomBeside(state, 1, "behind", first)).toEqual({ index: 4, least: 0, most: 1 });
    expect(roomBeside(state, 1, "before", first)).toEqual({ index: 1, least: 0, most: 0 });
    const dropped = run(state, moveTo(first, { index: 4, depth: 0 }));
    expect(lines(dropped)).toEqual(["0 toggle b", "1 paragraph c", "2 bullet d", "0 paragraph a"]);
    expect(isFoldedAway(dropped, posOf(dropped, 1))).toBe(true);
    const inside = run(state, moveTo(first, { index: 4, depth: 1 }));
    expect(lines(inside).at(-1)).toBe("1 paragraph a");
  });

  it("go by what is in sight before the block behind it, too, and by all while it is unfolded", () => {
    const long = [...list, ["paragraph", 0, "e"] as Line, ["paragraph", 0, "f"] as Line];
    const last = { first: 5, end: 6 };
    expect(roomBeside(stateOf(long, [1]), 4, "before", last)).toEqual({ index: 4, least: 0, most: 1 });
    expect(roomBeside(stateOf(long), 4, "before", last)).toEqual({ index: 4, least: 0, most: 3 });
    expect(roomBeside(stateOf(long), 1, "behind", last)).toEqual({ index: 2, least: 1, most: 1 });
  });

  it("may be the toggle itself, which goes into the block above", () => {
    const state = stateOf(
      [["paragraph", 0, "a"], ["paragraph", 1, "b"], ["paragraph", 2, "c"], ...list.slice(1)],
      [3],
    );
    expect(roomBeside(state, 3, "behind", { first: 3, end: 6 })).toEqual({ index: 6, least: 0, most: 3 });
  });
});
