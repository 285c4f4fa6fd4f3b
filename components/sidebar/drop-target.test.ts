import { describe, expect, test } from "vitest";
import { dropTarget, placeOf, stillThere } from "./drop-target.ts";
import { branchesOf, type DocumentRow, linesOf, moved } from "./tree-model.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const row = (n: number, above: number[], sortOrder: string): DocumentRow => ({
  id: id(n),
  parentPath: above.map((one) => id(one).replaceAll("-", "")).join("."),
  sortOrder,
  title: `D${n}`,
});

// 1 { 2 { 3 } 4 } 5 6
const rows = new Map(
  [
    row(1, [], "a0"),
    row(2, [1], "a0"),
    row(3, [1, 2], "a0"),
    row(4, [1], "a1"),
    row(5, [], "a1"),
    row(6, [], "a2"),
  ].map((one) => [one.id, one]),
);
const branches = branchesOf(rows);
const number = (one: string | null) => (one === null ? 0 : Number(one.slice(-12)));
const order = (of: ReadonlyMap<string, DocumentRow>) =>
  linesOf(branchesOf(of), () => true)
    .map((line) => `${line.level}:${number(line.row.id)}`)
    .join(" ");

/** The tree after a drop of one document at a height over another; null where that does nothing. */
function dropped(dragged: number, over: number, height: number, level = 9, shut: number[] = []) {
  const lines = linesOf(branches, (one) => !shut.includes(number(one)));
  const index = lines.findIndex((line) => line.row.id === id(over));
  const target = dropTarget(lines, branches, id(dragged), { index, height, level });
  return target && order(new Map([...rows, ...moved(rows, branches, id(dragged), target.place)]));
}

describe("a document dropped in the tree", () => {
  test("goes before, into or behind the line it is over", () => {
    expect(dropped(6, 4, 0.1)).toBe("1:1 2:2 3:3 2:6 2:4 1:5");
    expect(dropped(6, 4, 0.5)).toBe("1:1 2:2 3:3 2:4 3:6 1:5");
    expect(dropped(6, 4, 0.9)).toBe("1:1 2:2 3:3 2:4 2:6 1:5");
    expect(dropped(6, 1, 0.1)).toBe("1:6 1:1 2:2 3:3 2:4 1:5");
  });

  test("right below an open one it becomes the first inside, below a shut one its neighbour", () => {
    expect(dropped(6, 2, 0.9)).toBe("1:1 2:2 3:6 3:3 2:4 1:5");
    expect(dropped(6, 2, 0.9, 9, [2])).toBe("1:1 2:2 3:3 2:6 2:4 1:5");
  });

  test("behind the last one inside, the pointer's x says how far out", () => {
    expect(dropped(6, 4, 0.9, 1)).toBe("1:1 2:2 3:3 2:4 1:6 1:5");
    // a neighbour follows: no further out than that
    expect(dropped(6, 3, 0.9, 1)).toBe("1:1 2:2 3:3 2:6 2:4 1:5");
  });

  test("never goes into itself or what is inside it, and nowhere when it is there already", () => {
    for (const over of [1, 2, 3, 4])
      for (const height of [0.1, 0.5, 0.9]) expect(dropped(1, over, height)).toBeNull();
    expect(dropped(5, 4, 0.9, 1)).toBeNull();
    expect(dropped(5, 6, 0.1)).toBeNull();
    expect(dropped(3, 2, 0.5)).toBeNull();
    // an open one whose only document inside is the dragged one has none
    expect(dropped(3, 2, 0.9)).toBe("1:1 2:2 2:3 2:4 1:5 1:6");
  });

  test("is brought back by the place it had, or as near to it as others have left", () => {
    for (const n of [1, 2, 3, 4, 5, 6]) {
      const place = placeOf(branches, id(n));
      expect(stillThere(branches, id(n), place)).toEqual(place);
    }
    expect(stillThere(branches, id(5), { parentId: id(99), afterId: id(98) })).toEqual({
      parentId: null,
      afterId: id(6),
    });
    expect(stillThere(branches, id(5), { parentId: id(1), afterId: id(3) })).toEqual({
      parentId: id(1),
      afterId: id(4),
    });
    // its old parent lies inside it now
    expect(stillThere(branches, id(1), { parentId: id(2), afterId: null })).toEqual({
      parentId: null,
      afterId: id(6),
    });
  });
});
