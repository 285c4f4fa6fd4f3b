/**
 * Undo per person. It takes back what this person did and nothing else:
 * - another person's words are never removed (Yjs only deletes the items that the tracked origin inserted);
 * - a block that this person made stays when others have written in it: its entry and its strand are never
 *   deleted, only the key that places it, and text of others in it brings it back (BlockMap: dead blocks).
 */
import * as Y from "yjs";
import type { BlockMap } from "./block-map.ts";
import { isBlockId } from "./ids.ts";
import { noteRestored } from "./restored.ts";

/** Keystrokes closer together than this are undone as one. */
const CAPTURE_MS = 500;

export function createUndo(map: BlockMap, origin: unknown): Y.UndoManager {
  const undo = new Y.UndoManager(map.root, {
    trackedOrigins: new Set([origin]),
    captureTimeout: CAPTURE_MS,
    deleteFilter: (item) => mayUndo(map, item),
  });
  noteRestored(undo);
  return undo;
}

function mayUndo(map: BlockMap, item: Y.Item): boolean {
  if (item.content instanceof Y.ContentType) return false;
  if (item.parentSub === null) return true;
  const parent = item.parent;
  if (!(parent instanceof Y.Map)) return true;
  const id = parent._item?.parentSub;
  if (!isBlockId(id)) return true;
  if (item.parentSub === "born" || item.parentSub === "home") return false;
  return !isOfCreation(parent, item) || !hasWordsOfOthers(map, id, item.id.client);
}

/** Whether the item was written when the block was made: `place` follows `born`, which follows all the rest. */
function isOfCreation(entry: Y.Map<unknown>, item: Y.Item): boolean {
  const born = entry._map.get("born");
  return born?.id.client === item.id.client && item.id.clock <= born.id.clock + born.length;
}

function hasWordsOfOthers(map: BlockMap, id: ReturnType<typeof map.hostOf>, client: number): boolean {
  const strand = map.entry(id)?.text;
  if (!strand) return false;
  for (let item = strand._start; item; item = item.right) {
    if (!item.deleted && item.countable && item.id.client !== client) return true;
  }
  return false;
}
