/** What a finished history (history.ts) broke, by the invariants. */
import { BlockMap } from "./block-map.ts";
import { readTree } from "./block-read.ts";
import type { History } from "./history.ts";
import { flawsOfMarkers, flawsOfReplicas } from "./invariants.ts";
import { flawsOfTree } from "./invariants-of-blocks.ts";
import { type BlockRow, projectDocument } from "./projection.ts";

export function flawsOfHistory(history: History): string[] {
  const { peers, typed, removed, broken } = history;
  const [first] = peers;
  if (first === undefined) return ["I2 nobody was there"];
  const said = JSON.stringify(readTree(first.map));
  const { rows } = projectDocument(first.doc);
  return [
    ...broken,
    ...flawsOfReplicas(peers.map(({ doc }) => ({ name: String(doc.clientID), doc }))),
    ...peers.flatMap((peer) => {
      const fresh = new BlockMap(peer.doc);
      const isSame = JSON.stringify(readTree(fresh)) === said && JSON.stringify(readTree(peer.map)) === said;
      fresh.destroy();
      return isSame ? [] : [`I2 the blocks that ${peer.doc.clientID} sees are not those of a fresh reading`];
    }),
    ...flawsOfMarkers({ typed: typed.keys(), removed, found: first.text() }),
    ...flawsOfTree(rows),
    ...(isInOrder(rows) ? [] : ["I4 rows sort otherwise than the outline"]),
  ];
}

/** The database sorts siblings by key and id. */
function isInOrder(rows: readonly BlockRow[]): boolean {
  const inside = new Map<string, BlockRow[]>();
  for (const row of rows) inside.set(row.parentPath, [...(inside.get(row.parentPath) ?? []), row]);
  const compare = (a: BlockRow, b: BlockRow) =>
    a.sortOrder === b.sortOrder ? (a.id < b.id ? -1 : 1) : a.sortOrder < b.sortOrder ? -1 : 1;
  const walk = (path: string): BlockRow[] =>
    (inside.get(path) ?? [])
      .toSorted(compare)
      .flatMap((row) => [row, ...walk([path, row.id.replaceAll("-", "")].filter(Boolean).join("."))]);
  const ids = (list: readonly BlockRow[]) => list.map((row) => row.id).join();
  return ids(walk("")) === ids(rows);
}
