/** Three people write in blocks that one of them deletes, others bring them back: every character stands there once. */
import { EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { arrange } from "../core/block-arrange.ts";
import { deleteBlock, formatText, insertText, lengthOf, splitBlock } from "../core/block-edit.ts";
import { BlockMap } from "../core/block-map.ts";
import { insertTree, readTree } from "../core/block-read.ts";
import { type BlockNode, textOf } from "../core/block-tree.ts";
import { createUndo } from "../core/block-undo.ts";
import { Random } from "../core/history.ts";
import { type BlockId, newBlockId } from "../core/ids.ts";
import { EditorBinding, type EditorHost, LOCAL, placeOf } from "./binding.ts";
import { bringBack, type Lost, watchLostBlocks } from "./lost-blocks.ts";
import { RecentWords } from "./recent-words.ts";
import { schema } from "./schema.ts";

const FIRST = Number(process.env.SEED ?? 1);
const COUNT = Number(process.env.HISTORIES ?? 60);

class Writer {
  readonly doc = new Y.Doc();
  readonly map = new BlockMap(this.doc);
  readonly undo = createUndo(this.map, LOCAL);
  readonly recent = new Set<BlockId>();
  readonly lost: Lost[] = [];
  constructor(client: number) {
    this.doc.clientID = client;
    watchLostBlocks(this.map, { recent: () => [...this.recent], onLost: (lost) => this.lost.push(lost) });
  }
  edit(work: (map: BlockMap) => void): void {
    this.undo.stopCapturing();
    this.doc.transact(() => work(this.map), LOCAL);
    this.undo.stopCapturing();
  }
  write(id: BlockId, offset: number, text: string, marks = {}): void {
    this.edit((map) => insertText(map, id, offset, { text, marks }));
    this.recent.add(id);
  }
  /** Deletes a block and everything inside it, as a selection over them does. */
  remove(id: BlockId): void {
    const { items, indexOf } = this.map.outline();
    const index = indexOf.get(id) ?? 0;
    const depth = items[index]?.depth ?? 0;
    let end = index + 1;
    while ((items[end]?.depth ?? -1) > depth) end++;
    this.edit((map) => {
      for (const item of items.slice(index, end)) deleteBlock(map, item.id);
    });
  }
  bringAllBack(): void {
    for (const lost of this.lost.splice(0)) this.edit((map) => bringBack(map, lost));
  }
  shown(): string[] {
    return this.map.outline().items.map(({ id, depth }) => `${depth} ${textOf(this.map.runs(id))}`);
  }
}

/**
 * Brings everybody to the same state; each gets the others' edits in one piece, as after a time offline: in a
 * transaction that Yjs takes for a local one until the first update is applied, as the log reader does.
 */
function meet(writers: readonly Writer[]): void {
  for (let round = 0; round < 2; round++)
    for (const from of writers)
      for (const to of writers)
        if (from !== to) receive(to, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)));
}

function receive({ doc }: Writer, update: Uint8Array): void {
  doc.transact(() => Y.applyUpdate(doc, update, "log"), "log");
}

const node = (text: string, children: BlockNode[] = []): BlockNode => ({
  type: "paragraph",
  attrs: {},
  text: text === "" ? [] : [{ text, marks: {} }],
  children,
});

function start(...tree: BlockNode[]): {
  ana: Writer;
  milo: Writer;
  ben: Writer;
  all: Writer[];
  ids: BlockId[];
} {
  const [ana, milo, ben] = [new Writer(7), new Writer(3), new Writer(5)];
  ana.doc.transact(() => insertTree(ana.map, tree));
  const all = [ana, milo, ben];
  meet(all);
  return { ana, milo, ben, all, ids: ana.map.outline().items.map(({ id }) => id) };
}

const BOLD = { bold: true };

test("typed in while another deleted it: the former text comes back around what was typed, marks and all", () => {
  const { ana, milo, all, ids } = start(node("one"), node("hello world", [node("inside")]), node("three"));
  const [, block] = ids as [BlockId, BlockId];
  ana.edit((map) => formatText(map, block, 6, 11, BOLD));
  meet(all);
  milo.remove(block);
  ana.write(block, 5, " dear");
  meet(all);
  expect(ana.shown()).toEqual(["0 one", "0  dear", "0 three"]);
  expect(ana.lost[0]).toMatchObject({ deletedBy: 3, blocks: [{ id: block, isOwn: true }, { isOwn: false }] });
  ana.write(block, 5, "est");
  ana.bringAllBack();
  meet(all);
  for (const one of all) {
    expect(one.shown()).toEqual(["0 one", "0 hello dearest world", "1 inside", "0 three"]);
    expect(one.map.runs(block)).toEqual([
      { text: "hello dearest ", marks: {} },
      { text: "world", marks: BOLD },
    ]);
  }
  ana.undo.undo();
  meet(all);
  expect(milo.shown()).toEqual(["0 one", "0  dearest", "0 three"]);
});

test("my words were stored and seen by whoever deleted them: the whole block comes back at its place", () => {
  const { ana, milo, all, ids } = start(node("one"), node(""), node("three"));
  const [, block] = ids as [BlockId, BlockId];
  ana.write(block, 0, "all mine");
  meet(all);
  milo.remove(block);
  meet(all);
  expect(ana.shown()).toEqual(["0 one", "0 three"]);
  ana.bringAllBack();
  meet(all);
  expect(milo.shown()).toEqual(["0 one", "0 all mine", "0 three"]);
  ana.undo.undo();
  ana.undo.redo();
  meet(all);
  expect(milo.shown()).toEqual(["0 one", "0 all mine", "0 three"]);
});

test("nothing is offered for own deletions, for words of long ago, and where nothing is missing", () => {
  const { ana, milo, ben, all, ids } = start(node("one"), node("two"), node(""));
  const [one, two, empty] = ids as [BlockId, BlockId, BlockId];
  ana.recent.add(one);
  ana.remove(one);
  milo.remove(two);
  milo.remove(empty);
  ana.write(empty, 0, "kept whole");
  meet(all);
  expect(ana.shown()).toEqual(["0 kept whole"]);
  for (const writer of [ana, milo, ben]) expect(writer.lost).toEqual([]);
});

test("two bring the same block back and the deleter undoes: it is there once", () => {
  const { ana, milo, ben, all, ids } = start(node("shared words"));
  const [block] = ids as [BlockId];
  ana.write(block, 0, "A");
  ben.write(block, 0, "B");
  meet(all);
  milo.remove(block);
  meet(all);
  ana.bringAllBack();
  ben.bringAllBack();
  milo.undo.undo();
  meet(all);
  for (const writer of all)
    expect([...(writer.shown()[0] ?? "")].sort()).toEqual([..."0 ABshared words"].sort());
});

test("a block whose place in its strand went, too, comes back as a new one", () => {
  const { ana, milo, ben, all, ids } = start(node("headtail"), node("last"));
  const [head, last] = ids as [BlockId, BlockId];
  const tail = newBlockId();
  ana.edit((map) => {
    splitBlock(map, head, 4, tail, { type: "paragraph", attrs: {} }, newBlockId);
    arrange(
      map,
      [head, tail, last].map((id) => ({ id, depth: 0 })),
    );
  });
  meet(all);
  ana.recent.add(tail);
  milo.remove(tail);
  meet([milo, ana]);
  // the marker goes with what Ben takes out of the strand
  ben.edit((map) => map.strandText(head).delete(4, 1));
  meet(all);
  ana.bringAllBack();
  meet(all);
  expect(milo.shown()).toEqual(["0 head", "0 tail", "0 last"]);
});

/** One random history; what is wrong with it. */
function play(seed: number): string[] {
  const random = new Random(seed);
  const tree = Array.from({ length: 4 }, (_, i) => node(`${i}`, random.chance(0.5) ? [node(`${i}'`)] : []));
  const { ana, milo, ben, all, ids } = start(...tree);
  let next = 0x4e00;
  const typed: string[] = [];
  const type = (writer: Writer) => {
    const id = random.pick(ids.filter((one) => writer.map.has(one)));
    if (!id) return;
    const marker = String.fromCodePoint(next++);
    typed.push(marker);
    writer.write(id, random.below(lengthOf(writer.map, id) + 1), marker, random.chance(0.3) ? BOLD : {});
  };
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 6; i++) type(random.pick([ana, ben]) ?? ana);
    if (random.chance(0.5)) meet(all);
    const victim = random.pick(ids.filter((one) => milo.map.has(one)));
    if (victim) milo.remove(victim);
    for (let i = 0; i < 4; i++) type(random.pick([ana, ben]) ?? ana);
    meet(all);
    if (random.chance(0.7)) type(ana);
    ana.bringAllBack();
    ben.bringAllBack();
    if (random.chance(0.3)) milo.undo.undo();
    meet(all);
  }
  const text = ana.shown().join("\n");
  const wrong = typed.filter((marker) => text.split(marker).length !== 2);
  const differs = all.some(
    (writer) => JSON.stringify(readTree(writer.map)) !== JSON.stringify(readTree(ana.map)),
  );
  return [
    ...wrong.map((marker) => `${marker} is there ${text.split(marker).length - 1} times`),
    ...(differs ? ["replicas differ"] : []),
  ];
}

test(`${COUNT} histories from seed ${FIRST}: what was written is there exactly once after all came back`, () => {
  const found: string[] = [];
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const wrong = play(seed);
    if (wrong.length > 0) found.push(`SEED=${seed} HISTORIES=1: ${wrong.slice(0, 3).join("; ")}`);
  }
  expect(found.slice(0, 6)).toEqual([]);
});

test("an editor shows what came back, keeps its caret, and takes it away again with one undo", () => {
  const { ana, milo, ids } = start(node("one"), node("two words"), node("three"));
  const [one, block] = ids as [BlockId, BlockId];
  const binding = new EditorBinding(ana.map);
  const { spec } = binding.plugin();
  delete spec.view;
  const host: EditorHost & { state: EditorState } = {
    state: EditorState.create({ doc: binding.document(schema) }),
    dispatch(transaction: Transaction) {
      this.state = this.state.apply(transaction);
    },
  };
  binding.attach(host);
  ana.recent.add(block);
  milo.remove(block);
  meet([ana, milo]);
  const shown = () => host.state.doc.children.map((child) => child.textContent);
  expect(shown()).toEqual(["one", "three"]);
  host.dispatch(host.state.tr.setSelection(TextSelection.create(host.state.doc, 3)));
  ana.bringAllBack();
  expect(shown()).toEqual(["one", "two words", "three"]);
  expect(placeOf(host.state.doc, host.state.selection.head)).toEqual({ block: one, offset: 2 });
  ana.undo.undo();
  expect(shown()).toEqual(["one", "three"]);
});

test("words count as recent while they are unsent and for a minute after they were stored", () => {
  const recent = new RecentWords();
  const [one, two] = [newBlockId(), newBlockId()];
  recent.wrote(one);
  expect(recent.list(600_000)).toEqual([one]);
  recent.stored(600_000);
  recent.wrote(two);
  expect(recent.list(660_000)).toEqual([one, two]);
  recent.stored(660_001);
  expect(recent.list(660_001)).toEqual([two]);
});
