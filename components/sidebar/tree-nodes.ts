/** The tree as export takes it. */
import type { Branches, DocumentRows } from "./tree-model.ts";

export type TreeNode = {
  readonly id: string;
  readonly title: string;
  readonly children: readonly TreeNode[];
};

/** A document with all inside it. */
export function nodeOf(rows: DocumentRows, branches: Branches, id: string): TreeNode {
  return { id, title: rows.get(id)?.title ?? "", children: nodesIn(rows, branches, id) };
}

/** Everything in a document; "": in the workspace. */
export function nodesIn(rows: DocumentRows, branches: Branches, id: string): TreeNode[] {
  return (branches.children.get(id) ?? []).map((row) => nodeOf(rows, branches, row.id));
}
