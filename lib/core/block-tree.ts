/**
 * The block tree: a document's content as plain data, free of Yjs and of the editor. Import, export, the
 * welcome document and tests speak it; `readTree` and `insertTree` of the block map turn it to and from
 * a shared document.
 *
 * - `id` is 32 lower-case hex digits and may be missing: the block map then makes one.
 * - `type` is any non-empty name: an unknown one is carried untouched.
 * - `text` is a list of runs; runs in a row carry different marks, or are inline objects, and no run is empty
 *   (see `mergeRuns`).
 *   "\n" is a line of a code block, and a hard line break in any other block.
 */
import * as z from "zod/mini";
import { EMBED_MARK } from "./strand.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export const Json: z.ZodMiniType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(Json), z.record(z.string(), Json)]),
);

/** bold, italic, underline, strike, code: true; link: { href }. Others are carried untouched. */
export type Marks = Record<string, Json>;
export const Marks: z.ZodMiniType<Marks> = z.record(z.string(), Json);

export type TextRun = { text: string; marks: Marks };
export const TextRun: z.ZodMiniType<TextRun> = z.object({
  text: z.string().check(z.minLength(1)),
  marks: Marks,
});

export type BlockNode = {
  id?: string;
  type: string;
  attrs: Record<string, Json>;
  text: TextRun[];
  children: BlockNode[];
};
export const BlockNode: z.ZodMiniType<BlockNode> = z.lazy(() =>
  z.object({
    id: z.exactOptional(
      z.string().check(z.regex(/^[0-9a-f]{32}$/, "A block id is 32 lower-case hex digits.")),
    ),
    type: z.string().check(z.minLength(1)),
    attrs: z.record(z.string(), Json),
    text: z.array(TextRun),
    children: z.array(BlockNode),
  }),
);

/** Blocks nest at most this deep: a root block is at depth 1. Deeper ltree paths break the index. */
export const maxBlockDepth = 32;

/** Whether two values of JSON are equal, whatever the order of their keys. */
export function isEqualJson(one: Json, other: Json): boolean {
  if (one === other) return true;
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  const left = one as Record<string, Json>;
  const right = other as Record<string, Json>;
  return keys.every((key) => {
    const a = left[key];
    const b = right[key];
    return a !== undefined && b !== undefined && Object.hasOwn(right, key) && isEqualJson(a, b);
  });
}

/** The same text with no empty run and no two neighbours of equal marks; each inline object is a run of its own. */
export function mergeRuns(runs: readonly TextRun[]): TextRun[] {
  const merged: TextRun[] = [];
  for (const run of runs) {
    if (run.text === "") continue;
    const last = merged.at(-1);
    const isObject = Object.hasOwn(run.marks, EMBED_MARK);
    if (last && !isObject && isEqualJson(last.marks, run.marks)) last.text += run.text;
    else merged.push({ text: run.text, marks: { ...run.marks } });
  }
  return merged;
}

/** The characters of the runs, without marks. */
export function textOf(runs: readonly TextRun[]): string {
  return runs.map((run) => run.text).join("");
}
