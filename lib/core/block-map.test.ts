import { describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { arrange, normalDepths, type Wanted } from "./block-arrange.ts";
import {
  createBlock,
  deleteBlock,
  formatText,
  insertText,
  joinBlocks,
  lengthOf,
  setShape,
  splitBlock,
} from "./block-edit.ts";
import { BlockMap } from "./block-map.ts";
import { insertTree, readTree } from "./block-read.ts";
import { type BlockNode, textOf } from "./block-tree.ts";
import { createUndo } from "./block-undo.ts";
import { attributeKey, ROOT } from "./entry.ts";
import { type BlockId, blockId, newBlockId } from "./ids.ts";
import { projectDocument } from "./projection.ts";
import { EMBED_MARK, OBJECT_CHARACTER } from "./strand.ts";

const id = (n: number): BlockId => blockId(n.toString(16).padStart(32, "0"));
const A = id(0xa);
const B = id(0xb);
const C = id(0xc);
const D = id(0xd);
const paragraph = { type: "paragraph", attrs: {} };

class Person {
  readonly doc = new Y.Doc();
  readonly map = new BlockMap(this.doc);
  readonly undo = createUndo(this.map, "me");
  constructor(client: number) {
    this.doc.clientID = client;
  }
  edit(work: (map: BlockMap) => void): void {
    this.undo.stopCapturing();
    this.doc.transact(() => work(this.map), "me");
  }
  add(block: BlockId, text: string, after: BlockId | null = null, depth = 0): void {
    this.edit((map) => {
      createBlock(map, block, paragraph);
      const items: Wanted[] = map.outline().items.filter((item) => item.id !== block);
      items.splice(after ? items.findIndex((item) => item.id === after) + 1 : items.length, 0, {
        id: block,
        depth,
      });
      arrange(map, normalDepths(items));
      insertText(map, block, 0, { text, marks: {} });
    });
  }
  split(block: BlockId, offset: number, into: BlockId): void {
    this.edit((map) => {
      splitBlock(map, block, offset, into, paragraph, newBlockId);
      const items = map.outline().items.filter((item) => item.id !== into);
      const at = items.findIndex((item) => item.id === block);
      arrange(map, [
        ...items.slice(0, at + 1),
        { id: into, depth: items[at]?.depth ?? 0 },
        ...items.slice(at + 1),
      ]);
    });
  }
  type(block: BlockId, offset: number, text: string): void {
    this.edit((map) => insertText(map, block, offset, { text, marks: {} }));
  }
  shows(): string[] {
    return this.map.outline().items.map((item) => "  ".repeat(item.depth) + textOf(this.map.runs(item.id)));
  }
}

function meet(...people: Person[]): void {
  for (let round = 0; round < 2; round++) {
    for (const from of people)
      for (const to of people) if (from !== to) Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc));
  }
}

function pair(...texts: string[]): [Person, Person] {
  const one = new Person(1);
  const two = new Person(2);
  for (const [i, text] of texts.entries()) one.add(id(0xa + i), text, i > 0 ? id(0xa + i - 1) : null);
  meet(one, two);
  return [one, two];
}

const markersIn = (person: Person): number =>
  person.map
    .strandText(A)
    .toDelta()
    .filter((op: { insert: unknown }) => typeof op.insert !== "string").length;

describe("block map", () => {
  it("BM3 typing on both sides of a concurrent split stays on its side", () => {
    const [one, two] = pair("hello world");
    one.split(A, 6, B);
    two.type(A, 11, "!");
    two.type(A, 5, ",");
    meet(one, two);
    expect(one.shows()).toEqual(["hello, ", "world!"]);
    expect(two.shows()).toEqual(one.shows());
  });

  it("BM3 two splits at different places keep the text in reading order", () => {
    const [one, two] = pair("one two three");
    one.split(A, 4, D);
    two.split(A, 8, B);
    meet(one, two);
    expect(one.shows()).toEqual(["one ", "two ", "three"]);
    expect(two.shows()).toEqual(one.shows());
  });

  it("BM3 splitting inside a joined part takes what follows the join along", () => {
    const [one, two] = pair("ab", "cd");
    two.type(A, 2, "Z");
    one.edit((map) => joinBlocks(map, A, B));
    meet(one, two);
    const joined = one.shows()[0] ?? "";
    one.split(A, joined.indexOf("d"), C);
    expect(one.shows().join("")).toBe(joined);
    expect(one.shows()[1]?.startsWith("d")).toBe(true);
  });

  it("BM4 what is typed in a block while it is joined lands in the target", () => {
    const [one, two] = pair("ab", "cd");
    one.edit((map) => joinBlocks(map, A, B));
    two.type(B, 1, "x");
    meet(one, two);
    expect(one.shows()).toEqual(["abcxd"]);
  });

  it("BM4 Enter and Backspace over and over leave no marker behind", () => {
    const [one] = pair("hello world");
    for (let i = 0; i < 5; i++) {
      one.split(A, 5, id(0x100 + i));
      one.edit((map) => joinBlocks(map, A, id(0x100 + i)));
    }
    expect(one.shows()).toEqual(["hello world"]);
    expect(markersIn(one)).toBe(0);
  });

  it("BM5 a move, a change of type and typing in one block are all kept", () => {
    const [one, two] = pair("first", "second");
    const three = new Person(3);
    meet(one, two, three);
    one.edit((map) =>
      arrange(map, [
        { id: B, depth: 0 },
        { id: A, depth: 0 },
      ]),
    );
    two.edit((map) => setShape(map, B, { type: "heading1", attrs: {} }));
    three.type(B, 6, "!");
    meet(one, two, three);
    expect(one.shows()).toEqual(["second!", "first"]);
    expect(three.map.type(B)).toBe("heading1");
  });

  it("BM6 blocks moved into each other end beside each other, alike everywhere", () => {
    const [one, two] = pair("a", "b");
    one.edit((map) =>
      arrange(map, [
        { id: B, depth: 0 },
        { id: A, depth: 1 },
      ]),
    );
    two.edit((map) =>
      arrange(map, [
        { id: A, depth: 0 },
        { id: B, depth: 1 },
      ]),
    );
    meet(one, two);
    expect(one.shows()).toEqual(["a", "  b"]);
    expect(two.shows()).toEqual(one.shows());
  });

  it("BM7 a block deleted while someone types in it comes back with what was typed", () => {
    const [one, two] = pair("gone soon", "stays");
    one.edit((map) => deleteBlock(map, A));
    two.type(A, 4, "X");
    meet(one, two);
    expect(one.shows()).toEqual(["X", "stays"]);
    one.type(A, 1, "Y");
    expect(one.map.entry(A)?.gone).toBe(false);
  });

  it("BM8 children of a deleted block stand where it stood", () => {
    const [one, two] = pair("a", "b", "c");
    one.edit((map) => deleteBlock(map, B));
    two.edit((map) =>
      arrange(map, [
        { id: A, depth: 0 },
        { id: B, depth: 0 },
        { id: C, depth: 1 },
      ]),
    );
    meet(one, two);
    expect(one.shows()).toEqual(["a", "c"]);
  });

  it("BM9 undo spares a block of one's own in which another wrote", () => {
    const [one, two] = pair("a");
    one.add(B, "mine", A);
    meet(one, two);
    two.type(B, 4, " and yours");
    meet(one, two);
    one.undo.undo();
    meet(one, two);
    expect(two.shows()).toEqual(["a", " and yours"]);
    const [three, four] = pair("a");
    three.add(B, "", A);
    meet(three, four);
    three.undo.undo();
    four.type(B, 0, "late");
    meet(three, four);
    expect(three.shows()).toEqual(["a", "late"]);
  });

  it("BM10 what this version does not know survives", () => {
    const [one, two] = pair("hello world");
    one.edit((map) => {
      setShape(map, A, { type: "mood-board", attrs: { colour: "sea", nested: { deep: [1, 2] } } });
      formatText(map, A, 0, 5, { sparkle: { n: 3 } });
      insertText(map, A, 5, { text: OBJECT_CHARACTER, marks: { [EMBED_MARK]: { mention: "x" } } });
    });
    one.split(A, 8, B);
    one.edit((map) => joinBlocks(map, A, B));
    meet(one, two);
    expect(two.map.type(A)).toBe("mood-board");
    expect(two.map.attrs(A)).toEqual({ colour: "sea", nested: { deep: [1, 2] } });
    expect(two.map.runs(A)).toEqual([
      { text: "hello", marks: { sparkle: { n: 3 } } },
      { text: OBJECT_CHARACTER, marks: { [EMBED_MARK]: { mention: "x" } } },
      { text: " world", marks: {} },
    ]);
  });

  it("BM11 a block between two of equal keys gets a key, and only the one behind it a new one", () => {
    const [one, two] = pair("a");
    one.add(B, "one", A);
    two.add(C, "two", A);
    meet(one, two);
    expect(one.map.entry(B)?.order).toBe(one.map.entry(C)?.order);
    one.add(D, "between", B);
    expect(one.shows()).toEqual(["a", "one", "between", "two"]);
    expect(one.map.entry(B)?.unmoved).toBe(true);
    expect(one.map.entry(C)?.unmoved).toBe(false);
  });

  it("BM12 words that two people delete and bring back stand there once, and go once", () => {
    const [one, two] = pair("keep these words");
    for (const person of [one, two]) person.edit((map) => deleteBlock(map, A));
    meet(one, two);
    expect(one.shows()).toEqual([]);
    one.undo.undo();
    two.undo.undo();
    meet(one, two);
    expect(one.shows()).toEqual(["keep these words"]);
    expect(two.shows()).toEqual(one.shows());
    one.edit((map) => deleteBlock(map, A));
    meet(one, two);
    expect(two.shows()).toEqual([]);
  });

  it("BM12 copies that are deleted again cost nothing: each read of the document would look for every one", () => {
    const [one] = pair("keep these words");
    for (let times = 0; times < 3; times++) {
      one.edit((map) => deleteBlock(map, A));
      one.undo.undo();
    }
    expect(one.shows()).toEqual(["keep these words"]);
    one.type(A, 4, " all");
    const lookups = vi.spyOn(one.doc.store.clients, "get");
    expect(one.map.restored.hidden().size).toBe(0);
    expect(lookups).not.toHaveBeenCalled();
    lookups.mockRestore();
    expect(one.shows()).toEqual(["keep all these words"]);
  });

  it("BM12 an undo is one update with the note of what it brought back: it cannot get lost without it", () => {
    const [one, two] = pair("keep these words");
    for (const person of [one, two]) person.edit((map) => deleteBlock(map, A));
    meet(one, two);
    const kept = new Y.Doc();
    Y.applyUpdate(kept, Y.encodeStateAsUpdate(one.doc));
    for (const person of [one, two]) {
      const made: Uint8Array[] = [];
      person.doc.on("update", (update: Uint8Array) => made.push(update));
      person.undo.undo();
      // The tab dies after the first update was kept.
      Y.applyUpdate(kept, made[0] as Uint8Array);
    }
    const texts = projectDocument(kept).rows.map((row) => row.plainText);
    expect(texts).toEqual(["keep these words"]);
    one.undo.redo();
    expect(one.shows()).toEqual([]);
  });

  it("BM13 forged values are read without an exception", () => {
    const [honest, one] = pair("sound");
    one.doc.transact(() => {
      const forge = (block: BlockId, values: Record<string, unknown>) => {
        const entry = new Y.Map<unknown>();
        one.doc.getMap("blocks").set(block, entry);
        for (const [key, value] of Object.entries(values)) entry.set(key, value);
      };
      forge(B, {
        type: 7,
        born: "x",
        place: [B, "\u0000"],
        text: "not a text",
        home: B,
        [attributeKey("a")]: null,
      });
      forge(C, { born: [D, 5], place: 1, gone: "yes", text: new Y.Text("c") });
      forge(D, { born: [C, "zz!"], place: 1, text: new Y.Text("d") });
      one.map.strandText(A).insertEmbed(2, { join: A });
      one.map.strandText(A).insertEmbed(2, { split: A });
      one.map.strandText(A).insertEmbed(2, { split: "not an id" });
      (one.doc.getMap("blocks") as Y.Map<unknown>).set("no-id", 5);
      (one.doc.getMap("blocks") as Y.Map<unknown>).set(id(0xe), "no map");
      for (let i = 0; i < 50; i++) one.doc.getMap("restored").set(`1.${i}`, [Number.MAX_SAFE_INTEGER, 1, 0]);
    });
    meet(honest, one);
    const shown = honest.shows().map((line) => line.trim());
    expect(shown).toContain(`so${OBJECT_CHARACTER}und`);
    expect(shown).toContain("c");
    expect(shown).toContain("d");
    expect(one.map.outline().items[0]?.parent).toBe(ROOT);
  });

  it("inserts a tree and reads it back", () => {
    const [one] = pair("before", "after");
    const tree: BlockNode[] = [
      {
        type: "bullet",
        attrs: {},
        text: [{ text: "x", marks: { bold: true } }],
        children: [
          { type: "task", attrs: { checked: true }, text: [{ text: "y", marks: {} }], children: [] },
        ],
      },
    ];
    one.edit((map) => insertTree(map, tree, A));
    expect(one.shows()).toEqual(["before", "x", "  y", "after"]);
    expect(lengthOf(one.map, B)).toBe(5);
    const [, middle] = readTree(one.map);
    expect({
      ...middle,
      id: undefined,
      children: middle?.children.map((child) => ({ ...child, id: undefined })),
    }).toEqual({
      ...tree[0],
      id: undefined,
      children: [{ ...tree[0]?.children[0], id: undefined }],
    });
  });
});
