"use client";
import { Info, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { toast } from "../ui/toast.ts";
import { copyOfText } from "./copy-of-text.ts";
import { saveNotice } from "./save-words.ts";
import { useStore } from "./use-session.ts";

const CLASSES = { bad: "banner bad", warn: "banner warn", quiet: "banner" } as const;

/** A notice moves the text; a connection that joins late, or anew, does that in less. */
const INTERRUPTED_MS = 6_000;

/** What needs more than a word in the bar: refused edits with a way to keep them, lost rights, a blocked connection. */
export function SaveNotice({ session }: { session: DocumentSession }) {
  const save = useStore(session.saveState);
  const status = useStore(session.status);
  const wasWritable = useOnce(status.isWritable);
  const wasOpen = useOnce(status.phase === "open");
  const isInterrupted = useLasting(status.connection === "polling", INTERRUPTED_MS);
  const isLate = useLasting(status.phase === "opening", INTERRUPTED_MS);
  const notice = saveNotice({ save, status, wasWritable, wasOpen, isInterrupted, isLate });
  if (notice === null) return null;
  const isQuiet = notice.tone === "quiet";
  const Icon = isQuiet ? Info : TriangleAlert;
  return (
    <div className={CLASSES[notice.tone]} role={isQuiet ? "status" : "alert"}>
      <Icon className="i" aria-hidden />
      <p>{notice.text}</p>
      {notice.canCopy ? <CopyButton session={session} /> : null}
      {notice.canReload ? (
        <button type="button" className="button" onClick={() => window.location.reload()}>
          Reload
        </button>
      ) : null}
      {notice.canDiscard ? (
        <button type="button" className="button" onClick={() => void session.discardLeftovers()}>
          Discard
        </button>
      ) : null}
    </div>
  );
}

/** True from the first time on. */
function useOnce(value: boolean): boolean {
  const [seen, setSeen] = useState(value);
  if (value && !seen) setSeen(true);
  return seen || value;
}

/** Once it has been so for so long, until it no longer is. */
function useLasting(isSo: boolean, ms: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!isSo) return;
    const timer = setTimeout(setLasts, ms, true);
    return () => {
      clearTimeout(timer);
      setLasts(false);
    };
  }, [isSo, ms]);
  return isSo && lasts;
}

function CopyButton({ session }: { session: DocumentSession }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await copyOfText(session.doc, session.unsentUpdates()));
      toast("Your text is copied.");
    } catch {
      // Without permission for the clipboard the text on the page is still there to be selected.
      toast.error(
        "The browser does not let the text be copied. Select it on the page and copy it from there.",
      );
    }
  };
  return (
    <button type="button" className="button" onClick={() => void copy()}>
      Copy my text
    </button>
  );
}
