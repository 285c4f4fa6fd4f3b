/** Find and replace in one document, by the library of ProseMirror; what is found is drawn and counted here. */
import type { EditorState, Plugin, Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { findNext, findPrev, getSearchState, search, setSearchState } from "prosemirror-search";
import { ShownQuery } from "./find-as-shown.ts";
import { bringIntoSight } from "./in-sight.ts";
import type { MentionDoor } from "./mention.ts";

export type Sought = {
  readonly text: string;
  readonly isCaseSensitive: boolean;
  readonly isWholeWord: boolean;
};

/** `at`: which of them is selected, from 1; 0: none. `isMore`: counting ended at the limit. */
export type Found = { readonly count: number; readonly at: number; readonly isMore: boolean };

export const MOST_COUNTED = 1_000;

export const findPlugin = (): Plugin => search();

const NOTHING: Sought = { text: "", isCaseSensitive: false, isWholeWord: false };

/** Marks all places, in the words as this reader sees them; null takes the marks away. */
export function seek(view: EditorView, sought: Sought | null, look: MentionDoor["look"]): void {
  const { text, isCaseSensitive, isWholeWord } = sought ?? NOTHING;
  const query = new ShownQuery(
    { search: text, caseSensitive: isCaseSensitive, wholeWord: isWholeWord },
    look,
  );
  if (getSearchState(view.state)?.query.eq(query)) return;
  view.dispatch(setSearchState(view.state.tr, query));
}

export function countFound(state: EditorState): Found {
  const query = getSearchState(state)?.query;
  const found = { count: 0, at: 0, isMore: false };
  if (!query?.valid) return found;
  for (let hit = query.findNext(state); hit !== null; hit = query.findNext(state, hit.to)) {
    if (found.count === MOST_COUNTED) return { ...found, isMore: true };
    found.count++;
    if (hit.from === state.selection.from && hit.to === state.selection.to) found.at = found.count;
  }
  return found;
}

/** Goes to the next or previous place, around the end of the document. */
export function goToFound(view: EditorView, by: 1 | -1): void {
  (by > 0 ? findNext : findPrev)(view.state, view.dispatch, view);
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
  const query = getSearchState(view.state)?.query;
  const hit = query?.findNext(view.state, from, to);
  if (hit?.from === from && hit.to === to && isText(view.state, hit))
    view.dispatch(insertAt(view.state.tr, hit, replacement));
  goToFound(view, 1);
}

/** Replaces all places at once, one undo step. Returns how many, and how many are names and stayed. */
export function replaceAllFound(view: EditorView, replacement: string): { replaced: number; stayed: number } {
  const { state } = view;
  const query = getSearchState(state)?.query;
  const hits: Hit[] = [];
  for (let hit = query?.findNext(state); hit; hit = query?.findNext(state, hit.to)) hits.push(hit);
  const texts = hits.filter((hit) => isText(state, hit));
  const { tr } = state;
  for (const hit of texts.toReversed()) insertAt(tr, hit, replacement);
  if (tr.docChanged) view.dispatch(tr.scrollIntoView());
  return { replaced: texts.length, stayed: hits.length - texts.length };
}

type Hit = { readonly from: number; readonly to: number };

function isText({ doc }: EditorState, { from, to }: Hit): boolean {
  let isAll = true;
  doc.nodesBetween(from, to, (node) => {
    isAll &&= !node.isInline || node.isText;
  });
  return isAll;
}

/** The text as it is typed (the library would read "$1" in it), with the marks of what it replaces. */
function insertAt(tr: Transaction, { from, to }: Hit, replacement: string): Transaction {
  const marks = tr.doc.resolve(from).marksAcross(tr.doc.resolve(to)) ?? [];
  return replacement === ""
    ? tr.delete(from, to)
    : tr.replaceWith(from, to, tr.doc.type.schema.text(replacement, marks));
}
