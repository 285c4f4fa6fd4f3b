/**
 * Places in the text that stay with their character: a caret of this editor while others write, and the carets
 * of others. A caret is stored beside the character before it (assoc -1) in its strand; so it follows splits and joins,
 * and what others write at it comes behind it: each one's letters stay together, because a letter then never hangs on
 * one that its writer is still going on from. The start of a text is stored beside the first character as well, which
 * it goes with when the block is split before it. A range begins beside its own first character, so that what others
 * write before it is not in it.
 */
import * as Y from "yjs";
import { spotAt } from "../core/block-edit.ts";
import type { BlockMap } from "../core/block-map.ts";
import type { Json } from "../core/block-tree.ts";
import { type BlockId, isBlockId } from "../core/ids.ts";

/**
 * Opaque to everybody but this file; JSON. `block` answers when the strand has no such place any more. `start`: the
 * start of the text, where `place` is its first character.
 */
export type Cursor = {
  readonly block: BlockId;
  readonly strand: BlockId | null;
  readonly place: Json;
  readonly start?: Json;
};
export type TextPlace = { readonly block: BlockId; readonly offset: number };

/** @param edge what the place is: a caret, or where a range begins or ends. */
export function toCursor(
  map: BlockMap,
  { block, offset }: TextPlace,
  edge: "caret" | "from" | "to" = "caret",
): Cursor {
  if (!map.segment(block)) return { block, strand: null, place: null };
  const { strand, at } = spotAt(map, block, offset);
  const placeBeside = (assoc: number): Json =>
    Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(map.strandText(strand), at, assoc));
  // an empty block has no character to go with: else the next word would be written into another's first
  if (map.pieces(block).length === 0) return { block, strand, place: placeBeside(-1) };
  if (edge === "from") return { block, strand, place: placeBeside(0) };
  if (offset > 0) return { block, strand, place: placeBeside(-1) };
  return { block, strand, place: placeBeside(0), start: placeBeside(-1) };
}

/** How the two ends of a selection are stored. `anchor` and `head` are positions, or offsets of one text. */
export const edgeOf = (own: number, other: number): "caret" | "from" | "to" =>
  own === other ? "caret" : own < other ? "from" : "to";

/** Null when nothing of it is left. Never throws: cursors of others are anything at all. */
export function fromCursor(map: BlockMap, value: unknown): TextPlace | null {
  if (typeof value !== "object" || value === null || !("block" in value) || !isBlockId(value.block))
    return null;
  const found = "strand" in value && isBlockId(value.strand) ? findPlace(map, value.strand, value) : null;
  if (found) return found;
  return map.has(value.block) ? { block: value.block, offset: 0 } : null;
}

function findPlace(map: BlockMap, strand: BlockId, cursor: object): TextPlace | null {
  const index = "place" in cursor ? indexIn(map, strand, cursor.place) : null;
  if (index === null) return null;
  const start = "start" in cursor ? indexIn(map, strand, cursor.start) : null;
  if (start === null) return placeAt(map, strand, index);
  // before what others wrote there; but not before a split, behind which the first character is now
  return placeAt(map, strand, Math.max(start, map.segmentAt(strand, index)?.from ?? 0));
}

function indexIn(map: BlockMap, strand: BlockId, json: unknown): number | null {
  const text = map.entry(strand)?.text;
  if (!text) return null;
  try {
    const absolute = Y.createAbsolutePositionFromRelativePosition(
      Y.createRelativePositionFromJSON(json),
      map.doc,
    );
    return absolute?.type === text ? absolute.index : null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return null; // not a position at all
  }
}

/** The block and offset that show an index of a strand. */
function placeAt(map: BlockMap, strand: BlockId, index: number): TextPlace | null {
  const segment = map.segmentAt(strand, index);
  if (!segment) return null;
  const block = map.hostOf(segment.owner);
  if (!map.has(block)) return null;
  let offset = 0;
  for (const piece of map.pieces(block)) {
    if (piece.strand !== strand || piece.at < segment.from || piece.at > segment.to) continue;
    if (index <= piece.at + piece.length)
      return { block, offset: piece.offset + Math.max(0, index - piece.at) };
    offset = piece.offset + piece.length;
  }
  return { block, offset };
}
