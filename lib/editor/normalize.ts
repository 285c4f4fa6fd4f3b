/**
 * After every change by the person: each block has an id of its own, no block nests deeper than one level below
 * the one before it, each row of a table has one cell or gap for each column. A paste, a split by the browser or a
 * command need not care.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { Plugin, type Transaction } from "@tiptap/pm/state";
import type { BlockMap } from "../core/block-map.ts";
import { maxBlockDepth } from "../core/block-tree.ts";
import { type BlockId, isBlockId, newBlockId } from "../core/ids.ts";
import { REMOTE } from "./binding.ts";
import { forEachBlock, isTable } from "./outline-nodes.ts";
import { settleRows } from "./table-rows.ts";

export function normalizePlugin(map: BlockMap): Plugin {
  return new Plugin({
    appendTransaction(transactions, before, { doc, tr }) {
      if (!transactions.some((one) => one.docChanged && !one.getMeta(REMOTE))) return null;
      const known = new Set<ProseMirrorNode>();
      before.doc.forEach((node) => void known.add(node));
      settleDepths(tr, doc);
      settleIds(tr, before.doc, doc, map);
      // from the last to the first: what is done in one does not move those before it
      const tables: { node: ProseMirrorNode; pos: number }[] = [];
      tr.doc.forEach((node, pos) => {
        if (isTable(node) && !known.has(node)) tables.push({ node, pos });
      });
      for (const { node, pos } of tables.reverse()) settleRows(tr, node, pos);
      return tr.docChanged ? tr : null;
    },
  });
}

function settleDepths(tr: Transaction, doc: ProseMirrorNode): void {
  let previous = -1;
  let inTable = 0;
  forEachBlock(doc, (node, pos) => {
    let depth = node.attrs.depth;
    if (node.type.name === "tableRow") depth = inTable + 1;
    else if (node.type.name === "tableCell") depth = inTable + 2;
    else {
      const most = maxBlockDepth - (isTable(node) ? 3 : 1);
      depth = Math.max(0, Math.min(Number(depth) || 0, previous + 1, most));
      // nothing stands inside a table but its rows
      previous = isTable(node) ? depth - 1 : depth;
      inTable = depth;
    }
    if (depth !== node.attrs.depth) tr.setNodeAttribute(pos, "depth", depth);
  });
}

function settleIds(tr: Transaction, before: ProseMirrorNode, doc: ProseMirrorNode, map: BlockMap): void {
  const known = new Set<unknown>();
  forEachBlock(before, (node) => void known.add(node.attrs.id));
  const seen = new Set<BlockId>();
  forEachBlock(doc, (node, pos) => {
    let { id } = node.attrs;
    if (!isBlockId(id) || seen.has(id) || isSpent(map, id, known)) id = newBlockId();
    seen.add(id);
    if (id !== node.attrs.id) tr.setNodeAttribute(pos, "id", id);
  });
}

/** An id that a block had which is no more: what is put in now is another block. */
function isSpent(map: BlockMap, id: BlockId, known: ReadonlySet<unknown>): boolean {
  return !known.has(id) && map.entry(id) !== undefined;
}
