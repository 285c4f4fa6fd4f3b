"use client";
import { Check, CloudOff, LoaderCircle, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import type { SaveState } from "../../lib/collab/save-state.ts";
import { noteEvent } from "../../lib/vitals/note-event.ts";
import { isAlarm, saveWords } from "./save-words.ts";
import { useStore } from "./use-session.ts";

/** Quick saves do not flicker: the word changes to Saving… only when it takes longer than this. */
const SLOW_MS = 400;

const LOOKS = {
  saved: { Icon: Check, tone: "" },
  saving: { Icon: LoaderCircle, tone: "" },
  offline: { Icon: CloudOff, tone: "" },
  "not-saved": { Icon: TriangleAlert, tone: "bad" },
} as const;

export function SaveStatus({ session }: { session: DocumentSession }) {
  const state = useStore(session.saveState);
  const { phase } = useStore(session.status);
  const isSafe = state.status === "not-saved" && !isAlarm(state);
  const shown = useSettled(isSafe ? "saved" : state.status);
  const { Icon, tone } = LOOKS[shown];
  const hasFailed = isAlarm(state);
  useEffect(() => {
    if (hasFailed) noteEvent("save_failure");
  }, [hasFailed]);
  if (phase === "opening") return null;
  const words = saveWords({ ...state, status: shown });
  return (
    <span className={`save ${tone}`} role="status" aria-label="Save state">
      <Icon className="i" aria-hidden />
      {/* What is said is always so; what is drawn waits, so that it does not flicker at every key. A phone has room for
          the first words of it. */}
      <span className="unseen">{saveWords(state)}</span>
      <span className="words" aria-hidden data-words={words} data-word={words.split(" — ", 1)[0]} />
    </span>
  );
}

/** Saving is drawn late, all else at once. */
function useSettled(status: SaveState["status"]): SaveState["status"] {
  const [settled, setSettled] = useState(status);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(status), status === "saving" ? SLOW_MS : 0);
    return () => clearTimeout(timer);
  }, [status]);
  return status === "saving" ? settled : status;
}
