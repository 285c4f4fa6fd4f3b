/**
 * Keys around pictures and files: arrows choose the block on the way past it, what is typed on a chosen block is its
 * caption, a paste on it comes behind it. Enter, Backspace and Delete are in commands.ts.
 */
import { type Command, NodeSelection, Plugin, Selection, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { chosenOf } from "./chosen.ts";
import { isColumnsPart } from "./column-places.ts";
import { isAttachment, splitBlockCommand } from "./commands.ts";

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
      handleTextInput: (view, _from, _to, text) => writeCaption(view, text),
      handlePaste(view) {
        if (chosen(view) !== null) splitBlockCommand(view.state, view.dispatch);
        return false;
      },
    },
  });
}

function chosen({ state }: Pick<EditorView, "state">): NodeSelection | null {
  const { selection } = state;
  return chosenOf(state) === null && selection instanceof NodeSelection && isAttachment(selection.node)
    ? selection
    : null;
}

/** Onto a block of its own kind of step: text ─▶ picture ─▶ its caption ─▶ text, and back. */
const walk =
  (way: Way): Command =>
  (state, dispatch, view) => {
    const isBack = way === "up" || way === "left";
    const held = chosen({ state });
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

function writeCaption(view: EditorView, text: string): boolean {
  const held = chosen(view);
  if (!held) return false;
  view.dispatch(
    view.state.tr.setSelection(TextSelection.create(view.state.doc, held.to - 1)).insertText(text),
  );
  return true;
}
