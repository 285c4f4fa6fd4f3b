/** 2,000 histories of three people, and planted bugs that the same properties find. SEED and HISTORIES widen the search. */
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createBlock, deleteText, insertText, lengthOf, splitBlock } from "./block-edit.ts";
import { BlockMap } from "./block-map.ts";
import { readTree } from "./block-read.ts";
import { maxBlockDepth, textOf } from "./block-tree.ts";
import { type Edit, History, type Plant } from "./history.ts";
import { type BlockRow, projectDocument } from "./projection.ts";

const FIRST = Number(process.env.SEED ?? 1);
const COUNT = Number(process.env.HISTORIES ?? 2000);
const STEPS = 60;

/** Promises that a finished history broke, a sentence each. */
function brokenPromises(history: History): string[] {
  const [first] = history.peers;
  if (!first) return ["nobody was there"];
  return [
    ...history.broken,
    ...history.peers.flatMap(({ doc, map }) => {
      const fresh = new BlockMap(doc);
      const same = JSON.stringify(readTree(fresh)) === JSON.stringify(readTree(map));
      fresh.destroy();
      return same ? [] : [`the caches of ${doc.clientID} differ from a fresh reading`];
    }),
    ...history.peers.flatMap(({ doc, map }) =>
      JSON.stringify(readTree(map)) === JSON.stringify(readTree(first.map))
        ? []
        : [`${doc.clientID} differs from ${first.doc.clientID}`],
    ),
    ...miscounted(history, first.text()),
    ...first.map.outline().items.flatMap(({ depth }) => (depth < maxBlockDepth ? [] : [`depth ${depth}`])),
    ...(new Set(first.ids()).size === first.ids().length ? [] : ["an id is there twice"]),
    ...(rowsInOrder(projectDocument(first.doc).rows) ? [] : ["rows sort otherwise than the outline"]),
  ];
}

function miscounted(history: History, text: string): string[] {
  return [...history.typed.keys()].flatMap((marker) => {
    const count = text.split(marker).length - 1;
    const name = marker.codePointAt(0)?.toString(16);
    if (count > 1) return [`marker ${name} is there ${count} times`];
    return count === 0 && !history.removed.has(marker) ? [`marker ${name} is lost`] : [];
  });
}

function rowsInOrder(rows: readonly BlockRow[]): boolean {
  const inside = new Map<string, BlockRow[]>();
  for (const row of rows) inside.set(row.parentPath, [...(inside.get(row.parentPath) ?? []), row]);
  const compare = (a: BlockRow, b: BlockRow) =>
    a.sortOrder === b.sortOrder ? (a.id < b.id ? -1 : 1) : a.sortOrder < b.sortOrder ? -1 : 1;
  const walk = (path: string): BlockRow[] =>
    (inside.get(path) ?? [])
      .toSorted(compare)
      .flatMap((row) => [row, ...walk([path, row.id.replaceAll("-", "")].filter(Boolean).join("."))]);
  return (
    walk("")
      .map((row) => row.id)
      .join() === rows.map((row) => row.id).join()
  );
}

function search(first: number, count: number, plant: Plant = {}): string[] {
  const found: string[] = [];
  for (let seed = first; seed < first + count; seed++) {
    const history = new History(seed, plant);
    history.run({ steps: STEPS, undo: seed % 4 !== 0 });
    const broken = brokenPromises(history);
    if (broken.length > 0) found.push(`SEED=${seed} HISTORIES=1: ${broken.slice(0, 3).join("; ")}`);
  }
  return found;
}

const naiveSplit: Edit = (history, peer, id, map) => {
  const length = lengthOf(map, id);
  if (length < 2) return;
  const at = 1 + history.random.below(length - 1);
  const tail = textOf(map.runs(id)).slice(at);
  const into = history.newId();
  deleteText(map, id, at, length);
  createBlock(map, into, { type: map.type(id), attrs: {} });
  const { items, indexOf } = map.outline();
  const index = indexOf.get(id) ?? 0;
  history.insertOutline(peer, [{ id: into, depth: items[index]?.depth ?? 0 }], index + 1);
  insertText(map, into, 0, { text: tail, marks: {} });
};

const naiveJoin: Edit = (_history, peer, id, map) => {
  const ids = peer.ids();
  const target = ids[ids.indexOf(id) - 1];
  if (!target) return;
  const text = textOf(map.runs(id));
  deleteText(map, id, 0, text.length);
  map.root.get(id)?.set("gone", true);
  map.touch("entry", id);
  insertText(map, target, lengthOf(map, target), { text, marks: {} });
};

const PLANTS: [string, Plant][] = [
  ["a split that copies the tail", { split: naiveSplit }],
  ["a join that copies the text", { join: naiveJoin }],
  [
    "an undo that may unmake blocks in which others wrote, and brings words back twice",
    { createUndo: (map, origin) => new Y.UndoManager(map.root, { trackedOrigins: new Set([origin]) }) },
  ],
  [
    "a split that forgets whose part begins",
    {
      split: (history, _peer, id, map) => {
        const length = lengthOf(map, id);
        if (length > 1)
          splitBlock(map, id, 1, history.newId(), { type: "quote", attrs: {} }, () => history.newId());
        map.root.delete(id);
      },
    },
  ],
];

describe("block map", () => {
  it(`BM1 ${COUNT} histories from seed ${FIRST}: replicas equal, every marker exactly once, order and depth sound`, () => {
    expect(search(FIRST, COUNT)).toEqual([]);
  });

  it.each(PLANTS)("BM2 the histories notice %s", (_name, plant) => {
    expect(search(1, 200, plant).length).toBeGreaterThan(0);
  });
});
