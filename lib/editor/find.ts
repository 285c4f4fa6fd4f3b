/** Find and replace in one document. */
import { type EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { ShownQuery, type Sought } from "./find-as-shown.ts";
import { type Place, queryOf, setQuery } from "./found-places.ts";
import { bringIntoSight } from "./in-sight.ts";
import type { MentionDoor } from "./mention.ts";

/** `at`: which of them is selected, from 1; 0: none. `isMore`: counting ended at the limit. */
export type Found = { readonly count: number; readonly at: number; readonly isMore: boolean };

export const MOST_COUNTED = 1_000;

const NOTHING: Sought = { text: "", isCaseSensitive: false, isWholeWord: false };

/**
 * Marks what is sought, in the words as this reader sees them; null takes the marks away.
 * @param shown positions between which places are marked (found-in-sight.ts goes on from there); null: all.
 */
export function seek(
  view: EditorView,
  sought: Sought | null,
  look: MentionDoor["look"],
  shown: Place | null = null,
): void {
  const query = new ShownQuery(sought ?? NOTHING, look);
  if (queryOf(view.state)?.equals(query)) return;
  view.dispatch(setQuery(view.state.tr, query, shown));
}

export function countFound(state: EditorState): Found {
  const query = queryOf(state);
  const places = query?.findAll(state, undefined, undefined, MOST_COUNTED + 1) ?? [];
  const counted = places.slice(0, MOST_COUNTED);
  const { from, to } = state.selection;
  const at = counted.findIndex((hit) => hit.from === from && hit.to === to) + 1;
  return { count: counted.length, at, isMore: places.length > MOST_COUNTED };
}

/** Goes to the next or previous place, around the end of the document. */
export function goToFound(view: EditorView, by: 1 | -1): void {
  const { state } = view;
  const query = queryOf(state);
  if (!query) return;
  const { from, to } = state.selection;
  const firstOf = (start: number, end?: number) => query.findAll(state, start, end, 1).at(0);
  const lastOf = (start: number, end?: number) => query.findAll(state, start, end).at(-1);
  const hit = by > 0 ? (firstOf(to) ?? firstOf(0, from)) : (lastOf(0, from) ?? lastOf(to));
  if (!hit) return;
  view.dispatch(state.tr.setSelection(TextSelection.create(state.doc, hit.from, hit.to)).scrollIntoView());
}

/** Scrolls to the place gone to: the editor does not while the focus is elsewhere, as in the field of what is sought. */
export function showFound(view: EditorView): void {
  bringIntoSight(view, () => {
    const { node } = view.domAtPos(view.state.selection.from);
    return node instanceof Element ? node : node.parentElement;
  });
}

/**
 * Replaces the place that is selected and goes to the next; where none is selected it only goes to one. A name that
 * stands for somebody or something is no text, and stays.
 */
export function replaceFound(view: EditorView, replacement: string): void {
  const { from, to } = view.state.selection;
  const [hit] = queryOf(view.state)?.findAll(view.state, from, to, 1) ?? [];
  if (hit?.from === from && hit.to === to && isText(view.state, hit))
    view.dispatch(insertAt(view.state.tr, hit, replacement));
  goToFound(view, 1);
}

/** Replaces all places at once, one undo step. Returns how many, and how many are names and stayed. */
export function replaceAllFound(view: EditorView, replacement: string): { replaced: number; stayed: number } {
  const { state } = view;
  const query = queryOf(state);
  const hits = query?.findAll(state) ?? [];
  const texts = hits.filter((hit) => isText(state, hit));
  const { tr } = state;
  for (const hit of texts.toReversed()) insertAt(tr, hit, replacement);
  if (tr.docChanged) view.dispatch(tr.scrollIntoView());
  return { replaced: texts.length, stayed: hits.length - texts.length };
}

function isText({ doc }: EditorState, { from, to }: Place): boolean {
  let isAll = true;
  doc.nodesBetween(from, to, (node) => {
    isAll &&= !node.isInline || node.isText;
  });
  return isAll;
}

/** The text as it is typed (the library would read "$1" in it), with the marks of what it replaces. */
function insertAt(tr: Transaction, { from, to }: Place, replacement: string): Transaction {
  const marks = tr.doc.resolve(from).marksAcross(tr.doc.resolve(to)) ?? [];
  return replacement === ""
    ? tr.delete(from, to)
    : tr.replaceWith(from, to, tr.doc.type.schema.text(replacement, marks));
}
