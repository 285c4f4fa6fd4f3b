/** What the page has selected in an editor: a key may have moved it there before the editor hears of it. */
import type { EditorView } from "@tiptap/pm/view";

/** Two positions in the document. */
export type PageSelection = { readonly anchor: number; readonly head: number };

/**
 * Null while an input method composes, without the focus, when the selection lies outside the text, or in text that
 * the editor did not read yet.
 */
export function pageSelection(view: EditorView): PageSelection | null {
  if (view.composing || !view.hasFocus()) return null;
  const { anchorNode, anchorOffset, focusNode, focusOffset } = view.dom.ownerDocument.getSelection() ?? {};
  if (!anchorNode || !focusNode || !view.dom.contains(anchorNode) || !view.dom.contains(focusNode))
    return null;
  if (anchorOffset === undefined || focusOffset === undefined) return null;
  try {
    return { anchor: view.posAtDOM(anchorNode, anchorOffset), head: view.posAtDOM(focusNode, focusOffset) };
  } catch {
    // a RangeError: the page holds what the document does not know yet
    return null;
  }
}
