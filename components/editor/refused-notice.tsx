"use client";
import { Info } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { DocumentSession, RefusedRow } from "../../lib/collab/document-session.ts";
import { RefusedUpdates } from "../../lib/core/protocol.ts";
import { callDatabase } from "../../lib/supabase/call-database.ts";
import { Late } from "../ui/late.tsx";
import { LatePart } from "../ui/late-part.ts";
import { refusedChanges, refusedSentence } from "./refused-rows.ts";
import { useStore } from "./use-session.ts";

const details = new LatePart(
  "The list of changes",
  async () => (await import("./refused-details.tsx")).RefusedDetails,
);

type NoticeProps = { session: DocumentSession; documentId: string; userId: string };

/** Says that the guard left changes out of the document, until the person has read it. */
export function RefusedNotice({ session, documentId, userId }: NoticeProps) {
  const seen = useStore(session.refused);
  const [read, setRead] = useRead(documentId);
  const listed = useListed(documentId, seen);
  const changes = useMemo(
    () => refusedChanges(seen, listed).filter(({ seq }) => seq > read),
    [seen, listed, read],
  );
  const [isOpen, setOpen] = useState(false);
  const [newest] = changes;
  if (newest === undefined) return null;
  return (
    <div className="banner" role="status" aria-label="Changes left out">
      <Info className="i" aria-hidden />
      <p>{refusedSentence(changes, userId)}</p>
      <button type="button" className="button" onClick={() => setOpen(true)}>
        Details
      </button>
      {isOpen ? (
        <Late
          part={details}
          props={{ changes, userId, onClose: () => setOpen(false) }}
          onMissing={() => setOpen(false)}
        />
      ) : null}
      <button type="button" className="button plain" onClick={() => setRead(newest.seq)}>
        Hide
      </button>
    </div>
  );
}

const ASK_MS = 10_000;
/** The server judges a row about two seconds after the page has; then it lists who wrote it, and when. */
const ASK_AGAIN_MS = [1_500, 3_000, 6_000, 12_000, 24_000];

/** The server's list; asked for when something new was seen, until it has all of that. */
function useListed(documentId: string, seen: readonly RefusedRow[]): RefusedUpdates {
  const [listed, setListed] = useState<RefusedUpdates>([]);
  useEffect(() => {
    if (seen.length === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStale = false;
    const ask = async (tries: number) => {
      const asked = { p_document_id: documentId };
      const { data } = await callDatabase("list_refused_updates", asked, AbortSignal.timeout(ASK_MS));
      if (isStale) return;
      // Without an answer what this page saw itself is shown.
      const answer = RefusedUpdates.safeParse(data);
      if (answer.success) setListed(answer.data);
      const known = new Set(answer.data?.map(({ seq }) => seq));
      const pause = ASK_AGAIN_MS[tries];
      if (pause !== undefined && seen.some(({ seq }) => !known.has(seq)))
        timer = setTimeout(() => void ask(tries + 1), pause);
    };
    void ask(0);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [documentId, seen]);
  return listed;
}

/** Up to which row of the log this person has read the notice, on this device. */
function useRead(documentId: string): [number, (seq: number) => void] {
  const key = `left-out:${documentId}`;
  const [read, setRead] = useState(() => readNumber(key));
  const note = (seq: number) => {
    setRead(seq);
    try {
      localStorage.setItem(key, String(seq));
    } catch {
      // Storage is denied: the notice comes back with the next visit.
    }
  };
  return [read, note];
}

function readNumber(key: string): number {
  try {
    return Number(localStorage.getItem(key) ?? 0);
  } catch {
    return 0; // storage is denied
  }
}
