/** Formulas by keys: what is typed between dollars, the caret at their edges, blocks of them. */
import type { inputRules } from "@tiptap/pm/inputrules";
import { type Command, EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree, readTree } from "../core/block-read.ts";
import type { TextRun } from "../core/block-tree.ts";
import { EditorBinding } from "./binding.ts";
import { turnInto } from "./commands.ts";
import { markdownRules } from "./input-rules.ts";
import { enterMathBlock, stepMath } from "./math-hand.ts";
import { leaveMath, mathAround, mathFence, startMath } from "./math-keys.ts";
import { schema } from "./schema.ts";

const maths = (text: string): TextRun => ({ text, marks: { math: true } });
const plain = (text: string): TextRun => ({ text, marks: {} });

function editing(...blocks: readonly [type: string, ...runs: TextRun[]][]) {
  const map = new BlockMap(new Y.Doc());
  const tree = blocks.map(([type, ...text]) => ({ type, attrs: {}, text, children: [] }));
  map.doc.transact(() => insertTree(map, tree));
  const binding = new EditorBinding(map);
  const plugin = binding.plugin();
  delete plugin.spec.view;
  const rules = markdownRules() as ReturnType<typeof inputRules>;
  const host = {
    state: EditorState.create({ doc: binding.document(schema), plugins: [plugin, rules] }),
    dispatch(transaction: Transaction) {
      host.state = host.state.apply(transaction);
      binding.flush();
    },
    /** As a view types: the rules are asked first. */
    type(text: string) {
      for (const character of text) {
        const { from, to } = host.state.selection;
        const view = Object.assign(Object.create(null), { state: host.state, dispatch: host.dispatch });
        if (!rules.props.handleTextInput?.call(rules, view, from, to, character, () => host.state.tr))
          host.dispatch(host.state.tr.insertText(character));
      }
    },
  };
  binding.attach(host);
  const at = (from: number, to = from) =>
    host.dispatch(host.state.tr.setSelection(TextSelection.create(host.state.doc, from, to)));
  const run = (command: Command) => command(host.state, (transaction) => host.dispatch(transaction));
  const shown = () => readTree(map).map(({ type, text }) => [type, ...text]);
  return { host, at, run, shown };
}

describe("formulas", () => {
  it("are made of what is typed between dollars, and what follows is text", () => {
    const { host, at, shown } = editing(["paragraph", plain("so ")]);
    at(4);
    host.type("$x_1$ is");
    expect(shown()).toEqual([["paragraph", plain("so "), maths("x_1"), plain(" is")]]);
  });

  it.each(["costs $5 and 6$", "US$x$", "$ x$", "$x $", "a $$", "\\$x$", "$$x$"])(
    "prices and blanks stay text: %s",
    (typed) => {
      const { host, at, shown } = editing(["paragraph"]);
      at(1);
      host.type(typed);
      expect(shown()).toEqual([["paragraph", plain(typed)]]);
    },
  );

  it("an arrow at an edge goes in or out before it goes on, and a dollar at the end goes out", () => {
    const { host, at, run, shown } = editing(["paragraph", plain("a"), maths("x"), plain("b")]);
    at(3);
    expect(mathAround(host.state)).toEqual({ from: 2, to: 3 });
    expect(run(stepMath(true))).toBe(true);
    expect(mathAround(host.state)).toBeNull();
    expect(run(stepMath(true))).toBe(false);
    host.type("!");
    expect(shown()).toEqual([["paragraph", plain("a"), maths("x"), plain("!b")]]);
    at(2);
    expect(mathAround(host.state)).toBeNull();
    expect(run(stepMath(true))).toBe(true);
    host.type("2");
    expect(shown()[0]?.[2]).toEqual(maths("2x"));
    at(4);
    expect(run(leaveMath)).toBe(true);
    host.type("?");
    expect(shown()).toEqual([["paragraph", plain("a"), maths("2x"), plain("?!b")]]);
    expect(run(leaveMath)).toBe(false);
  });

  it("a formula begins with what is typed next, and is one whatever else lies on it", () => {
    const { host, at, run, shown } = editing(["paragraph"]);
    at(1);
    run(startMath);
    host.type("xy");
    expect(shown()).toEqual([["paragraph", maths("xy")]]);
    host.dispatch(host.state.tr.addMark(1, 2, schema.mark("bold")));
    at(2);
    expect(mathAround(host.state)).toEqual({ from: 1, to: 3 });
  });

  it("a block of it holds lines of source, is reached by arrows, and gives back its marks as text", () => {
    const { host, at, run, shown } = editing(
      ["paragraph", { text: "x", marks: { bold: true } }],
      ["paragraph", plain("$$")],
    );
    at(6);
    run(mathFence);
    host.type("a\nb");
    expect(shown()[1]).toEqual(["math", plain("a\nb")]);
    at(2);
    expect(run(enterMathBlock("up"))).toBe(false);
    expect(run(enterMathBlock("down"))).toBe(true);
    expect(host.state.selection.from).toBe(4);
    at(1);
    run(turnInto("math"));
    expect(host.state.doc.firstChild?.type.name).toBe("mathBlock");
    run(turnInto("paragraph"));
    expect(shown()[0]).toEqual(["paragraph", { text: "x", marks: { bold: true } }]);
  });

  it("what calls itself by a name of JavaScript's own is no code", () => {
    expect(editing(["constructor", plain("x")]).host.state.doc.firstChild?.type.name).toBe("block");
  });
});
