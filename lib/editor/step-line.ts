/**
 * The caret's keys where the browser's own way is not a person's: in tables, behind code or a table that comes last, at
 * code that comes first, where the browser stops at the buttons above its text, and up from code and tasks, whose buttons
 * make it leave out the block above.
 */
import type { Node as ProseMirrorNode, ResolvedPos } from "@tiptap/pm/model";
import { type Command, type EditorState, Selection, TextSelection, type Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { newBlockId } from "../core/ids.ts";
import { type CellPlace, cellPlace } from "./cell-place.ts";
import { isSamePlace } from "./column-places.ts";
import { caretIn } from "./table-commands.ts";

type Way = -1 | 1;

/** The cell above or below, from the first and last row out of the table, and into one; from code that comes last onto a new line. */
export const stepLine =
  (by: Way): Command =>
  (state, dispatch, view) => {
    const { selection } = state;
    if (!(selection instanceof TextSelection) || !selection.empty) return false;
    const { $head } = selection;
    const place = cellPlace($head);
    const entered = place ? null : tableBeside($head, by, view);
    const isEdge = by > 0 ? isLastCode($head) : isFirstCode($head);
    const above = by < 0 && hasButtons($head.parent) ? textAbove($head, view) : null;
    if (!place && entered === null && !isEdge && above === null) return false;
    if (view && !isOnEdge(view, by, state)) return false;
    if (above !== null) {
      const tr = state.tr.setSelection(TextSelection.create(state.doc, above));
      dispatch?.(keepAcross(tr, by, view).scrollIntoView());
      return true;
    }
    if (!place && entered === null && by < 0) return toStart(false)(state, dispatch, view);
    const tr = place
      ? fromCell(state, place, by, view)
      : entered === null
        ? onNewLine(state, state.doc.content.size)
        : intoTable(state, entered, by, view);
    dispatch?.(tr.scrollIntoView());
    return true;
  };

/** Where a document begins with code: to its first letter, or chosen up to there. */
export const toStart =
  (isChosen: boolean): Command =>
  ({ doc, selection, tr }, dispatch) => {
    if (!isFirstCode(doc.resolve(1))) return false;
    dispatch?.(
      tr.setSelection(TextSelection.create(doc, isChosen ? selection.anchor : 1, 1)).scrollIntoView(),
    );
    return true;
  };

/** ArrowLeft has nowhere to go from there. */
export const stayAtStart: Command = ({ selection: { empty, $head } }) =>
  empty && $head.pos === 1 && isFirstCode($head);

/** ArrowLeft from the start of code to what ends above it, and either arrow from cell to cell. */
export const stepAcross =
  (by: Way): Command =>
  ({ doc, selection, tr }, dispatch, view) => {
    const { $head, empty } = selection;
    if (!empty || $head.parentOffset !== (by < 0 ? 0 : $head.parent.content.size)) return false;
    if (view && isRightToLeft(view, $head.pos)) return false;
    const next = cellPlace($head)
      ? cellBeside($head, by)
      : by < 0 && $head.parent.type.spec.code
        ? textAbove($head, view)
        : null;
    if (next === null) return false;
    dispatch?.(tr.setSelection(TextSelection.create(doc, next)).scrollIntoView());
    return true;
  };

function isRightToLeft(view: EditorView, pos: number): boolean {
  const { node } = view.domAtPos(pos);
  const element = node instanceof Element ? node : node.parentElement;
  return element !== null && getComputedStyle(element).direction === "rtl";
}

/** Where the text of the next cell begins, of the one before ends. */
function cellBeside($head: ResolvedPos, by: Way): number | null {
  const place = cellPlace($head);
  const next = Selection.findFrom($head.doc.resolve(by < 0 ? $head.before() : $head.after()), by, true);
  if (!place || !next) return null;
  return next.head > place.pos && next.head < place.pos + place.table.nodeSize ? next.head : null;
}

const hasButtons = (block: ProseMirrorNode): boolean =>
  block.type.name === "codeBlock" || block.attrs.type === "task";

/** Where the text of the block above ends, if it is one of text that is shown. */
function textAbove($head: ResolvedPos, view: EditorView | undefined): number | null {
  if ($head.depth !== 1) return null;
  const above = $head.doc.maybeChild($head.index(0) - 1);
  const isText = above?.type.name === "block" || above?.type.name === "codeBlock";
  if (!above || !isText || !isSamePlace($head.parent, above)) return null;
  const element = view?.nodeDOM($head.before(1) - above.nodeSize) as Element | null | undefined;
  return element?.getClientRects().length === 0 ? null : $head.before(1) - 1;
}

/** Where the table begins that the key leads into, if one is shown there. */
function tableBeside($head: ResolvedPos, by: Way, view: EditorView | undefined): number | null {
  if ($head.depth !== 1) return null;
  const beside = $head.doc.maybeChild($head.index(0) + by);
  if (beside?.type.name !== "table" || !isSamePlace($head.parent, beside)) return null;
  const at = by > 0 ? $head.after(1) : $head.before(1) - beside.nodeSize;
  const element = view?.nodeDOM(at) as Element | null | undefined;
  return element?.getClientRects().length === 0 ? null : at;
}

function intoTable(state: EditorState, at: number, by: Way, view: EditorView | undefined): Transaction {
  const table = state.doc.nodeAt(at);
  const tr = caretIn(state.tr, at, by > 0 ? 0 : (table?.childCount ?? 1) - 1, 0);
  return keepAcross(tr, by, view, [at, at + (table?.nodeSize ?? 0)]);
}

const isFirstCode = ($head: ResolvedPos): boolean =>
  $head.depth === 1 && $head.parent.type.spec.code === true && $head.index(0) === 0;

const isLastCode = ($head: ResolvedPos): boolean =>
  $head.depth === 1 && $head.parent.type.spec.code === true && $head.after(1) === $head.doc.content.size;

function fromCell(state: EditorState, place: CellPlace, by: Way, view: EditorView | undefined): Transaction {
  const { table, pos, row, column } = place;
  if (row + by >= 0 && row + by < table.childCount)
    return keepAcross(caretIn(state.tr, pos, row + by, column), by, view);
  const at = by > 0 ? pos + table.nodeSize : pos;
  if (at === state.doc.content.size) return onNewLine(state, at);
  // nothing above the first block
  if (at === 0) return state.tr.setSelection(TextSelection.create(state.doc, state.selection.$head.start()));
  return keepAcross(state.tr.setSelection(Selection.near(state.doc.resolve(at), by)), by, view);
}

function onNewLine({ tr, schema }: EditorState, at: number): Transaction {
  tr.insert(at, schema.node("block", { id: newBlockId(), type: "paragraph", depth: 0, props: {} }));
  return tr.setSelection(TextSelection.create(tr.doc, at + 1));
}

/**
 * As far from the left as the caret was: where the text that it came to is on the screen already.
 * @param within where it may go: the text that it is in, if nothing else is said.
 */
function keepAcross(
  tr: Transaction,
  by: Way,
  view: EditorView | undefined,
  within?: readonly [from: number, to: number],
): Transaction {
  const { $head } = tr.selection;
  if (!view || tr.docChanged || !$head.parent.isTextblock) return tr;
  const [from, to] = within ?? [$head.start(), $head.end()];
  const { left } = caretCoords(view);
  const line = view.coordsAtPos(by > 0 ? $head.start() : $head.end());
  const found = view.posAtCoords({ left, top: (line.top + line.bottom) / 2 })?.pos;
  if (found !== undefined && found >= from && found <= to)
    return tr.setSelection(Selection.near(tr.doc.resolve(found)));
  return tr.setSelection(TextSelection.create(tr.doc, left < line.left ? $head.start() : $head.end()));
}

/** Beside a formula the browser asks for the place of its source, which is not shown. */
function isBesideFormula({ nodeBefore, nodeAfter, textOffset }: ResolvedPos): boolean {
  const isMaths = (node: ProseMirrorNode | null) => node?.marks.some(({ type }) => type.name === "math");
  return textOffset === 0 && Boolean(isMaths(nodeAfter) || (!nodeAfter && isMaths(nodeBefore)));
}

/** Before a formula the caret stands where the text before it ends. */
function caretCoords(view: EditorView): { left: number; top: number; bottom: number } {
  const { $head } = view.state.selection;
  return view.coordsAtPos($head.pos, isBesideFormula($head) && $head.nodeBefore ? -1 : 1);
}

/** Whether the caret is on the first or the last line of its text. */
function isOnEdge(view: EditorView, by: Way, state: EditorState): boolean {
  const { $head } = state.selection;
  if (!isBesideFormula($head)) return view.endOfTextblock(by > 0 ? "down" : "up", state);
  const { top, bottom } = caretCoords(view);
  const edge = view.coordsAtPos(by > 0 ? $head.end() : $head.start());
  return by > 0 ? bottom > edge.top : top < edge.bottom;
}
