"use client";
import { useEffect, useState } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { forEachBlock } from "../../lib/editor/outline-nodes.ts";
import { type Edited, inWords } from "./byline-words.ts";
import { shownDocument } from "./shown-document.ts";

/** Looked at when the writing pauses: it costs nothing while keys come. */
const PAUSE_MS = 800;
const MINUTE_MS = 60_000;

/** Who wrote last, and when: as the page came with it, and from then on by what is seen here. */
export function Byline({ session, initial }: { session: DocumentSession; initial: Edited | null }) {
  const [edited, setEdited] = useState(initial);
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => watchEdits(session, setEdited), [session]);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS / 2);
    return () => clearInterval(timer);
  }, []);
  if (!edited) return null;
  const time = Math.max(now ?? edited.readAt, edited.readAt);
  return <span className="edited">{inWords(edited, new Date(time))}</span>;
}

/** Tells who wrote last and how many blocks there are, after each pause. Returns the way to stop. */
function watchEdits(session: DocumentSession, tell: (edited: Edited) => void): () => void {
  const shown = shownDocument(session);
  let last: { by: string | null } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const see = () => {
    const doc = shown.getSnapshot();
    if (!doc || !last) return;
    let blocks = 0;
    // the one that an empty document shows is not in it yet
    if (doc.childCount > 1 || doc.firstChild?.content.size) forEachBlock(doc, () => void blocks++);
    const at = Date.now();
    tell({ at, by: last.by, blocks, readAt: at });
    last = null;
  };
  const onUpdate = (_update: Uint8Array, _origin: unknown, _doc: unknown, { local }: { local: boolean }) => {
    const writing = session.people.getSnapshot().filter(({ typing, isSelf }) => typing && !isSelf);
    const [one, ...more] = new Set(writing.map(({ name }) => name));
    last = { by: local ? "you" : one !== undefined && more.length === 0 ? one : null };
    clearTimeout(timer);
    timer = setTimeout(see, PAUSE_MS);
  };
  session.doc.on("update", onUpdate);
  return () => {
    session.doc.off("update", onUpdate);
    clearTimeout(timer);
  };
}
