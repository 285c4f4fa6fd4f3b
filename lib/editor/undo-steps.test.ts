import { deleteSelection } from "@tiptap/pm/commands";
import { type Command, EditorState, Plugin, TextSelection, type Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { insertText } from "../core/block-edit.ts";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import { createUndo } from "../core/block-undo.ts";
import { EditorBinding, LOCAL } from "./binding.ts";
import { chosenOf } from "./chosen.ts";
import { chooseHere, deleteChosen } from "./chosen-commands.ts";
import { markChosen } from "./chosen-marks.ts";
import { chosenPlugin } from "./chosen-plugin.ts";
import { splitBlockCommand, turnInto } from "./commands.ts";
import { bodyKeys } from "./keymap.ts";
import { schema } from "./schema.ts";
import { STEP_TOGETHER, stepsTogether, undoStepsPlugin } from "./undo-steps.ts";

/** A plugin that adds a change of its own to a paste. */
const slantsPasted = new Plugin({
  appendTransaction: ([first], _before, { tr, doc }) =>
    first?.getMeta("paste") ? tr.addMark(1, doc.content.size, schema.mark("italic")) : null,
});

/** An editor on paragraphs of these words; the step is finished before each change that is not typing. */
class Desk {
  readonly map = new BlockMap(new Y.Doc());
  readonly undo = createUndo(this.map, LOCAL);
  readonly binding = new EditorBinding(this.map);
  state: EditorState;

  constructor(...lines: string[]) {
    const tree = lines.map((text) => ({
      type: "paragraph",
      attrs: {},
      text: [{ text, marks: {} }],
      children: [],
    }));
    this.map.doc.transact(() => insertTree(this.map, tree));
    const binding = this.binding.plugin();
    delete binding.spec.view;
    const steps = undoStepsPlugin(this.undo, this.map);
    const plugins = [chosenPlugin(), binding, steps, slantsPasted];
    this.state = EditorState.create({ doc: this.binding.document(schema), plugins });
    this.binding.attach(this);
    steps.spec.view?.(this as unknown as EditorView);
  }

  dispatch(transaction: Transaction): void {
    this.state = this.state.apply(transaction);
    this.binding.flush();
  }

  /** Chooses from and to in the text of all blocks together, "|" counted between them. */
  choose(from: number, to = from): this {
    const position = (at: number) => {
      const before = this.text().slice(0, at).split("|");
      return at + before.length;
    };
    const selection = TextSelection.create(this.state.doc, position(from), position(to));
    this.dispatch(this.state.tr.setSelection(selection));
    return this;
  }

  run(command: Command): this {
    command(this.state, (transaction) => this.dispatch(transaction));
    return this;
  }

  type(text: string): this {
    for (const character of text) this.dispatch(this.state.tr.insertText(character));
    return this;
  }

  press(key: string): this {
    return this.run(bodyKeys(this.undo)[key] as Command);
  }

  text(): string {
    return this.state.doc.children.map(({ textContent }) => textContent).join("|");
  }

  /** The text with what is chosen in brackets. */
  shown(): string {
    const { from, to } = this.state.selection;
    const { doc } = this.state;
    const cut = (start: number, end: number) => doc.textBetween(start, end, "|");
    return `${cut(0, from)}[${cut(from, to)}]${cut(to, doc.content.size)}`;
  }
}

describe("undo and redo", () => {
  it("choose again what was chosen before the step and behind it", () => {
    const desk = new Desk("hello world", "more").choose(6, 11).run(deleteSelection).choose(0);
    desk.undo.undo();
    expect(desk.shown()).toBe("hello [world]|more");
    desk.undo.redo();
    expect(desk.shown()).toBe("[]hello |more");
  });

  it("go back to where a block was split, whose end is put together again", () => {
    const desk = new Desk("hello world").choose(6).run(splitBlockCommand).type("new");
    desk.undo.undo();
    desk.undo.undo();
    expect(desk.shown()).toBe("hello []world");
  });

  it("part words from the new line before them, however fast they are typed", () => {
    const desk = new Desk("one").choose(3).type("!").press("Enter").type("two").press("Tab").type("!");
    const undone = [1, 2, 3, 4, 5].map(() => {
      desk.undo.undo();
      return desk.shown();
    });
    expect(undone).toEqual(["one!|two[]", "one!|two[]", "one!|[]", "one![]", "one[]"]);
  });

  it("take what is typed behind a paste for itself", () => {
    const desk = new Desk("one");
    desk.choose(3).dispatch(desk.state.tr.insertText(" pasted").setMeta("paste", true));
    desk.type(" and more");
    desk.undo.undo();
    expect(desk.shown()).toBe("one pasted[]");
    desk.undo.undo();
    expect(desk.shown()).toBe("one[]");
  });

  it("go to where a run of typing began, also when the caret is elsewhere and others wrote meanwhile", () => {
    const desk = new Desk("one", "two").choose(3).type(" and").choose(9);
    const [first] = desk.map.outline().items;
    if (first) insertText(desk.map, first.id, 0, { text: ">> ", marks: {} });
    desk.undo.undo();
    expect(desk.shown()).toBe(">> one[]|two");
  });

  it("take all that was brought at once as one step, but for what else is done meanwhile", () => {
    const desk = new Desk("one").choose(0, 3);
    const together = stepsTogether(desk.undo);
    const bring = (cause: object, text: string) =>
      together(cause, () =>
        desk.dispatch(
          desk.state.tr.insertText(text, desk.state.doc.content.size - 1).setMeta(STEP_TOGETHER, true),
        ),
      );
    const [first, second] = [{}, {}];
    for (const text of [" two", " three"]) bring(first, text);
    for (const text of [" four", " five"]) bring(second, text);
    desk.choose(0).type("> ");
    for (const text of [" six", " seven"]) bring(second, text);
    desk.undo.undo();
    expect(desk.text()).toBe("> one two three four five");
    bring(second, " eight");
    const undone = [1, 2, 3, 4].map(() => {
      desk.undo.undo();
      return desk.text();
    });
    expect(undone).toEqual(["> one two three four five", "one two three four five", "one two three", "one"]);
    desk.undo.redo();
    expect(desk.text()).toBe("one two three");
  });

  it("choose whole blocks again that were chosen, and others where others were", () => {
    const desk = new Desk("one", "two", "three").choose(5).run(chooseHere).run(markChosen("bold"));
    const ids = desk.state.doc.children.map(({ attrs }) => attrs.id);
    desk.undo.undo();
    expect(chosenOf(desk.state)).toEqual({ anchor: ids[1], head: ids[1] });
    desk.run(deleteChosen);
    expect(chosenOf(desk.state)).toBeNull();
    desk.undo.undo();
    expect(chosenOf(desk.state)).toEqual({ anchor: ids[1], head: ids[1] });
    desk.undo.redo();
    expect(desk.text()).toBe("one|three");
    expect(chosenOf(desk.state)).toBeNull();
  });

  it("leave the caret in its block whose type comes back", () => {
    const desk = new Desk("one", "two").choose(5).run(turnInto("heading1"));
    desk.undo.undo();
    expect(desk.shown()).toBe("one|t[]wo");
    desk.undo.redo();
    expect(desk.state.doc.child(1).attrs.type).toBe("heading1");
    expect(desk.shown()).toBe("one|t[]wo");
  });
});
