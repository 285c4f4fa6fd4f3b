/**
 * Enter in and around callouts and toggles: what is written goes on inside them. Backspace and Delete beside a folded one:
 * nothing that is out of sight is joined or deleted.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type Command, type EditorState, TextSelection, type Transaction } from "@tiptap/pm/state";
import { maxBlockDepth } from "../core/block-tree.ts";
import { CALLOUT } from "../core/callout.ts";
import { newBlockId } from "../core/ids.ts";
import { TOGGLE } from "../core/toggle.ts";
import { type BlockAt, blockAt, blockByIndex, setBlock, subtreeEnd } from "./commands.ts";
import { foldAround, isFolded, unfolding } from "./nesting.ts";

const HOLDERS = new Set<unknown>([CALLOUT, TOGGLE]);

/** Enter: what is behind the caret becomes the first block inside; behind a folded toggle comes the next one. */
export const splitInside: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  const here = blockAt(state.doc, $from.pos);
  const { node } = here;
  if (!empty || !HOLDERS.has(node.attrs.type) || $from.parentOffset === 0) return false;
  const isAtEnd = $from.parentOffset === node.content.size;
  if (isAtEnd && isFolded(state, node)) return insertSibling(state, dispatch, here);
  const depth = node.attrs.depth + 1;
  if (depth >= maxBlockDepth) return false;
  const attrs = { id: newBlockId(), type: "paragraph", depth, props: {} };
  dispatch?.(state.tr.split($from.pos, 1, [{ type: node.type, attrs }]).scrollIntoView());
  return true;
};

type Dispatch = ((tr: Transaction) => void) | undefined;

function insertSibling(state: EditorState, dispatch: Dispatch, { node, index }: BlockAt): boolean {
  const { doc } = state;
  const end = subtreeEnd(doc, index);
  const at = end < doc.childCount ? blockByIndex(doc, end).pos : doc.content.size;
  const { depth } = node.attrs;
  const tr = state.tr.insert(at, node.type.create({ id: newBlockId(), type: TOGGLE, depth, props: {} }));
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
  return true;
}

/** Enter on an empty item or heading inside makes it plain text there; on an empty last line it goes on behind. */
export const leaveInside: Command = (state, dispatch) => {
  const { node, pos, index } = blockAt(state.doc, state.selection.from);
  if (node.type.name !== "block" || node.content.size > 0) return false;
  const holder = parentOf(state.doc, index);
  if (!HOLDERS.has(holder?.attrs.type)) return false;
  if (node.attrs.type !== "paragraph") {
    dispatch?.(setBlock(state.tr, pos, "paragraph").scrollIntoView());
    return true;
  }
  const next = state.doc.maybeChild(index + 1);
  if (next && next.attrs.depth >= node.attrs.depth) return false;
  dispatch?.(state.tr.setNodeAttribute(pos, "depth", holder?.attrs.depth ?? 0).scrollIntoView());
  return true;
};

/**
 * Delete behind a folded toggle, Backspace at the start of the text below one: what would be joined is shown, and the next
 * key joins it. An empty line below goes.
 */
export const showBeside =
  (by: -1 | 1): Command =>
  (state, dispatch) => {
    const { $from, empty } = state.selection;
    const { doc, tr } = state;
    const { node, pos, index } = blockAt(doc, $from.pos);
    if (!empty || !node.isTextblock || $from.parentOffset !== (by > 0 ? node.content.size : 0)) return false;
    if (by < 0 && node.attrs.type !== "paragraph") return false;
    const fold = doc.maybeChild(index + by) ? foldAround(state, index + by) : null;
    if (fold === null) return false;
    if (by < 0 && node.content.size === 0) {
      const { node: toggle, pos: at } = blockByIndex(doc, fold);
      tr.delete(pos, pos + node.nodeSize);
      dispatch?.(tr.setSelection(TextSelection.create(tr.doc, at + toggle.nodeSize - 1)).scrollIntoView());
      return true;
    }
    const shown = unfolding(state, blockByIndex(doc, index + by).pos);
    if (shown) dispatch?.(shown);
    return true;
  };

function parentOf(doc: ProseMirrorNode, index: number): ProseMirrorNode | null {
  const { depth } = doc.child(index).attrs;
  for (let at = index - 1; at >= 0; at--) if (doc.child(at).attrs.depth < depth) return doc.child(at);
  return null;
}
