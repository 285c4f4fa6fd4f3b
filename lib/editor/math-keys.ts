/** The caret in formulas, and how one begins and ends. The way into one by arrows and the mouse is in math-hand.ts. */
import type { MarkType, Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { Command, EditorState, Transaction } from "@tiptap/pm/state";
import { MATH } from "../core/math.ts";
import { nodeText } from "./block-nodes.ts";
import { blockAt, setBlock } from "./commands.ts";

export const isMathBlock = (node: ProseMirrorNode): boolean => node.type.name === "mathBlock";

/** What is typed here belongs to a formula. */
export function isWriting(state: EditorState, type: MarkType): boolean {
  return type.isInSet(state.storedMarks ?? state.selection.$from.marks()) !== undefined;
}

/** The whole formula that a caret writes in, or that a selection begins in; null when it is in none. */
export function mathAround(state: EditorState): { from: number; to: number } | null {
  const type = state.schema.marks.math;
  const { $from, empty } = state.selection;
  if (!type || !$from.parent.isTextblock) return null;
  if (empty ? !isWriting(state, type) : !type.isInSet($from.nodeAfter?.marks ?? [])) return null;
  const start = $from.start();
  let found: { from: number; to: number } | null = null;
  let from: number | null = null;
  $from.parent.forEach((node, offset) => {
    if (!type.isInSet(node.marks)) from = null;
    else {
      from ??= offset;
      const to = offset + node.nodeSize;
      if (from <= $from.parentOffset && to >= $from.parentOffset)
        found = { from: start + from, to: start + to };
    }
  });
  return found;
}

export function setWriting(tr: Transaction, type: MarkType, isIn: boolean): Transaction {
  return isIn ? tr.addStoredMark(type.create()) : tr.removeStoredMark(type);
}

/** A dollar at the end of a formula ends it. */
export const leaveMath: Command = (state, dispatch) => {
  const type = state.schema.marks.math;
  const { $from, empty } = state.selection;
  if (!type || !empty || !isWriting(state, type) || type.isInSet($from.nodeAfter?.marks ?? [])) return false;
  if (!type.isInSet($from.nodeBefore?.marks ?? []) || $from.nodeBefore?.text?.endsWith("\\")) return false;
  dispatch?.(setWriting(state.tr, type, false));
  return true;
};

/** `$$` and Enter makes a formula of the block. */
export const mathFence: Command = (state, dispatch) => {
  const { node, pos } = blockAt(state.doc, state.selection.from);
  if (node.type.name !== "block" || nodeText(node) !== "$$") return false;
  dispatch?.(setBlock(state.tr.delete(pos + 1, pos + 3), pos, MATH));
  return true;
};

/** What is typed next is a formula. */
export const startMath: Command = (state, dispatch) => {
  const type = state.schema.marks.math;
  const { $from, empty } = state.selection;
  if (!type || !empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return false;
  dispatch?.(setWriting(state.tr, type, true));
  return true;
};
