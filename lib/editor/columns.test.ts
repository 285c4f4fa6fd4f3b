import { type Command, EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { BlockMap } from "../core/block-map.ts";
import { insertTree } from "../core/block-read.ts";
import type { BlockNode } from "../core/block-tree.ts";
import { projectDocument } from "../core/projection.ts";
import { EditorBinding } from "./binding.ts";
import { blocksOfFragment, fragmentOfBlocks } from "./block-slices.ts";
import { choose, chooseHere, deleteChosen, duplicate, stepChosen } from "./chosen-commands.ts";
import { chosenPlugin } from "./chosen-plugin.ts";
import { columnAround, isColumn } from "./column-places.ts";
import { widenColumn } from "./column-widths.ts";
import { addColumn, makeColumns, moveBeside, removeColumns, shiftColumn } from "./columns-commands.ts";
import { joinBackwardCommand, joinForwardCommand, shiftDepth, splitBlockCommand } from "./commands.ts";
import { levelsAt, moveTo } from "./drag-blocks.ts";
import { moveBlock, startOf } from "./move-block.ts";
import { normalizePlugin } from "./normalize.ts";
import { forEachBlock } from "./outline-nodes.ts";
import { schema } from "./schema.ts";
import { offeredItems } from "./slash.ts";
import { stillDocument } from "./still-nodes.ts";
import { StillElement, stillElements } from "./still-page.ts";
import { insertTable } from "./table-commands.ts";

const block = (text: string, type = "paragraph", children: BlockNode[] = []): BlockNode => ({
  type,
  attrs: {},
  text: text === "" ? [] : [{ text, marks: {} }],
  children,
});
const column = (...words: string[]) =>
  block(
    "",
    "column",
    words.map((word) => block(word)),
  );
const TWO = [block("top"), block("", "columns", [column("a", "b"), column("c")]), block("end")];

/** An editor on a document, and what it shows: "(" and ")" around columns, "|" between, deeper blocks behind ">". */
class Desk {
  readonly doc = new Y.Doc();
  readonly map = new BlockMap(this.doc);
  readonly binding = new EditorBinding(this.map);
  state: EditorState;

  constructor(tree: readonly BlockNode[]) {
    this.doc.transact(() => insertTree(this.map, tree));
    const plugin = this.binding.plugin();
    delete plugin.spec.view;
    this.state = EditorState.create({
      doc: this.binding.document(schema),
      plugins: [chosenPlugin(), plugin, normalizePlugin(this.map)],
    });
    this.binding.attach(this);
  }

  dispatch(transaction: Transaction): void {
    this.state = this.state.applyTransaction(transaction).state;
    this.binding.flush();
  }

  run(...commands: Command[]): boolean {
    let isDone = true;
    for (const command of commands)
      isDone = command(this.state, (transaction) => this.dispatch(transaction)) && isDone;
    return isDone;
  }

  /** Puts the caret behind so many characters of a block. */
  at(words: string, offset = words.length): this {
    this.state.doc.descendants((node, pos) => {
      if (!node.isTextblock || node.textContent !== words) return true;
      this.dispatch(this.state.tr.setSelection(TextSelection.create(this.state.doc, pos + 1 + offset)));
      return false;
    });
    return this;
  }

  /** Before the first block with these words; `by` characters on: 1 is the start of its text. */
  position(words: string, by = 0): number {
    return startOf(this.state.doc, this.index(words)) + by;
  }

  index(words: string): number {
    return this.state.doc.children.findIndex((node) => node.textContent === words);
  }

  choose(first: string, last = first): { first: number; end: number } {
    const id = (words: string) => this.state.doc.child(this.index(words)).attrs.id;
    this.dispatch(choose(this.state.tr, id(first), id(last)));
    return { first: this.index(first), end: this.index(last) + 1 };
  }

  caret(): string {
    return this.state.selection.$from.parent.textContent;
  }

  shows(): string {
    expect(this.binding.healed).toBe(0);
    const parts: string[] = [];
    let column: unknown = null;
    forEachBlock(this.state.doc, (node) => {
      const { type, depth } = node.attrs;
      if (type === "columns" || type === "column") {
        if (type === "columns" && column !== null) parts.push(")");
        parts.push(type === "columns" ? "(" : parts.at(-1) === "(" ? "" : "|");
        column = columnAround(node);
        return;
      }
      const isIn = columnAround(node) !== null;
      if (!isIn && column !== null && node.marks.length === 0 && !type.startsWith("table")) {
        parts.push(")");
        column = null;
      }
      const level = type === "tableCell" ? 0 : depth - (isIn ? 2 : 0);
      if (node.isTextblock) parts.push(">".repeat(Math.max(0, level)) + (node.textContent || "_"));
    });
    if (column !== null) parts.push(")");
    return parts.filter((part) => part !== "").join(" ");
  }
}

const SHOWN = "top ( a b | c ) end";

describe("columns in the editor", () => {
  it("are made of a block with what is inside it, up to four, and taken away with their words in order", () => {
    const desk = new Desk([block("list", "bullet", [block("inside", "bullet")])]);
    expect(desk.at("list").run(makeColumns(2))).toBe(true);
    expect(desk.shows()).toBe("( list >inside | _ ) _");
    expect(desk.caret()).toBe("list");
    desk.run(addColumn);
    expect(desk.shows()).toBe("( list >inside | _ | _ ) _");
    desk.dispatch(desk.state.tr.insertText("second"));
    desk.run(makeColumns(4));
    expect(desk.shows()).toBe("( list >inside | second | _ | _ ) _");
    expect([desk.run(addColumn), desk.run(makeColumns(4))]).toEqual([false, false]);
    desk.run(removeColumns);
    expect(desk.shows()).toBe("list >inside second _ _ _");
    expect(projectDocument(desk.doc).rows.map(({ type }) => type)).not.toContain("column");
    const inCallout = new Desk([block("callout", "callout", [block("inside")])]);
    expect(inCallout.at("inside").run(makeColumns(2))).toBe(false);
    const beside = new Desk([block("one")]);
    beside.at("one").run(addColumn);
    beside.dispatch(beside.state.tr.insertText("two"));
    expect(beside.shows()).toBe("( one | two ) _");
  });

  it("are offered by the slash menu where they can be made, added to or taken away", () => {
    const offered = (words: string) => {
      const desk = new Desk([
        block("top"),
        block("", "columns", [column("a"), column("c"), column("d"), column("e")]),
      ]);
      const query = { from: 1, to: 1, text: "column" };
      return offeredItems(desk.at(words).state, query).map(({ name }) => name);
    };
    expect(offered("top")).toEqual(["2 columns", "3 columns", "4 columns", "Add column", "Table"]);
    expect(offered("a")).toContain("Remove columns");
    expect(offered("a")).not.toContain("Add column");
  });

  it("keep Enter, Tab and text to their column; Backspace and Delete take empty blocks and empty columns", () => {
    const desk = new Desk(TWO);
    expect(desk.shows()).toBe(SHOWN);
    desk.at("b").run(splitBlockCommand);
    expect(desk.shows()).toBe("top ( a b _ | c ) end");
    desk.run(shiftDepth(1), splitBlockCommand);
    expect(desk.shows()).toBe("top ( a b >_ >_ | c ) end");
    desk.run(shiftDepth(-1), shiftDepth(-1), joinBackwardCommand);
    expect(desk.shows()).toBe("top ( a b >_ | c ) end");
    desk.run(joinBackwardCommand, joinBackwardCommand);
    expect(desk.shows()).toBe(SHOWN);
    for (const words of ["a", "c"]) desk.at(words, 0).run(joinBackwardCommand);
    for (const words of ["b", "c"]) desk.at(words).run(joinForwardCommand);
    expect(desk.shows()).toBe(SHOWN);
    desk.at("end", 0).run(shiftDepth(1), joinBackwardCommand);
    expect([desk.shows(), desk.caret()]).toEqual([SHOWN, "c"]);
    desk.at("top").run(joinForwardCommand);
    expect([desk.shows(), desk.caret()]).toEqual([SHOWN, "a"]);
    desk.at("c", 0).run(addColumn);
    expect(desk.shows()).toBe("top ( a b | c | _ ) end");
    desk.run(joinBackwardCommand);
    expect([desk.shows(), desk.caret()]).toEqual([SHOWN, "c"]);
    desk.dispatch(desk.state.tr.delete(desk.state.selection.$from.start(), desk.state.selection.$from.end()));
    desk.run(joinBackwardCommand);
    expect([desk.shows(), desk.caret()]).toEqual(["top a b end", "b"]);
  });

  it("are passed through by blocks that are moved up and down", () => {
    const desk = new Desk(TWO);
    const seen: string[] = [];
    for (const by of [1, 1, 1, 1, -1, -1, -1, -1] as const) {
      desk.at("b").run(moveBlock(by));
      seen.push(desk.shows());
    }
    expect(seen).toEqual([
      "top ( a | b c ) end",
      "top ( a | c b ) end",
      "top ( a | c ) b end",
      "top ( a | c ) end b",
      "top ( a | c ) b end",
      "top b ( a | c ) end",
      "b top ( a | c ) end",
      "b top ( a | c ) end",
    ]);
    desk.at("c", 0).run(shiftColumn(-1));
    expect([desk.shows(), desk.caret()]).toEqual(["b top ( c | a ) end", "c"]);
    expect([desk.run(shiftColumn(-1)), desk.run(shiftColumn(1)), desk.run(shiftColumn(1))]).toEqual([
      false,
      true,
      false,
    ]);
    desk.at("end").run(moveBlock(-1));
    expect(desk.shows()).toBe("b top end ( a | c )");
    desk.at("c").run(moveBlock(1));
    expect(desk.shows()).toBe("b top end a c");
    const whole = new Desk(TWO);
    whole.at("c").run(chooseHere, stepChosen(-1, false), moveBlock(-1));
    expect(whole.shows()).toBe("top ( c | a b ) end");
    whole.run(moveBlock(-1), duplicate, deleteChosen);
    expect(whole.shows()).toBe("top ( c | a b ) end");
  });

  it("are made and filled by dragging, and refuse a fifth and columns in columns", () => {
    const desk = new Desk([
      block("one"),
      block("two"),
      block("three", "bullet", [block("inside")]),
      block("four"),
    ]);
    const beside = (words: string, index: string, side: "left" | "right") => {
      const first = desk.index(words);
      const end = words === "three" ? first + 2 : first + 1;
      return desk.run(moveBeside({ first, end }, { index: desk.index(index), side }));
    };
    expect(beside("three", "one", "right")).toBe(true);
    expect(desk.shows()).toBe("( one | three >inside ) two four");
    expect(beside("two", "one", "left")).toBe(true);
    expect(desk.shows()).toBe("( two | one | three >inside ) four");
    expect([beside("two", "two", "left"), beside("one", "one", "right")]).toEqual([false, false]);
    const range = { first: desk.index("four"), end: desk.index("four") + 1 };
    const node = desk.state.doc.child(desk.index("two"));
    expect(levelsAt(desk.state.doc, desk.index("two") + 1, range, node)).toEqual({ least: 2, most: 3 });
    desk.run(moveTo(range, { index: desk.index("two") + 1, depth: 2 }));
    expect(desk.shows()).toBe("( two four | one | three >inside )");
    const all = { first: 0, end: desk.state.doc.childCount };
    expect(desk.run(moveBeside(all, { index: desk.index("two"), side: "left" }))).toBe(false);
    const full = new Desk([
      block("", "columns", [column("a"), column("b"), column("c"), column("d")]),
      block("e"),
    ]);
    const e = { first: full.index("e"), end: full.index("e") + 1 };
    expect(full.run(moveBeside(e, { index: full.index("a"), side: "right" }))).toBe(false);
    expect(full.run(moveBeside({ first: 2, end: 3 }, { index: full.index("e"), side: "right" }))).toBe(true);
    expect(full.shows()).toBe("( b | c | d ) ( e | a )");
  });

  it("are as wide as somebody wants, between a quarter and four times the others", () => {
    const desk = new Desk(TWO);
    const shares = () => desk.state.doc.children.filter(isColumn).map(({ attrs }) => attrs.props.width ?? 1);
    expect(desk.at("top").run(widenColumn(1))).toBe(false);
    desk.at("a").run(widenColumn(1));
    desk.at("c").run(widenColumn(-1));
    expect(shares()).toEqual([1.25, 0.8]);
    expect(desk.state.doc.child(desk.index("a")).marks.at(-1)?.attrs.width).toBe(1.25);
    desk.at("a").run(widenColumn(-1));
    expect([desk.shows(), ...shares()]).toEqual([SHOWN, 1, 0.8]);
    for (let step = 0; step < 12; step++) desk.run(widenColumn(-1));
    expect([desk.run(widenColumn(-1)), ...shares()]).toEqual([false, 0.25, 0.8]);
  });

  it("lose what is chosen across them and nothing else; what is put in stays in them", () => {
    const desk = new Desk(TWO);
    desk.dispatch(desk.state.tr.delete(desk.position("top", 2), desk.position("a", 2)));
    expect(desk.shows()).toBe("t b c end");
    const across = new Desk(TWO);
    across.choose("top", "a");
    across.run(deleteChosen);
    expect(across.shows()).toBe("b c end");
    const fresh = new Desk(TWO);
    fresh.at("a").run(insertTable(1, 1));
    expect(fresh.shows()).toBe("top ( a _ b | c ) end");
    const line = schema.node("block", { id: null, depth: 0 }, [schema.text("dropped")]);
    const end = fresh.position("a", 3);
    fresh.dispatch(fresh.state.tr.insert(end, line));
    expect(fresh.shows()).toBe("top ( a dropped _ b | c ) end");
    fresh.at("c").run(insertTable(1, 1));
    expect(fresh.shows()).toBe("top ( a dropped _ b | c _ _ ) end");
  });

  it("are columns again as plain blocks, and are flattened where they may not stand", () => {
    const desk = new Desk(TWO);
    const blocks = blocksOfFragment(desk.state.doc.content);
    expect(blocks[1]?.children.map(({ type, children }) => `${type} ${children.length}`)).toEqual([
      "column 2",
      "column 1",
    ]);
    const inside = fragmentOfBlocks(schema, [block("", "columns", [column("x"), column("y")])]);
    const deep = inside.content.map((node) =>
      node.type.create({ ...node.attrs, depth: node.attrs.depth + 2 }, node.content),
    );
    const end = desk.position("b", 3);
    desk.dispatch(desk.state.tr.insert(end, deep));
    expect(desk.shows()).toBe("top ( a b x y | c ) end");
    const five = block(
      "",
      "columns",
      ["1", "2", "3", "4", "5"].map((word) => column(word)),
    );
    desk.dispatch(desk.state.tr.insert(0, fragmentOfBlocks(schema, [five])));
    expect(desk.shows()).toBe("( 1 | 2 | 3 | 4 5 ) top ( a b x y | c ) end");
  });

  it("are drawn side by side before the editor is there", () => {
    const { doc } = new Desk(TWO);
    const elements = stillElements(stillDocument(projectDocument(doc).rows));
    const outline = ({ attributes, children }: StillElement): string => {
      const inner = children
        .map((child) => (child instanceof StillElement ? outline(child) : child))
        .join(" ");
      return `${attributes.get("class")?.split(" ").at(-1)}[${inner}]`;
    };
    expect(elements.map(outline)).toEqual([
      "block[top]",
      "in-columns[columns-part[] in-column[columns-part[] block[a] block[b]] in-column[columns-part[] block[c]]]",
      "block[end]",
    ]);
    const callout = (...inside: BlockNode[]) => block("callout", "callout", inside);
    const grounded = new Desk([
      callout(block("", "columns", [column("a"), column("b")])),
      block("", "columns", [block("", "column", [callout(block("c"))]), column("d")]),
    ]);
    const nodes = stillElements(stillDocument(projectDocument(grounded.doc).rows))
      .map(outline)
      .join(" ");
    expect(nodes.match(/(?:in-callout|callout-end)\[[a-d]\]/g)).toEqual(["callout-end[c]"]);
  });
});
