/**
 * Where the nodes of a long list stand. ProseMirror walks from the first one to find a position, several times at each
 * key. Here the sizes are summed up once for each stretch of nodes, and for a list that a key made anew only where it
 * differs from the one before.
 */
import { Fragment, type Node as ProseMirrorNode } from "@tiptap/pm/model";

type Nodes = readonly ProseMirrorNode[];
type Place = { readonly index: number; readonly offset: number };

const STRETCH = 64;
/** Shorter lists are walked through. */
const LONG = 4 * STRETCH;

/** By list: the size of all that stands before each stretch, and of all at the end. Lists never change. */
const known = new WeakMap<Nodes, Float64Array>();
let last: WeakRef<Nodes> | null = null;

function sumsOf(nodes: Nodes): Float64Array {
  const found = known.get(nodes);
  if (found) return found;
  const before = last?.deref() ?? [];
  const old = known.get(before);
  const sums = new Float64Array(Math.ceil(nodes.length / STRETCH) + 1);
  for (let stretch = 0; stretch + 1 < sums.length; stretch++) {
    const isSame = old !== undefined && isSameStretch(before, nodes, stretch);
    const size = isSame
      ? (old[stretch + 1] as number) - (old[stretch] as number)
      : sizeOf(nodes, stretch * STRETCH, Math.min(nodes.length, (stretch + 1) * STRETCH));
    sums[stretch + 1] = (sums[stretch] as number) + size;
  }
  known.set(nodes, sums);
  last = new WeakRef(nodes);
  return sums;
}

function isSameStretch(before: Nodes, nodes: Nodes, stretch: number): boolean {
  const end = (stretch + 1) * STRETCH;
  if (end > nodes.length || end > before.length) return false;
  for (let at = stretch * STRETCH; at < end; at++) if (before[at] !== nodes[at]) return false;
  return true;
}

function sizeOf(nodes: Nodes, from: number, to: number): number {
  let size = 0;
  for (let at = from; at < to; at++) size += (nodes[at] as ProseMirrorNode).nodeSize;
  return size;
}

/** Of the nodes before `end`. */
export function sizeBefore(nodes: Nodes, end: number): number {
  if (nodes.length < LONG) return sizeOf(nodes, 0, end);
  const stretch = Math.floor(end / STRETCH);
  return (sumsOf(nodes)[stretch] as number) + sizeOf(nodes, stretch * STRETCH, end);
}

/** The node that a position inside the list is in or before, and where that begins. */
function placeIn(nodes: Nodes, position: number): Place {
  const sums = sumsOf(nodes);
  let [low, high] = [0, sums.length - 2];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((sums[middle] as number) <= position) low = middle;
    else high = middle - 1;
  }
  let index = low * STRETCH;
  for (let offset = sums[low] as number; ; index++) {
    const end = offset + (nodes[index] as ProseMirrorNode).nodeSize;
    if (position < end) return { index, offset };
    offset = end;
  }
}

type Finding = { findIndex(position: number): Place };

let isDone = false;

/** ProseMirror's own way to a position in a list takes this one in long lists; for all editors of the page. */
export function quickenPositions(): void {
  if (isDone) return;
  isDone = true;
  const fragments = Fragment.prototype as unknown as Finding;
  const { findIndex } = fragments;
  fragments.findIndex = function (this: Fragment & Finding, position) {
    return this.childCount < LONG || position <= 0 || position >= this.size
      ? findIndex.call(this, position)
      : placeIn(this.content, position);
  };
}
