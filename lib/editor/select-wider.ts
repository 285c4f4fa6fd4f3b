/** Mod-A takes what one is in before it takes everything. */

import { selectAll } from "@tiptap/pm/commands";
import type { ResolvedPos } from "@tiptap/pm/model";
import { type Command, TextSelection } from "@tiptap/pm/state";
import { cellPlace } from "./cell-place.ts";

/** In code its text, in a table the cell's and then all cells; then, and elsewhere at once, the whole document. */
export const selectWider: Command = (state, dispatch, view) => {
  const { from, to, $from } = state.selection;
  const wider = scopesOf($from).find(([start, end]) => start <= from && to <= end && end - start > to - from);
  if (!wider) return selectAll(state, dispatch, view);
  dispatch?.(state.tr.setSelection(TextSelection.create(state.doc, ...wider)));
  return true;
};

function scopesOf($pos: ResolvedPos): [start: number, end: number][] {
  const place = cellPlace($pos);
  if (!place && !($pos.depth === 1 && $pos.parent.type.spec.code)) return [];
  const own: [number, number] = [$pos.start(), $pos.end()];
  // the table's edges, its rows' and its cells'
  return place ? [own, [place.pos + 3, place.pos + place.table.nodeSize - 3]] : [own];
}
