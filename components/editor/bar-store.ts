import { type EditorState, Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { createStore } from "../../lib/collab/store.ts";
import { type Formats, formatsHere, SIMPLE_MARKS } from "../../lib/editor/formats.ts";

/** What the format bar of a phone shows: null while nobody writes. */
export class BarStore {
  readonly shown = createStore<Formats | null>(null, isSame);
  readonly plugin: Plugin;

  constructor() {
    this.plugin = new Plugin({
      props: {
        handleDOMEvents: {
          focus: (view) => this.#show(view),
          blur: (view) => this.#blur(view),
        },
      },
      view: () => ({
        update: (view, before: EditorState) => {
          if (this.shown.getSnapshot() !== null && before !== view.state) this.#show(view);
        },
      }),
    });
  }

  #show(view: EditorView): void {
    this.shown.set(view.editable ? formatsHere(view.state) : null);
  }

  /** The bar stays while the focus is in it or in one of its menus; where it went is known after the event. */
  #blur(view: EditorView): void {
    setTimeout(() => {
      const { activeElement } = document;
      if (!view.isDestroyed && (view.hasFocus() || activeElement?.closest("[data-format-tools], .popup")))
        return;
      this.shown.set(null);
    });
  }
}

function isSame(a: Formats | null, b: Formats | null): boolean {
  if (a === null || b === null) return a === b;
  return a.link === b.link && SIMPLE_MARKS.every((name) => a.simple.has(name) === b.simple.has(name));
}
