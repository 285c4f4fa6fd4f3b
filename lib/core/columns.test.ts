import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { arrange } from "./block-arrange.ts";
import { createBlock, deleteBlock, insertText, setShape } from "./block-edit.ts";
import { BlockMap } from "./block-map.ts";
import { insertTree } from "./block-read.ts";
import { type BlockNode, maxBlockDepth, textOf } from "./block-tree.ts";
import { COLUMN, COLUMNS, widthOf } from "./columns.ts";
import { Random } from "./history.ts";
import { type BlockId, blockId } from "./ids.ts";
import { flawsOfTree } from "./invariants-of-blocks.ts";
import type { OutlineItem } from "./outline.ts";
import { projectDocument } from "./projection.ts";

const id = (name: string): BlockId => blockId(Buffer.from(name.padEnd(16, "_")).toString("hex"));
const isHolder = (type: string) => type === COLUMNS || type === COLUMN;
const node = (name: string, type: string, children: BlockNode[] = []): BlockNode => ({
  id: id(name),
  type,
  attrs: {},
  text: isHolder(type) ? [] : [{ text: name, marks: {} }],
  children,
});
const column = (name: string, ...words: string[]) =>
  node(
    name,
    COLUMN,
    words.map((word) => node(word, "paragraph")),
  );

class Person {
  readonly doc = new Y.Doc();
  readonly map = new BlockMap(this.doc);

  constructor(client: number) {
    this.doc.clientID = client;
  }

  edit(work: (map: BlockMap) => void): void {
    this.doc.transact(() => work(this.map), "me");
  }

  make(name: string, type: string, parent: string, order: string): void {
    this.edit((map) => {
      createBlock(map, id(name), { type, attrs: {} });
      this.put(name, parent, order);
      if (!isHolder(type)) insertText(map, id(name), 0, { text: name, marks: {} });
    });
  }

  put(name: string, parent: string, order: string): void {
    this.edit((map) => {
      const entry = map.root.get(id(name));
      entry?.set("born", [parent === "" ? "" : id(parent), order]);
      entry?.set("place", 1);
      map.touch("entry", id(name));
    });
  }

  delete(...names: string[]): void {
    this.edit((map) => {
      for (const name of names) deleteBlock(map, id(name));
    });
  }

  /** Indented as the outline is; roles in brackets. */
  shows(): string[] {
    return this.map.outline().items.map(({ id: block, depth, role }) => {
      const text = textOf(this.map.runs(block));
      return `${"  ".repeat(depth)}${role ? `[${role}]` : text || this.map.type(block)}`;
    });
  }
}

function pair(tree: BlockNode[]): [Person, Person] {
  const [one, two] = [new Person(1), new Person(2)];
  one.edit((map) => insertTree(map, tree));
  meet(one, two);
  return [one, two];
}

function meet(...people: Person[]): void {
  for (let round = 0; round < 2; round++)
    for (const from of people)
      for (const to of people) Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc), "network");
  const [first, ...others] = people;
  for (const other of others) expect(other.shows()).toEqual(first?.shows());
}

const TWO = [node("c", COLUMNS, [column("x", "a", "b"), column("y", "d")]), node("after", "paragraph")];
const SHOWN = ["[columns]", "  [column]", "    a", "    b", "  [column]", "    d", "after"];

describe("columns", () => {
  it("CO1 two to four columns that hold blocks stand side by side; fewer are transparent, and nothing is lost", () => {
    const [one, two] = pair(TWO);
    expect(one.shows()).toEqual(SHOWN);
    one.delete("d");
    meet(one, two);
    expect(one.shows()).toEqual(["a", "b", "after"]);
    two.make("e", "paragraph", "y", "a0");
    meet(one, two);
    expect(one.shows()).toEqual(SHOWN.with(5, "    e"));
    one.delete("x");
    meet(one, two);
    expect(one.shows()).toEqual(["a", "b", "e", "after"]);
    const rows = projectDocument(one.doc).rows.map(({ type, parentPath }) => `${type} ${parentPath.length}`);
    expect(rows).toEqual(["paragraph 0", "paragraph 0", "paragraph 0", "paragraph 0"]);
    expect([widthOf({ width: 2 }), widthOf({ width: "2" }), widthOf({ width: 99 })]).toEqual([2, 1, 4]);
  });

  it("CO2 two people who shape the same columns at once lose no word", () => {
    const shapes: [(person: Person) => void, (person: Person) => void, string[]][] = [
      [
        (one) => one.delete("c", "x", "y"),
        (two) => two.edit((map) => insertText(map, id("d"), 1, { text: "!", marks: {} })),
        ["a", "b", "d!", "after"],
      ],
      [
        (one) => one.delete("y", "d"),
        (two) => two.make("late", "paragraph", "y", "a1"),
        ["a", "b", "late", "after"],
      ],
      [
        (one) => {
          one.make("z1", COLUMN, "c", "a2");
          one.make("p", "paragraph", "z1", "a0");
        },
        (two) => {
          two.make("z2", COLUMN, "c", "a2");
          two.make("q", "paragraph", "z2", "a0");
        },
        [...SHOWN.slice(0, -1), "  [column]", "    p", "  [column]", "    q", "after"],
      ],
    ];
    for (const [first, second, expected] of shapes) {
      const [one, two] = pair(TWO);
      first(one);
      second(two);
      meet(one, two);
      expect(one.shows()).toEqual(expected);
    }
    // both put something beside one block: it stands with one of them, and the other's is there
    const [one, two] = pair([node("a", "paragraph")]);
    const beside = (person: Person, name: string) =>
      person.edit((map) => {
        for (const [part, type] of [
          ["c", COLUMNS],
          ["x", COLUMN],
          ["y", COLUMN],
        ] as const)
          createBlock(map, id(part + name), { type, attrs: {} });
        createBlock(map, id(name), { type: "paragraph", attrs: {} });
        const wanted = [`c${name}`, `x${name}`, "a", `y${name}`, name].map((part) => id(part));
        arrange(
          map,
          [0, 1, 2, 1, 2].map((depth, index) => ({ id: wanted[index] ?? id("a"), depth })),
        );
        insertText(map, id(name), 0, { text: name, marks: {} });
      });
    beside(one, "p");
    beside(two, "q");
    meet(one, two);
    expect(one.shows().filter((line) => line.includes("["))).toHaveLength(3);
    expect(
      one
        .shows()
        .filter((line) => !line.includes("["))
        .map((line) => line.trim())
        .sort(),
    ).toEqual(["a", "p", "q"]);
  });

  it("CO3 what else is in columns stands behind them, in order, with what is in it", () => {
    const [one, two] = pair(TWO);
    one.make("stray", "paragraph", "c", "Zz");
    one.make("in stray", "quote", "stray", "a0");
    for (const name of ["z", "v", "fifth"]) one.make(name, COLUMN, "c", `a${name.length + 4}`);
    for (const name of ["z", "v", "fifth"]) one.make(`in ${name}`, "paragraph", name, "a0");
    one.make("inner", COLUMNS, "c", "aZ");
    for (const name of ["m", "n"]) {
      one.make(name, COLUMN, "inner", "a0");
      one.make(`in ${name}`, "paragraph", name, "a0");
    }
    meet(one, two);
    const within = (name: string) => ["  [column]", `    in ${name}`];
    expect(one.shows()).toEqual([
      ...SHOWN.slice(0, -1),
      ...within("v"),
      ...within("z"),
      "stray",
      "  in stray",
      "in fifth",
      "[columns]",
      ...within("m"),
      ...within("n"),
      "after",
    ]);
  });

  it("CO4 in a column, in a table, or too deep columns are transparent; with words they are blocks like any other", () => {
    const inner = node("i", COLUMNS, [column("p", "e"), column("q", "f")]);
    const [one, two] = pair([node("c", COLUMNS, [column("x", "a"), node("y", COLUMN, [inner])])]);
    expect(one.shows()).toEqual([...SHOWN.slice(0, 3), "  [column]", "    e", "    f"]);
    two.edit((map) => insertText(map, id("y"), 0, { text: "words", marks: {} }));
    meet(one, two);
    expect(one.shows()).toEqual([
      "a",
      "words",
      "  [columns]",
      "    [column]",
      "      e",
      "    [column]",
      "      f",
    ]);
    two.edit((map) => insertText(map, id("c"), 0, { text: "more", marks: {} }));
    meet(one, two);
    expect(one.shows().slice(0, 3)).toEqual(["more", "  a", "  words"]);
    let deep = TWO;
    for (let depth = 0; depth < maxBlockDepth - 2; depth++) deep = [node(`deep${depth}`, "bullet", deep)];
    const [three] = pair(deep);
    expect(three.shows().filter((line) => line.includes("["))).toEqual([]);
    expect(three.map.outline().items).toHaveLength(maxBlockDepth - 2 + 4);
    const [four] = pair([{ ...node("t", "table"), text: [], children: TWO }]);
    expect(four.shows()).toEqual(["[table]", ...SHOWN]);
  });

  it("CO5 however columns are made and moved, by whomever, they are sound, and every block with words is there once", () => {
    for (let seed = 1; seed <= 40; seed++) expect(flawsOf(seed), `seed ${seed}`).toEqual([]);
    const chain = Array.from({ length: 1_000 }, (_, index) => `n${index}`);
    const person = new Person(1);
    const started = performance.now();
    person.edit(() => {
      for (const [index, name] of chain.entries())
        person.make(name, index % 2 === 0 ? COLUMNS : COLUMN, chain[index - 1] ?? "", "a0");
      person.make("end", "paragraph", chain.at(-1) ?? "", "a0");
    });
    expect(person.shows()).toEqual(["end"]);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

const TYPES = [COLUMNS, COLUMN, COLUMN, COLUMN, "paragraph", "paragraph", "bullet", "table"];

/** Three people make, move, retype and delete blocks wherever they like. */
function flawsOf(seed: number): string[] {
  const random = new Random(seed);
  const people = [1, 2, 3].map((client) => new Person(client));
  const names = ["c", "x", "y", "a", "d"];
  const parents = ["", "c", "c", "x", "y"];
  for (const [index, name] of names.entries())
    people[0]?.make(name, [COLUMNS, COLUMN, COLUMN][index] ?? "paragraph", parents[index] ?? "", "a2");
  meetQuietly(people);
  const gone = new Set<string>();
  for (let step = 0; step < 45; step++) {
    const person = random.pick(people) as Person;
    const parent = random.pick(random.chance(0.4) ? ["", "c", "x", "y"] : names) ?? "";
    const name = random.pick(names);
    const order = `a${random.below(5)}`;
    const act = random.below(10);
    if (act < 7 || name === undefined) {
      names.push(`n${step}`);
      person.make(`n${step}`, random.pick(TYPES) ?? "paragraph", parent, order);
    } else if (person.map.entry(id(name)) === undefined) continue;
    else if (act < 8) person.put(name, parent, order);
    else if (act === 8)
      person.edit((map) => setShape(map, id(name), { type: random.pick(TYPES) ?? "", attrs: {} }));
    else {
      person.delete(name);
      gone.add(name);
    }
    if (random.chance(0.3)) meetQuietly(people);
  }
  meetQuietly(people);
  meetQuietly(people);
  const shown = people.map((person) => person.shows().join("\n"));
  const fresh = new BlockMap(people[0]?.doc ?? new Y.Doc());
  const again = JSON.stringify(fresh.outline().items);
  fresh.destroy();
  return [
    ...(new Set(shown).size === 1 ? [] : ["people see different things"]),
    ...people.flatMap(({ map }) => (JSON.stringify(map.outline().items) === again ? [] : ["caches differ"])),
    ...people.slice(0, 1).flatMap(({ map, doc }) => [
      ...flawsOfTree(projectDocument(doc).rows),
      ...flawsOfColumns(map.outline().items),
      ...names.flatMap((name) => {
        const count = map.outline().items.filter((item) => item.id === id(name)).length;
        const hasWords = textOf(map.runs(id(name))) !== "";
        return count > 1 || (hasWords && count === 0 && !gone.has(name))
          ? [`${name} is there ${count} times`]
          : [];
      }),
    ]),
  ];
}

function meetQuietly(people: readonly Person[]): void {
  for (const from of people)
    for (const to of people)
      if (from !== to)
        Y.applyUpdate(to.doc, Y.encodeStateAsUpdate(from.doc, Y.encodeStateVector(to.doc)), "network");
}

function flawsOfColumns(items: readonly OutlineItem[]): string[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  const inside = Map.groupBy(items, ({ parent }) => parent);
  const around = (item: OutlineItem): OutlineItem[] => {
    const above = item.parent === "" ? undefined : byId.get(item.parent);
    return above ? [above, ...around(above)] : [];
  };
  return items.flatMap((item) => {
    const children = inside.get(item.id) ?? [];
    const above = around(item);
    if (item.role === "columns") {
      const isSound =
        children.length >= 2 && children.length <= 4 && children.every(({ role }) => role === "column");
      const isWithin = above.some(({ role }) => role !== undefined);
      return isSound && !isWithin ? [] : [`columns with ${children.length} columns`];
    }
    if (item.role !== "column") return [];
    return children.length > 0 && above[0]?.role === "columns" ? [] : ["a column that is none"];
  });
}
