/**
 * An outline as the editor's document: one node for each block at the top, but a table's rows and cells stand inside
 * it. In reading order the blocks of a document are the items of its outline, one for one (`blocksOf`).
 */
import type { Node as ProseMirrorNode, Schema } from "@tiptap/pm/model";
import type { BlockId } from "../core/ids.ts";
import type { OutlineItem } from "../core/outline.ts";
import { columnOf, columnsOf } from "../core/table.ts";
import { type BlockSource, blockNode, idOf } from "./block-nodes.ts";
import { sizeBefore } from "./long-list.ts";

export type PlacedBlock = { readonly node: ProseMirrorNode /** Of the node itself. */; readonly pos: number };

export const isTable = (node: ProseMirrorNode): boolean => node.type.name === "table";
/** A node that stands for a block: text, inline objects and gaps of tables do not. */
const isBlock = (node: ProseMirrorNode): boolean => "id" in node.attrs;

/** Calls `see` for each block in reading order. */
export function forEachBlock(doc: ProseMirrorNode, see: (node: ProseMirrorNode, pos: number) => void): void {
  doc.forEach((node, pos) => {
    see(node, pos);
    if (isTable(node)) forEachBlockOfTable(node, pos, see);
  });
}

function forEachBlockOfTable(
  table: ProseMirrorNode,
  pos: number,
  see: (node: ProseMirrorNode, pos: number) => void,
): void {
  table.descendants((node, offset) => {
    if (isBlock(node)) see(node, pos + 1 + offset);
    return !node.isTextblock;
  });
}

/** The rows and cells of a table, in reading order. */
export function blocksInside(table: ProseMirrorNode): ProseMirrorNode[] {
  const found: ProseMirrorNode[] = [];
  forEachBlockOfTable(table, 0, (node) => void found.push(node));
  return found;
}

export function blocksOf(doc: ProseMirrorNode): PlacedBlock[] {
  const found: PlacedBlock[] = [];
  forEachBlock(doc, (node, pos) => void found.push({ node, pos }));
  return found;
}

/**
 * Null when the document does not show the block. `index`: its place among all blocks, where that is known; it stands
 * there at the top, or before that behind blocks of tables.
 */
export function findBlock(doc: ProseMirrorNode, id: BlockId, index = -1): PlacedBlock | null {
  const { children } = doc;
  for (let at = Math.min(index, children.length - 1); at >= 0 && at > index - MOST_INSIDE; at--) {
    const node = children[at] as ProseMirrorNode;
    if (idOf(node) === id) return { node, pos: sizeBefore(children, at) };
  }
  let pos = 0;
  for (const node of doc.children) {
    if (idOf(node) === id) return { node, pos };
    pos += node.nodeSize;
  }
  let found: PlacedBlock | null = null;
  doc.forEach((table, at) => {
    if (!isTable(table)) return;
    forEachBlockOfTable(table, at, (node, place) => {
      if (idOf(node) === id) found = { node, pos: place };
    });
  });
  return found;
}

/** Blocks in tables before a block that are passed over one by one to find it. */
const MOST_INSIDE = 200;

/** Length of a block's own words; a table and its rows have none. */
export const textSize = (node: ProseMirrorNode): number => (node.isTextblock ? node.content.size : 0);

/** What the editor holds now, to be kept where nothing changed. */
export type Kept = {
  readonly present: ReadonlyMap<BlockId, ProseMirrorNode>;
  readonly isStale: (id: BlockId) => boolean;
};

export const NOTHING_KEPT: Kept = { present: new Map(), isStale: () => true };

/** The top nodes for these items. Nodes of blocks that did not change are kept as they are. */
export function outlineNodes(
  schema: Schema,
  map: BlockSource,
  items: readonly OutlineItem[],
  kept: Kept,
): ProseMirrorNode[] {
  const nodes: ProseMirrorNode[] = [];
  for (let index = 0; index < items.length; ) {
    const item = items[index] as OutlineItem;
    const end = item.role === "table" ? tableEnd(items, index) : index + 1;
    nodes.push(
      item.role === "table"
        ? tableNode(schema, map, items.slice(index, end), kept)
        : leafNode(schema, map, item, kept),
    );
    index = end;
  }
  return nodes;
}

/** Index behind the last row or cell of the table at `index`. */
export function tableEnd(items: readonly OutlineItem[], index: number): number {
  let end = index + 1;
  while (items[end]?.role === "row" || items[end]?.role === "cell") end++;
  return end;
}

function leafNode(
  schema: Schema,
  map: BlockSource,
  { id, depth, role }: OutlineItem,
  { present, isStale }: Kept,
): ProseMirrorNode {
  const node = present.get(id);
  const isCell = role === "cell";
  const isSame = node?.type.name !== "table" && node?.type.name !== "tableRow";
  if (node && !isStale(id) && isSame && (node.type.name === "tableCell") === isCell)
    return node.attrs.depth === depth
      ? node
      : node.type.create({ ...node.attrs, depth }, node.content, node.marks);
  const fresh = blockNode(schema, map, id, depth, isCell);
  return node && isSameBlock(node, fresh) ? node : fresh;
}

function tableNode(
  schema: Schema,
  map: BlockSource,
  items: readonly OutlineItem[],
  kept: Kept,
): ProseMirrorNode {
  const [head, ...inside] = items as [OutlineItem, ...OutlineItem[]];
  const columns = columnsOf(map.attrs(head.id)).map(({ id }) => id);
  const rows: ProseMirrorNode[] = [];
  for (let index = 0; index < inside.length; ) {
    const row = inside[index] as OutlineItem;
    const cells = new Map<string, ProseMirrorNode>();
    for (index++; inside[index]?.role === "cell"; index++) {
      const cell = inside[index] as OutlineItem;
      cells.set(columnOf(map.attrs(cell.id)) ?? "", leafNode(schema, map, cell, kept));
    }
    const content = columns.map((col) => cells.get(col) ?? schema.node("tableGap", { col }));
    rows.push(containerNode(schema, map, "tableRow", row, content, kept));
  }
  return containerNode(schema, map, "table", head, rows, kept);
}

function containerNode(
  schema: Schema,
  map: BlockSource,
  name: "table" | "tableRow",
  { id, depth }: OutlineItem,
  content: readonly ProseMirrorNode[],
  { present }: Kept,
): ProseMirrorNode {
  const fresh = schema.node(name, { id, type: map.type(id), depth, props: map.attrs(id) }, content);
  const node = present.get(id);
  return node && isSameBlock(node, fresh) ? node : fresh;
}

/** Equal but for the section that a top node stands in. */
export const isSameBlock = (node: ProseMirrorNode, other: ProseMirrorNode): boolean =>
  node.eq(other.mark(node.marks));

/** The nodes of a document by block. */
export function nodesById(doc: ProseMirrorNode): Map<BlockId, ProseMirrorNode> {
  const found = new Map<BlockId, ProseMirrorNode>();
  forEachBlock(doc, (node) => void found.set(idOf(node), node));
  return found;
}
