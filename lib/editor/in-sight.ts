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
