import type { EditorView } from "@tiptap/pm/view";

/**
 * What was typed and where the caret was put just before is known to the browser but not yet to the editor: it is read
 * first, or a key would act where the caret was, and drawing the editor's state would put the caret back to there.
 */
export function readPage(view: EditorView): void {
  (view as EditorView & { domObserver?: { flush(): void } }).domObserver?.flush();
}
