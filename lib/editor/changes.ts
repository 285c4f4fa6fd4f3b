/** Tells the interface around the text that text or selection changed. */
import { Plugin } from "@tiptap/pm/state";

export class EditorChanges {
  #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly plugin = new Plugin({
    view: () => ({
      update: (view, before) => {
        if (before.doc === view.state.doc && before.selection.eq(view.state.selection)) return;
        for (const listener of this.#listeners) listener();
      },
    }),
  });
}
