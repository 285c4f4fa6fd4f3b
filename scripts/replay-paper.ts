/**
 * The recorded editing session: 259,778 edits of one paper, as plain text. A patch is [position, deleted, inserted];
 * positions and lengths count UTF-16 units, newlines included.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

const Patch = z.tuple([z.int().min(0), z.int().min(0), z.string()]);
export type Patch = z.infer<typeof Patch>;

const Paper = z.object({
  startContent: z.string(),
  endContent: z.string(),
  txns: z.array(z.object({ patches: z.array(Patch) })),
});

export type Recording = {
  readonly start: string;
  readonly patches: readonly Patch[];
  /** What stands there after the last patch. */
  readonly end: string;
};

export const paperPath = resolve(import.meta.dirname, "../../shared/data/automerge-paper.json.gz");

export const isPaperHere = (): boolean => existsSync(paperPath);

/** The first `count` edits; `end` is then what plain string splicing gives. */
export function readPaper(count = Number.POSITIVE_INFINITY): Recording {
  const paper = Paper.parse(JSON.parse(gunzipSync(readFileSync(paperPath)).toString("utf8")));
  const all = paper.txns.flatMap(({ patches }) => patches);
  const patches = all.slice(0, count);
  const end = patches.length === all.length ? paper.endContent : patches.reduce(splice, paper.startContent);
  return { start: paper.startContent, patches, end };
}

export function splice(text: string, [position, deleted, inserted]: Patch): string {
  return text.slice(0, position) + inserted + text.slice(position + deleted);
}
