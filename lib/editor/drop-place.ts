/** Where blocks would land that are dragged over the page. */
import type { Command } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import type { BlockId } from "../core/ids.ts";
import { idOf } from "./block-nodes.ts";
import { baseOf } from "./column-places.ts";
import { type BesidePlace, moveBeside } from "./columns-commands.ts";
import { blockAt } from "./commands.ts";
import { moveTo, roomBeside } from "./drag-blocks.ts";
import type { Destination } from "./move-block.ts";

export type BlockUnder = { readonly element: HTMLElement; readonly id: BlockId; readonly index: number };

const isTop = (view: EditorView, element: Element): element is HTMLElement =>
  element instanceof HTMLElement &&
  element.matches(".block") &&
  (element.parentElement === view.dom || element.parentElement?.matches(".section, .in-column") === true);

/** The elements of the top nodes, in order; those of a long document stand in sections, those of columns in columns. */
export const topBlocks = (view: EditorView): HTMLElement[] => [
  ...view.dom.querySelectorAll<HTMLElement>(":scope > .block, .section > .block, .in-column > .block"),
];

/**
 * The block at a height of the page, also beside the text; null above the first and below the last. Among columns `x`
 * tells in which one.
 */
export function blockUnder(view: EditorView, y: number, x = Number.NEGATIVE_INFINITY): BlockUnder | null {
  const box = view.dom.getBoundingClientRect();
  if (y < box.top || y > box.bottom) return null;
  // in the gap between two blocks: the one above it
  for (let up = 0; up <= 64; up += 4) {
    const at = document.elementsFromPoint(box.left + box.width / 2, y - up);
    const columns = at.find((one) => one.matches(".in-columns") && view.dom.contains(one));
    const element = columns ? blockInColumns(columns, x, y) : at.find((one) => isTop(view, one));
    const id = (element as HTMLElement | undefined)?.dataset.blockId;
    if (id !== undefined) return blockById(view, id as BlockId);
  }
  return null;
}

/** In the nearest column the last block that begins above the pointer, or the first. */
function blockInColumns(columns: Element, x: number, y: number): Element | undefined {
  const away = (column: Element) => {
    const { left, right, top, bottom } = column.getBoundingClientRect();
    const across = Math.max(left - Math.max(x, 0), Math.max(x, 0) - right, 0);
    return across + Math.max(top - y, y - bottom, 0);
  };
  const [nearest] = [...columns.querySelectorAll(":scope > .in-column")].sort((a, b) => away(a) - away(b));
  const blocks = [...(nearest?.querySelectorAll(":scope > .block") ?? [])];
  return blocks.findLast((block) => block.getBoundingClientRect().top <= y) ?? blocks[0];
}

/** The block that the caret is in. */
export function blockOfCaret(view: EditorView): BlockUnder | null {
  const { node, pos, index } = blockAt(view.state.doc, view.state.selection.from);
  const element = view.nodeDOM(pos);
  return element instanceof HTMLElement ? { element, id: idOf(node), index } : null;
}

/** Null where it is not, or no longer, in the document. */
export function blockById(view: EditorView, id: BlockId): BlockUnder | null {
  const found: { pos: number; index: number }[] = [];
  view.state.doc.forEach((node, pos, index) => {
    if (idOf(node) === id) found.push({ pos, index });
  });
  const [{ pos, index } = { pos: 0, index: -1 }] = found;
  const element = index < 0 ? null : view.nodeDOM(pos);
  return element instanceof HTMLElement ? { element, id, index } : null;
}

/** Between two blocks at a level, or beside one; the line that shows it in the page, px. */
export type DropPlace = {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
} & ({ readonly beside: BesidePlace } | { readonly between: Destination });

/** Width of a level, as the style sheet has it (--nest-step). */
function nestStep(view: EditorView): number {
  const set = Number.parseFloat(getComputedStyle(view.dom).getPropertyValue("--nest-step"));
  return (
    (Number.isFinite(set) ? set : 1.75) *
    Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  );
}

type Point = { readonly x: number; readonly y: number };
type Dragged = { readonly first: number; readonly end: number };

/** Beside the block under the pointer, where it is at an edge of the text or of a column; else before or behind it. */
export function dropPlace(view: EditorView, point: Point, dragged: Dragged): DropPlace | null {
  const under = blockUnder(view, point.y, point.x);
  if (under === null) return null;
  return placeBeside(view, under, point, dragged) ?? placeBetween(view, under, point, dragged);
}

const roomOf = (view: EditorView, { element }: BlockUnder): DOMRect =>
  (element.closest(".in-column") ?? view.dom).getBoundingClientRect();

/** At the level that the pointer's distance from the left says. */
function placeBetween(view: EditorView, under: BlockUnder, point: Point, dragged: Dragged): DropPlace {
  const box = under.element.getBoundingClientRect();
  const isBehind = point.y > box.top + box.height / 2;
  const side = isBehind ? "behind" : "before";
  const { index, least, most } = roomBeside(view.state, under.index, side, dragged);
  const room = roomOf(view, under);
  const step = nestStep(view);
  const base = baseOf(view.state.doc.child(under.index));
  const depth = Math.max(least, Math.min(most, base + Math.round((point.x - room.left) / step)));
  const left = Math.max(0, depth - base) * step;
  return {
    between: { index, depth },
    top: isBehind ? box.bottom : box.top,
    left: room.left + left,
    width: room.width - left,
    height: LINE_PX,
  };
}

const LINE_PX = 3;
/** How far from the right edge, inside and in the gap behind a column, a place beside begins and ends. */
const EDGE_PX = 24;
const GAP_PX = 12;
/** The handle stands left of the text: what is dragged straight down by it goes between blocks. */
const LEFT_PX = 44;
/** Narrower windows show columns below one another. */
const SIDE_BY_SIDE = "(min-width: 768px)";

function placeBeside(view: EditorView, under: BlockUnder, { x }: Point, dragged: Dragged): DropPlace | null {
  if (!window.matchMedia(SIDE_BY_SIDE).matches) return null;
  const column = under.element.closest(".in-column");
  const room = roomOf(view, under);
  const isRight = x > room.right - EDGE_PX && (!column?.nextElementSibling || x < room.right + GAP_PX);
  const isLeft = x < room.left - LEFT_PX && !column?.previousElementSibling?.matches(".in-column");
  if (!isRight && !isLeft) return null;
  const beside: BesidePlace = { index: under.index, side: isRight ? "right" : "left" };
  if (!moveBeside(dragged, beside)(view.state)) return null;
  const { top, height } = column ? room : under.element.getBoundingClientRect();
  return { beside, top, height, left: isRight ? room.right + GAP_PX : room.left - GAP_PX, width: LINE_PX };
}

/** Moves the dragged blocks there. */
export const dropAt = (dragged: Dragged, place: DropPlace): Command =>
  "beside" in place ? moveBeside(dragged, place.beside) : moveTo(dragged, place.between);
