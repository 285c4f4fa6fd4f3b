/** The rows of a document's blocks, as the asking person may see them. They may be seconds behind the log. */
import "server-only";
import * as z from "zod";
import { Json, TextRun } from "../core/block-tree.ts";
import { createServerSupabase } from "../supabase/server.ts";
import { Id } from "./rows.ts";

const FirstBlock = z.object({
  id: z.guid(),
  /** The ids of the blocks around it in 32 hex, outermost first, joined by dots; '' at the top. */
  parentPath: z.string(),
  type: z.string(),
  content: z.object({ attrs: z.record(z.string(), Json), text: z.array(TextRun) }),
});
export type FirstBlock = z.infer<typeof FirstBlock>;

/** About three windows of text. */
const FIRST = 120;

/**
 * What a document begins with, in reading order. Empty for a document that this person may not see, and where the
 * database does not answer as it should: the page then shows its text when its own script has it.
 */
export async function listFirstBlocks(documentId: string): Promise<FirstBlock[]> {
  if (!Id.safeParse(documentId).success) return [];
  const client = await createServerSupabase();
  const answer = await client.rpc("first_blocks", { p_document_id: documentId, p_limit: FIRST });
  const parsed = z.array(FirstBlock).safeParse(answer.data);
  return answer.error || !parsed.success ? [] : parsed.data;
}

const LastEdit = z
  .object({ at: z.string().nullable(), by: Id.nullable(), blocks: z.int().nonnegative() })
  .transform(({ at, by, blocks }) => ({ at: at === null ? null : new Date(at), by, blocks }));
/** `by`: a person's id; null where it is not known any more. `at` is null where nothing was written yet. */
export type LastEdit = z.infer<typeof LastEdit>;

/** Null for a document that this person may not see, and where the database does not answer as it should. */
export async function findLastEdit(documentId: string): Promise<LastEdit | null> {
  if (!Id.safeParse(documentId).success) return null;
  const client = await createServerSupabase();
  const answer = await client.rpc("last_edit", { p_document_id: documentId });
  const parsed = LastEdit.safeParse(answer.data);
  return answer.error || !parsed.success ? null : parsed.data;
}
