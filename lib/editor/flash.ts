/** The block that a link led to: marked once, so that the eye finds it. */
import { Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import type { BlockId } from "../core/ids.ts";
import { REMOTE } from "./binding.ts";
import { scrollToElement } from "./in-sight.ts";
import { reveal } from "./nesting.ts";

const key = new PluginKey<DecorationSet>("flash");

export function flashPlugin(): Plugin<DecorationSet> {
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply(transaction, marked) {
        const range: { from: number; to: number } | undefined = transaction.getMeta(key);
        if (range)
          return DecorationSet.create(transaction.doc, [
            Decoration.node(range.from, range.to, { class: "flash" }),
          ]);
        // what others write, or what comes in while the page opens, is no sign that the eye has found it
        if (transaction.getMeta(REMOTE)) return marked.map(transaction.mapping, transaction.doc);
        if (transaction.selectionSet || transaction.docChanged) return DecorationSet.empty;
        return marked;
      },
    },
    props: { decorations: (state) => key.getState(state) },
  });
}

/** Scrolls to a block and marks it, unfolding what hides it. False when it is not here. */
export function flashBlock(view: EditorView, id: BlockId): boolean {
  const found: { from: number; to: number }[] = [];
  view.state.doc.forEach((node, offset) => {
    if (node.attrs.id === id) found.push({ from: offset, to: offset + node.nodeSize });
  });
  const [range] = found;
  if (!range) return false;
  reveal(view, range.from);
  view.dispatch(view.state.tr.setMeta(key, range));
  scrollToElement(view, () => view.dom.querySelector(`[data-block-id="${id}"]`));
  return true;
}

/** Scrolls to a place of the text, as of another's caret, and marks the block at the top that it is in. */
export function bringToPosition(view: EditorView, position: number): void {
  const { doc } = view.state;
  const at = Math.min(position, doc.content.size);
  const $at = doc.resolve(at);
  reveal(view, at);
  if ($at.depth > 0) view.dispatch(view.state.tr.setMeta(key, { from: $at.before(1), to: $at.after(1) }));
  scrollToElement(view, () => {
    const { node } = view.domAtPos(at);
    return node instanceof Element ? node : node.parentElement;
  });
}
