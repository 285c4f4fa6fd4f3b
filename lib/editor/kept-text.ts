/**
 * Which characters of the old document stand where in the new one. ProseMirror's position maps say it for any
 * transaction: so Enter, Backspace, a paste, a deletion over ten blocks or an input method are all understood
 * as splits and joins, and no character is written twice.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { StepMap } from "@tiptap/pm/transform";
import { nodeText } from "./block-nodes.ts";
import { changedRange } from "./changed-range.ts";
import { sizeBefore } from "./long-list.ts";
import { blocksOf } from "./outline-nodes.ts";

/** A block that changed, or a block of a table in which something changed; `from`: where its text begins. */
export type Slot = { readonly node: ProseMirrorNode; readonly from: number };
/** Where a kept character came from: block and offset in the old document. */
export type Source = { readonly old: number; readonly offset: number } | null;

export type Window = {
  readonly before: readonly Slot[];
  readonly after: readonly Slot[];
  /** For each block of `after`: where each of its characters came from; null: it is new. */
  readonly sources: readonly (readonly Source[])[];
};

/** The blocks that differ between two documents, by identity: untouched blocks keep their node. */
export function changedWindow(
  before: ProseMirrorNode,
  after: ProseMirrorNode,
  maps: readonly StepMap[],
): Window {
  const range = changedRange(before, after);
  const old = slots(before, range.start, range.before);
  const fresh = slots(after, range.start, range.after);
  return { before: old, after: fresh, sources: traceSources(old, fresh, followerOf(maps)) };
}

/** The blocks at and inside the children `from` to `to` (exclusive) of a document. */
function slots(doc: ProseMirrorNode, from: number, to: number): Slot[] {
  const start = sizeBefore(doc.children, from);
  const part = doc.type.create(null, doc.children.slice(from, to));
  return blocksOf(part).map(({ node, pos }) => ({ node, from: start + pos + 1 }));
}

/** Where the character behind a position stands in the end; null: it was deleted. */
export type Follower = (position: number) => number | null;

/** Characters that stay together: `from` to `to` (exclusive) in the old document, `shift` further on in the new one. */
type Stretch = { readonly from: number; readonly to: number; readonly shift: number };

/**
 * As `mapResult(position, 1)` of each map in turn says; that makes an object for each character and map. Best asked
 * about positions that ascend.
 */
export function followerOf(maps: readonly StepMap[]): Follower {
  const stretches = stretchesThrough(maps, 0, maps.length);
  let at = 0;
  return (position) => {
    while (at > 0 && (stretches[at - 1] as Stretch).to > position) at--;
    while (at < stretches.length && (stretches[at] as Stretch).to <= position) at++;
    const found = stretches[at];
    return found && found.from <= position ? position + found.shift : null;
  };
}

const EVERYTHING: Stretch = { from: 0, to: Number.POSITIVE_INFINITY, shift: 0 };

/** Through the maps `from` to `to` (exclusive). Halves of halves: of a thousand maps each is walked through ten times. */
function stretchesThrough(maps: readonly StepMap[], from: number, to: number): Stretch[] {
  if (from === to) return [EVERYTHING];
  if (from + 1 === to) return stretchesOf(maps[from] as StepMap);
  const middle = (from + to) >> 1;
  return through(stretchesThrough(maps, from, middle), stretchesThrough(maps, middle, to));
}

function stretchesOf(map: StepMap): Stretch[] {
  const found: Stretch[] = [];
  let [from, shift, lastEnd] = [0, 0, -1];
  map.forEach((start, end, _newStart, newEnd) => {
    // of two ranges that touch the first one decides about the character between them
    const to = start === lastEnd ? start + 1 : start;
    if (from < to) found.push({ from, to, shift });
    from = Math.max(from, to, end);
    shift = newEnd - end;
    lastEnd = end;
  });
  return [...found, { ...EVERYTHING, from, shift }];
}

function through(first: readonly Stretch[], second: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  let at = 0;
  for (const { from, to, shift } of first) {
    const [start, end] = [from + shift, to + shift];
    while (at > 0 && (second[at - 1] as Stretch).to > start) at--;
    for (; at < second.length && (second[at] as Stretch).from < end; at++) {
      const next = second[at] as Stretch;
      const [low, high] = [Math.max(start, next.from), Math.min(end, next.to)];
      if (low < high) found.push({ from: low - shift, to: high - shift, shift: shift + next.shift });
    }
  }
  return found;
}

function traceSources(before: readonly Slot[], after: readonly Slot[], follow: Follower): Source[][] {
  const targets = after.map(({ node, from }) => {
    const text = nodeText(node);
    return { from, to: from + text.length, text };
  });
  const sources: Source[][] = targets.map(({ text }) => new Array<Source>(text.length).fill(null));
  let target = 0;
  before.forEach(({ node, from }, old) => {
    const text = nodeText(node);
    for (let offset = 0; offset < text.length; offset++) {
      const position = follow(from + offset);
      if (position === null) continue;
      while (target > 0 && (targets[target]?.from ?? 0) > position) target--;
      while (target < targets.length && (targets[target]?.to ?? 0) <= position) target++;
      const into = targets[target];
      if (!into || position < into.from) continue;
      const at = position - into.from;
      const row = sources[target];
      if (row && row[at] === null && into.text[at] === text[offset]) row[at] = { old, offset };
    }
  });
  matchMoved(before, after, sources);
  for (const [i, row] of sources.entries()) keepPairsWhole(row, targets[i]?.text ?? "");
  return sources;
}

/** Half of a surrogate pair is never kept without the other half: Yjs would turn it into U+FFFD. */
function keepPairsWhole(row: Source[], text: string): void {
  for (let at = 0; at + 1 < text.length; at++) {
    if (!isHighSurrogate(text.charCodeAt(at)) || !isLowSurrogate(text.charCodeAt(at + 1))) continue;
    const [high, low] = [row[at] ?? null, row[at + 1] ?? null];
    if (high && low && high.old === low.old && high.offset + 1 === low.offset) continue;
    row[at] = null;
    row[at + 1] = null;
  }
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

/** A block that was cut out and put in elsewhere (a move) keeps its characters as far as they are the same. */
function matchMoved(before: readonly Slot[], after: readonly Slot[], sources: Source[][]): void {
  const used = new Set(sources.flat().flatMap((source) => (source ? [source.old] : [])));
  const oldById = new Map(before.map(({ node }, old) => [node.attrs.id, { node, old }]));
  after.forEach(({ node }, i) => {
    const known = oldById.get(node.attrs.id);
    const row = sources[i];
    if (!known || !row || used.has(known.old) || row.some((source) => source !== null)) return;
    const was = nodeText(known.node);
    const is = nodeText(node);
    let start = 0;
    while (start < was.length && start < is.length && was[start] === is[start]) start++;
    let end = 0;
    while (
      end < was.length - start &&
      end < is.length - start &&
      was[was.length - 1 - end] === is[is.length - 1 - end]
    )
      end++;
    for (let at = 0; at < start; at++) row[at] = { old: known.old, offset: at };
    for (let at = 0; at < end; at++)
      row[is.length - 1 - at] = { old: known.old, offset: was.length - 1 - at };
  });
}
