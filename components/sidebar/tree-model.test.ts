import { describe, expect, test } from "vitest";
import {
  ancestorsOf,
  branchesOf,
  type Direction,
  type DocumentRow,
  linesOf,
  moved,
  placeTowards,
  subtreeOf,
  typeahead,
} from "./tree-model.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const label = (n: number) => id(n).replaceAll("-", "");
const row = (n: number, above: number[], sortOrder: string, title = `D${n}`): DocumentRow => ({
  id: id(n),
  parentPath: above.map(label).join("."),
  sortOrder,
  title,
});

// 1 { 2 { 3 } 4 } 5
const rows = new Map(
  [row(4, [1], "a1"), row(1, [], "a0"), row(3, [1, 2], "a0"), row(5, [], "a1"), row(2, [1], "a0")].map(
    (r) => [r.id, r],
  ),
);
const branches = branchesOf(rows);
const titles = (isOpen: (id: string) => boolean, of = branches) =>
  linesOf(of, isOpen).map((line) => `${line.level}:${line.row.title}`);

describe("the tree of documents", () => {
  test("stands in the order of keys, then of ids, each under its parent", () => {
    expect(titles(() => true)).toEqual(["1:D1", "2:D2", "3:D3", "2:D4", "1:D5"]);
    const tied = branchesOf(new Map([row(9, [], "a0"), row(8, [], "a0")].map((r) => [r.id, r])));
    expect(titles(() => true, tied)).toEqual(["1:D8", "1:D9"]);
  });

  test("compares keys by byte: upper case before lower case", () => {
    const bytes = branchesOf(new Map([row(1, [], "a0"), row(2, [], "Zz")].map((r) => [r.id, r])));
    expect(titles(() => true, bytes)).toEqual(["1:D2", "1:D1"]);
  });

  test("hides what is inside a closed document, and counts siblings, not lines", () => {
    const lines = linesOf(branches, (one) => one !== id(2));
    expect(lines.map((line) => line.row.title)).toEqual(["D1", "D2", "D4", "D5"]);
    expect(lines.map((line) => [line.place, line.siblings])).toEqual([
      [1, 2],
      [1, 2],
      [2, 2],
      [2, 2],
    ]);
    expect(lines.map((line) => line.open)).toEqual([true, false, undefined, undefined]);
  });

  test("a document whose parent is not visible hangs on the nearest one that is", () => {
    const partial = new Map([...rows].filter(([key]) => key !== id(2)));
    expect(titles(() => true, branchesOf(partial))).toEqual(["1:D1", "2:D3", "2:D4", "1:D5"]);
  });

  test("knows who is above and what is inside", () => {
    expect(ancestorsOf(branches, id(3))).toEqual([id(1), id(2)]);
    expect(subtreeOf(branches, id(1))).toEqual([id(1), id(2), id(3), id(4)]);
  });
});

describe("a move", () => {
  test.each<[number, Direction, { parentId: string | null; afterId: string | null } | null]>([
    [1, "up", null],
    [1, "down", { parentId: null, afterId: id(5) }],
    [5, "up", { parentId: null, afterId: null }],
    [5, "down", null],
    [5, "in", { parentId: id(1), afterId: id(4) }],
    [1, "in", null],
    [1, "out", null],
    [4, "in", { parentId: id(2), afterId: id(3) }],
    [3, "out", { parentId: id(1), afterId: id(2) }],
    [2, "out", { parentId: null, afterId: id(1) }],
  ])("of %i %s goes to %j", (n, direction, place) => {
    expect(placeTowards(branches, id(n), direction)).toEqual(place);
  });

  test("takes everything inside along", () => {
    const changed = moved(rows, branches, id(2), { parentId: id(5), afterId: null });
    const after = branchesOf(new Map([...rows, ...changed]));
    expect(titles(() => true, after)).toEqual(["1:D1", "2:D4", "1:D5", "2:D2", "3:D3"]);
  });

  test("shows the document exactly where it was asked to go, for every move there is", () => {
    for (const n of [1, 2, 3, 4, 5]) {
      for (const direction of ["up", "down", "in", "out"] as const) {
        const place = placeTowards(branches, id(n), direction);
        if (!place) continue;
        const after = branchesOf(new Map([...rows, ...moved(rows, branches, id(n), place)]));
        const siblings = after.children.get(place.parentId ?? "") ?? [];
        const index = siblings.findIndex((one) => one.id === id(n));
        expect(siblings[index - 1]?.id ?? null, `${n} ${direction}`).toBe(place.afterId);
      }
    }
  });

  test("fits between a key and the same key with more digits", () => {
    const close = new Map([row(1, [], "i0"), row(2, [], "i01"), row(3, [], "i1")].map((r) => [r.id, r]));
    const changed = moved(close, branchesOf(close), id(3), { parentId: null, afterId: id(1) });
    const after = branchesOf(new Map([...close, ...changed]));
    expect(titles(() => true, after)).toEqual(["1:D1", "1:D3", "1:D2"]);
  });
});

describe("typing a letter", () => {
  const named = ["Alpha", "Beta", "Apple", ""].map((title, n) => row(n + 1, [], `a${n}`, title));
  const lines = linesOf(branchesOf(new Map(named.map((r) => [r.id, r]))), () => true);
  test("goes to the next title that begins so, around the end", () => {
    expect(typeahead(lines, 0, "a")).toBe(2);
    expect(typeahead(lines, 2, "a")).toBe(0);
    expect(typeahead(lines, 0, "b")).toBe(1);
    expect(typeahead(lines, 0, "un")).toBe(3);
  });
  test("stays where more letters still match, and finds nothing where nothing is", () => {
    expect(typeahead(lines, 2, "app")).toBe(2);
    expect(typeahead(lines, 0, "z")).toBe(-1);
  });
});
