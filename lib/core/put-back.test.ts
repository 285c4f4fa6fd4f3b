import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { arrange } from "./block-arrange.ts";
import { createBlock, deleteBlock, insertText } from "./block-edit.ts";
import { BlockMap } from "./block-map.ts";
import { textOf } from "./block-tree.ts";
import { blockId } from "./ids.ts";
import { putBack, readFormerBlock } from "./put-back.ts";
import { EMBED_MARK, OBJECT_CHARACTER } from "./strand.ts";

const A = blockId("a".repeat(32));
const run = (text: string, marks = {}) => ({ text, marks });

function person(client: number): BlockMap {
  const doc = new Y.Doc();
  doc.clientID = client;
  return new BlockMap(doc);
}
const send = (from: BlockMap, to: BlockMap) => Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc));
const text = (map: BlockMap) => textOf(map.runs(A));

function written(...runs: ReturnType<typeof run>[]): BlockMap {
  const map = person(1);
  map.doc.transact(() => {
    createBlock(map, A, { type: "task", attrs: { checked: true } });
    arrange(map, [{ id: A, depth: 0 }]);
    let at = 0;
    for (const one of runs) {
      insertText(map, A, at, one);
      at += one.text.length;
    }
  });
  return map;
}

describe("putting back", () => {
  it("BM14 a deleted block comes back whole, with marks, inline objects and pairs of surrogates", () => {
    const dot = run(OBJECT_CHARACTER, { [EMBED_MARK]: { dot: 1 } });
    const map = written(run("a🙂"), run("bold", { bold: true }), dot, dot);
    const former = readFormerBlock(map, A);
    map.doc.transact(() => deleteBlock(map, A));
    expect(map.has(A)).toBe(false);
    map.doc.transact(() => putBack(map, former));
    expect(map.runs(A)).toEqual(former.runs);
    expect([map.type(A), map.attrs(A)]).toEqual(["task", { checked: true }]);
  });

  it("BM14 what survived is not written again, and what came after it stays behind it", () => {
    const map = written(run("hello world"));
    const other = person(2);
    send(map, other);
    other.doc.transact(() => deleteBlock(other, A));
    map.doc.transact(() => insertText(map, A, 5, run(" dear")));
    const former = readFormerBlock(map, A);
    send(other, map);
    map.doc.transact(() => insertText(map, A, 5, run("est")));
    for (let again = 0; again < 2; again++) map.doc.transact(() => putBack(map, former));
    expect(text(map)).toBe("hello dearest world");
  });

  it("BM14 two people who put the same block back have it once, without a word to each other", () => {
    const map = written(run("only once"));
    const other = person(2);
    const former = readFormerBlock(map, A);
    map.doc.transact(() => deleteBlock(map, A));
    send(map, other);
    for (const one of [map, other]) one.doc.transact(() => putBack(one, former));
    send(map, other);
    send(other, map);
    expect([text(map), text(other)]).toEqual(["only once", "only once"]);
    map.doc.transact(() => deleteBlock(map, A));
    send(map, other);
    expect([map.has(A), other.has(A)]).toEqual([false, false]);
  });
});
