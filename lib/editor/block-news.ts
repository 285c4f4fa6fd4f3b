/** What a key did with whole blocks, in words: who does not see the page hears of it by these alone. */
import type { EditorState } from "@tiptap/pm/state";
import type { BlockId } from "../core/ids.ts";
import { idOf } from "./block-nodes.ts";
import { chosenRange } from "./chosen.ts";
import { marksOfChosen } from "./chosen-marks.ts";
import { blockAt } from "./commands.ts";
import type { SimpleMark } from "./formats.ts";

/** Of the first chosen block, or the caret's: where it stands. */
export type BlocksNow = {
  readonly id: BlockId;
  readonly index: number;
  readonly depth: number;
  /** Chosen as wholes, with what is inside them; 0: none. */
  readonly chosen: number;
  readonly count: number;
  /** What all words of the chosen blocks carry. */
  readonly marks: readonly SimpleMark[];
};

export function blocksNow(state: EditorState): BlocksNow {
  const range = chosenRange(state);
  const index = range?.first ?? blockAt(state.doc, state.selection.from).index;
  const node = state.doc.child(index);
  const chosen = range ? range.end - range.first : 0;
  const { depth } = node.attrs;
  return { id: idOf(node), index, depth, chosen, count: state.doc.childCount, marks: marksOfChosen(state) };
}

const blocks = (count: number): string => (count === 1 ? "1 block" : `${count} blocks`);

/** Null where nothing is to be told: words and carets tell themselves. */
export function blockNews(before: BlocksNow, now: BlocksNow): string | null {
  if (before.chosen > 0 && now.count === before.count - before.chosen && now.id !== before.id)
    return `${blocks(before.chosen)} deleted`;
  if (before.chosen > 0 && now.chosen > 0 && now.count === before.count + before.chosen)
    return `${blocks(before.chosen)} duplicated`;
  if (
    now.chosen > 0 &&
    (now.chosen !== before.chosen || (now.id !== before.id && now.count === before.count))
  )
    return `${blocks(now.chosen)} chosen`;
  if (now.id !== before.id || now.count !== before.count) return null;
  if (now.index !== before.index) return `Moved to place ${now.index + 1} of ${now.count}`;
  return now.depth === before.depth ? newsOfMarks(before, now) : `On level ${now.depth + 1}`;
}

const IN_WORDS: Readonly<Record<SimpleMark, string>> = {
  bold: "bold",
  italic: "italic",
  underline: "underlined",
  strike: "struck through",
  code: "in code",
  math: "in formulas",
};

function newsOfMarks(before: BlocksNow, now: BlocksNow): string | null {
  if (now.chosen === 0 || before.chosen !== now.chosen) return null;
  const on = now.marks.find((name) => !before.marks.includes(name));
  if (on) return `${blocks(now.chosen)} ${IN_WORDS[on]}`;
  const off = before.marks.find((name) => !now.marks.includes(name));
  return off ? `${blocks(now.chosen)} no longer ${IN_WORDS[off]}` : null;
}
