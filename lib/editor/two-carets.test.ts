import { EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import { EditorBinding } from "./binding.ts";
import { splitBlockCommand } from "./commands.ts";
import { schema } from "./schema.ts";

const NETWORK = Symbol("network");

/** An editor whose caret is at the start of its first block. */
class Desk {
  readonly map = new BlockMap(new Y.Doc());
  readonly binding = new EditorBinding(this.map);
  state: EditorState;

  constructor(from?: Desk) {
    if (from) this.pull(from);
    const binding = this.binding.plugin();
    delete binding.spec.view;
    this.state = EditorState.create({ doc: this.binding.document(schema), plugins: [binding] });
    this.binding.attach(this);
  }

  dispatch(transaction: Transaction): void {
    this.state = this.state.apply(transaction);
    this.binding.flush();
  }

  pull(other: Desk): void {
    Y.applyUpdate(this.map.doc, Y.encodeStateAsUpdate(other.map.doc), NETWORK);
  }

  goTo(position: number): void {
    this.dispatch(this.state.tr.setSelection(TextSelection.create(this.state.doc, position)));
  }

  type(character: string): void {
    this.dispatch(this.state.tr.insertText(character));
  }

  begin(...lines: string[]): this {
    const tree = lines.map((text) => ({
      type: "paragraph",
      attrs: {},
      text: text === "" ? [] : [{ text, marks: {} }],
      children: [],
    }));
    this.map.doc.transact(() => insertTree(this.map, tree));
    return this;
  }

  shown(): string {
    const { from } = this.state.selection;
    const { doc } = this.state;
    return `${doc.textBetween(0, from, "|")}^${doc.textBetween(from, doc.content.size, "|")}`;
  }
}

/** Both type a word, a letter each in turn, of which the other sees every one at once. */
function typeInTurn(one: Desk, other: Desk): void {
  for (let i = 0; i < 4; i++) {
    one.type("anna"[i] ?? "");
    other.pull(one);
    if (i === 0) continue;
    other.type("ben"[i - 1] ?? "");
    one.pull(other);
  }
}

describe("two carets in one empty place", () => {
  it.each([
    ["an empty document", () => new Desk()],
    ["the only block, which is empty", () => new Desk(new Desk().begin(""))],
    ["an empty block above another", () => new Desk(new Desk().begin("", "below"))],
  ])("in %s each person's word stays whole", (_, open) => {
    const ana = open();
    const ben = new Desk(ana);
    typeInTurn(ana, ben);
    expect(ana.shown().split("|")[0]).toBe("benanna^");
    expect(ben.shown().split("|")[0]).toBe("ben^anna");
  });

  it("a line that is split off and empty is left alone, too", () => {
    const ana = new Desk(new Desk().begin("above"));
    ana.goTo(6);
    splitBlockCommand(ana.state, (transaction) => ana.dispatch(transaction));
    const ben = new Desk(ana);
    ben.goTo(8);
    typeInTurn(ana, ben);
    expect([ana.shown(), ben.shown()]).toEqual(["above|benanna^", "above|ben^anna"]);
  });

  it("a caret before words goes with them when a line is opened above", () => {
    const ana = new Desk(new Desk().begin("words"));
    const ben = new Desk(ana);
    splitBlockCommand(ana.state, (transaction) => ana.dispatch(transaction));
    ben.pull(ana);
    expect(ben.shown()).toBe("|^words");
  });
});
