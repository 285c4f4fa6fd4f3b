import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { createStore } from "../../lib/collab/store.ts";
import { CALLOUT } from "../../lib/core/callout.ts";
import type { BlockId } from "../../lib/core/ids.ts";
import { idOf } from "../../lib/editor/block-nodes.ts";
import { blockAt } from "../../lib/editor/commands.ts";
import type { Place } from "../ui/menu.tsx";

/** The callout whose menu is open, and where its icon is. */
export type CalloutHere = { readonly id: BlockId; readonly place: Place };

/** Opens the menu of a callout: by a click on its icon, or by Ctrl+Enter in it. */
export class CalloutStore {
  readonly here = createStore<CalloutHere | null>(null);
  readonly plugin: Plugin;

  constructor() {
    this.plugin = new Plugin({
      props: {
        handleDOMEvents: {
          mousedown: (_view, event) => iconOf(event) !== null && prevent(event),
          click: (view, event) => this.#click(view, event),
        },
        handleKeyDown: (view, event) =>
          event.key === "Enter" &&
          (event.ctrlKey || event.metaKey) &&
          this.#open(view, view.state.selection.from),
      },
    });
  }

  #click(view: EditorView, event: MouseEvent): boolean {
    const icon = iconOf(event);
    const text = icon?.nextElementSibling;
    return text ? this.#open(view, view.posAtDOM(text, 0)) : false;
  }

  #open(view: EditorView, position: number): boolean {
    const { node } = blockAt(view.state.doc, position);
    if (node.attrs.type !== CALLOUT || !view.editable) return false;
    const place = () => view.dom.querySelector(`[data-block-id="${idOf(node)}"] > .callout-tone`) ?? view.dom;
    this.here.set({
      id: idOf(node),
      place: { getBoundingClientRect: () => place().getBoundingClientRect() },
    });
    return true;
  }
}

const iconOf = (event: Event): Element | null => (event.target as Element).closest?.(".callout-tone") ?? null;

function prevent(event: Event): boolean {
  event.preventDefault(); // the caret stays where it is
  return true;
}
