/**
 * Whole blocks that are chosen: a run of blocks from one to another, by id, so that others' edits leave it alone.
 * Everything inside a chosen block belongs to it. The caret stays in one of them, unseen.
 */
import { type EditorState, PluginKey, type Transaction } from "@tiptap/pm/state";
import type { BlockId } from "../core/ids.ts";
import { idOf } from "./block-nodes.ts";

/** `anchor`: where choosing began; `head`: the end that Shift and the arrows move. */
export type Chosen = { readonly anchor: BlockId; readonly head: BlockId };

export const chosenKey = new PluginKey<Chosen | null>("chosen");

export const chosenOf = (state: EditorState): Chosen | null => chosenKey.getState(state) ?? null;

export const setChosen = (tr: Transaction, chosen: Chosen | null): Transaction =>
  tr.setMeta(chosenKey, chosen);

/** Whether both ends stand in the document. */
export function isShown(doc: EditorState["doc"], { anchor, head }: Chosen): boolean {
  const ids = new Set<BlockId>();
  doc.forEach((node) => void ids.add(idOf(node)));
  return ids.has(anchor) && ids.has(head);
}

/** Places among the document's children; `end` behind the last one, with what is inside it. Null: none is chosen. */
export function chosenRange(state: EditorState): { first: number; end: number } | null {
  const chosen = chosenOf(state);
  if (chosen === null) return null;
  const places: number[] = [];
  state.doc.forEach((node, _offset, index) => {
    if (idOf(node) === chosen.anchor || idOf(node) === chosen.head) places.push(index);
  });
  const [first] = places;
  const last = places.at(-1);
  if (first === undefined || last === undefined) return null;
  return { first, end: behindSubtree(state.doc, last) };
}

/** Behind everything that is inside the block at `last`. */
function behindSubtree(doc: EditorState["doc"], last: number): number {
  const { depth } = doc.child(last).attrs;
  let end = last + 1;
  while (end < doc.childCount && doc.child(end).attrs.depth > depth) end++;
  return end;
}
