/** Where blocks would land that are dragged over the page. */
import type { EditorView } from "@tiptap/pm/view";
import type { BlockId } from "../core/ids.ts";
import { idOf } from "./block-nodes.ts";
import { type Destination, levelsAt } from "./chosen-commands.ts";
import { blockAt } from "./commands.ts";

export type BlockUnder = { readonly element: HTMLElement; readonly id: BlockId; readonly index: number };

const isTop = (view: EditorView, element: Element): element is HTMLElement => {
  const { parentElement: around } = element;
  return (
    element instanceof HTMLElement &&
    (around === view.dom || around?.parentElement === view.dom) &&
    element.matches(".block")
  );
};

/** The elements of the top nodes, in order; those of a long document stand in sections. */
export const topBlocks = (view: EditorView): HTMLElement[] => [
  ...view.dom.querySelectorAll<HTMLElement>(":scope > .block, :scope > .section > .block"),
];

/** The block at a height of the page, also beside the text; null above the first and below the last. */
export function blockUnder(view: EditorView, y: number): BlockUnder | null {
  const box = view.dom.getBoundingClientRect();
  const at = document.elementsFromPoint(box.left + box.width / 2, y);
  const element = at.find((one): one is HTMLElement => isTop(view, one));
  const id = element?.dataset.blockId;
  if (element === undefined || id === undefined) return nearestBlock(view, y);
  return withIndex(view, element, id);
}

/** The block that the caret is in. */
export function blockOfCaret(view: EditorView): BlockUnder | null {
  const { node, pos, index } = blockAt(view.state.doc, view.state.selection.from);
  const element = view.nodeDOM(pos);
  return element instanceof HTMLElement ? { element, id: idOf(node), index } : null;
}

/** In the gap between two blocks: the one above it. */
function nearestBlock(view: EditorView, y: number): BlockUnder | null {
  const box = view.dom.getBoundingClientRect();
  if (y < box.top || y > box.bottom) return null;
  for (let up = 4; up <= 64; up += 4) {
    const at = document.elementsFromPoint(box.left + box.width / 2, y - up);
    const element = at.find((one): one is HTMLElement => isTop(view, one));
    if (element?.dataset.blockId) return withIndex(view, element, element.dataset.blockId);
  }
  return null;
}

function withIndex(view: EditorView, element: HTMLElement, id: string): BlockUnder | null {
  let index = -1;
  view.state.doc.forEach((node, _offset, at) => {
    if (node.attrs.id === id) index = at;
  });
  return index < 0 ? null : { element, id: id as BlockId, index };
}

export type DropPlace = Destination & {
  /** In the page, px. */ readonly top: number;
  readonly left: number;
  readonly width: number;
};

/** Width of a level, as the style sheet has it (--nest-step). */
function nestStep(view: EditorView): number {
  const set = Number.parseFloat(getComputedStyle(view.dom).getPropertyValue("--nest-step"));
  return (
    (Number.isFinite(set) ? set : 1.75) *
    Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  );
}

/** Before or behind the block under the pointer, at the level that the pointer's distance from the left says. */
export function dropPlace(
  view: EditorView,
  point: { x: number; y: number },
  dragged: { first: number; end: number },
): DropPlace | null {
  const under = blockUnder(view, point.y);
  if (under === null) return null;
  const box = under.element.getBoundingClientRect();
  const isBehind = point.y > box.top + box.height / 2;
  const index = under.index + (isBehind ? 1 : 0);
  const { least, most } = levelsAt(view.state.doc, index, dragged);
  const body = view.dom.getBoundingClientRect();
  const step = nestStep(view);
  const depth = Math.max(least, Math.min(most, Math.round((point.x - body.left) / step)));
  return {
    index,
    depth,
    top: isBehind ? box.bottom : box.top,
    left: body.left + depth * step,
    width: body.width - depth * step,
  };
}
