/**
 * Scrolling in a long document. What was out of sight has the height that the style sheet guesses; it gets its own when
 * it comes near, and moves what was scrolled to. So it is looked at again for some frames, until somebody acts: what they
 * see then is theirs.
 */
import type { EditorView } from "@tiptap/pm/view";

type Extent = { readonly top: number; readonly bottom: number };

const MOST_LOOKS = 8;

const isOut = ({ top, bottom }: Extent): boolean => top < 0 || bottom > window.innerHeight;

const ACTS = ["pointerdown", "wheel", "touchmove", "keydown"] as const;

function keepInSight(view: EditorView, extent: () => Extent | null, scroll: () => void): void {
  const acted = new AbortController();
  const { signal } = acted;
  for (const act of ACTS)
    window.addEventListener(act, () => acted.abort(), { capture: true, passive: true, signal });
  const look = (left: number) =>
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        const at = signal.aborted || view.isDestroyed || left === 0 ? null : extent();
        if (at === null) return acted.abort();
        if (isOut(at)) scroll();
        look(left - 1);
      }),
    );
  look(MOST_LOOKS);
}

/** Brings an element to the middle of the window, and keeps it there until its surroundings have their heights. */
export function scrollToElement(view: EditorView, find: () => Element | null): void {
  const scroll = () => find()?.scrollIntoView({ block: "center" });
  scroll();
  keepInSight(view, () => find()?.getBoundingClientRect() ?? null, scroll);
}

/** The same for an element that is out of sight; one that is in sight stays where it is. */
export function bringIntoSight(view: EditorView, find: () => Element | null): void {
  const at = find()?.getBoundingClientRect();
  if (at && isOut(at)) scrollToElement(view, find);
}

type Rect = Extent & { readonly left: number; readonly right: number };
type Sides = { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };

const CUTS = /auto|scroll|hidden|clip/;

/** Elements around a view that scroll or cut, in a window of that size. */
const scrollers = new WeakMap<EditorView, { readonly size: string; readonly around: readonly Element[] }>();

function scrollersAround(view: EditorView): readonly Element[] {
  const size = `${window.innerWidth} ${window.innerHeight}`;
  const known = scrollers.get(view);
  if (known?.size === size) return known.around;
  const around: Element[] = [];
  for (let at: Element | null = view.dom; at && at !== document.body; at = at.parentElement)
    if (CUTS.test(getComputedStyle(at).overflowY)) around.push(at);
  scrollers.set(view, { size, around });
  return around;
}

/**
 * Whether the caret stands in a text that does not scroll by itself, and clear of the edges of all that does: then the
 * editor need not look at each element around it, nor try to scroll it, as it would at each key.
 */
export function standsClear(view: EditorView): boolean {
  const { $head } = view.state.selection;
  if ($head.depth !== 1 || $head.parent.type.name !== "block") return false;
  const at = view.coordsAtPos($head.pos, 1);
  if (at.bottom <= at.top) return false;
  const clear = view.someProp("scrollThreshold") ?? 0;
  const sides = typeof clear === "number" ? { top: clear, right: clear, bottom: clear, left: clear } : clear;
  const { width, height } = window.visualViewport ?? { width: window.innerWidth, height: window.innerHeight };
  return (
    isWithin(at, { left: 0, top: 0, right: width, bottom: height }, sides) &&
    scrollersAround(view).every((one) => isWithin(at, one.getBoundingClientRect(), sides))
  );
}

const isWithin = (at: Rect, box: Rect, { top, right, bottom, left }: Sides): boolean =>
  at.top >= box.top + top &&
  at.bottom <= box.bottom - bottom &&
  at.left >= box.left + left &&
  at.right <= box.right - right;

/** Called before the editor scrolls to its selection: when that is far, it is scrolled to again. */
export function followSelection(view: EditorView): void {
  const extent = () => view.coordsAtPos(view.state.selection.head);
  if (!isOut(extent())) return;
  const { selection } = view.state;
  const isSame = () => view.state.selection.eq(selection);
  keepInSight(
    view,
    () => (isSame() ? extent() : null),
    () => view.dispatch(view.state.tr.scrollIntoView()),
  );
}
