"use client";
import { type MouseEvent, useEffect, useState } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { groupByUser, type PersonHere } from "../../lib/collab/people.ts";
import { positionsOf } from "../../lib/editor/caret-places.ts";
import { bringToPosition } from "../../lib/editor/flash.ts";
import { initials } from "../ui/avatar.tsx";
import type { OpenBody } from "./document-body.tsx";
import { pointedOut } from "./pointed-out.ts";
import { apart } from "./rail-places.ts";

/** Others move by keys, and so does the text: looked at when that pauses. */
const PAUSE_MS = 250;

/** `share`: how far down the document, 0 to 1. */
type Mark = { readonly person: PersonHere; readonly position: number; readonly share: number };

/** Right of the page: where in the document the others are; a click goes there. */
export function Rail({ body, session }: { body: OpenBody; session: DocumentSession }) {
  const marks = useMarks(body, session);
  const store = pointedOut(session);
  if (marks.length === 0) return null;
  const shares = apart(
    marks.map(({ share }) => share),
    window.innerHeight,
  );
  return (
    <nav className="rail" aria-label="Where others are">
      {marks.map(({ person, position }, at) => (
        <a
          key={person.sessionId}
          href={`#${person.blockId ?? ""}`}
          style={{ top: `${100 * (shares[at] ?? 0)}%` }}
          aria-label={`Go to ${person.name}`}
          title={person.name}
          onPointerEnter={() => store.set(person.sessionId)}
          onPointerLeave={() => store.set(null)}
          onFocus={() => store.set(person.sessionId)}
          onBlur={() => store.set(null)}
          onClick={(event: MouseEvent) => {
            event.preventDefault();
            bringToPosition(body.view, position);
          }}
        >
          <span className="initials" data-initials={initials(person.name)} aria-hidden />
          <span className="dot" data-person={person.color} />
        </a>
      ))}
    </nav>
  );
}

function useMarks({ view, map }: OpenBody, { people }: DocumentSession): readonly Mark[] {
  const [marks, setMarks] = useState<readonly Mark[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer = undefined;
      if (!view.isDestroyed) setMarks(marksOf(view.state.doc, map, people.getSnapshot()));
    };
    const later = () => {
      timer ??= setTimeout(look, PAUSE_MS);
    };
    look();
    const stops = [people.subscribe(later), map.onChange(later)];
    return () => {
      for (const stop of stops) stop();
      clearTimeout(timer);
    };
  }, [view, map, people]);
  return marks;
}

/** One for each person, by the tab whose caret is in the text; from the top down. */
function marksOf(
  doc: OpenBody["view"]["state"]["doc"],
  map: OpenBody["map"],
  people: readonly PersonHere[],
): readonly Mark[] {
  const marks = groupByUser(people.filter(({ isSelf }) => !isSelf)).flatMap((tabs) => {
    for (const person of tabs) {
      const head = person.cursor ? positionsOf(map, doc, person.cursor)?.head : undefined;
      if (head !== undefined)
        return [{ person, position: head, share: head / Math.max(doc.content.size, 1) }];
    }
    return [];
  });
  return marks.toSorted((one, other) => one.share - other.share);
}
