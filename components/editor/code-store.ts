import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { createStore } from "../../lib/collab/store.ts";
import type { BlockId } from "../../lib/core/ids.ts";
import { idOf, nodeText } from "../../lib/editor/block-nodes.ts";
import { type BlockAt, blockAt } from "../../lib/editor/commands.ts";
import { toast } from "../ui/toast.ts";

/** The code block whose language is being chosen, and its button. */
export type CodeHere = { readonly id: BlockId; readonly language: string; readonly button: Element };

/** The buttons in the head of a code block; Ctrl+Enter in one asks for its language too. */
export class CodeStore {
  readonly here = createStore<CodeHere | null>(null);
  readonly plugin: Plugin;

  constructor() {
    this.plugin = new Plugin({
      props: {
        handleDOMEvents: {
          mousedown: (_view, event) => buttonOf(event) !== null && prevent(event),
          click: (view, event) => this.#click(view, event),
        },
        handleKeyDown: (view, event) =>
          event.key === "Enter" &&
          (event.ctrlKey || event.metaKey) &&
          this.#open(view, blockAt(view.state.doc, view.state.selection.from)),
      },
    });
  }

  #click(view: EditorView, event: MouseEvent): boolean {
    const button = buttonOf(event);
    const text = button?.closest(".block")?.querySelector("code");
    if (!button || !text) return false;
    const block = blockAt(view.state.doc, view.posAtDOM(text, 0));
    if (button.classList.contains("code-language")) return this.#open(view, block);
    void copy(nodeText(block.node));
    return true;
  }

  #open(view: EditorView, { node, pos }: BlockAt): boolean {
    const dom = view.nodeDOM(pos);
    const button = dom instanceof Element ? dom.querySelector(".code-language") : null;
    if (!node.type.spec.code || !button || !view.editable) return false;
    const { language } = node.attrs.props;
    this.here.set({ id: idOf(node), language: typeof language === "string" ? language : "", button });
    return true;
  }
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast("Code copied");
  } catch (error) {
    console.warn("copy of code", error);
    toast.error("The browser did not let the code be copied. Select it and copy it by keys.");
  }
}

const buttonOf = (event: Event): Element | null =>
  (event.target as Element).closest?.(".code-head button") ?? null;

function prevent(event: Event): boolean {
  event.preventDefault(); // the caret stays where it is
  return true;
}
