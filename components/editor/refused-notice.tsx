"use client";
import { Dialog } from "@base-ui/react/dialog";
import { Info } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { DocumentSession, RefusedRow } from "../../lib/collab/document-session.ts";
import { RefusedUpdates } from "../../lib/core/protocol.ts";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { type RefusedChange, refusedChanges, refusedSentence } from "./refused-rows.ts";
import { useStore } from "./use-session.ts";

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
  const [newest] = changes;
  if (newest === undefined) return null;
  return (
    <div className="banner" role="status" aria-label="Changes left out">
      <Info className="i" aria-hidden />
      <p>{refusedSentence(changes, userId)}</p>
      <Dialog.Root>
        <Dialog.Trigger className="button">Details</Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Backdrop className="scrim" />
          <Dialog.Popup className="dialog">
            <Dialog.Title>Changes that were left out</Dialog.Title>
            <Dialog.Description>
              They are stored, but they are in nobody’s document. Everything else is as it was written.
            </Dialog.Description>
            <Details changes={changes} userId={userId} />
            <div className="choices">
              <Dialog.Close className="button">Close</Dialog.Close>
            </div>
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      <button type="button" className="button plain" onClick={() => setRead(newest.seq)}>
        Hide
      </button>
    </div>
  );
}

function Details({ changes, userId }: { changes: readonly RefusedChange[]; userId: string }) {
  return (
    <ul className="left-out">
      {changes.map(({ seq, why, who, userId: author, at }) => (
        <li key={seq}>
          <b>{author === userId ? "You" : (who ?? "Somebody")}</b>
          {at ? <time dateTime={at.toISOString()}>{MOMENT.format(at)}</time> : <span>a moment ago</span>}
          <span>{why}</span>
        </li>
      ))}
    </ul>
  );
}

const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

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
      const { data } = await browserSupabase().rpc("list_refused_updates", { p_document_id: documentId });
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
