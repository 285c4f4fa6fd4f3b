import type { KnownDocument } from "../search/known-documents.ts";
import { ancestorsOf, type Branches, type DocumentRows, linesOf, titleOf } from "../sidebar/tree-model.ts";

/** The documents of the tree, in its order, each with what is above it. */
export function knownDocuments(rows: DocumentRows, branches: Branches): KnownDocument[] {
  return linesOf(branches, () => true).map(({ row }) => ({
    id: row.id,
    title: row.title,
    path: ancestorsOf(branches, row.id).map((id) => ({ id, title: titleOf(rows.get(id)) })),
  }));
}
