/**
 * What the keys do to blocks. Each is a ProseMirror command: false means "not mine", and without `dispatch` it only
 * answers. A block's subtree is the run of deeper blocks that follows it.
 */
import { Fragment, type Node as ProseMirrorNode, Slice } from "@tiptap/pm/model";
import {
  type Command,
  type EditorState,
  NodeSelection,
  Selection,
  TextSelection,
  type Transaction,
} from "@tiptap/pm/state";
import { ReplaceStep } from "@tiptap/pm/transform";
import { maxBlockDepth } from "../core/block-tree.ts";
import { newBlockId } from "../core/ids.ts";
import { colorsOf } from "../core/palette.ts";
import { CODE_NODES, nodeText } from "./block-nodes.ts";
import { chosenRange, setChosen } from "./chosen.ts";
import { baseOf, isColumns, isColumnsPart, isSamePlace } from "./column-places.ts";
import { indentCode } from "./indent-code.ts";
import { sizeBefore } from "./long-list.ts";

export type BlockAt = { readonly node: ProseMirrorNode; readonly pos: number; readonly index: number };

const LISTS = new Set(["bullet", "number", "task"]);
const isParagraph = (node: ProseMirrorNode): boolean => node.attrs.type === "paragraph";
/** A picture, a file or an embed; its text is the caption. */
export const isAttachment = (node: ProseMirrorNode): boolean =>
  node.type.name === "attachment" || node.type.name === "frame";

export function blockAt(doc: ProseMirrorNode, position: number): BlockAt {
  const index = Math.min(doc.resolve(position).index(0), doc.childCount - 1);
  return blockByIndex(doc, index);
}

export function blockByIndex(doc: ProseMirrorNode, index: number): BlockAt {
  return { node: doc.child(index), pos: sizeBefore(doc.children, index), index };
}

/** Index behind the last block of the subtree at `index`. */
export function subtreeEnd(doc: ProseMirrorNode, index: number): number {
  const depth = doc.child(index).attrs.depth;
  let end = index + 1;
  while (end < doc.childCount && doc.child(end).attrs.depth > depth) end++;
  return end;
}

const hasChildren = (doc: ProseMirrorNode, index: number): boolean => subtreeEnd(doc, index) > index + 1;

/** Indexes of the blocks that the selection touches. Where it ends before a block's first letter, as after a triple click, it does not. */
export function touched({ doc, selection }: EditorState): { first: number; last: number } {
  const { $from, $to, empty } = selection;
  const first = Math.min($from.index(0), doc.childCount - 1);
  const isBefore = !empty && ($to.depth === 0 || $to.pos === $to.start(1));
  return { first, last: Math.max(first, Math.min($to.index(0), doc.childCount) - (isBefore ? 1 : 0)) };
}

/** The chosen blocks, or those that the selection touches, with the last one's subtree. */
export function selectedRange(state: EditorState): { first: number; end: number } {
  const chosen = chosenRange(state);
  if (chosen !== null) return chosen;
  const { first, last } = touched(state);
  return { first, end: subtreeEnd(state.doc, last) };
}

/** Makes a block another type; its text and, but for code, its colours stay. Marks that code cannot show are kept in the shared document. */
export function setBlock(
  tr: Transaction,
  pos: number,
  type: string,
  props: Record<string, unknown> = {},
): Transaction {
  const node = tr.doc.nodeAt(pos);
  if (!node || node.type.name === "table" || isAttachment(node) || isColumnsPart(node)) return tr;
  const { nodes } = tr.doc.type.schema;
  const code = CODE_NODES.get(type);
  const nodeType = nodes[code ?? "block"] ?? node.type;
  const colors = code ? {} : colorsOf(node.attrs.props);
  const attrs = { ...node.attrs, type, props: { ...colors, ...props } };
  if (node.type === nodeType) return tr.setNodeMarkup(pos, nodeType, attrs);
  if (!node.isTextblock) return tr.replaceWith(pos, pos + node.nodeSize, nodeType.create(attrs));
  if (code) tr.removeMark(pos + 1, pos + 1 + node.content.size);
  return tr.setNodeMarkup(pos, nodeType, attrs);
}

export const turnInto =
  (type: string, props: Record<string, unknown> = {}): Command =>
  (state, dispatch) => {
    const { $from } = state.selection;
    if ($from.depth === 0 && !(state.selection instanceof NodeSelection)) return false;
    if (!dispatch) return true;
    const { tr } = state;
    const chosen = chosenRange(state);
    const { first, last } = chosen ? { first: chosen.first, last: chosen.end - 1 } : touched(state);
    for (let index = first; index <= last; index++) {
      const { pos, node } = blockByIndex(tr.doc, index);
      if (node.isTextblock) setBlock(tr, pos, type, props);
    }
    dispatch(tr.scrollIntoView());
    return true;
  };

/** Puts a divider where an empty block is, or behind the block; the caret goes to the text behind it. */
export const insertDivider: Command = (state, dispatch) => {
  const { node, pos } = blockAt(state.doc, state.selection.from);
  const { rule, block } = state.schema.nodes;
  if (!rule || !block) return false;
  if (!dispatch) return true;
  const { depth } = node.attrs;
  const fresh = [
    rule.create({ id: newBlockId(), type: "divider", depth, props: {} }),
    block.create({ id: newBlockId(), type: "paragraph", depth, props: {} }),
  ];
  const at = node.content.size === 0 ? pos : pos + node.nodeSize;
  const tr = state.tr.replaceWith(at, pos + node.nodeSize, fresh);
  dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 2)).scrollIntoView());
  return true;
};

/** Ends one block and begins the other, which carries the marks that say where on the page it stands. */
const cut = (node: ProseMirrorNode, next: ProseMirrorNode): Slice =>
  new Slice(Fragment.from([node.copy(Fragment.empty), next]), 1, 1);

/** Enter. */
export const splitBlockCommand: Command = (state, dispatch) => {
  const { $from, $to, empty } = state.selection;
  const { node, pos, index } = blockAt(state.doc, $from.pos);
  const isWhole = state.selection instanceof NodeSelection || node.content.size === 0;
  if (!node.isTextblock || (isAttachment(node) && isWhole)) return insertBehind(state, dispatch, node, pos);
  if (!empty && $from.index(0) === $to.index(0) && node.type.spec.code) return newline(state, dispatch);
  if (node.type.spec.code) return leaveCode(state, dispatch, node, pos) || newline(state, dispatch);
  if (node.content.size === 0 && !isParagraph(node)) return leaveEmpty(state, dispatch, node, pos);
  if (!dispatch) return true;
  const { tr } = state;
  if (!empty) tr.deleteSelection();
  const at = tr.selection.$from;
  const here = blockAt(tr.doc, at.pos);
  if (at.parentOffset === 0 && here.node.content.size > 0) {
    tr.insert(here.pos, continuation(here.node, state));
    dispatch(tr.scrollIntoView());
    return true;
  }
  const atEnd = at.parentOffset === here.node.content.size;
  const depth = here.node.attrs.depth + (hasChildren(tr.doc, empty ? index : here.index) ? 1 : 0);
  const isCaption = isAttachment(here.node);
  const type =
    isCaption || (atEnd && !LISTS.has(here.node.attrs.type) && here.node.attrs.type !== "quote")
      ? "paragraph"
      : here.node.attrs.type;
  const colors = atEnd ? {} : colorsOf(here.node.attrs.props);
  const props = { ...colors, ...(type === "task" ? { checked: false } : {}) };
  const attrs = { id: newBlockId(), type, depth, props };
  const nodeType = (isCaption ? state.schema.nodes.block : null) ?? here.node.type;
  tr.step(
    new ReplaceStep(at.pos, at.pos, cut(here.node, nodeType.create(attrs, null, here.node.marks)), true),
  );
  const { link } = state.schema.marks;
  if (link) tr.removeStoredMark(link);
  dispatch(tr.scrollIntoView());
  return true;
};

function continuation(node: ProseMirrorNode, state: EditorState): ProseMirrorNode {
  const type = LISTS.has(node.attrs.type) ? node.attrs.type : "paragraph";
  const props = type === "task" ? { checked: false } : {};
  return (state.schema.nodes.block ?? node.type).create({
    id: newBlockId(),
    type,
    depth: node.attrs.depth,
    props,
  });
}

type Dispatch = ((tr: Transaction) => void) | undefined;

function insertBehind(state: EditorState, dispatch: Dispatch, node: ProseMirrorNode, pos: number): boolean {
  const { block } = state.schema.nodes;
  if (!block) return false;
  const at = pos + node.nodeSize;
  const tr = state.tr.insert(
    at,
    block.create({ id: newBlockId(), type: "paragraph", depth: node.attrs.depth, props: {} }),
  );
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
  return true;
}

/** A new empty block behind the one at `index`, within it if it has something inside. */
export const addBlockBehind =
  (index: number): Command =>
  (state, dispatch) => {
    const { node, pos } = blockByIndex(state.doc, index);
    const { block } = state.schema.nodes;
    if (!block) return false;
    const depth = node.attrs.depth + (hasChildren(state.doc, index) && node.type.name !== "table" ? 1 : 0);
    const at = pos + node.nodeSize;
    const tr = state.tr.insert(at, block.create({ id: newBlockId(), type: "paragraph", depth, props: {} }));
    tr.setSelection(TextSelection.create(tr.doc, at + 1));
    dispatch?.(setChosen(tr, null).scrollIntoView());
    return true;
  };

/** An empty list item, heading or quote: one level out, or plain text at the outermost (of its column). */
function leaveEmpty(state: EditorState, dispatch: Dispatch, node: ProseMirrorNode, pos: number): boolean {
  if (!dispatch) return true;
  if (node.attrs.depth > baseOf(node))
    dispatch(state.tr.setNodeAttribute(pos, "depth", node.attrs.depth - 1).scrollIntoView());
  else dispatch(setBlock(state.tr, pos, "paragraph").scrollIntoView());
  return true;
}

/** Shift+Enter: a new line in the same block. */
export const newline: Command = (state, dispatch) => {
  if (!state.selection.$from.parent.isTextblock) return false;
  dispatch?.(state.tr.insertText("\n").scrollIntoView());
  return true;
};

/** Enter on an empty last line of code goes on behind the code. */
function leaveCode(state: EditorState, dispatch: Dispatch, node: ProseMirrorNode, pos: number): boolean {
  const { $from, empty } = state.selection;
  const text = nodeText(node);
  if (!empty || $from.parentOffset !== node.content.size || !text.endsWith("\n\n")) return false;
  if (!dispatch) return true;
  const tr = state.tr.delete(pos + 1 + text.length - 2, pos + 1 + text.length);
  const at = pos + node.nodeSize - 2;
  const { block } = state.schema.nodes;
  if (!block) return false;
  tr.insert(at, block.create({ id: newBlockId(), type: "paragraph", depth: node.attrs.depth, props: {} }));
  dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
  return true;
}

/** Backspace at the start of a block. */
export const joinBackwardCommand: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.depth === 0 || $from.parentOffset > 0) return false;
  const { node, pos, index } = blockAt(state.doc, $from.pos);
  if (isAttachment(node)) return selectBlock(state.tr, pos, dispatch);
  if (!isParagraph(node)) {
    dispatch?.(setBlock(state.tr, pos, "paragraph").scrollIntoView());
    return true;
  }
  if (node.attrs.depth > baseOf(node) && !continuesParent(state.doc, index))
    return shiftDepth(-1)(state, dispatch);
  if (index === 0) return true;
  if (isAtEdge(state.doc, index, -1)) return leaveAtEdge(state, dispatch, index, -1);
  return joinWithPrevious(state, dispatch, index);
};

/** The block stands right under a block of its own depth: Backspace joins them rather than moving it out. */
function continuesParent(doc: ProseMirrorNode, index: number): boolean {
  return index > 0 && doc.child(index - 1).attrs.depth >= doc.child(index).attrs.depth;
}

/** At the start or the end of a column, or right beside columns. */
function isAtEdge(doc: ProseMirrorNode, index: number, by: -1 | 1): boolean {
  const next = doc.maybeChild(index + by);
  return next !== null && (isColumnsPart(next) || !isSamePlace(next, doc.child(index)));
}

/** Words never go from one column to another by Backspace or Delete: an empty block goes, and the caret leaves it. */
function leaveAtEdge(state: EditorState, dispatch: Dispatch, index: number, by: -1 | 1): boolean {
  const { doc, tr } = state;
  const { node, pos } = blockByIndex(doc, index);
  const isOutside = baseOf(node) === 0;
  if (node.content.size > 0 && !isOutside) return true;
  const end = pos + node.nodeSize;
  const isLast = index === doc.childCount - 1; // something to write in behind the columns
  if (node.content.size === 0 && !(isOutside && isLast)) tr.delete(pos, end);
  // what follows in the column, or from the first one in the next, is nearer than what is before the columns
  const below = doc.maybeChild(index + 1);
  const isFirst = index > 1 && isColumns(doc.child(index - 2));
  const goesOn = !isOutside && (isFirst || (below !== null && isSamePlace(below, node)));
  const at = tr.mapping.map(by < 0 ? pos : end);
  const selection = Selection.findFrom(tr.doc.resolve(at), goesOn ? 1 : by, true);
  if (selection) tr.setSelection(selection);
  dispatch?.(tr.scrollIntoView());
  return true;
}

/** Beside a picture or a file the first key press chooses it: only the next one deletes it. */
function selectBlock(tr: Transaction, pos: number, dispatch: Dispatch): boolean {
  dispatch?.(tr.setSelection(NodeSelection.create(tr.doc, pos)).scrollIntoView());
  return true;
}

function joinWithPrevious(state: EditorState, dispatch: Dispatch, index: number): boolean {
  const { node, pos } = blockByIndex(state.doc, index);
  const previous = blockByIndex(state.doc, index - 1);
  const { tr } = state;
  if (isAttachment(previous.node)) {
    if (node.content.size === 0) tr.delete(pos, pos + node.nodeSize);
    return selectBlock(tr, previous.pos, dispatch);
  }
  if (previous.node.type.name === "table") {
    // never eats a table: the caret goes into its last cell
    tr.setSelection(Selection.near(tr.doc.resolve(pos), -1));
  } else if (!previous.node.isTextblock || previous.node.content.size === 0) {
    tr.delete(previous.pos, pos);
    if (previous.node.isTextblock) tr.setNodeAttribute(previous.pos, "depth", previous.node.attrs.depth);
  } else if (node.content.size === 0) {
    tr.delete(pos, pos + node.nodeSize).setSelection(TextSelection.create(tr.doc, pos - 1));
  } else if (previous.node.type.spec.code) {
    tr.setSelection(TextSelection.create(tr.doc, pos - 1));
  } else {
    tr.delete(pos - 1, pos + 1);
  }
  dispatch?.(tr.scrollIntoView());
  return true;
}

/** Delete at the end of a block. */
export const joinForwardCommand: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.depth === 0 || $from.parentOffset < $from.parent.content.size) return false;
  const { node, pos, index } = blockAt(state.doc, $from.pos);
  if (index + 1 >= state.doc.childCount) return true;
  const next = state.doc.child(index + 1);
  const { tr } = state;
  const end = pos + node.nodeSize;
  if (isAttachment(node) && node.content.size === 0) return selectBlock(tr, pos, dispatch);
  if (isAtEdge(state.doc, index, 1)) return leaveAtEdge(state, dispatch, index, 1);
  if (isAttachment(next)) {
    if (node.content.size === 0) tr.delete(pos, end);
    return selectBlock(tr, tr.mapping.map(end), dispatch);
  }
  if (next.type.name === "table") tr.setSelection(Selection.near(tr.doc.resolve(end), 1));
  else if (!next.isTextblock || next.content.size === 0) tr.delete(end, end + next.nodeSize);
  else if (node.content.size === 0) {
    tr.delete(pos, end);
  } else if (next.type !== node.type) tr.setSelection(TextSelection.create(tr.doc, end + 1));
  else tr.delete(end - 1, end + 1);
  dispatch?.(tr.scrollIntoView());
  return true;
};

/** Tab, Shift+Tab: the selected blocks with all inside them, one level in or out; within code its lines. */
export const shiftDepth =
  (by: 1 | -1): Command =>
  (state, dispatch) => {
    if (indentCode(by)(state, dispatch)) return true;
    const { first, end } = selectedRange(state);
    const { depth } = state.doc.child(first).attrs;
    if (state.doc.children.slice(first, end).some(isColumnsPart)) return true;
    const isOut = by < 0 ? depth === baseOf(state.doc.child(first)) : depth > mostAbove(state.doc, first);
    if (isOut || deepest(state.doc, first, end) + 1 >= maxBlockDepth) return true;
    if (!dispatch) return true;
    const { tr } = state;
    for (let index = first; index < end; index++) {
      const { pos, node } = blockByIndex(state.doc, index);
      tr.setNodeAttribute(pos, "depth", Math.max(0, node.attrs.depth + by));
    }
    dispatch(tr.scrollIntoView());
    return true;
  };

/** The depth of the block under which the one at `index` may go; less, when nothing goes under it. */
function mostAbove(doc: ProseMirrorNode, index: number): number {
  const above = doc.maybeChild(index - 1);
  if (!above) return -1;
  if (!isSamePlace(above, doc.child(index))) return baseOf(above) - 3;
  return above.attrs.depth - (above.type.name === "table" ? 1 : 0);
}

function deepest(doc: ProseMirrorNode, first: number, end: number): number {
  let most = 0;
  for (let index = first; index < end; index++) most = Math.max(most, doc.child(index).attrs.depth);
  return most;
}

export const toggleTask =
  (pos: number): Command =>
  (state, dispatch) => {
    const node = state.doc.nodeAt(pos);
    if (node?.attrs.type !== "task") return false;
    dispatch?.(
      state.tr.setNodeAttribute(pos, "props", {
        ...node.attrs.props,
        checked: node.attrs.props.checked !== true,
      }),
    );
    return true;
  };
