/** A position in a long list is where ProseMirror's own walk from the first node finds it. */
import { Fragment, type Node as ProseMirrorNode } from "@tiptap/pm/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quickenPositions, sizeBefore } from "./long-list.ts";
import { schema } from "./schema.ts";

type Finding = { findIndex(position: number): { index: number; offset: number } };
const walk = (Fragment.prototype as unknown as Finding).findIndex;
const own = (list: Fragment, position: number) => ({ ...walk.call(list as never, position) });

const block = (length: number): ProseMirrorNode =>
  schema.node(
    "block",
    { id: "0".repeat(32), type: "paragraph", depth: 0, props: {} },
    length > 0 ? [schema.text("x".repeat(length))] : [],
  );

const listOf = (lengths: readonly number[]): Fragment => Fragment.fromArray(lengths.map(block));

function expectSame(list: Fragment): void {
  const ends = [0];
  for (const node of list.content) ends.push((ends.at(-1) ?? 0) + node.nodeSize);
  for (let index = 0; index < ends.length; index += 37)
    expect(sizeBefore(list.content, index)).toBe(ends[index]);
  for (const end of ends)
    for (const position of [end - 1, end, end + 1])
      if (position >= 0 && position <= list.size)
        expect({ ...(list as unknown as Finding).findIndex(position) }).toEqual(own(list, position));
}

describe("positions in a long list", () => {
  quickenPositions();

  it("are those of a walk, at each edge of each node, in lists of any length", () => {
    for (const count of [1, 255, 256, 257, 320, 383])
      expectSame(listOf(Array.from({ length: count }, (_, i) => i % 5)));
  });

  it("stay so through edits, each list made from the one before", () => {
    const edit = fc.record({ at: fc.nat(), gone: fc.nat(80), come: fc.array(fc.nat(9), { maxLength: 80 }) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
        let list = listOf(Array.from({ length: 400 }, (_, i) => i % 7));
        expectSame(list);
        for (const { at, gone, come } of edits) {
          list = Fragment.fromArray(
            list.content.toSpliced(at % (list.childCount + 1), gone, ...come.map(block)),
          );
          if (list.childCount > 0) expectSame(list);
        }
      }),
      { numRuns: 8 },
    );
  });

  it("refuses a position outside", () => {
    const list = listOf(Array.from({ length: 300 }, () => 1));
    const { findIndex } = list as unknown as Finding;
    expect(() => findIndex.call(list as never, list.size + 1)).toThrow(RangeError);
    expect(() => findIndex.call(list as never, -1)).toThrow(RangeError);
  });
});
