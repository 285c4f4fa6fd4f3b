import { type EditorState, Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { createStore } from "../../lib/collab/store.ts";
import { type Formats, formatsOf, isFormattable } from "../../lib/editor/formats.ts";

export type Chosen = { readonly from: number; readonly to: number; readonly formats: Formats };

/** The chosen text and what it carries, for the toolbar over it: told once the hand has let go of the mouse. */
export class FormatStore {
  readonly chosen = createStore<Chosen | null>(null);
  /** Opens the field for a link's address, or says that nothing is chosen that could be one. */
  onLink: () => void = () => undefined;
  /** Takes the focus to the toolbar. */
  onEnter: () => void = () => undefined;
  readonly plugin: Plugin;
  #isDragging = false;
  #dismissed: string | null = null;

  constructor() {
    this.plugin = new Plugin({
      props: {
        handleDOMEvents: {
          mousedown: (view) => this.#drag(view),
          blur: (view) => void this.#blur(view),
        },
        handleKeyDown: (view, event) => this.#onKey(view, event),
      },
      view: () => ({ update: (view) => this.#show(view) }),
    });
  }

  /** Hides the toolbar until something else is chosen. */
  dismiss({ selection }: EditorState): void {
    this.#dismissed = keyOf(selection);
    this.chosen.set(null);
  }

  /** Shows the toolbar over what is chosen, even where it was hidden. */
  showAgain(view: EditorView): void {
    this.#dismissed = null;
    this.#show(view);
  }

  #drag(view: EditorView): void {
    this.#isDragging = true;
    const stop = () => {
      this.#isDragging = false;
      // the selection is read after the event
      setTimeout(() => {
        if (!view.isDestroyed) this.#show(view);
      });
    };
    view.dom.ownerDocument.addEventListener("mouseup", stop, { once: true });
  }

  /** The toolbar stays while the focus is in it or in one of its menus; where it went is known after the event. */
  #blur(view: EditorView): void {
    setTimeout(() => {
      const { activeElement } = document;
      if (view.isDestroyed || view.hasFocus() || activeElement?.closest("[data-format-tools], .popup"))
        return;
      this.dismiss(view.state);
    });
  }

  #onKey(view: EditorView, event: KeyboardEvent): boolean {
    const isShown = this.chosen.getSnapshot() !== null;
    if (event.key.toLowerCase() === "k" && event.shiftKey && (event.metaKey || event.ctrlKey)) {
      if (!view.editable) return false;
      this.onLink();
    } else if (isShown && event.key === "Escape") this.dismiss(view.state);
    else if (isShown && event.key === "F10" && event.altKey) this.onEnter();
    else return false;
    event.preventDefault();
    return true;
  }

  #show(view: EditorView): void {
    const { state } = view;
    const key = keyOf(state.selection);
    if (key !== this.#dismissed) this.#dismissed = null;
    const isShown = !this.#isDragging && this.#dismissed === null && isFormattable(state) && view.editable;
    if (!isShown) {
      this.chosen.set(null);
      return;
    }
    const { from, to } = state.selection;
    this.chosen.set({ from, to, formats: formatsOf(state) });
  }
}

const keyOf = ({ from, to }: EditorState["selection"]): string => `${from} ${to}`;
