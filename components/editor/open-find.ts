import type { EditorView } from "@tiptap/pm/view";

/** Heard by the bar that finds, on the editor's element. */
export const FIND = "open-find";

/** Opens the bar that finds in the document, as Ctrl/Cmd+F does. */
export const openFind = (view: EditorView): void => void view.dom.dispatchEvent(new Event(FIND));
