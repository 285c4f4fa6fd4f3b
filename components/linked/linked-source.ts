/** The blocks of other documents that lead to one, as the person may read them. */
import * as z from "zod/mini";
import { fromServerError } from "../../lib/core/errors.ts";
import { blockId } from "../../lib/core/ids.ts";
import type { BrowserSupabase } from "../../lib/supabase/browser.ts";

const Linked = z.pipe(
  z.object({
    document_id: z.guid(),
    block_id: z.guid(),
    snippet: z.string(),
    snippet_start: z.number(),
    text_length: z.number(),
  }),
  z.transform((row) => ({
    documentId: row.document_id,
    blockId: blockId(row.block_id.replaceAll("-", "").toLowerCase()),
    snippet: row.snippet.trim(),
    isCutBefore: row.snippet_start > 0,
    // the database counts characters, not UTF-16 units
    isCutBehind: row.snippet_start + [...row.snippet].length < row.text_length,
  })),
);
export type Linked = z.infer<typeof Linked>;

const LIMIT_MS = 10_000;
/** More than anybody goes through. */
export const MOST_LINKED = 50;

/** The newest first. Rejects where there is no answer. */
export async function askForLinked(client: BrowserSupabase, documentId: string): Promise<Linked[]> {
  const { data, error, status } = await client
    .rpc("backlinks", { p_document_id: documentId, p_limit: MOST_LINKED })
    .abortSignal(AbortSignal.timeout(LIMIT_MS));
  if (error) throw fromServerError(error, status);
  return z.array(Linked).parse(data);
}
