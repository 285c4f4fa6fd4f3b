/** What the dialog says about itself. */
import { countedIn } from "./search-list.ts";
import { isCatchingUp, type SearchState } from "./search-store.ts";

/** The line at the bottom, read aloud when it changes. */
export function summaryOf({ phase, lines }: SearchState): string {
  switch (phase) {
    case "idle":
      return "";
    case "asking":
      return "Searching…";
    case "words":
      return lines.length > 0 ? countedIn(lines) : "Searching…";
    case "done":
    case "offline":
      return countedIn(lines) || "Nothing found";
    case "failed":
      return "No answer";
  }
}

/** What the answer may lack, in a sentence; null when there is nothing to say. */
export function noteOf({ phase, isByMeaning, status }: SearchState): string | null {
  if (phase === "offline")
    return "You are offline: only titles are searched. What you write is kept on this device.";
  if (status?.model === null) return "Words alone are searched: no model for meaning is set up here.";
  if (phase === "done" && !isByMeaning)
    return "Words alone were compared: what they mean could not be looked up in time.";
  if (isCatchingUp(status)) return behind(status?.waiting ?? 0, status?.preparing?.progress ?? null);
  if (status && status.failed > 0)
    return `${documents(status.failed)} could not be read for meaning. Their words are found all the same.`;
  return null;
}

function behind(waiting: number, progress: number | null): string {
  if (waiting === 0)
    return `A new model for meaning is being prepared: ${Math.round((progress ?? 0) * 100)} %.`;
  return `Still reading ${documents(waiting)}: the newest words may not be found by meaning yet.`;
}

const documents = (count: number): string => (count === 1 ? "1 document" : `${count} documents`);
