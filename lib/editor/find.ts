/** Find and replace in one document, by the library of ProseMirror; what is found is drawn and counted here. */
import type { EditorState, Plugin, Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { findNext, findPrev, getSearchState, SearchQuery, search, setSearchState } from "prosemirror-search";
import { bringIntoSight } from "./in-sight.ts";

export type Sought = {
  readonly text: string;
  readonly isCaseSensitive: boolean;
  readonly isWholeWord: boolean;
};

/** `at`: which of them is selected, from 1; 0: none. `isMore`: counting ended at the limit. */
export type Found = { readonly count: number; readonly at: number; readonly isMore: boolean };

export const MOST_COUNTED = 1_000;

export const findPlugin = (): Plugin => search();

function queryOf({ text, isCaseSensitive, isWholeWord }: Sought): SearchQuery {
  return new SearchQuery({
    search: text,
    // as it is typed: no "\n" for a line break
    literal: true,
    caseSensitive: isCaseSensitive,
    wholeWord: isWholeWord,
  });
}

/** Marks all places; null takes the marks away. */
export function seek(view: EditorView, sought: Sought | null): void {
  const query = sought === null ? new SearchQuery({ search: "" }) : queryOf(sought);
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

/** Replaces the place that is selected and goes to the next; where none is selected it only goes to one. */
export function replaceFound(view: EditorView, replacement: string): void {
  const { from, to } = view.state.selection;
  const query = getSearchState(view.state)?.query;
  const hit = query?.findNext(view.state, from, to);
  if (hit?.from === from && hit.to === to) view.dispatch(insertAt(view.state.tr, hit, replacement));
  goToFound(view, 1);
}

/** Replaces all places at once, one undo step. Returns how many. */
export function replaceAllFound(view: EditorView, replacement: string): number {
  const { state } = view;
  const query = getSearchState(state)?.query;
  const hits: Hit[] = [];
  for (let hit = query?.findNext(state); hit; hit = query?.findNext(state, hit.to)) hits.push(hit);
  const { tr } = state;
  for (const hit of hits.toReversed()) insertAt(tr, hit, replacement);
  if (tr.docChanged) view.dispatch(tr.scrollIntoView());
  return hits.length;
}

type Hit = { readonly from: number; readonly to: number };

/** The text as it is typed (the library would read "$1" in it), with the marks of what it replaces. */
function insertAt(tr: Transaction, { from, to }: Hit, replacement: string): Transaction {
  const marks = tr.doc.resolve(from).marksAcross(tr.doc.resolve(to)) ?? [];
  return replacement === ""
    ? tr.delete(from, to)
    : tr.replaceWith(from, to, tr.doc.type.schema.text(replacement, marks));
}
