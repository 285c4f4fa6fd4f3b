import { expect, test } from "vitest";
import type { DocumentRow } from "./tree-model.ts";
import { accept, begin, drop, name, put, remove, replace, seen, type TreeState } from "./tree-state.ts";

const one: DocumentRow = { id: "1", parentPath: "", sortOrder: "a0", title: "One" };
const two: DocumentRow = { id: "2", parentPath: "", sortOrder: "a1", title: "Two" };
const start: TreeState = replace({ base: new Map(), changes: [], names: new Map() }, [one, two]);
const title = (state: TreeState, id: string) => seen(state).get(id)?.title;

test("a change is seen at once and gone when it failed", () => {
  const state = begin(start, 1, new Map([["1", { ...one, title: "New" }]]));
  expect(title(state, "1")).toBe("New");
  expect(title(drop(state, 1), "1")).toBe("One");
});

test("a new title does not jump back while older rows still arrive", () => {
  let state = accept(begin(start, 1, new Map([["1", { ...one, title: "New" }]])), 1);
  state = put(state, { ...one });
  expect(title(state, "1")).toBe("New");
  state = put(state, { ...one, title: "New" });
  expect(state.changes).toHaveLength(0);
  state = put(state, { ...one, title: "Newer" });
  expect(title(state, "1")).toBe("Newer");
});

test("a move gives way to the database's own place, whichever of answer and event comes first", () => {
  const change = new Map([["1", { ...one, sortOrder: "a2" }]]);
  const told = { ...one, sortOrder: "a1V" };
  for (const order of ["event first", "answer first"]) {
    let state = begin(start, 1, change);
    state = order === "event first" ? accept(put(state, told), 1) : put(accept(state, 1), told);
    expect(state.changes, order).toHaveLength(0);
    expect(seen(state).get("1")?.sortOrder).toBe("a1V");
  }
});

test("a document taken away stays away until the database says so, and comes back when refused", () => {
  const state = begin(start, 1, new Map([["1", null]]));
  expect(seen(state).has("1")).toBe(false);
  expect(seen(accept(state, 1)).has("1")).toBe(false);
  expect(remove(accept(state, 1), "1").changes).toHaveLength(0);
  expect(seen(drop(state, 1)).has("1")).toBe(true);
});

test("a new document settles when its row arrives", () => {
  const three = { ...two, id: "3", title: "" };
  const state = accept(begin(start, 1, new Map([["3", three]])), 1);
  expect(seen(state).size).toBe(3);
  expect(put(state, { ...three, sortOrder: "a5" }).changes).toHaveLength(0);
});

test("what an open page calls its document stands over older rows, and follows its place", () => {
  let state = name(start, "1", "Typed");
  expect(title(state, "1")).toBe("Typed");
  state = put(state, { ...one, title: "Ty", sortOrder: "a5" });
  expect(seen(state).get("1")).toEqual({ ...one, title: "Typed", sortOrder: "a5" });
  expect(title(name(state, "1", null), "1")).toBe("Ty");
  expect(seen(remove(state, "1")).has("1")).toBe(false);
});

test("a name that the rows already say makes no new rows, so that nothing is drawn for it", () => {
  expect(seen(name(start, "1", "One"))).toBe(start.base);
  expect(seen(name(start, "9", "Nowhere"))).toBe(start.base);
});
