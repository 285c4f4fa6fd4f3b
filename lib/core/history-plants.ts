/** Faulty operations, as one might write them, by which histories prove that they notice: a `Plant` for each name. */
import * as Y from "yjs";
import { createBlock, deleteText, insertText, lengthOf, splitBlock } from "./block-edit.ts";
import { textOf } from "./block-tree.ts";
import type { Edit, Plant } from "./history.ts";

/** Copies the tail into the new block: what another types meanwhile behind the split stays where it was. */
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

/** Copies the text to the end of the block before. */
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

/** Forgets whose part begins behind the split. */
const forgetfulSplit: Edit = (history, _peer, id, map) => {
  if (lengthOf(map, id) > 1)
    splitBlock(map, id, 1, history.newId(), { type: "quote", attrs: {} }, () => history.newId());
  map.root.delete(id);
};

export const HISTORY_PLANTS: Readonly<Record<string, Plant>> = {
  "naive-split": { split: naiveSplit },
  "naive-join": { join: naiveJoin },
  "forgetful-split": { split: forgetfulSplit },
  /** Unmakes blocks in which others wrote, and brings words back twice. */
  "plain-undo": {
    createUndo: (map, origin) => new Y.UndoManager(map.root, { trackedOrigins: new Set([origin]) }),
  },
};
