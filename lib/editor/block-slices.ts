/** Pieces of the editor's document as plain blocks and back: what the clipboard and import speak. */
import { Fragment, type Node as ProseMirrorNode, type Schema } from "@tiptap/pm/model";
import { type BlockNode, maxBlockDepth } from "../core/block-tree.ts";
import { newBlockId } from "../core/ids.ts";
import { CELL, ROW, TABLE } from "../core/table.ts";
import { inlineNodes, leafNode, runsOf } from "./block-nodes.ts";

/** Blocks without their ids. Rows and cells that were cut out of their table are a table, or text. */
export function blocksOfFragment(fragment: Fragment): BlockNode[] {
  const top: BlockNode[] = [];
  const open: { depth: number; node: BlockNode }[] = [];
  for (const node of partsOf(fragment)) {
    const depth = Number(node.attrs.depth) || 0;
    const block = blockOf(node);
    while (open.length > 0 && (open.at(-1)?.depth ?? 0) >= depth) open.pop();
    (open.at(-1)?.node.children ?? top).push(block);
    if (block.type !== TABLE) open.push({ depth, node: block });
  }
  return top;
}

function partsOf(fragment: Fragment): ProseMirrorNode[] {
  const nodes = fragment.content.filter((node) => !node.isInline);
  const [first] = nodes;
  if (first?.type.name === "tableRow")
    return [first.type.schema.nodes.table?.create(null, fragment) ?? first];
  return nodes;
}

function blockOf(node: ProseMirrorNode): BlockNode {
  const { type, props } = node.attrs;
  if (node.type.name === "tableCell")
    return { type: "paragraph", attrs: {}, text: runsOf(node), children: [] };
  if (node.type.name !== "table") return { type, attrs: props, text: runsOf(node), children: [] };
  const part = (kind: string, from: ProseMirrorNode, children: BlockNode[]): BlockNode => ({
    type: kind,
    attrs: from.attrs.props,
    text: runsOf(from),
    children,
  });
  const cells = (row: ProseMirrorNode) => row.children.filter(({ type: { name } }) => name === "tableCell");
  const rows = node.children.map((row) =>
    part(
      ROW,
      row,
      cells(row).map((cell) => part(CELL, cell, [])),
    ),
  );
  return { type: TABLE, attrs: props, text: [], children: rows };
}

/** Nodes with ids of their own. */
export function fragmentOfBlocks(schema: Schema, blocks: readonly BlockNode[]): Fragment {
  const nodes: ProseMirrorNode[] = [];
  const add = (block: BlockNode, depth: number) => {
    nodes.push(nodeOf(schema, block, Math.min(depth, maxBlockDepth - 1)));
    if (block.type !== TABLE) for (const child of block.children) add(child, depth + 1);
  };
  for (const block of blocks) add(block, 0);
  return Fragment.fromArray(nodes);
}

function nodeOf(
  schema: Schema,
  { type, attrs: props, text, children }: BlockNode,
  depth: number,
): ProseMirrorNode {
  const attrs = { id: newBlockId(), type, depth, props };
  if (type === TABLE) {
    const rows = children.map((row) => {
      const cells = row.children.map((cell) =>
        schema.node("tableCell", partAttributes(CELL, cell, depth + 2), inlineNodes(schema, cell.text, true)),
      );
      return schema.node("tableRow", partAttributes(ROW, row, depth + 1), cells);
    });
    return schema.node("table", attrs, rows);
  }
  return leafNode(schema, attrs, text);
}

const partAttributes = (type: string, { attrs: props }: BlockNode, depth: number) => ({
  id: newBlockId(),
  type,
  depth,
  props,
});
