/** What one does with whole blocks: choose, widen, move, duplicate, delete. Commands of ProseMirror. */
import { Fragment, type Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type Command, type EditorState, Selection, type Transaction } from "@tiptap/pm/state";
import { maxBlockDepth } from "../core/block-tree.ts";
import { type BlockId, newBlockId } from "../core/ids.ts";
import { idOf } from "./block-nodes.ts";
import { chosenOf, chosenRange, setChosen } from "./chosen.ts";
import { baseOf, isColumns } from "./column-places.ts";
import { blockAt, blockByIndex, selectedRange } from "./commands.ts";
import { atDepth, type Destination, movedNodes, startOf } from "./move-block.ts";

/** Chooses the block that the caret is in, or those that the selection touches. */
export const chooseHere: Command = (state, dispatch) => {
  if (chosenOf(state) !== null) return false;
  const { from, to, empty } = state.selection;
  const anchor = idOf(blockAt(state.doc, from).node);
  const head = idOf(blockAt(state.doc, Math.max(from, to - (empty ? 0 : 1))).node);
  dispatch?.(choose(state.tr, anchor, head));
  return true;
};

/** Chooses from one block to another and puts the caret, unseen, into the second. */
export function choose(tr: Transaction, anchor: BlockId, head: BlockId): Transaction {
  const at = placeOfBlock(tr.doc, head);
  if (at !== null) tr.setSelection(Selection.near(tr.doc.resolve(at.pos + (at.node.isLeaf ? 0 : 1))));
  return setChosen(tr, { anchor, head }).scrollIntoView();
}

function placeOfBlock(
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

function bounds(doc: ProseMirrorNode, first: number, end: number): { from: number; to: number } {
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

/** Moves a run of blocks with all inside it to another place and level. */
export const moveTo =
  ({ first, end }: { first: number; end: number }, { index, depth }: Destination): Command =>
  (state, dispatch) => {
    const { doc } = state;
    const nodes = movedNodes(doc, { first, end });
    const shift = depth - (nodes[0]?.attrs.depth ?? 0);
    const isInPlace = index >= first && index <= end;
    const isNested = nodes.some(isColumns) && isInColumn(doc, { index, depth });
    if (nodes.length === 0 || (isInPlace && shift === 0) || isNested) return false;
    const moved = nodes.map((node) => atDepth(node, shift));
    if (moved.some(({ attrs }) => attrs.depth >= maxBlockDepth)) return false;
    if (!dispatch) return true;
    const { from, to } = bounds(doc, first, end);
    const at = isInPlace ? from : startOf(doc, index);
    const { tr } = state;
    tr.delete(from, to);
    tr.insert(tr.mapping.map(at), moved);
    const [head] = moved;
    const last = moved.filter((node) => node.attrs.depth <= (head?.attrs.depth ?? 0)).at(-1);
    if (head && last) choose(tr, idOf(head), idOf(last));
    dispatch(tr);
    return true;
  };

/** Columns do not stand in columns. */
function isInColumn(doc: ProseMirrorNode, { index, depth }: Destination): boolean {
  const above = doc.maybeChild(index - 1);
  return above !== null && baseOf(above) > 0 && depth >= baseOf(above);
}

/**
 * The levels at which blocks may stand before the child at `index`, when `first` to `end` are taken out. Behind the last
 * block of columns is a place in them and one behind them: `beside`, the block that is pointed at, tells which is meant.
 */
export function levelsAt(
  doc: ProseMirrorNode,
  index: number,
  { first, end }: { first: number; end: number },
  beside: ProseMirrorNode | null = null,
): { least: number; most: number } {
  let before = index - 1;
  if (before >= first && before < end) before = first - 1;
  let behind = index;
  if (behind >= first && behind < end) behind = end;
  const above = doc.maybeChild(before);
  const below = doc.maybeChild(behind);
  const base = above ? baseOf(above) : 0;
  const lowest = below?.attrs.depth ?? 0;
  const isOut = base > 0 && lowest <= base - 2 && (beside === null || baseOf(beside) === 0);
  if (isOut) return { least: Math.min(lowest, base - 2), most: base - 2 };
  const most = above ? above.attrs.depth + (above.type.name === "table" ? 0 : 1) : 0;
  return { least: Math.max(base, Math.min(most, lowest)), most: Math.max(base, most) };
}
