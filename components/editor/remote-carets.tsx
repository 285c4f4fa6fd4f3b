"use client";
import type { EditorView } from "@tiptap/pm/view";
import { type RefObject, useEffect, useRef } from "react";
import type { PersonHere } from "../../lib/collab/people.ts";
import type { Store } from "../../lib/collab/store.ts";
import type { BlockMap } from "../../lib/core/block-map.ts";
import { positionsOf } from "../../lib/editor/caret-places.ts";
import { isFoldedAway, reveal } from "../../lib/editor/nesting.ts";
import { CaretFinder } from "./caret-coords.ts";
import { type Box, type Caret, CaretLayer } from "./caret-layer.ts";

/** How long a name stands beside a caret after it moved. */
const FLAG_MS = 2_000;
/** More rectangles than this for one selection say no more. */
const MOST_RECTANGLES = 200;

type Props = {
  view: EditorView;
  map: BlockMap;
  people: Store<readonly PersonHere[]>;
  /** Whose name is asked for. */
  pointed: Store<string | null>;
  area: RefObject<HTMLDivElement | null>;
};

/** Others' carets and selections, laid over the text: nothing moves when someone arrives. */
export function RemoteCarets({ view, map, people, pointed, area }: Props) {
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!layer.current) return;
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const blocks = new Map<string, string | null>();
    const drawn = new CaretLayer(layer.current);
    let finder = new CaretFinder();
    let carets: readonly Caret[] = [];
    const draw = () => {
      frame = 0;
      if (!view.isDestroyed) revealArrivals(view, map, people.getSnapshot(), blocks);
      const shown = measure({ view, map, finder }, people.getSnapshot(), area.current, carets);
      carets = shown;
      drawn.draw(
        shown.map((caret) =>
          caret.person.sessionId === pointed.getSnapshot() ? { ...caret, isNamed: true } : caret,
        ),
      );
      clearTimeout(timer);
      timer = setTimeout(later, FLAG_MS);
    };
    const later = () => {
      frame ||= requestAnimationFrame(draw);
    };
    const stops = [people.subscribe(later), map.onChange(later), pointed.subscribe(later)];
    const resize = new ResizeObserver(() => {
      finder = new CaretFinder();
      later();
    });
    if (area.current) resize.observe(area.current);
    view.dom.addEventListener("input", later);
    later();
    return () => {
      for (const stop of stops) stop();
      resize.disconnect();
      view.dom.removeEventListener("input", later);
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      drawn.clear();
    };
  }, [view, map, people, pointed, area]);
  return <div className="carets" aria-hidden ref={layer} />;
}

/** Someone goes to another block: what hides it here is unfolded, once; it may be folded over them again. */
function revealArrivals(
  view: EditorView,
  map: BlockMap,
  people: readonly PersonHere[],
  blocks: Map<string, string | null>,
): void {
  for (const { sessionId, isSelf, cursor, blockId } of people) {
    if (isSelf || blocks.get(sessionId) === blockId) continue;
    blocks.set(sessionId, blockId);
    const places = cursor && positionsOf(map, view.state.doc, cursor);
    if (places) reveal(view, places.head);
  }
}

type Measured = { readonly view: EditorView; readonly map: BlockMap; readonly finder: CaretFinder };

function measure(
  { view, map, finder }: Measured,
  people: readonly PersonHere[],
  area: HTMLElement | null,
  before: readonly Caret[],
): Caret[] {
  if (!area || view.isDestroyed) return [];
  const around = area.getBoundingClientRect();
  const { doc } = view.state;
  return people.flatMap((person) => {
    const { sessionId, isSelf, cursor } = person;
    if (isSelf || !cursor) return [];
    let at = finder.kept(view, sessionId, cursor);
    let selection: Box[] = [];
    if (!at) {
      const places = positionsOf(map, doc, cursor);
      if (!places || isFoldedAway(view.state, places.head)) return [];
      const isCaret = places.anchor === places.head;
      // a selection is measured anew each time
      at = finder.find(view, sessionId, isCaret ? cursor : null, places.head);
      if (!isCaret) selection = selectionBoxes(view, places, around);
    }
    const last = before.find((caret) => caret.person.sessionId === sessionId);
    const moved = last && isSameCursor(last.person.cursor, cursor) ? last.moved : Date.now();
    return [
      {
        person,
        left: at.left - around.left,
        top: at.top - around.top,
        width: 0,
        height: at.bottom - at.top,
        flips: around.right - at.left < 120,
        moved,
        isNamed: Date.now() - moved < FLAG_MS,
        selection,
      },
    ];
  });
}

const isSameCursor = (a: PersonHere["cursor"], b: PersonHere["cursor"]): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

function selectionBoxes(
  view: EditorView,
  { anchor, head }: { anchor: number; head: number },
  around: DOMRect,
): Box[] {
  const range = document.createRange();
  const from = view.domAtPos(Math.min(anchor, head));
  const to = view.domAtPos(Math.max(anchor, head));
  range.setStart(from.node, from.offset);
  range.setEnd(to.node, to.offset);
  return [...range.getClientRects()].slice(0, MOST_RECTANGLES).map((box) => ({
    left: box.left - around.left,
    top: box.top - around.top,
    width: box.width,
    height: box.height,
  }));
}
