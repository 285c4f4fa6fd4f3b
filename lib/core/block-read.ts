/** A document as plain data and back: what import, export, the welcome document and the tests speak. */

import { arrange, type Wanted } from "./block-arrange.ts";
import { createBlock, insertText } from "./block-edit.ts";
import { BlockMap } from "./block-map.ts";
import type { BlockNode } from "./block-tree.ts";
import { type ParentId, ROOT } from "./entry.ts";
import { type BlockId, blockId, newBlockId } from "./ids.ts";

/** The seen blocks as a tree, each with its id. */
export function readTree(map: BlockMap): BlockNode[] {
  const top: BlockNode[] = [];
  const inside = new Map<ParentId, BlockNode[]>([[ROOT, top]]);
  for (const { id, parent } of map.outline().items) {
    const node: BlockNode = {
      id,
      type: map.type(id),
      attrs: { ...map.attrs(id) },
      text: map.runs(id),
      children: [],
    };
    inside.set(id, node.children);
    (inside.get(parent) ?? top).push(node);
  }
  return top;
}

/** Reads a document without keeping a block map on it. */
export function readDocumentTree(doc: BlockMap["doc"]): BlockNode[] {
  const map = new BlockMap(doc);
  try {
    return readTree(map);
  } finally {
    map.destroy();
  }
}

/**
 * Inserts a tree of blocks; ids that are missing are made. Returns the ids of its top level.
 * @param at behind which block (and everything inside it) they go, at its depth; null: at the end of the document.
 */
export function insertTree(map: BlockMap, nodes: readonly BlockNode[], at: BlockId | null = null): BlockId[] {
  const { items } = map.outline();
  const anchor = at === null ? undefined : map.outline().indexOf.get(at);
  const depth = anchor === undefined ? 0 : (items[anchor]?.depth ?? 0);
  let index = items.length;
  if (anchor !== undefined) {
    index = anchor + 1;
    while ((items[index]?.depth ?? -1) > depth) index++;
  }
  const made: Wanted[] = [];
  const top = nodes.map((node) => createNode(map, node, depth, made));
  arrange(map, [...items.slice(0, index), ...made, ...items.slice(index)]);
  return top;
}

function createNode(map: BlockMap, node: BlockNode, depth: number, made: Wanted[]): BlockId {
  const id = node.id === undefined ? newBlockId() : blockId(node.id);
  createBlock(map, id, node);
  let offset = 0;
  for (const run of node.text) {
    insertText(map, id, offset, run);
    offset += run.text.length;
  }
  made.push({ id, depth });
  for (const child of node.children) createNode(map, child, depth + 1, made);
  return id;
}
