/** Carets and selections of others: from what they sent to positions in this editor's document, and back. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { Selection } from "@tiptap/pm/state";
import type { BlockMap } from "../core/block-map.ts";
import type { Json } from "../core/block-tree.ts";
import { placeOf, positionOf } from "./binding.ts";
import { edgeOf, fromCursor, toCursor } from "./cursor.ts";

/** What is sent of a selection; opaque to everybody else. */
export type SentCursor = { anchor: Json; head: Json };

export function cursorOf(
  map: BlockMap,
  doc: ProseMirrorNode,
  { anchor, head }: Selection,
): { cursor: SentCursor; blockId: string } | null {
  const from = placeOf(doc, anchor);
  const to = placeOf(doc, head);
  if (!from || !to || !map.has(from.block) || !map.has(to.block)) return null;
  const cursor = {
    anchor: toCursor(map, from, edgeOf(anchor, head)),
    head: toCursor(map, to, edgeOf(head, anchor)),
  };
  return { cursor, blockId: to.block };
}

/** Null when nothing of what it pointed at is left. */
export function positionsOf(
  map: BlockMap,
  doc: ProseMirrorNode,
  cursor: { anchor?: unknown; head?: unknown },
): { anchor: number; head: number } | null {
  const head = positionOf(map, doc, fromCursor(map, cursor.head));
  if (head === null) return null;
  const isCaret = JSON.stringify(cursor.anchor) === JSON.stringify(cursor.head);
  return { anchor: isCaret ? head : (positionOf(map, doc, fromCursor(map, cursor.anchor)) ?? head), head };
}
