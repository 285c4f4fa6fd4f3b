import { type EditorState, Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { createStore } from "../../lib/collab/store.ts";
import { chosenOf } from "../../lib/editor/chosen.ts";
import { type LinkHere, linkHere, ownPath } from "../../lib/editor/link-here.ts";

/**
 * Links of the text. A page that is written in follows none by itself: Ctrl, the middle button and Alt+Enter do, and a click
 * shows a card with the ways to go there. Where one only reads, a click goes there.
 */
export class LinkStore {
  /** The link whose card is shown. */
  readonly here = createStore<LinkHere | null>(null, isSame);
  /** Takes the focus to the card. */
  onEnter: () => void = () => undefined;
  readonly plugin: Plugin;
  readonly #go: (href: string) => void;

  /** @param go leads to a page of the product */
  constructor(go: (href: string) => void) {
    this.#go = go;
    this.plugin = new Plugin({
      props: {
        handleDOMEvents: {
          click: (view, event) => this.#click(view, event),
          auxclick: (view, event) => this.#click(view, event),
          blur: (view) => void this.#blur(view),
        },
        handleKeyDown: (view, event) => this.#onKey(view, event),
      },
      view: () => ({ update: (view, before) => this.#update(view, before) }),
    });
  }

  /** In this window where it is a page of the product; what is elsewhere gets a window of its own, and the text stays. */
  open(href: string, isBeside = false): void {
    const path = isBeside ? null : ownPath(href, window.location);
    if (path === null) window.open(href, "_blank", "noopener");
    else this.#go(path);
  }

  #click(view: EditorView, event: MouseEvent): boolean {
    const href = (event.target as Element).closest?.("a.link")?.getAttribute("href");
    const isBeside = event.ctrlKey || event.metaKey || event.button === 1;
    if (!href || event.button > 1 || (view.editable && !isBeside)) return false;
    event.preventDefault();
    this.open(href, isBeside);
    return true;
  }

  #onKey(view: EditorView, event: KeyboardEvent): boolean {
    const link = event.key === "Enter" && event.altKey ? linkHere(view.state) : null;
    if (link) this.open(link.href);
    if (link || this.here.getSnapshot() === null) return link !== null;
    if (event.key === "F10" && event.altKey) this.onEnter();
    else if (event.key === "Escape") this.here.set(null);
    else {
      // who writes in its words has no need of it
      if (!STAYS.test(event.key)) this.here.set(null);
      return false;
    }
    return true;
  }

  /** It comes with the caret, and stays while the text changes around it. */
  #update(view: EditorView, before: EditorState): void {
    const { state } = view;
    if (state.doc === before.doc && state.selection.eq(before.selection)) return;
    const isAsked = state.doc === before.doc || this.here.getSnapshot() !== null;
    const isIn = isInTools();
    const isSeen = view.editable && (view.hasFocus() || isIn) && chosenOf(state) === null;
    const here = isAsked && isSeen ? linkHere(state) : null;
    // the card goes, and would take the focus along
    if (here === null && isIn && this.here.getSnapshot() !== null) view.focus();
    this.here.set(here);
  }

  /** It stays while the focus is in it; where that went is known after the event. */
  #blur(view: EditorView): void {
    setTimeout(() => {
      if (!view.hasFocus() && !isInTools()) this.here.set(null);
    });
  }
}

const isInTools = (): boolean => Boolean(document.activeElement?.closest("[data-format-tools]"));

const STAYS = /^(?:Arrow|Home$|End$|Page|Shift$|Control$|Alt$|Meta$|Tab$)/;

function isSame(a: LinkHere | null, b: LinkHere | null): boolean {
  return a === b || (a !== null && b !== null && a.href === b.href && a.from === b.from && a.to === b.to);
}
