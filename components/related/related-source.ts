/** Blocks that are near another in meaning, and what stands around each, as the person may see them. */
import * as z from "zod/mini";
import { Json, TextRun } from "../../lib/core/block-tree.ts";
import { fromServerError, type ServerError } from "../../lib/core/errors.ts";
import { type BlockId, blockId, toUuid } from "../../lib/core/ids.ts";
import { CELL } from "../../lib/core/table.ts";
import type { BrowserSupabase } from "../../lib/supabase/browser.ts";

const Related = z.pipe(
  z.object({
    document_id: z.guid(),
    block_id: z.guid(),
    title: z.string(),
    snippet: z.string(),
    text_length: z.number(),
  }),
  z.transform((row) => ({
    documentId: row.document_id,
    blockId: blockId(row.block_id.replaceAll("-", "").toLowerCase()),
    title: row.title.trim() || "Untitled",
    snippet: row.snippet,
    isCut: [...row.snippet].length < row.text_length,
  })),
);
export type Related = z.infer<typeof Related>;

const Row = z.object({
  id: z.guid(),
  parent_path: z.string(),
  sort_order: z.string(),
  type: z.string(),
  content: z.object({ attrs: z.record(z.string(), Json), text: z.array(TextRun) }),
});
/** A block to be drawn by itself: it stands at the top, whatever it is in. */
export type NearRow = Pick<z.infer<typeof Row>, "id" | "type" | "content"> & { readonly parentPath: "" };
/** A block between its neighbours of the same level, in reading order. */
export type Around = {
  readonly before: readonly NearRow[];
  readonly block: NearRow;
  readonly behind: readonly NearRow[];
};

export interface RelatedSource {
  /** Best first; none while the block's words were not read for meaning yet. */
  related(block: BlockId, signal: AbortSignal): Promise<Related[]>;
  /** Null: it is not there any more. */
  around(documentId: string, block: BlockId): Promise<Around | null>;
}

const LIMIT_MS = 10_000;
const MOST = 8;
const NEIGHBOURS = 2;
const COLUMNS = "id,parent_path,sort_order,type,content";

export function supabaseRelated(connect: () => Promise<BrowserSupabase>, documentId: string): RelatedSource {
  return {
    async related(block, signal) {
      const answer = await (await connect())
        .rpc("related_blocks", { p_document_id: documentId, p_block_id: toUuid(block), p_limit: MOST })
        .abortSignal(AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]));
      return z.array(Related).parse(dataOf(answer));
    },
    async around(document, block) {
      const client = await connect();
      const rows = () =>
        client
          .from("blocks")
          .select(COLUMNS)
          .eq("document_id", document)
          .abortSignal(AbortSignal.timeout(LIMIT_MS));
      const [here] = z.array(Row).parse(dataOf(await rows().eq("id", toUuid(block))));
      if (!here) return null;
      const siblings = () => rows().eq("parent_path", here.parent_path).limit(NEIGHBOURS);
      const [before, behind] = await Promise.all([
        siblings().lt("sort_order", here.sort_order).order("sort_order", { ascending: false }),
        siblings().gt("sort_order", here.sort_order).order("sort_order"),
      ]);
      const read = (answer: typeof before) => z.array(Row).parse(dataOf(answer)).map(alone);
      return { before: read(before).reverse(), block: alone(here), behind: read(behind) };
    },
  };
}

/** A cell without its table is its words. */
const alone = ({ id, type, content }: z.infer<typeof Row>): NearRow => ({
  id,
  type: type === CELL ? "paragraph" : type,
  content,
  parentPath: "",
});

function dataOf(answer: { data: unknown; error: ServerError | null; status: number }): unknown {
  if (answer.error) throw fromServerError(answer.error, answer.status);
  return answer.data;
}
