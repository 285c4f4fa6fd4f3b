/**
 * The way into a formula and out of it by arrows and the mouse, with the code of rare blocks. At the edge of one in a text
 * an arrow key goes in or out before it goes on.
 */
import { type Command, Plugin, Selection, TextSelection } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { chosenOf } from "./chosen.ts";
import { blockAt } from "./commands.ts";
import { isMathBlock, isWriting, setWriting } from "./math-keys.ts";

export function mathHandPlugin(): Plugin {
  return new Plugin({ props: { handleKeyDown: onKey, handleDOMEvents: { mousedown: openByMouse } } });
}

/** An arrow at the edge of a formula: in, or out. */
export const stepMath =
  (isForward: boolean): Command =>
  (state, dispatch) => {
    const type = state.schema.marks.math;
    const { $from, empty } = state.selection;
    if (!type || !empty || !$from.parent.isTextblock) return false;
    const isBehind = type.isInSet($from.nodeBefore?.marks ?? []) !== undefined;
    const isBefore = type.isInSet($from.nodeAfter?.marks ?? []) !== undefined;
    if (isBehind === isBefore) return false;
    const isIn = isWriting(state, type);
    const leads = isForward === isBehind ? isIn : !isIn;
    if (!leads) return false;
    dispatch?.(setWriting(state.tr, type, !isIn));
    return true;
  };

/** Into the formula above or below, whose source a browser's own arrows would pass by. */
export const enterMathBlock =
  (way: "up" | "down" | "left" | "right"): Command =>
  (state, dispatch) => {
    const { doc, selection, tr } = state;
    if (!selection.empty || selection.$from.depth === 0) return false;
    const isBack = way === "up" || way === "left";
    const { index, pos, node } = blockAt(doc, selection.from);
    const other = doc.maybeChild(index + (isBack ? -1 : 1));
    if (!other || !isMathBlock(other)) return false;
    const at = isBack ? pos - 1 : pos + node.nodeSize + 1;
    dispatch?.(tr.setSelection(TextSelection.create(doc, at)).scrollIntoView());
    return true;
  };

const WAYS = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
} as const;

function onKey(view: EditorView, event: KeyboardEvent): boolean {
  const way = WAYS[event.key as keyof typeof WAYS];
  const isPlain = !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey;
  if (!way || !isPlain || chosenOf(view.state) !== null) return false;
  if ((way === "left" || way === "right") && stepMath(way === "right")(view.state, view.dispatch))
    return true;
  return view.endOfTextblock(way) && enterMathBlock(way)(view.state, view.dispatch);
}

/** A click on the picture goes to the end of the source. */
function openByMouse(view: EditorView, event: MouseEvent): boolean {
  const picture = (event.target as Element).closest?.(".math-picture");
  const source = picture?.parentElement?.querySelector(".math-source");
  if (!source || !view.editable) return false;
  event.preventDefault();
  const at = view.posAtDOM(source, source.childNodes.length);
  const { doc, tr } = view.state;
  const $at = doc.resolve(at);
  tr.setSelection($at.parent.isTextblock ? TextSelection.create(doc, at) : Selection.near($at, -1));
  const mark = view.state.schema.marks.math;
  if (mark && !isMathBlock($at.parent)) tr.addStoredMark(mark.create());
  view.dispatch(tr);
  view.focus();
  return true;
}
