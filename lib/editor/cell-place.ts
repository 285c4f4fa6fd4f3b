/** Where in a table one is, and the keys that would break its shape were they any text's. */
import type { Node as ProseMirrorNode, ResolvedPos } from "@tiptap/pm/model";
import { type Command, type EditorState, Selection } from "@tiptap/pm/state";

/** The table, row and column in which a position lies. */
export type CellPlace = {
  readonly table: ProseMirrorNode;
  /** Of the table node. */
  readonly pos: number;
  readonly row: number;
  readonly column: number;
};

export function cellPlace($pos: ResolvedPos): CellPlace | null {
  const table = $pos.node(1);
  if (table?.type.name !== "table" || $pos.depth < 3) return null;
  return { table, pos: $pos.before(1), row: $pos.index(1), column: $pos.index(2) };
}

export const cellPlaceOf = (state: EditorState): CellPlace | null => cellPlace(state.selection.$from);

/** Backspace and Delete over several cells empty them; the table keeps its shape. */
export const clearCells: Command = (state, dispatch) => {
  const { from, to, $from, $to, empty } = state.selection;
  const [start, end] = [cellPlace($from), cellPlace($to)];
  if (empty || !start || !end || start.pos !== end.pos || $from.sameParent($to)) return false;
  if (!dispatch) return true;
  const ranges: [number, number][] = [];
  state.doc.nodesBetween(from, to, (node, pos) => {
    if (node.type.name !== "tableCell") return true;
    const range: [number, number] = [Math.max(from, pos + 1), Math.min(to, pos + 1 + node.content.size)];
    if (range[0] < range[1]) ranges.push(range);
    return false;
  });
  const tr = state.tr;
  for (const [first, last] of ranges.reverse()) tr.delete(first, last);
  dispatch(tr.setSelection(Selection.near(tr.doc.resolve(from))).scrollIntoView());
  return true;
};

/** At the edge of a cell Backspace and Delete end: they never pull in the neighbour. */
export const stayInCell =
  (edge: "start" | "end"): Command =>
  (state) => {
    const { $from, empty } = state.selection;
    if (!empty || cellPlace($from) === null) return false;
    return $from.parentOffset === (edge === "start" ? 0 : $from.parent.content.size);
  };
