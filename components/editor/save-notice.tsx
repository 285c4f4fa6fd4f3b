"use client";
import { Info, TriangleAlert } from "lucide-react";
import { toast } from "sonner";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { copyOfText } from "./copy-of-text.ts";
import { notSavedSentence } from "./not-saved.ts";
import { useStore } from "./use-session.ts";

/** What needs more than a word in the bar: refused edits with a way to keep them, a blocked live connection. */
export function SaveNotice({ session }: { session: DocumentSession }) {
  const save = useStore(session.saveState);
  const { connection, leftovers, phase } = useStore(session.status);
  if (save.status === "not-saved" && save.reason !== "unreachable") {
    return (
      <div className="banner bad" role="alert">
        <TriangleAlert className="i" aria-hidden />
        <p>
          Your last changes are not saved: {notSavedSentence(save.reason)}. They are still on this page and on
          this device.
        </p>
        <CopyButton session={session} />
      </div>
    );
  }
  if (leftovers > 0) {
    return (
      <div className="banner warn" role="alert">
        <TriangleAlert className="i" aria-hidden />
        <p>Changes from an earlier visit could not be saved here. They are kept on this device.</p>
        <CopyButton session={session} />
        <button type="button" className="button" onClick={() => void session.discardLeftovers()}>
          Discard
        </button>
      </div>
    );
  }
  if (connection === "polling" && phase === "open" && save.status !== "offline") {
    return (
      <div className="banner" role="status" aria-label="Connection">
        <Info className="i" aria-hidden />
        <p>
          The live connection is interrupted. Your changes are saved; those of others appear every two
          seconds.
        </p>
      </div>
    );
  }
  return null;
}

function CopyButton({ session }: { session: DocumentSession }) {
  const copy = async () => {
    await navigator.clipboard.writeText(copyOfText(session.doc, session.unsentUpdates()));
    toast("Your text is copied.");
  };
  return (
    <button type="button" className="button" onClick={() => void copy()}>
      Copy my text
    </button>
  );
}
