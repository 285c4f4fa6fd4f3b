import { describe, expect, it } from "vitest";
import { goalsFor, goalsNamed } from "./move-goals.ts";
import { branchesOf, type DocumentRow } from "./tree-model.ts";

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const row = (n: number, above: number[], sortOrder: string, title: string): [string, DocumentRow] => [
  id(n),
  { id: id(n), parentPath: above.map((one) => id(one).replaceAll("-", "")).join("."), sortOrder, title },
];

// Harbour { Old café { Tides } Cafés } Atlas; told in another order than they stand in
const rows = new Map([
  row(5, [], "a1", "Atlas"),
  row(3, [1, 2], "a0", "Tides"),
  row(4, [1], "a1", "Cafés"),
  row(2, [1], "a0", "Old café"),
  row(1, [], "a0", "Harbour"),
]);
const titled = (n: number, sought = "") =>
  goalsNamed(goalsFor(id(n), rows, branchesOf(rows)), sought).map(({ title, way }) =>
    [way, title].filter(Boolean).join(" / "),
  );

describe("where a document can go", () => {
  it("is told in the order of the tree, without itself, what is in it and where it is", () => {
    expect(titled(5)).toEqual([
      "Harbour",
      "Harbour / Old café",
      "Harbour / Old café / Tides",
      "Harbour / Cafés",
    ]);
    expect(titled(2)).toEqual(["Top level", "Harbour / Cafés", "Atlas"]);
    expect(titled(1)).toEqual(["Atlas"]);
  });

  it("is found by a part of its name, whatever its accents, what begins so first", () => {
    expect(titled(5, " CAFE")).toEqual(["Harbour / Cafés", "Harbour / Old café"]);
    expect(titled(5, "no such")).toEqual([]);
  });
});
