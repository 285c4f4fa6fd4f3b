/**
 * The writes on a block map. Each is one intention of a person; none copies a character (see strand.ts).
 * Call them inside `doc.transact(…, origin)`; each sees what the ones before it in the transaction did.
 * Offsets count UTF-16 units of a block's text. New blocks get their place from `arrange` (block-arrange.ts).
 */
import * as Y from "yjs";
import type { BlockMap, Piece } from "./block-map.ts";
import type { Json, Marks, TextRun } from "./block-tree.ts";
import { attributeKey, type EntryMap, ROOT } from "./entry.ts";
import { type BlockId, isBlockId } from "./ids.ts";
import { FIRST_ORDER_KEY } from "./order-key.ts";
import { EMBED_MARK, isObjectRun, joinMarker, splitMarker } from "./strand.ts";

export type BlockShape = { readonly type: string; readonly attrs: Readonly<Record<string, Json>> };

type Spot = { readonly strand: BlockId; readonly at: number };

/** Makes a block with no text and no place yet: `arrange` must follow in the same transaction. */
export function createBlock(map: BlockMap, id: BlockId, shape: BlockShape): void {
  makeEntry(map, id, shape).set("text", new Y.Text());
}

function makeEntry(map: BlockMap, id: BlockId, shape: BlockShape): EntryMap {
  const entry: EntryMap = new Y.Map();
  map.root.set(id, entry);
  entry.set("type", shape.type);
  for (const [name, value] of Object.entries(shape.attrs)) entry.set(attributeKey(name), value);
  map.touch("entry", id);
  return entry;
}

/** Sets the type and exactly these attributes; an attribute that is not named goes. */
export function setShape(map: BlockMap, id: BlockId, shape: BlockShape): void {
  const entry = map.root.get(id);
  if (!entry) return;
  if (map.type(id) !== shape.type) entry.set("type", shape.type);
  const before = map.attrs(id);
  for (const [name, value] of Object.entries(shape.attrs)) {
    if (JSON.stringify(before[name]) !== JSON.stringify(value)) entry.set(attributeKey(name), value);
  }
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(shape.attrs, name)) entry.delete(attributeKey(name));
  }
  map.touch("entry", id);
}

/** Deletes a block: its characters and those of the blocks joined to it. Children are the caller's to decide. */
export function deleteBlock(map: BlockMap, id: BlockId): void {
  const members = map.members(id);
  eraseText(map, id, 0, lengthOf(map, id));
  for (const member of members) {
    map.root.get(member)?.set("gone", true);
    map.touch("entry", member);
  }
}

export function lengthOf(map: BlockMap, id: BlockId): number {
  const last = map.pieces(id).at(-1);
  return last ? last.offset + last.length : 0;
}

/** Inserts text that carries exactly these marks. An inline object is one U+FFFC whose marks hold EMBED_MARK. */
export function insertText(map: BlockMap, id: BlockId, offset: number, run: TextRun): void {
  if (run.text === "") return;
  const spot = spotAt(map, id, offset);
  insertAt(map.strandText(spot.strand), spot.at, run);
  map.touch("strand", spot.strand);
  recall(map, id);
}

function insertAt(text: Y.Text, at: number, run: TextRun): void {
  const { [EMBED_MARK]: embed, ...marks } = run.marks;
  if (isObjectRun(run)) {
    for (const _ of run.text) text.insertEmbed(at, embed as object, marks);
  } else if (Object.keys(marks).length === 0 && !hasFormatting(text)) {
    text.insert(at, run.text); // without attributes Yjs finds the place by its search markers: no walk from the start
  } else {
    text.insert(at, run.text, marks);
  }
}

const hasFormatting = (text: Y.Text): boolean =>
  (text as Y.Text & { _hasFormatting?: boolean })._hasFormatting !== false;

export function deleteText(map: BlockMap, id: BlockId, from: number, to: number): void {
  recall(map, id);
  eraseText(map, id, from, to);
}

function eraseText(map: BlockMap, id: BlockId, from: number, to: number): void {
  deleteRivals(map, rangesIn(map, id, from, to));
  for (const range of rangesIn(map, id, from, to).reverse()) {
    map.strandText(range.strand).delete(range.at, range.length);
    map.touch("strand", range.strand);
  }
}

/** Copies that stand hidden behind the characters of some ranges go with them: they must not come to light. */
function deleteRivals(map: BlockMap, ranges: readonly Piece[]): void {
  const rivals = ranges.flatMap((range) =>
    map.restored.rivalsOf(map.strandText(range.strand), range.at, range.length),
  );
  for (const rival of rivals.sort((a, b) => b.at - a.at)) {
    rival.text.delete(rival.at, 1);
    const root = rival.text.parent?._item?.parentSub;
    if (isBlockId(root)) map.touch("strand", root);
  }
}

/** Sets marks on a range; a mark with the value null is taken off. */
export function formatText(map: BlockMap, id: BlockId, from: number, to: number, marks: Marks): void {
  for (const range of rangesIn(map, id, from, to)) {
    map.strandText(range.strand).format(range.at, range.length, marks);
    map.touch("strand", range.strand);
  }
}

function rangesIn(map: BlockMap, id: BlockId, from: number, to: number): Piece[] {
  const ranges: Piece[] = [];
  for (const piece of map.pieces(id)) {
    const start = Math.max(from, piece.offset);
    const end = Math.min(to, piece.offset + piece.length);
    if (start < end) {
      ranges.push({
        strand: piece.strand,
        at: piece.at + start - piece.offset,
        offset: start,
        length: end - start,
      });
    }
  }
  return ranges;
}

/** Where a character typed at `offset` goes: after the character before it, or at the start of the block's own part. */
export function spotAt(map: BlockMap, id: BlockId, offset: number): Spot {
  if (offset > 0) {
    for (const piece of map.pieces(id)) {
      if (offset <= piece.offset + piece.length) {
        return { strand: piece.strand, at: piece.at + offset - piece.offset };
      }
    }
  }
  const segment = map.segment(id);
  if (!segment) throw new Error(`Block ${id} has no text at ${offset}.`);
  return { strand: segment.strand, at: segment.from };
}

/** Whoever works in a block that was deleted, or its making undone, meanwhile wants it: it stays from now on. */
export function recall(map: BlockMap, id: BlockId): void {
  for (const member of map.members(id)) {
    const entry = map.entry(member);
    if (!entry?.settled || (!entry.gone && entry.placed)) continue;
    if (entry.gone) map.root.get(member)?.delete("gone");
    if (!entry.placed) map.root.get(member)?.set("place", 1);
    map.touch("entry", member);
  }
}

/**
 * Splits a block at an offset: what stands behind it becomes the new block `into`, by markers alone.
 * What follows a join outside the joined part is split off as well and joined to the new block's end.
 */
export function splitBlock(
  map: BlockMap,
  id: BlockId,
  offset: number,
  into: BlockId,
  shape: BlockShape,
  spare: () => BlockId,
): void {
  const spot = spotAt(map, id, offset);
  const outer = outerRests(map, ownerAt(map, id, spot));
  splitAt(map, spot, into, shape);
  for (const { host, joined } of outer) {
    const segment = map.segment(host);
    const join = segment?.items.find((item) => item.kind === "join" && item.id === joined);
    if (!segment || !join) continue;
    const rest = spare();
    splitAt(map, { strand: segment.strand, at: join.at + 1 }, rest, { type: map.type(id), attrs: {} });
    settleBeside(map, rest, id);
    joinBlocks(map, into, rest);
  }
}

/** Hosts, innermost first, in which something follows the join that leads to `owner`. */
function outerRests(map: BlockMap, owner: BlockId): { host: BlockId; joined: BlockId }[] {
  let joined = owner;
  const rests: { host: BlockId; joined: BlockId }[] = [];
  for (const { owner: host, at } of map.hostsOf(owner)) {
    if (map.segment(host)?.items.some((item) => item.at > at)) rests.push({ host, joined });
    joined = host;
  }
  return rests;
}

/** A block that is never seen unless its join fails still has a place: that of its neighbour. */
export function settleBeside(map: BlockMap, id: BlockId, neighbour: BlockId): void {
  const { parent, order } = map.entry(neighbour) ?? { parent: ROOT, order: FIRST_ORDER_KEY };
  const entry = map.root.get(id);
  entry?.set("born", [parent, order]);
  entry?.set("place", 1);
  map.touch("entry", id);
}

function splitAt(map: BlockMap, spot: Spot, into: BlockId, shape: BlockShape): void {
  const entry = makeEntry(map, into, shape);
  entry.set("home", spot.strand);
  map.strandText(spot.strand).insertEmbed(spot.at, splitMarker(into), {});
  map.touch("strand", spot.strand);
}

/** The member of `id` whose segment holds the spot. */
function ownerAt(map: BlockMap, id: BlockId, spot: Spot): BlockId {
  for (const member of map.members(id)) {
    const segment = map.segment(member);
    if (segment && segment.strand === spot.strand && segment.from <= spot.at && spot.at <= segment.to)
      return member;
  }
  return id;
}

/** Joins `source` to the end of `target`. The source is seen no more; what is typed in it late shows in the target. */
export function joinBlocks(map: BlockMap, target: BlockId, source: BlockId): void {
  recall(map, target);
  recall(map, source);
  for (const marker of map.joinMarkers(source).sort((a, b) => b.at - a.at)) {
    map.strandText(marker.strand).delete(marker.at, 1);
    map.touch("strand", marker.strand);
  }
  const end = endOf(map, target);
  const segment = map.segment(source);
  const text = map.strandText(end.strand);
  if (segment && segment.strand === end.strand && segment.from === end.at + 1) {
    text.delete(end.at, 1); // the split marker of the source itself: taking it out heals the strand
  } else {
    text.insertEmbed(end.at, joinMarker(source), {});
  }
  map.touch("strand", end.strand);
}

/** The end of all that shows in a block. */
function endOf(map: BlockMap, id: BlockId): Spot {
  let owner = id;
  for (;;) {
    const segment = map.segment(owner);
    if (!segment) throw new Error(`Block ${id} has no text to join to.`);
    const last = segment.items.at(-1);
    if (last?.kind !== "join" || map.hostsOf(last.id)[0]?.owner !== owner)
      return { strand: segment.strand, at: segment.to };
    owner = last.id;
  }
}
