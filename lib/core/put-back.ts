/**
 * Bringing back a block that somebody deleted. What was deleted of it is written anew between what is left, by the
 * identity of the characters; each is noted as a copy of the one that it stands for (restored.ts). So it is there once,
 * also when another person brings the same block back, or whoever deleted it undoes that.
 */

import { type BlockShape, insertText, lengthOf, recall, spotAt } from "./block-edit.ts";
import type { BlockMap } from "./block-map.ts";
import type { Marks, TextRun } from "./block-tree.ts";
import type { BlockId } from "./ids.ts";
import { charactersOf, isStanding, noteCopies, originalsOf } from "./restored.ts";
import { EMBED_MARK } from "./strand.ts";

/** A block as it stood: `characters` names each UTF-16 unit of the text of `runs`. */
export type FormerBlock = {
  readonly id: BlockId;
  readonly shape: BlockShape;
  readonly characters: readonly string[];
  readonly runs: readonly TextRun[];
};

export function readFormerBlock(map: BlockMap, id: BlockId): FormerBlock {
  return {
    id,
    shape: { type: map.type(id), attrs: map.attrs(id) },
    characters: charactersIn(map, id),
    runs: map.runs(id),
  };
}

function charactersIn(map: BlockMap, id: BlockId): string[] {
  return map
    .pieces(id)
    .flatMap(({ strand, at, length }) => charactersOf(map.strandText(strand)).slice(at, at + length));
}

/** A stretch of text that is to be written, and before which of the block's characters; null: behind them all. */
type Missing = { readonly text: TextRun; readonly characters: string[]; before: string | null };

/**
 * Writes into `into` what the document lacks of a former block: the same block, or a new one where that is dissolved.
 * Must be called inside `doc.transact`. What was written into the block since stays behind the word it follows.
 */
export function putBack(map: BlockMap, former: FormerBlock, into: BlockId = former.id): void {
  recall(map, into);
  let first = 0;
  const { missing, anchor } = missingOf(map, former, into);
  for (const one of missing) {
    const { text, characters, before } = one;
    const offset = before === anchor ? first : offsetBefore(map, into, before);
    if (before === anchor) first += text.text.length;
    insertText(map, into, offset, text);
    const { strand, at } = spotAt(map, into, offset + text.text.length);
    const copies = charactersOf(map.strandText(strand)).slice(at - characters.length, at);
    noteCopies(
      map.doc,
      copies.map((copy, i) => ({ copy, origin: characters[i] ?? copy })),
    );
  }
}

/** `anchor`: the first character that is left in the block; what stood before it goes to the block's start. */
function missingOf(
  map: BlockMap,
  former: FormerBlock,
  into: BlockId,
): { missing: Missing[]; anchor: string | null } {
  const originals = originalsOf(map.doc, former.characters);
  const here = new Set(originalsOf(map.doc, charactersIn(map, into)));
  const missing: Missing[] = [];
  let open: Missing | null = null;
  let waiting = 0;
  let anchor: string | null = null;
  for (const { unit, marks, at, isStart } of unitsOf(former.runs)) {
    const original = originals[at] ?? "";
    if (here.has(original)) {
      anchor ??= original;
      for (; waiting < missing.length; waiting++) (missing[waiting] as Missing).before = original;
      open = null;
    } else if (isStanding(map.doc, original) || isStanding(map.doc, former.characters[at] ?? "")) {
      open = null; // it stands in another block now
    } else {
      if (open === null || isStart) {
        open = { text: { text: "", marks }, characters: [], before: null };
        missing.push(open);
      }
      open.text.text += unit;
      open.characters.push(...originals.slice(at, at + unit.length));
    }
  }
  return { missing, anchor };
}

type Unit = { unit: string; marks: Marks; at: number; isStart: boolean };

/** The characters of some runs, surrogate pairs whole; `isStart`: it cannot be written together with the one before. */
function* unitsOf(runs: readonly TextRun[]): Generator<Unit> {
  let at = 0;
  for (const { text, marks } of runs) {
    let isStart = true;
    for (const unit of text) {
      yield { unit, marks, at, isStart };
      isStart = Object.hasOwn(marks, EMBED_MARK);
      at += unit.length;
    }
  }
}

function offsetBefore(map: BlockMap, id: BlockId, before: string | null): number {
  const next = before === null ? -1 : originalsOf(map.doc, charactersIn(map, id)).indexOf(before);
  return next < 0 ? lengthOf(map, id) : next;
}
