/** What one does with whole blocks: choose, widen, duplicate, delete. Commands of ProseMirror. */
import { Fragment, type Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type Command, type EditorState, Selection, type Transaction } from "@tiptap/pm/state";
import { type BlockId, newBlockId } from "../core/ids.ts";
import { idOf } from "./block-nodes.ts";
import { chosenOf, chosenRange, setChosen } from "./chosen.ts";
import { blockByIndex, selectedRange, touched } from "./commands.ts";

/** Chooses the block that the caret is in, or those that the selection touches. */
export const chooseHere: Command = (state, dispatch) => {
  if (chosenOf(state) !== null) return false;
  const { first, last } = touched(state);
  dispatch?.(choose(state.tr, idOf(state.doc.child(first)), idOf(state.doc.child(last))));
  return true;
};

export const choose = (tr: Transaction, anchor: BlockId, head: BlockId): Transaction =>
  chooseInPlace(tr, anchor, head).scrollIntoView();

/** Chooses from one block to another and puts the caret, unseen, into the second; the page stays where it is. */
export function chooseInPlace(tr: Transaction, anchor: BlockId, head: BlockId): Transaction {
  const at = placeOfBlock(tr.doc, head);
  if (at !== null) tr.setSelection(Selection.near(tr.doc.resolve(at.pos + (at.node.isLeaf ? 0 : 1))));
  return setChosen(tr, { anchor, head });
}

export function placeOfBlock(
  doc: ProseMirrorNode,
  id: BlockId,
): { node: ProseMirrorNode; pos: number; index: number } | null {
  let found: { node: ProseMirrorNode; pos: number; index: number } | null = null;
  doc.forEach((node, pos, index) => {
    if (idOf(node) === id) found = { node, pos, index };
  });
  return found;
}

/** Up and Down choose the neighbour; with Shift they widen or narrow what is chosen. */
export const stepChosen =
  (by: -1 | 1, isWider: boolean): Command =>
  (state, dispatch) => {
    const chosen = chosenOf(state);
    const range = chosenRange(state);
    const head = chosen && placeOfBlock(state.doc, chosen.head);
    if (!chosen || !range || !head) return false;
    const next = isWider || by < 0 ? head.index + by : range.end;
    const node = state.doc.maybeChild(next);
    if (node) dispatch?.(choose(state.tr, isWider ? chosen.anchor : idOf(node), idOf(node)));
    return true;
  };

export const chooseAll: Command = (state, dispatch) => {
  if (chosenOf(state) === null) return false;
  const [first, last] = [state.doc.firstChild, state.doc.lastChild];
  if (first && last) dispatch?.(choose(state.tr, idOf(first), idOf(last)));
  return true;
};

/** Enter, Escape: back to writing, at the end of the block that was chosen last. */
export const leaveChosen: Command = (state, dispatch) => {
  const chosen = chosenOf(state);
  if (chosen === null) return false;
  const at = placeOfBlock(state.doc, chosen.head);
  const tr = setChosen(state.tr, null);
  if (at?.node.isTextblock)
    tr.setSelection(Selection.near(tr.doc.resolve(at.pos + at.node.nodeSize - 1), -1));
  dispatch?.(tr.scrollIntoView());
  return true;
};

export const deleteChosen: Command = (state, dispatch) => {
  const range = chosenRange(state);
  if (range === null) return false;
  dispatch?.(deleteBlocks(state, range));
  return true;
};

/** Deletes a run of blocks; the caret goes to what stands before it. */
function deleteBlocks(state: EditorState, { first, end }: { first: number; end: number }): Transaction {
  const { from, to } = bounds(state.doc, first, end);
  const { tr } = state;
  const isAll = first === 0 && end === state.doc.childCount;
  if (isAll) tr.replaceWith(from, to, state.schema.node("block", { id: newBlockId() }));
  else tr.delete(from, to);
  tr.setSelection(Selection.near(tr.doc.resolve(Math.min(Math.max(0, from - 1), tr.doc.content.size)), -1));
  return setChosen(tr, null).scrollIntoView();
}

/** From the first to behind the last of a run of blocks. */
export function bounds(doc: ProseMirrorNode, first: number, end: number): { from: number; to: number } {
  const from = blockByIndex(doc, first).pos;
  return { from, to: end < doc.childCount ? blockByIndex(doc, end).pos : doc.content.size };
}

/** The chosen blocks, or those that the selection touches. */
export function selectedContent(state: EditorState): Fragment {
  const { first, end } = selectedRange(state);
  return Fragment.fromArray(state.doc.children.slice(first, end));
}

/** Mod+D: a copy behind the chosen blocks (or the block that the caret is in), chosen in their place. */
export const duplicate: Command = (state, dispatch) => {
  const { first, end } = selectedRange(state);
  if (!dispatch) return true;
  const { from, to } = bounds(state.doc, first, end);
  const copies = state.doc.slice(from, to).content.content.map(withNewIds);
  const [head] = copies;
  const last = copies.filter(({ attrs }) => attrs.depth <= head?.attrs.depth).at(-1) ?? head;
  const tr = state.tr.insert(to, copies);
  if (head && last) choose(tr, idOf(head), idOf(last));
  dispatch(tr);
  return true;
};

function withNewIds(node: ProseMirrorNode): ProseMirrorNode {
  if (!("id" in node.attrs)) return node;
  const content = node.isTextblock ? node.content : node.content.content.map(withNewIds);
  return node.type.create({ ...node.attrs, id: newBlockId() }, content, node.marks);
}

/** Ticks the chosen tasks, or those that the selection touches; where all are ticked it takes the ticks away. */
export const toggleTasks: Command = (state, dispatch) => {
  const { doc, tr } = state;
  const here = touched(state);
  const { first, end } = chosenRange(state) ?? { first: here.first, end: here.last + 1 };
  const tasks = doc.children.slice(first, end).filter(({ attrs }) => attrs.type === "task");
  if (tasks.length === 0) return false;
  const checked = !tasks.every(({ attrs }) => attrs.props.checked === true);
  for (let index = first; index < end; index++) {
    const { node, pos } = blockByIndex(doc, index);
    if (node.attrs.type === "task") tr.setNodeAttribute(pos, "props", { ...node.attrs.props, checked });
  }
  dispatch?.(tr);
  return true;
};
