/**
 * Arrows around pictures and files: they choose the block on the way past it. What is typed or pasted on a chosen block
 * is in early-files.ts; Enter, Backspace and Delete are in commands.ts.
 */
import { type Command, NodeSelection, Plugin, Selection, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { chosenOf } from "./chosen.ts";
import { isColumnsPart } from "./column-places.ts";
import { isAttachment } from "./commands.ts";
import { chosenAttachment } from "./early-files.ts";

type Way = "up" | "down" | "left" | "right";
const WAYS: Readonly<Record<string, Way>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

export function attachmentKeysPlugin(): Plugin {
  return new Plugin({
    props: {
      handleKeyDown(view, event) {
        const way = WAYS[event.key];
        if (
          !way ||
          chosenOf(view.state) !== null ||
          event.shiftKey ||
          event.altKey ||
          event.ctrlKey ||
          event.metaKey
        )
          return false;
        return walk(way)(view.state, view.dispatch, view);
      },
    },
  });
}

/** Onto a block of its own kind of step: text ─▶ picture ─▶ its caption ─▶ text, and back. */
const walk =
  (way: Way): Command =>
  (state, dispatch, view) => {
    const isBack = way === "up" || way === "left";
    const held = chosenAttachment({ state });
    if (held) {
      const { tr } = state;
      const at = isBack ? Selection.near(tr.doc.resolve(held.from), -1) : null;
      const isFirst = isBack && held.from === 0;
      if (!isFirst)
        dispatch?.(tr.setSelection(at ?? TextSelection.create(tr.doc, held.from + 1)).scrollIntoView());
      return true;
    }
    const { $from, empty } = state.selection;
    if (!empty || $from.depth === 0 || !view?.endOfTextblock(way)) return false;
    const own = $from.before(1);
    const target = isBack && isAttachment($from.parent) ? own : neighbour(state.doc.resolve(own), isBack);
    if (target === null) return false;
    dispatch?.(state.tr.setSelection(NodeSelection.create(state.doc, target)).scrollIntoView());
    return true;
  };

/** Where the picture or file begins that is next behind the block at `$own`; going back one enters its caption. */
function neighbour($own: ReturnType<EditorView["state"]["doc"]["resolve"]>, isBack: boolean): number | null {
  if (isBack) return null;
  let behind = $own.pos + ($own.nodeAfter?.nodeSize ?? 0);
  let node = $own.doc.nodeAt(behind);
  for (; node && isColumnsPart(node); node = $own.doc.nodeAt(behind)) behind += node.nodeSize;
  return node && isAttachment(node) ? behind : null;
}
