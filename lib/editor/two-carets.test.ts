import { EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import { Random } from "../core/history.ts";
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

  it.each([
    ["at the start of a block", 1, "^words"],
    ["in the midst of it", 3, "wo^rds"],
  ])("what another writes right before a range is not in it: %s", (_, position, shown) => {
    const ana = new Desk(new Desk().begin("words"));
    const ben = new Desk(ana);
    for (const [anchor, head] of [
      [position, 6],
      [6, position],
    ] as const) {
      ben.dispatch(ben.state.tr.setSelection(TextSelection.create(ben.state.doc, anchor, head)));
      ana.goTo(position);
      ana.type("x");
      ben.pull(ana);
      expect(ben.shown()).toBe(shown.replace("^", "x^"));
      expect(ben.state.selection.to).toBe(7);
      ana.dispatch(ana.state.tr.delete(position, position + 1));
      ben.pull(ana);
    }
  });
});

describe("three carets at one place, whose letters come late", () => {
  const COUNT = Number(process.env.HISTORIES ?? 30);
  const words = ["abcdefgh", "ABCDEFGH", "12345678"];

  /** What all show at the end. Each letter is an update of its own, in order and as late as chance has it. */
  function typeTogether(seed: number, lines: string[], position: number): string {
    const random = new Random(seed);
    const first = new Desk(new Desk().begin(...lines));
    const desks = [first, new Desk(first), new Desk(first)];
    const inboxes = desks.map((): { from: number; update: Uint8Array }[] => []);
    desks.forEach((desk, from) => {
      desk.map.doc.clientID = 1 + random.below(1_000_000);
      desk.goTo(position);
      desk.map.doc.on("update", (update: Uint8Array, origin: unknown) => {
        if (origin === NETWORK) return;
        inboxes.forEach((inbox, to) => void (to !== from && inbox.push({ from, update })));
      });
    });
    const deliver = (to: number, most: number) => {
      for (const { update } of inboxes[to]?.splice(0, most) ?? [])
        Y.applyUpdate((desks[to] as Desk).map.doc, update, NETWORK);
    };
    const rest = words.map((word) => [...word]);
    while (rest.some((letters) => letters.length > 0)) {
      const who = random.below(desks.length);
      if (random.chance(0.5)) deliver(who, 1 + random.below(4));
      const letter = rest[who]?.shift();
      if (letter) (desks[who] as Desk).type(letter);
    }
    for (const to of desks.keys()) deliver(to, Number.POSITIVE_INFINITY);
    const texts = desks.map(({ state: { doc } }) => doc.textBetween(0, doc.content.size, "|"));
    expect(new Set(texts).size).toBe(1);
    return texts[0] as string;
  }

  it.each([
    ["the start of the only block", ["words"], 1],
    ["the start of a block", ["above", "words", "below"], 8],
    ["the midst of a word", ["words"], 3],
    ["the end of a block", ["words", "below"], 6],
    ["an empty block", ["above", "", "below"], 8],
  ])("at %s each one's letters stay together", (_, lines, position) => {
    for (let seed = 1; seed <= COUNT; seed++) {
      const text = typeTogether(seed, lines, position);
      for (const word of words) expect(text, `seed ${seed}`).toContain(word);
    }
  });
});
