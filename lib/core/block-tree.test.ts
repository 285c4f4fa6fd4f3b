import { describe, expect, it } from "vitest";
import { BlockNode, isEqualJson, mergeRuns, textOf } from "./block-tree.ts";

const paragraph = { type: "paragraph", attrs: {}, text: [], children: [] };

describe("BlockNode", () => {
  it("takes a nested tree with any type, attribute and mark", () => {
    const tree = {
      id: "0123456789abcdef0123456789abcdef",
      type: "from-a-newer-version",
      attrs: { deep: { list: [1, null, true] } },
      text: [{ text: "a", marks: { unknown: { x: "y" } } }],
      children: [paragraph],
    };
    expect(BlockNode.parse(tree)).toEqual(tree);
  });

  it.each([
    ["an id with hyphens", { ...paragraph, id: "01234567-89ab-cdef-0123-456789abcdef" }],
    ["an empty type", { ...paragraph, type: "" }],
    ["an empty run", { ...paragraph, text: [{ text: "", marks: {} }] }],
    ["a child that is no block", { ...paragraph, children: [{}] }],
    ["an attribute that JSON cannot hold", { ...paragraph, attrs: { at: Number.NaN } }],
  ])("refuses %s", (_what, value) => expect(BlockNode.safeParse(value).success).toBe(false));
});

describe("mergeRuns", () => {
  it("drops empty runs and joins neighbours of equal marks", () => {
    const runs = [
      { text: "a", marks: { bold: true, link: { href: "/x" } } },
      { text: "", marks: {} },
      { text: "b", marks: { link: { href: "/x" }, bold: true } },
      { text: "c", marks: { bold: true } },
    ];
    expect(mergeRuns(runs)).toEqual([
      { text: "ab", marks: { bold: true, link: { href: "/x" } } },
      { text: "c", marks: { bold: true } },
    ]);
    expect(textOf(runs)).toBe("abc");
    expect(runs[0]?.text).toBe("a");
  });
});

describe("isEqualJson", () => {
  it.each([
    [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 1 }, false],
    [{ a: 1 }, { b: 1 }, false],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [null, {}, false],
    [{ toString: null }, { a: null }, false],
  ])("%j and %j: %s", (one, other, equal) => expect(isEqualJson(one, other)).toBe(equal));
});
