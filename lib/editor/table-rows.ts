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

/** Attributes alone where the cells stand right, so that a caret in one of them stays. */
function replaceCells(tr: Transaction, start: number, row: ProseMirrorNode, settled: Fragment): void {
  const isInPlace =
    settled.childCount === row.childCount &&
    row.children.every((cell, index) => {
      const right = settled.child(index);
      return cell.type === right.type && cell.attrs.id === right.attrs.id && cell.content.eq(right.content);
    });
  if (!isInPlace) {
    tr.replaceWith(start, start + row.content.size, settled);
    return;
  }
  row.forEach((cell, offset, index) => {
    const { props } = settled.child(index).attrs;
    if (cell.type.name === "tableCell" && cell.attrs.props !== props)
      tr.setNodeAttribute(start + offset, "props", props);
  });
}
