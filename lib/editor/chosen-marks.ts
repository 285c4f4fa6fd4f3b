/** Marks on the words of whole blocks that are chosen, with those in the cells of tables; code and formulas have none. */
import type { MarkType } from "@tiptap/pm/model";
import type { Command, EditorState } from "@tiptap/pm/state";
import { chosenRange } from "./chosen.ts";
import { bounds } from "./chosen-commands.ts";
import { SIMPLE_MARKS, type SimpleMark } from "./formats.ts";

export type Stretch = { readonly from: number; readonly to: number };

/** Sets the mark on all words, or takes it off where all have it. False only while no blocks are chosen. */
export const markChosen =
  (name: SimpleMark): Command =>
  (state, dispatch) => {
    const words = chosenWords(state);
    const type = state.schema.marks[name];
    if (words === null || type === undefined) return false;
    const { from, to } = words;
    const { tr } = state;
    if (haveAll(state, words, type)) tr.removeMark(from, to, type);
    else tr.addMark(from, to, type.create());
    if (tr.docChanged) dispatch?.(tr);
    return true;
  };

/** The marks that all words of the chosen blocks have. */
export function marksOfChosen(state: EditorState): SimpleMark[] {
  const words = chosenWords(state);
  const { marks } = state.schema;
  return SIMPLE_MARKS.filter((name) => words !== null && marks[name] && haveAll(state, words, marks[name]));
}

/** Where the words of the chosen blocks stand; null while none are chosen. */
export function chosenWords(state: EditorState): Stretch | null {
  const range = chosenRange(state);
  return range && bounds(state.doc, range.first, range.end);
}

function haveAll({ doc }: EditorState, { from, to }: Stretch, type: MarkType): boolean {
  let [has, lacks] = [false, false];
  doc.nodesBetween(from, to, (node, _pos, parent) => {
    if (!node.isInline || !parent?.type.allowsMarkType(type)) return !lacks;
    if (type.isInSet(node.marks)) has = true;
    else lacks = true;
    return false;
  });
  return has && !lacks;
}
