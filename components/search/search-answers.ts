/** What the database and the function `search` answer, parsed at the door. */
import * as z from "zod/mini";
import { type BlockId, blockId } from "../../lib/core/ids.ts";

const Place = z.object({ id: z.guid(), title: z.string() });
export type Place = z.infer<typeof Place>;

/** A document whose title matches. */
export type DocumentHit = {
  readonly kind: "document";
  readonly documentId: string;
  readonly title: string;
  /** The documents above it, outermost first. */
  readonly path: readonly Place[];
  /** Null: not known on this page. */
  readonly updatedAt: string | null;
};

/** A block that matches by its words, its meaning, or both. */
export type BlockHit = {
  readonly kind: "block";
  readonly documentId: string;
  readonly blockId: BlockId;
  readonly type: string;
  /** Of its document. */
  readonly title: string;
  readonly path: readonly Place[];
  /** A part of its text; the two say whether text was left out before and behind. */
  readonly snippet: string;
  readonly isCutBefore: boolean;
  readonly isCutBehind: boolean;
  /** How well the words match, 0 to 1; 0: none of them stands in it, it was found by its meaning. */
  readonly words: number;
};

export type Hits = { readonly documents: readonly DocumentHit[]; readonly blocks: readonly BlockHit[] };

/** How far the search by meaning is; without a model there is none. */
export type SearchStatus = {
  readonly model: string | null;
  /** Documents whose newest words cannot be found by meaning yet. */
  readonly waiting: number;
  /** Documents whose words could not be read for meaning. */
  readonly failed: number;
  /** The next model, and how far its vectors are, 0 to 1. */
  readonly preparing: { readonly name: string; readonly progress: number } | null;
};

const documentRow = z.pipe(
  z.object({ document_id: z.guid(), title: z.string(), path: z.array(Place), updated_at: z.string() }),
  z.transform(
    (row): DocumentHit => ({
      kind: "document",
      documentId: row.document_id,
      title: row.title,
      path: row.path,
      updatedAt: row.updated_at,
    }),
  ),
);

const blockRow = z.pipe(
  z.object({
    document_id: z.guid(),
    block_id: z.guid(),
    type: z.string(),
    title: z.string(),
    path: z.array(Place),
    snippet: z.string(),
    snippet_start: z.number(),
    text_length: z.number(),
    words: z.number(),
  }),
  z.transform(
    (row): BlockHit => ({
      kind: "block",
      documentId: row.document_id,
      blockId: blockId(row.block_id.replaceAll("-", "").toLowerCase()),
      type: row.type,
      title: row.title,
      path: row.path,
      snippet: row.snippet,
      isCutBefore: row.snippet_start > 0,
      // the database counts characters, not UTF-16 units
      isCutBehind: row.snippet_start + [...row.snippet].length < row.text_length,
      words: row.words,
    }),
  ),
);

export const DocumentRows = z.array(documentRow);
export const BlockRows = z.array(blockRow);
export const SearchAnswer = z.object({
  documents: DocumentRows,
  blocks: BlockRows,
  byMeaning: z.boolean(),
});
export const StatusAnswer = z.object({
  model: z.nullable(z.string()),
  waiting: z.number(),
  failed: z.number(),
  preparing: z.nullable(z.object({ name: z.string(), progress: z.number() })),
});

export const titleOf = ({ title }: { readonly title: string }): string => title.trim() || "Untitled";
