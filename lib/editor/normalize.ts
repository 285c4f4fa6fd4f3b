/**
 * After every change by the person: each block has an id of its own, no block nests deeper than one level below
 * the one before it. A paste, a split by the browser or a command need not care.
 */
import { Plugin } from "@tiptap/pm/state";
import type { BlockMap } from "../core/block-map.ts";
import { maxBlockDepth } from "../core/block-tree.ts";
import { type BlockId, isBlockId, newBlockId } from "../core/ids.ts";
import { REMOTE } from "./binding.ts";

export function normalizePlugin(map: BlockMap): Plugin {
  return new Plugin({
    appendTransaction(transactions, before, { doc, tr }) {
      if (!transactions.some((one) => one.docChanged && !one.getMeta(REMOTE))) return null;
      const known = new Set<unknown>();
      before.doc.forEach((node) => void known.add(node.attrs.id));
      const seen = new Set<BlockId>();
      let previous = -1;
      doc.forEach((node, offset) => {
        let { id, depth } = node.attrs;
        if (!isBlockId(id) || seen.has(id) || isSpent(map, id, known)) id = newBlockId();
        seen.add(id);
        depth = Math.max(0, Math.min(Number(depth) || 0, previous + 1, maxBlockDepth - 1));
        previous = depth;
        if (id !== node.attrs.id) tr.setNodeAttribute(offset, "id", id);
        if (depth !== node.attrs.depth) tr.setNodeAttribute(offset, "depth", depth);
      });
      return tr.docChanged ? tr : null;
    },
  });
}

/** An id that a block had which is no more: what is put in now is another block. */
function isSpent(map: BlockMap, id: BlockId, known: ReadonlySet<unknown>): boolean {
  return !known.has(id) && map.entry(id) !== undefined;
}
