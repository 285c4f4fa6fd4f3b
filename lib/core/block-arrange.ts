/**
 * `arrange`: makes the outline equal to a wanted one with the fewest writes. A move is one key of one
 * block; its children follow because they name their parent.
 */

import type { BlockMap } from "./block-map.ts";
import { maxBlockDepth } from "./block-tree.ts";
import { type ParentId, ROOT } from "./entry.ts";
import type { BlockId } from "./ids.ts";
import { isOrderKey, orderKeysBetween } from "./order-key.ts";
import type { Outline } from "./outline.ts";

export type Wanted = { readonly id: BlockId; readonly depth: number };

/** A wanted outline that a document can have: no depth jumps by more than one, none beyond the limit. */
export function normalDepths(wanted: readonly Wanted[]): Wanted[] {
  let previous = -1;
  return wanted.map((one) => {
    previous = Math.max(0, Math.min(one.depth, previous + 1, maxBlockDepth - 1));
    return previous === one.depth ? one : { id: one.id, depth: previous };
  });
}

/**
 * Writes places until `map.outline()` lists `wanted`: first the fewest, then, where what others did at the same time
 * stands in the way (a circle that was cut, a strand's order), all siblings of the parents that are not right yet.
 * Every seen block must be in `wanted`.
 * @param known the outline, where it differs from the map's by nothing but blocks that have no place yet: making it
 *   anew is most of the work in a long document
 */
export function arrange(map: BlockMap, wanted: readonly Wanted[], known?: Outline): void {
  const siblings = childrenOf(normalDepths(wanted));
  const outline = known ?? map.outline();
  for (const [parent, children] of siblings) arrangeSiblings(map, outline, parent, children);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { childrenOf: present } = map.outline();
    const wrong = [...siblings].filter(
      ([parent, children]) => !isSameList(children, present.get(parent) ?? []),
    );
    if (wrong.length === 0) return;
    for (const [parent, children] of wrong) {
      orderKeysBetween(null, null, children.length).forEach((key, i) => {
        const id = children[i];
        if (id) writePlace(map, id, parent, key);
      });
    }
  }
}

/** Where a block is to stand: its parent, and the seen siblings next to it. */
export type Spot = {
  readonly parent: ParentId;
  readonly above: BlockId | null;
  readonly below: BlockId | null;
};

/**
 * Gives a block that has no place yet one key between its siblings', without a look at all others.
 * @param known the outline without the block
 * @returns whether the outline now shows it there; if not, `arrange` is to be called
 */
export function placeOne(map: BlockMap, id: BlockId, depth: number, spot: Spot, known: Outline): boolean {
  const { parent, above, below } = spot;
  const [low, high] = [above, below].map((sibling) =>
    sibling === null ? null : ownKey(map, sibling, spot, known),
  );
  if (low === undefined || high === undefined || (low !== null && high !== null && low >= high)) return false;
  const [key] = orderKeysBetween(low, high, 1);
  if (key === undefined) return false;
  writePlace(map, id, parent, key);
  const { items, indexOf, childrenOf: present } = map.outline();
  const siblings = present.get(parent) ?? [];
  const at = siblings.indexOf(id);
  return (
    items.length === known.items.length + 1 &&
    items[indexOf.get(id) ?? -1]?.depth === depth &&
    (siblings[at - 1] ?? null) === above &&
    (siblings[at + 1] ?? null) === below
  );
}

/** A sibling's key, if it stands by its own; else undefined. */
function ownKey(map: BlockMap, id: BlockId, { parent }: Spot, { keyOf }: Outline): string | undefined {
  const entry = map.entry(id);
  const isOwn = entry?.settled && entry.parent === parent && entry.order === keyOf.get(id);
  return isOwn && isOrderKey(entry.order) ? entry.order : undefined;
}

const isSameList = (one: readonly BlockId[], other: readonly BlockId[]): boolean =>
  one.length === other.length && one.every((id, i) => id === other[i]);

/** A second round settles nearly all that the first one brought to light. */
const MOST_ROUNDS = 4;

function childrenOf(wanted: readonly Wanted[]): Map<ParentId, BlockId[]> {
  const siblings = new Map<ParentId, BlockId[]>();
  const ancestors: BlockId[] = [];
  for (const { id, depth } of wanted) {
    ancestors.length = depth;
    const parent = ancestors[depth - 1] ?? ROOT;
    const children = siblings.get(parent);
    if (children) children.push(id);
    else siblings.set(parent, [id]);
    ancestors.push(id);
  }
  return siblings;
}

function arrangeSiblings(
  map: BlockMap,
  outline: Outline,
  parent: ParentId,
  children: readonly BlockId[],
): void {
  const present = (outline.childrenOf.get(parent) ?? []).filter((id) => isSettled(map, id));
  let start = 0;
  while (start < children.length && children[start] === present[start]) start++;
  let end = children.length;
  const shift = present.length - children.length;
  while (end > start && end + shift > start && children[end - 1] === present[end - 1 + shift]) end--;
  if (start === end) return;
  // A written key takes a block out of its strand's order: then all that stand by that order get keys of their own.
  if (outline.displaced.size > 0) {
    const byStrand = children.flatMap((id, index) => (outline.displaced.has(id) ? [index] : []));
    start = Math.min(start, ...byStrand);
    end = Math.max(end, ...byStrand.map((index) => index + 1));
  }
  const low = greatestKey(outline, children, start);
  let high = leastKey(outline, children, end);
  while (low !== null && high !== null && high <= low) {
    end++;
    high = leastKey(outline, children, end);
  }
  place(map, outline, parent, children.slice(start, end), low, high);
}

const isSettled = (map: BlockMap, id: BlockId): boolean => map.entry(id)?.settled === true;

/** Of the children before `end`. */
function greatestKey({ keyOf }: Outline, children: readonly BlockId[], end: number): string | null {
  let most: string | null = null;
  for (let at = 0; at < end; at++) {
    const key = keyOf.get(children[at] as BlockId);
    if (key !== undefined && (most === null || key > most)) most = key;
  }
  return most;
}

/** Of the children from `start` on. */
function leastKey({ keyOf }: Outline, children: readonly BlockId[], start: number): string | null {
  let least: string | null = null;
  for (let at = start; at < children.length; at++) {
    const key = keyOf.get(children[at] as BlockId);
    if (key !== undefined && (least === null || key < least)) least = key;
  }
  return least;
}

/** Gives the siblings keys between two bounds; those whose own keys already ascend keep them. */
function place(
  map: BlockMap,
  outline: Outline,
  parent: ParentId,
  ids: readonly BlockId[],
  low: string | null,
  high: string | null,
): void {
  const kept = ascendingKeys(
    ids.map((id) => (outline.displaced.has(id) ? null : keptKey(map, parent, id, low, high))),
  );
  let from = low;
  for (let i = 0; i < ids.length; ) {
    const key = kept[i];
    if (key) {
      from = key;
      i++;
      continue;
    }
    let next = i;
    while (next < ids.length && !kept[next]) next++;
    const keys = orderKeysBetween(from, kept[next] ?? high, next - i);
    keys.forEach((fresh, offset) => {
      const id = ids[i + offset];
      if (id) writePlace(map, id, parent, fresh);
    });
    i = next;
  }
}

function keptKey(
  map: BlockMap,
  parent: ParentId,
  id: BlockId,
  low: string | null,
  high: string | null,
): string | null {
  const entry = map.entry(id);
  if (!entry?.settled || !entry.placed || entry.parent !== parent || !isOrderKey(entry.order)) return null;
  if ((low !== null && entry.order <= low) || (high !== null && entry.order >= high)) return null;
  return entry.order;
}

/** The longest strictly ascending part of a list of keys; the rest become null. */
function ascendingKeys(keys: readonly (string | null)[]): (string | null)[] {
  const tails: number[] = [];
  const before: number[] = [];
  keys.forEach((key, i) => {
    if (key === null) return;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((keys[tails[middle] ?? 0] ?? "") < key) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? (tails[low - 1] ?? -1) : -1;
    tails[low] = i;
  });
  const kept: (string | null)[] = keys.map(() => null);
  for (let i = tails.at(-1) ?? -1; i >= 0; i = before[i] ?? -1) kept[i] = keys[i] ?? null;
  return kept;
}

function writePlace(map: BlockMap, id: BlockId, parent: ParentId, order: string): void {
  const entry = map.root.get(id);
  if (!entry) return;
  if (entry.has("born")) {
    entry.set("place", [parent, order]);
  } else {
    entry.set("born", [parent, order]);
    entry.set("place", 1);
  }
  map.touch("entry", id);
}
