/**
 * After every change by the person: each block has an id of its own, no block nests deeper than one level below
 * the one before it, columns are two to four, each row of a table has one cell or gap for each column. A paste, a split by the browser or a
 * command need not care.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { Plugin, type Transaction } from "@tiptap/pm/state";
import type { BlockMap } from "../core/block-map.ts";
import { maxBlockDepth } from "../core/block-tree.ts";
import { type BlockId, isBlockId, newBlockId } from "../core/ids.ts";
import { REMOTE } from "./binding.ts";
import { type ChangedRange, changedRange } from "./changed-range.ts";
import { sizeBefore } from "./long-list.ts";
import { blocksOf, isTable, type PlacedBlock } from "./outline-nodes.ts";
import { settlePlaces } from "./place-marks.ts";
import { SECTIONS, type Sections } from "./sections.ts";
import { settleColumns } from "./settle-columns.ts";
import { settleRows } from "./table-rows.ts";

export function normalizePlugin(map: BlockMap, sections: Sections = SECTIONS): Plugin {
  return new Plugin({
    appendTransaction(transactions, { doc: before }, { doc: changed, tr }) {
      if (!transactions.some((one) => one.docChanged && !one.getMeta(REMOTE))) return null;
      if (isTyping(before, changed)) return null;
      settleColumns(tr);
      const { doc } = tr;
      const range = changedRange(before, doc);
      settleDepths(tr, doc, range);
      settleIds(tr, placed(before, range.start, range.before), placed(doc, range.start, range.after), map);
      const known = new Set(before.children.slice(range.start, range.before));
      // from the last to the first: what is done in one does not move those before it
      const tables: { node: ProseMirrorNode; pos: number }[] = [];
      let pos = sizeBefore(tr.doc.children, range.start);
      for (const node of tr.doc.children.slice(range.start, range.after)) {
        if (isTable(node) && !known.has(node)) tables.push({ node, pos });
        pos += node.nodeSize;
      }
      for (const { node, pos } of tables.reverse()) settleRows(tr, node, pos);
      // depths may have changed behind the range, too
      settlePlaces(tr, before, sections);
      return tr.docChanged ? tr : null;
    },
  });
}

/** The same blocks at the same places, and no table among them. */
function isTyping(before: ProseMirrorNode, doc: ProseMirrorNode): boolean {
  const range = changedRange(before, doc);
  const old = before.children.slice(range.start, range.before);
  const fresh = doc.children.slice(range.start, range.after);
  return old.length === fresh.length && fresh.every((node, i) => isSameBlock(old[i], node));
}

/** With the attributes that it had, in which an id and a depth were settled. */
const isSameBlock = (old: ProseMirrorNode | undefined, node: ProseMirrorNode): boolean =>
  old?.type === node.type && old.attrs === node.attrs && !isTable(node);

/** The blocks at and inside the children `from` to `to` (exclusive). */
function placed(doc: ProseMirrorNode, from: number, to: number): PlacedBlock[] {
  const start = sizeBefore(doc.children, from);
  const part = doc.type.create(null, doc.children.slice(from, to));
  return blocksOf(part).map(({ node, pos }) => ({ node, pos: start + pos }));
}

/** What did not change fits where it stood, but for what follows a change: from there on as far as it has to. */
function settleDepths(tr: Transaction, doc: ProseMirrorNode, { start, after }: ChangedRange): void {
  const above = start > 0 ? doc.child(start - 1) : null;
  let previous = above ? above.attrs.depth - (isTable(above) ? 1 : 0) : -1;
  let at = sizeBefore(doc.children, start);
  for (let index = start; index < doc.childCount; index++) {
    const node = doc.child(index);
    const most = maxBlockDepth - (isTable(node) ? 3 : 1);
    const depth = Math.max(0, Math.min(Number(node.attrs.depth) || 0, previous + 1, most));
    if (index >= after && depth === node.attrs.depth) return;
    setDepth(tr, node, at, depth);
    // nothing stands inside a table but its rows
    previous = isTable(node) ? depth - 1 : depth;
    at += node.nodeSize;
  }
}

/** Of a top node, and of the rows and cells in it. */
function setDepth(tr: Transaction, top: ProseMirrorNode, at: number, depth: number): void {
  const set = (node: ProseMirrorNode, pos: number, wanted: number) => {
    if (node.attrs.depth !== wanted) tr.setNodeAttribute(pos, "depth", wanted);
  };
  set(top, at, depth);
  if (!isTable(top)) return;
  top.descendants((node, pos) => {
    if (node.type.name === "tableRow") set(node, at + 1 + pos, depth + 1);
    else if (node.type.name === "tableCell") set(node, at + 1 + pos, depth + 2);
    return !node.isTextblock;
  });
}

function settleIds(
  tr: Transaction,
  before: readonly PlacedBlock[],
  fresh: readonly PlacedBlock[],
  map: BlockMap,
): void {
  const known = new Set<unknown>(before.map(({ node }) => node.attrs.id));
  const seen = new Set<BlockId>();
  for (const { node, pos } of fresh) {
    let { id } = node.attrs;
    if (!isBlockId(id) || seen.has(id) || isSpent(map, id, known)) id = newBlockId();
    seen.add(id);
    if (id !== node.attrs.id) tr.setNodeAttribute(pos, "id", id);
  }
}

/** An id that a block has elsewhere, or had: what is put in now is another block. */
function isSpent(map: BlockMap, id: BlockId, known: ReadonlySet<unknown>): boolean {
  return !known.has(id) && map.entry(id) !== undefined;
}
