/**
 * Strands: how a split or a join keeps every character exactly once.
 *
 * A block's words live in a strand, the Y.Text of its root block. Characters never move between
 * strands, so none can be doubled or left behind; zero-width markers inside the strand say whose they are:
 *
 *   root "abc" ─Enter after b→  ab {split: C} c          segments: root = "ab", C = "c"
 *   B joined to the end of A →  A's strand: … {join: B}  A shows its own segment, then all of B's
 *
 * What a third person types meanwhile lands between the same markers and so follows its neighbours.
 * Deleting the marker undoes the split or the join. Of two markers for one block the first one counts.
 */
import type * as Y from "yjs";
import type { Json, Marks } from "./block-tree.ts";
import { type BlockId, isBlockId } from "./ids.ts";

/** Text (or one foreign inline object, as U+FFFC with its value under EMBED_MARK) at an index of the strand. */
export type RunItem = {
  readonly kind: "run";
  readonly at: number;
  readonly text: string;
  readonly marks: Marks;
};
/** The block `id` continues here, if this join is in force. Takes one index, shows nothing. */
export type JoinItem = { readonly kind: "join"; readonly at: number; readonly id: BlockId };

export type Segment = {
  readonly owner: BlockId;
  readonly strand: BlockId;
  /** Index in the strand where the owner's part begins and ends (end exclusive). */
  readonly from: number;
  readonly to: number;
  readonly items: readonly (RunItem | JoinItem)[];
  readonly hasText: boolean;
};

export const OBJECT_CHARACTER = "\uFFFC";
/** Mark under which a run of one U+FFFC carries an inline object that this version does not draw. */
export const EMBED_MARK = "embed";

/** Whether a run is inline objects; a forged text may carry the mark, too, and is text. */
export const isObjectRun = ({ text, marks }: { readonly text: string; readonly marks: Marks }): boolean =>
  Object.hasOwn(marks, EMBED_MARK) && /^\ufffc+$/.test(text);

export const splitMarker = (id: BlockId): { split: BlockId } => ({ split: id });
export const joinMarker = (id: BlockId): { join: BlockId } => ({ join: id });

type MutableSegment = { owner: BlockId; from: number; items: (RunItem | JoinItem)[]; hasText: boolean };

function markerOf(insert: unknown): { kind: "split" | "join"; id: BlockId } | null {
  if (typeof insert !== "object" || insert === null) return null;
  if ("split" in insert && isBlockId(insert.split)) return { kind: "split", id: insert.split };
  if ("join" in insert && isBlockId(insert.join)) return { kind: "join", id: insert.join };
  return null;
}

/**
 * Cuts a strand into the segments of its blocks, in the strand's order; the root's comes first.
 * @param belongs whether a block says that its home is this strand: other split markers count as nothing.
 * @param isHidden whether the character at an index does not count (see restored.ts); null: all count.
 */
export function parseStrand(
  root: BlockId,
  text: Y.Text,
  belongs: (id: BlockId) => boolean,
  isHidden: ((index: number) => boolean) | null,
): Segment[] {
  const done: Segment[] = [];
  const seen = new Set<BlockId>([root]);
  let open: MutableSegment = { owner: root, from: 0, items: [], hasText: false };
  let at = 0;
  const close = (to: number) => done.push({ ...open, strand: root, to });
  for (const op of text.toDelta() as { insert: unknown; attributes?: Marks }[]) {
    const marks = op.attributes ?? {};
    if (typeof op.insert === "string") {
      for (const run of shownRuns(at, op.insert, marks, isHidden)) {
        open.items.push(run);
        open.hasText = true;
      }
      at += op.insert.length;
      continue;
    }
    const marker = markerOf(op.insert);
    if (marker?.kind === "split") {
      if (!seen.has(marker.id) && belongs(marker.id)) {
        close(at);
        seen.add(marker.id);
        open = { owner: marker.id, from: at + 1, items: [], hasText: false };
      }
    } else if (marker?.kind === "join") {
      open.items.push({ kind: "join", at, id: marker.id });
    } else if (!isHidden?.(at)) {
      open.items.push({
        kind: "run",
        at,
        text: OBJECT_CHARACTER,
        marks: { ...marks, [EMBED_MARK]: op.insert as Json },
      });
      open.hasText = true;
    }
    at += 1;
  }
  close(at);
  return done;
}

function shownRuns(
  at: number,
  text: string,
  marks: Marks,
  isHidden: ((index: number) => boolean) | null,
): RunItem[] {
  if (!isHidden) return [{ kind: "run", at, text, marks }];
  const runs: RunItem[] = [];
  for (let start = 0; start < text.length; start++) {
    if (isHidden(at + start)) continue;
    let end = start + 1;
    while (end < text.length && !isHidden(at + end)) end++;
    runs.push({ kind: "run", at: at + start, text: text.slice(start, end), marks });
    start = end;
  }
  return runs;
}
