/**
 * Whole blocks are chosen by dragging over them from the empty page beside, above or below the text. By the mouse alone: a
 * finger scrolls there.
 */
import type { EditorView } from "@tiptap/pm/view";
import type { BlockId } from "../../lib/core/ids.ts";
import { idOf } from "../../lib/editor/block-nodes.ts";
import { chosenOf, setChosen } from "../../lib/editor/chosen.ts";
import { chooseInPlace, placeOfBlock } from "../../lib/editor/chosen-commands.ts";
import { blockAt } from "../../lib/editor/commands.ts";

/** A hand that only clicks moves so much. */
const LEAST_PX = 5;
/** Under the bar and the foot nothing of the text is seen; there the page scrolls, so much a frame. */
const EDGE_PX = { top: 56, bottom: 48 };
const SCROLL_PX = 14;

/** Places are in pixels of the window. */
type Point = { readonly x: number; readonly y: number };
/** The block that is next to a place: 0 where it is at its height, -1 where the place is above it, 1 below. */
type Near = { readonly id: BlockId; readonly side: -1 | 0 | 1 };

/** @param page what the text stands in; a press on itself is one on nothing else. Returns the way to stop. */
export function chooseByDrag(view: EditorView, page: HTMLElement): () => void {
  let stop: (() => void) | null = null;
  const begin = (event: PointerEvent) => {
    if (event.target !== page || event.button !== 0 || event.pointerType !== "mouse" || !view.editable)
      return;
    stop?.();
    if (chosenOf(view.state) !== null) view.dispatch(setChosen(view.state.tr, null));
    stop = followDrag(view, page, { x: event.clientX, y: event.clientY });
  };
  page.addEventListener("pointerdown", begin);
  return () => {
    stop?.();
    page.removeEventListener("pointerdown", begin);
  };
}

function followDrag(view: EditorView, page: HTMLElement, start: Point): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const scrolled = window.scrollY;
  const from = nearTo(view, start);
  const frame = document.createElement("div");
  frame.className = "choosing-frame";
  let now = start;
  let asked = 0;
  const startTop = () => start.y + scrolled - window.scrollY;
  const choose = () => chooseBetween(view, from, nearTo(view, now), now.y < startTop());
  const draw = () => {
    asked = 0;
    if (view.isDestroyed || !view.editable) return end();
    if (scrollAtEdge(now.y)) ask();
    const top = startTop();
    frame.style.left = `${Math.min(start.x, now.x)}px`;
    frame.style.top = `${Math.min(top, now.y)}px`;
    frame.style.width = `${Math.abs(start.x - now.x)}px`;
    frame.style.height = `${Math.abs(top - now.y)}px`;
    choose();
  };
  const ask = () => {
    asked ||= requestAnimationFrame(draw);
  };
  const move = (event: PointerEvent) => {
    now = { x: event.clientX, y: event.clientY };
    if (!frame.isConnected) {
      if (Math.hypot(now.x - start.x, now.y - start.y) < LEAST_PX) return;
      page.append(frame);
      view.focus();
    }
    ask();
  };
  const end = () => {
    if (signal.aborted) return;
    if (frame.isConnected) dropClick();
    else page.closest<HTMLElement>("[tabindex]")?.focus({ preventScroll: true });
    cancelAnimationFrame(asked);
    frame.remove();
    ending.abort();
  };
  // a hand may let go before the page has drawn where it was last
  const letGo = (event: PointerEvent) => {
    move(event);
    if (frame.isConnected && !view.isDestroyed && view.editable) choose();
    end();
  };
  // no words are chosen meanwhile; a mere click takes the focus out of the text, as it does by itself
  page.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
  window.addEventListener("pointermove", move, { signal });
  window.addEventListener("pointerup", letGo, { signal });
  for (const name of ["pointercancel", "blur"]) window.addEventListener(name, end, { signal });
  // by the wheel what is under the hand changes, too
  window.addEventListener("scroll", () => frame.isConnected && ask(), { signal, passive: true });
  return end;
}

/** The click that ends a drag is none. */
function dropClick(): void {
  const drop = (event: MouseEvent) => event.stopPropagation();
  window.addEventListener("click", drop, { capture: true });
  setTimeout(() => window.removeEventListener("click", drop, { capture: true }));
}

function scrollAtEdge(y: number): boolean {
  const by = y < EDGE_PX.top ? -SCROLL_PX : y > window.innerHeight - EDGE_PX.bottom ? SCROLL_PX : 0;
  const before = window.scrollY;
  if (by !== 0) window.scrollBy({ top: by, behavior: "instant" });
  return window.scrollY !== before;
}

function nearTo(view: EditorView, { x, y }: Point): Near {
  const text = view.dom.getBoundingClientRect();
  const top = clamp(
    y,
    Math.max(text.top + 1, EDGE_PX.top),
    Math.min(text.bottom - 1, window.innerHeight - EDGE_PX.bottom),
  );
  const left = clamp(x, text.left + 2, text.right - 2);
  const { doc } = view.state;
  const { pos, node } = blockAt(doc, view.posAtCoords({ left, top })?.pos ?? 0);
  const element = view.nodeDOM(pos);
  const block = element instanceof Element ? element.getBoundingClientRect() : text;
  return { id: idOf(node), side: y < block.top ? -1 : y > block.bottom ? 1 : 0 };
}

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most));

/** What lies between, if something does; the block that is over there is the one that Shift and the arrows move. */
function chooseBetween(view: EditorView, from: Near, to: Near, isUpwards: boolean): void {
  const { state } = view;
  // the first one that is touched, seen in the direction of the hand, and the last one
  const by = isUpwards ? -1 : 1;
  const [start, over] = [from, to].map(({ id }) => placeOfBlock(state.doc, id)?.index ?? -1) as [
    number,
    number,
  ];
  const anchor = from.side === by ? start + by : start;
  const head = to.side === -by ? over - by : over;
  const isSome = start >= 0 && over >= 0 && (head - anchor) * by >= 0;
  const [first, last] = isSome ? [state.doc.maybeChild(anchor), state.doc.maybeChild(head)] : [];
  const chosen = chosenOf(state);
  if (!first || !last) {
    if (chosen !== null) view.dispatch(setChosen(state.tr, null));
  } else if (chosen?.anchor !== idOf(first) || chosen.head !== idOf(last))
    view.dispatch(chooseInPlace(state.tr, idOf(first), idOf(last)));
}
