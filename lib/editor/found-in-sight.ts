/**
 * Where what was found is drawn: near what is in sight, and further on as one scrolls there. All places of a long document
 * at once are elements by the thousand, which the browser works half a second on at each letter that is sought.
 */
import type { EditorView } from "@tiptap/pm/view";
import { type Place, queryOf, setShown, shownOf } from "./found-places.ts";
import { readPage } from "./read-page.ts";

/** Window's heights above and below what is in sight. */
const NEAR = 1;

/** Draws what comes into sight from now on. Returns the way to stop. */
export function drawInSight(view: EditorView): () => void {
  let frame = 0;
  const look = () => {
    frame = 0;
    if (view.isDestroyed || view.composing || !queryOf(view.state)?.isValid) return;
    const [shown, sight] = [shownOf(view.state), placesWithin(view, 0)];
    if (!shown || !sight || (shown.from <= sight.from && sight.to <= shown.to)) return;
    readPage(view);
    const near = nearSight(view);
    if (near) view.dispatch(setShown(view.state.tr, near));
  };
  const soon = () => {
    frame ||= requestAnimationFrame(look);
  };
  // what scrolls is an element around the text; what gets its own height as it comes into sight moves what follows
  const sizes = new ResizeObserver(soon);
  sizes.observe(view.dom);
  window.addEventListener("scroll", soon, { capture: true, passive: true });
  window.addEventListener("resize", soon);
  return () => {
    sizes.disconnect();
    window.removeEventListener("scroll", soon, { capture: true });
    window.removeEventListener("resize", soon);
    cancelAnimationFrame(frame);
  };
}

export const nearSight = (view: EditorView): Place | null => placesWithin(view, NEAR);

/** From the first block to the last that stand within the window, made higher by `beyond` of it on both sides; null: none. */
function placesWithin(view: EditorView, beyond: number): Place | null {
  const height = window.innerHeight;
  const isWithin = (element: Element): boolean => {
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > top && bottom > -beyond * height && top < (1 + beyond) * height;
  };
  const within = [...view.dom.children]
    .filter(isWithin)
    .flatMap((top) => (top.matches(".section") ? [...top.children].filter(isWithin) : [top]));
  const [first, last] = [within.at(0), within.at(-1)];
  if (!first || !last) return null;
  const next = last.nextElementSibling ?? last.closest(".section")?.nextElementSibling;
  return { from: view.posAtDOM(first, 0), to: next ? view.posAtDOM(next, 0) : view.state.doc.content.size };
}
