/** Rows of a table brought into the shape that a block map gives them: one cell or gap for each column, in order. */
import { Fragment, type Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { Transaction } from "@tiptap/pm/state";
import type { Json } from "../core/block-tree.ts";
import { orderKeysBetween } from "../core/order-key.ts";
import { type ColumnId, columnAttribute, columnOf, columnsOf, newColumnId } from "../core/table.ts";

type Props = Readonly<Record<string, Json>>;

/** Gives cells that name no column of the table, or one that is taken, a free one; makes columns for the rest. */
export function settleRows(tr: Transaction, table: ProseMirrorNode, pos: number): void {
  const columns = columnsOf(table.attrs.props);
  let { props }: { props: Props } = table.attrs as { props: Props };
  const widest = Math.max(0, ...table.children.map((row) => row.childCount));
  const missing = widest - columns.length;
  if (missing > 0) {
    const keys = orderKeysBetween(columns.at(-1)?.key ?? null, null, missing);
    for (const key of keys) {
      const id = newColumnId();
      columns.push({ id, key });
      props = { ...props, [columnAttribute(id)]: key };
    }
    tr.setNodeAttribute(pos, "props", props);
  }
  const ids = columns.map(({ id }) => id);
  const starts: number[] = [];
  table.forEach((_row, offset) => void starts.push(pos + 1 + offset));
  for (const [index, row] of [...table.children.entries()].reverse()) {
    const settled = settledRow(row, ids);
    const start = (starts[index] ?? 0) + 1;
    if (!row.content.eq(settled)) replaceCells(tr, start, row, settled);
  }
}

function settledRow(row: ProseMirrorNode, columns: readonly ColumnId[]): Fragment {
  const placed = new Map<ColumnId, ProseMirrorNode>();
  const homeless: { node: ProseMirrorNode; index: number }[] = [];
  row.forEach((node, _offset, index) => {
    if (node.type.name === "tableGap") return;
    const column = columnOf(node.attrs.props);
    if (column !== null && columns.includes(column) && !placed.has(column)) placed.set(column, node);
    else homeless.push({ node, index });
  });
  for (const { node, index } of homeless) {
    const near = columns[index];
    const column = near !== undefined && !placed.has(near) ? near : columns.find((id) => !placed.has(id));
    if (column === undefined) continue;
    placed.set(column, node.type.create({ ...node.attrs, props: { col: column } }, node.content, node.marks));
  }
  const gap = row.type.schema.nodes.tableGap;
  return Fragment.fromArray(
    columns.flatMap((col) => placed.get(col) ?? (gap === undefined ? [] : [gap.create({ col })])),
  );
}

/**
 * Where the cells stand in order only what is between them changes, and their columns: the words of a cell stay where
 * they are, and so does a caret among them. Cells that change places are put in anew, each whole.
 */
function replaceCells(tr: Transaction, start: number, row: ProseMirrorNode, settled: Fragment): void {
  const now = cellsWithGaps(row.content);
  const wanted = cellsWithGaps(settled);
  const isInOrder =
    now.length === wanted.length && now.every(({ cell }, i) => cell?.attrs.id === wanted[i]?.cell?.attrs.id);
  if (!isInOrder) {
    tr.replaceWith(start, start + row.content.size, settled);
    return;
  }
  let end = start + row.content.size;
  for (let i = now.length - 1; i >= 0; i--) {
    const [was, is] = [now[i], wanted[i]];
    if (!was || !is) continue;
    const from = end - sizeOf(was.gaps);
    if (!Fragment.fromArray(was.gaps).eq(Fragment.fromArray(is.gaps))) tr.replaceWith(from, end, is.gaps);
    end = from - (was.cell?.nodeSize ?? 0);
    if (was.cell && is.cell && was.cell.attrs.props !== is.cell.attrs.props)
      tr.setNodeAttribute(end, "props", is.cell.attrs.props);
  }
}

/** A cell and the gaps behind it; the first entry has the gaps before all cells. */
type CellWithGaps = { readonly cell: ProseMirrorNode | null; readonly gaps: ProseMirrorNode[] };

function cellsWithGaps(content: Fragment): CellWithGaps[] {
  const found: CellWithGaps[] = [{ cell: null, gaps: [] }];
  content.forEach((node) => {
    if (node.type.name === "tableGap") found.at(-1)?.gaps.push(node);
    else found.push({ cell: node, gaps: [] });
  });
  return found;
}

const sizeOf = (nodes: readonly ProseMirrorNode[]): number =>
  nodes.reduce((sum, node) => sum + node.nodeSize, 0);
