/** The same inside the database, without the way there: how long ordinary queries take, and through which indexes. */
import { OURS } from "../../lib/ops/thresholds.ts";
import { ask } from "../benchmark-live-people.ts";
import { type Entry, entry } from "./entries.ts";
import type { Scene } from "./scene.ts";

/** They begin with the document, too. */
const BY_DOCUMENT = /^(?:blocks_pkey|idx_blocks_filters)$/;

/** By the query's name in `explain_queries`: the index it is made for, and all that will do. */
const INTENDED: Readonly<Record<string, readonly [name: string, alike: RegExp]>> = {
  tree: ["idx_documents_workspace_sort_order", /^idx_documents_workspace_sort_order$/],
  // Both keys begin with the document, and a log is short between two snapshots. Of partitions each has its own names.
  log: ["document_updates_pkey", /^document_updates\w*(?:_pkey|_document_id_session_id\w*)$/],
  "first blocks": ["idx_blocks_document_sort_covering", /^idx_blocks_document_sort_covering$/],
  // Of rows that vacuum has not seen yet, any that begins with the document is as good.
  hashes: [
    "idx_blocks_document_sort_covering",
    /^(?:idx_blocks_document_sort_covering|blocks_pkey|idx_blocks_filters)$/,
  ],
  "below a block": ["idx_blocks_parent_path_gist_optimized", /^idx_blocks_parent_path_gist_optimized$/],
  words: ["idx_blocks_search_words", /^idx_blocks_search_words$/],
  nearest: ["idx_blocks_embedding_hnsw_optimized", /^idx_blocks_embedding_hnsw_optimized$/],
};
/** Up to so many blocks, all of a document are read by its key and sorted as quickly as by an index that is sorted. */
const SMALL_DOCUMENT = 1_000;
/** Up to so many rows, reading all of them is as quick as any index, and the planner does. */
const SMALL_TABLE = 20_000;
/** A call may take eight seconds on hosted projects. */
const MOST_TIMES = 50;

export type Explained = {
  readonly name: string;
  readonly table: string;
  /** Of the whole table, as the planner thinks. */
  readonly rows: number;
  readonly ms: readonly number[];
  readonly indexes: readonly string[];
  readonly scanned: readonly string[];
};

/** What is wrong with a plan, on a document of so many blocks, as the end of a sentence; null: nothing. */
export function planFault({ name, table, rows, indexes, scanned }: Explained, blocks: number): string | null {
  const [intended, alike] = INTENDED[name] ?? [];
  if (alike === undefined || indexes.some((index) => alike.test(index))) return null;
  if (scanned.length > 0 && rows <= SMALL_TABLE) return null;
  const isByDocument = indexes.some((index) => BY_DOCUMENT.test(index));
  if (name === "first blocks" && blocks <= SMALL_DOCUMENT && isByDocument) return null;
  const instead =
    indexes.length > 0 ? `goes through ${indexes.join(", ")}` : `reads all ${rows} rows of ${table}`;
  return `it ${instead} instead of ${intended}.`;
}

export async function measureQueries(scene: Scene, samples: number): Promise<Entry[]> {
  const times = Math.min(samples, MOST_TIMES);
  const { queries } = await ask<{ queries: Explained[] }>(scene.service, "explain_queries", {
    p_workspace_id: scene.workspaceId,
    p_times: times,
  });
  const entries = queries.map((query) =>
    // The hashes of a whole document are read by process-block, in the background.
    entry(`in the database: ${query.name}`, "query", query.ms, {
      wrongPlan: planFault(query, scene.largestBlocks),
      ours: query.name === "hashes" ? null : OURS.queryMs,
    }),
  );
  for (const name of Object.keys(INTENDED))
    if (!queries.some((query) => query.name === name))
      entries.push(
        entry(`in the database: ${name}`, "query", [], { absent: "the workspace has nothing for it" }),
      );
  if (scene.largest === null) return entries;
  const opening = await ask<number[]>(scene.service, "time_opening", {
    p_document_id: scene.largest,
    p_times: times,
  });
  const name = `in the database: open ${scene.largestBlocks} blocks`;
  return [...entries, entry(name, "query", opening, { ours: OURS.openMs })];
}
