/**
 * Places in the text that stay with their character: a caret of this editor while others write, and the carets
 * of others. A place is stored beside the character before it (assoc -1) in its strand; so it follows splits and joins.
 * The start of a text is stored beside the first character, which it goes with when the block is split before it. An
 * empty block has none to go with: its place is the start, else the next word would be written into another's first.
 */
import * as Y from "yjs";
import { spotAt } from "../core/block-edit.ts";
import type { BlockMap } from "../core/block-map.ts";
import type { Json } from "../core/block-tree.ts";
import { type BlockId, isBlockId } from "../core/ids.ts";

/** Opaque to everybody but this file; JSON. `block` answers when the strand has no such place any more. */
export type Cursor = { readonly block: BlockId; readonly strand: BlockId | null; readonly place: Json };
export type TextPlace = { readonly block: BlockId; readonly offset: number };

export function toCursor(map: BlockMap, { block, offset }: TextPlace): Cursor {
  if (!map.segment(block)) return { block, strand: null, place: null };
  const spot = spotAt(map, block, offset);
  const place = Y.createRelativePositionFromTypeIndex(
    map.strandText(spot.strand),
    spot.at,
    offset > 0 || map.pieces(block).length === 0 ? -1 : 0,
  );
  return { block, strand: spot.strand, place: Y.relativePositionToJSON(place) };
}

/** Null when nothing of it is left. Never throws: cursors of others are anything at all. */
export function fromCursor(map: BlockMap, value: unknown): TextPlace | null {
  if (typeof value !== "object" || value === null || !("block" in value) || !isBlockId(value.block))
    return null;
  const found =
    "strand" in value && isBlockId(value.strand) && "place" in value
      ? findPlace(map, value.strand, value.place)
      : null;
  if (found) return found;
  return map.has(value.block) ? { block: value.block, offset: 0 } : null;
}

function findPlace(map: BlockMap, strand: BlockId, json: unknown): TextPlace | null {
  const text = map.entry(strand)?.text;
  if (!text) return null;
  let index: number | undefined;
  try {
    const absolute = Y.createAbsolutePositionFromRelativePosition(
      Y.createRelativePositionFromJSON(json),
      map.doc,
    );
    if (absolute?.type === text) index = absolute.index;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return null; // not a position at all
  }
  return index === undefined ? null : placeAt(map, strand, index);
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
