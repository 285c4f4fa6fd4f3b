import { expect, it } from "vitest";
import * as Y from "yjs";
import { arrange } from "./block-arrange.ts";
import { createBlock, deleteBlock, insertText, setShape } from "./block-edit.ts";
import { BlockMap } from "./block-map.ts";
import { insertTree } from "./block-read.ts";
import { type BlockNode, type Json, textOf } from "./block-tree.ts";
import { type BlockId, blockId, newBlockId } from "./ids.ts";
import { orderKeysBetween } from "./order-key.ts";
import { projectDocument } from "./projection.ts";
import { CELL, columnAttribute, columnsOf, newColumnId, ROW, TABLE } from "./table.ts";

const id = (name: string): BlockId => blockId(Buffer.from(name.padEnd(16, "_")).toString("hex"));
const words = (text: string) => (text === "" ? [] : [{ text, marks: {} }]);
const node = (
  name: string,
  type: string,
  attrs: Record<string, Json>,
  children: BlockNode[] = [],
): BlockNode => ({
  id: id(name),
  type,
  attrs,
  text: type === CELL || type === "paragraph" ? words(name) : [],
  children,
});

const COLUMNS = { [columnAttribute("c1")]: "a0", [columnAttribute("c2")]: "a1" };
const cells = (row: string) => [1, 2].map((n) => node(`${row}c${n}`, CELL, { col: `c${n}` }));

class Person {
  readonly doc = new Y.Doc();
  readonly map = new BlockMap(this.doc);

  constructor(client: number) {
    this.doc.clientID = client;
  }

  edit(work: (map: BlockMap) => void): void {
    this.doc.transact(() => work(this.map), "me");
  }

  type(block: string, text: string): void {
    this.edit((map) => insertText(map, id(block), 0, { text, marks: {} }));
  }

  /** As the editor does: a column's key, and a cell in each row that is there. */
  addColumn(column: string, after: string | null, before: string | null): void {
    this.edit((map) => {
      const [key = ""] = orderKeysBetween(after, before, 1);
      setShape(map, id("t"), {
        type: TABLE,
        attrs: { ...map.attrs(id("t")), [columnAttribute(column)]: key },
      });
      const { items } = map.outline();
      const wanted = items.flatMap((item) => {
        if (item.role !== "row") return [item];
        const cell = newBlockId();
        createBlock(map, cell, { type: CELL, attrs: { col: column } });
        return [item, { id: cell, depth: item.depth + 1 }];
      });
      arrange(map, wanted);
    });
  }

  deleteColumn(column: string): void {
    this.edit((map) => {
      for (const { id: cell, role } of map.outline().items)
        if (role === "cell" && map.attrs(cell).col === column) deleteBlock(map, cell);
      const { [columnAttribute(column)]: _gone, ...attrs } = map.attrs(id("t"));
      setShape(map, id("t"), { type: TABLE, attrs });
    });
  }

  delete(...blocks: string[]): void {
    this.edit((map) => {
      for (const block of blocks) deleteBlock(map, id(block));
    });
  }

  /** "role or type: text", two spaces for each level. */
  shows(): string[] {
    return this.map
      .outline()
      .items.map(
        ({ id: block, depth, role }) =>
          `${"  ".repeat(depth)}${role ?? this.map.type(block)}: ${textOf(this.map.runs(block))}`,
      );
  }

  /** The columns of each row. */
  grid(): string[] {
    const { items, childrenOf } = this.map.outline();
    return items
      .filter(({ role }) => role === "row")
      .map((row) => (childrenOf.get(row.id) ?? []).map((cell) => this.map.attrs(cell).col).join());
  }
}

function pair(): [Person, Person] {
  const people: [Person, Person] = [new Person(1), new Person(2)];
  const rows = ["r1", "r2"].map((row) => node(row, ROW, {}, cells(row)));
  people[0].edit(
    (map) => void insertTree(map, [node("t", TABLE, COLUMNS, rows), node("after", "paragraph", {})]),
  );
  meet(...people);
  return people;
}

function meet(...people: Person[]): void {
  for (let round = 0; round < 2; round++)
    for (const from of people)
      for (const to of people) if (from !== to) Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc));
  for (const person of people) expect(person.shows()).toEqual(people[0]?.shows());
}

const WHOLE = [
  "table: ",
  "  row: ",
  "    cell: r1c1",
  "    cell: r1c2",
  "  row: ",
  "    cell: r2c1",
  "    cell: r2c2",
  "paragraph: after",
];

it("TA1 two columns added at one place at once are one column each in every row, whatever the ids", () => {
  for (let round = 0; round < 20; round++) {
    const [one, two] = pair();
    const [first, second] = [newColumnId(), newColumnId()];
    one.addColumn(first, "a0", "a1");
    two.addColumn(second, "a0", "a1");
    meet(one, two);
    const middle = [first, second].sort();
    expect(one.grid()).toEqual([["c1", ...middle, "c2"].join(), ["c1", ...middle, "c2"].join()]);
  }
});

it("TA1 a row and a column added at once leave one place without a cell, and nothing else", () => {
  const [one, two] = pair();
  one.addColumn("c3", "a1", null);
  two.edit((map) => {
    const { items } = map.outline();
    createBlock(map, id("r3"), { type: ROW, attrs: {} });
    const fresh = cells("r3").map((cell) => {
      createBlock(map, id(textOf(cell.text)), { type: CELL, attrs: cell.attrs });
      return { id: id(textOf(cell.text)), depth: 2 };
    });
    arrange(map, [...items.slice(0, 7), { id: id("r3"), depth: 1 }, ...fresh, ...items.slice(7)]);
  });
  meet(one, two);
  expect(one.grid()).toEqual(["c1,c2,c3", "c1,c2,c3", "c1,c2"]);
});

it("TA2 words typed in a cell whose row, column or table another deletes stand behind it", () => {
  const deletions: [(person: Person) => void, string[]][] = [
    [(person) => person.delete("r1", "r1c1", "r1c2"), ["tableCell: new "]],
    [(person) => person.deleteColumn("c1"), ["tableCell: new "]],
    [(person) => person.delete("t", "r1", "r1c1", "r1c2", "r2", "r2c1", "r2c2"), ["tableCell: new "]],
  ];
  for (const [remove, behind] of deletions) {
    const [one, two] = pair();
    remove(one);
    two.type("r1c1", "new ");
    meet(one, two);
    expect(one.shows().slice(-2)).toEqual([...behind, "paragraph: after"]);
    expect(one.shows().some((line) => line.endsWith("cell: r1c1"))).toBe(false);
  }
});

it("TA3 what does not fit into a table stands behind it, in order, with what is in it", () => {
  const [one, two] = pair();
  const stray = (
    name: string,
    type: string,
    parent: string,
    order: string,
    attrs: Record<string, Json> = {},
  ) => {
    const map = one.map;
    createBlock(map, id(name), { type, attrs });
    map.root.get(id(name))?.set("born", [id(parent), order]);
    map.root.get(id(name))?.set("place", 1);
    insertText(map, id(name), 0, { text: name, marks: {} });
  };
  one.edit(() => {
    stray("in table", "paragraph", "t", "a0");
    stray("in stray", "paragraph", "in table", "a0");
    stray("in row", "paragraph", "r1", "a5");
    stray("twice", CELL, "r1", "a6", { col: "c1" });
    stray("no column", CELL, "r2", "a0", { col: "zz" });
    stray("in cell", "quote", "r2c2", "a0");
  });
  meet(one, two);
  expect(one.shows()).toEqual([
    ...WHOLE.slice(0, -1),
    "paragraph: in table",
    "  paragraph: in stray",
    "tableCell: twice",
    "paragraph: in row",
    "quote: in cell",
    "tableCell: no column",
    "paragraph: after",
  ]);
});

it("TA4 a table or row with words of its own, or too deep, counts as any block", () => {
  const [one, two] = pair();
  expect(one.shows()).toEqual(WHOLE);
  one.type("r1", "late words");
  meet(one, two);
  expect(one.shows().slice(0, 4)).toEqual(["table: ", "  row: ", "    cell: r2c1", "    cell: r2c2"]);
  expect(one.shows()).toContain("tableRow: late words");
  const [deep] = pair();
  deep.edit((map) => {
    const items = map.outline().items.map((item) => ({ id: item.id, depth: item.depth + 30 }));
    const chain = Array.from({ length: 30 }, () => newBlockId());
    for (const block of chain) createBlock(map, block, { type: "paragraph", attrs: {} });
    const nested = chain.map((block, depth) => ({ id: block, depth }));
    arrange(map, [...nested, ...items.slice(0, -1), { id: id("after"), depth: 0 }]);
  });
  expect(deep.map.outline().items.some(({ role }) => role !== undefined)).toBe(false);
  expect(deep.shows().join()).toContain("tableCell: r2c2");
});

it("TA5 columns are read in order, forged ones never throw, and rows of blocks are the outline", () => {
  expect(
    columnsOf({ "col.b": "a0", "col.a": "a0", "col.c": "Zz", "col.X!": "a0", "col.d": 5, other: "a0" }),
  ).toEqual([
    { id: "c", key: "Zz" },
    { id: "a", key: "a0" },
    { id: "b", key: "a0" },
  ]);
  const [one] = pair();
  const { rows } = projectDocument(one.doc);
  expect(rows.map(({ type, plainText }) => `${type} ${plainText}`)).toEqual([
    "table ",
    "tableRow ",
    "tableCell r1c1",
    "tableCell r1c2",
    "tableRow ",
    "tableCell r2c1",
    "tableCell r2c2",
    "paragraph after",
  ]);
  expect(rows[2]?.parentPath).toBe(`${id("t")}.${id("r1")}`);
});
