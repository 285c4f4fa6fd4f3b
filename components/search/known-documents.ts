/** The documents that this page knows from its tree: for choosing one, for recent ones, and without a connection. */
import { highlightRanges } from "../../lib/core/search-text.ts";
import { type Filters, narrowDocuments } from "./filters.ts";
import { type DocumentHit, type Place, titleOf } from "./search-answers.ts";

/** In the order of the tree. */
export type KnownDocument = {
  readonly id: string;
  readonly title: string;
  /** Above it, outermost first. */
  readonly path: readonly Place[];
};

const MOST = 8;

const asHit = ({ id, title, path }: KnownDocument): DocumentHit => ({
  kind: "document",
  documentId: id,
  title,
  path,
  updatedAt: null,
});

/** Those of the ids that are there, in their order. */
export function knownHits(documents: readonly KnownDocument[], ids: readonly string[]): DocumentHit[] {
  const byId = new Map(documents.map((one) => [one.id, one]));
  return ids.flatMap((id) => {
    const found = byId.get(id);
    return found ? [asHit(found)] : [];
  });
}

/** By words of their titles, those with the most of them first. */
export function titledAlike(
  documents: readonly KnownDocument[],
  query: string,
  filters: Filters,
): DocumentHit[] {
  const rated = documents.flatMap((one) => {
    const marked = highlightRanges(titleOf(one), query).reduce((sum, { start, end }) => sum + end - start, 0);
    return marked > 0 ? [{ one, marked }] : [];
  });
  const best = rated.toSorted((a, b) => b.marked - a.marked).map(({ one }) => asHit(one));
  return narrowDocuments(best, filters, Date.now()).slice(0, MOST);
}
