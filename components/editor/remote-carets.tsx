"use client";
import type { EditorView } from "@tiptap/pm/view";
import { type RefObject, useEffect, useState } from "react";
import type { PersonHere } from "../../lib/collab/people.ts";
import type { Store } from "../../lib/collab/store.ts";
import type { BlockMap } from "../../lib/core/block-map.ts";
import { positionsOf } from "../../lib/editor/caret-places.ts";
import { isFoldedAway, reveal } from "../../lib/editor/nesting.ts";
import { CaretFinder } from "./caret-coords.ts";

/** How long a name stands beside a caret after it moved. */
const FLAG_MS = 2_000;
/** More rectangles than this for one selection say no more. */
const MOST_RECTANGLES = 200;

type Box = { left: number; top: number; width: number; height: number };
type Caret = Box & {
  person: PersonHere;
  selection: Box[];
  moved: number;
  isNamed: boolean;
  flips: boolean;
};
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
  const [carets, setCarets] = useState<readonly Caret[]>([]);
  useEffect(() => {
    let frame = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const blocks = new Map<string, string | null>();
    let finder = new CaretFinder();
    const draw = () => {
      frame = 0;
      if (!view.isDestroyed) revealArrivals(view, map, people.getSnapshot(), blocks);
      setCarets((before) => {
        const now = measure({ view, map, finder }, people.getSnapshot(), area.current, before).map((caret) =>
          caret.person.sessionId === pointed.getSnapshot() ? { ...caret, isNamed: true } : caret,
        );
        // most keys move none of them: then nothing is drawn
        return JSON.stringify(now) === JSON.stringify(before) ? before : now;
      });
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
    };
  }, [view, map, people, pointed, area]);
  return (
    <div className="carets" aria-hidden>
      {carets.map((caret) => (
        <span key={caret.person.sessionId} data-person={caret.person.color}>
          {caret.selection.map((box) => (
            <i key={`${box.left},${box.top}`} className="remote-selection" style={box} />
          ))}
          <span
            className={caret.flips ? "remote flips" : "remote"}
            data-remote-cursor={caret.person.name}
            style={{ left: caret.left, top: caret.top, height: caret.height }}
          >
            {caret.isNamed ? <span className="flag">{caret.person.name}</span> : null}
          </span>
        </span>
      ))}
    </div>
  );
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
  return people.flatMap((person) => {
    const places = person.isSelf || !person.cursor ? null : positionsOf(map, view.state.doc, person.cursor);
    if (!places || isFoldedAway(view.state, places.head)) return [];
    const at = finder.find(view, person.sessionId, places.head);
    const last = before.find((caret) => caret.person.sessionId === person.sessionId);
    const isSame = JSON.stringify(last?.person.cursor) === JSON.stringify(person.cursor);
    const moved = last && isSame ? last.moved : Date.now();
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
        selection: places.anchor === places.head ? [] : selectionBoxes(view, places, around),
      },
    ];
  });
}

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
