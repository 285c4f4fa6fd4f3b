/** What the reader of the page is told about their words. Pure: the one place where 'Saved' is decided. */
import { AppError } from "../core/errors.ts";
import type { Reach } from "./connection.ts";
import type { Store } from "./store.ts";

export type NotSavedReason =
  /** The server does not answer; it is tried again and again. */
  | "unreachable"
  /** The session ran out; signing in again (in another tab) lets it go on. */
  | "signed-out"
  | "read-only"
  | "trashed"
  | "no-access"
  | "too-large"
  /** The document's log holds as much as a document may; what it holds is safe. */
  | "full"
  /** The server or the guard refuses these edits for good. */
  | "refused"
  /** Stored bytes are damaged: the document stands still at the last good row. */
  | "corrupt"
  /** The document was written by a newer version of the program: reload. */
  | "newer-version";

export type SaveState = {
  readonly status: "saved" | "saving" | "offline" | "not-saved";
  /** Null although not saved: the page closed the document before it was. */
  readonly reason: NotSavedReason | null;
  /** Entries the server has not acknowledged. 0 whenever the status is 'saved'. */
  readonly unsent: number;
  /** IndexedDB is denied or full: closing the tab now would lose what is unsent. */
  readonly onlyInThisTab: boolean;
};

export type SaveFacts = {
  readonly unsent: number;
  readonly reach: Reach;
  readonly blocked: NotSavedReason | null;
  readonly outboxBroken: boolean;
};

export function saveStateOf(facts: SaveFacts): SaveState {
  const { unsent, reach, outboxBroken: onlyInThisTab } = facts;
  const state = (status: SaveState["status"], reason: NotSavedReason | null = null): SaveState => ({
    status,
    reason,
    unsent,
    onlyInThisTab,
  });
  const blocked = reach === "refused" ? "no-access" : facts.blocked;
  // A reader who has written nothing has nothing unsaved, whatever they may not do.
  if (blocked !== null && (unsent > 0 || !isJustReading(blocked))) return state("not-saved", blocked);
  if (reach === "offline") return state("offline");
  if (unsent === 0) return state("saved");
  // Nobody sends it any more: the next visit does.
  if (reach === "ended") return state("not-saved");
  return reach === "reached" ? state("saving") : state("not-saved", reach === "refused" ? blocked : reach);
}

function isJustReading(reason: NotSavedReason): boolean {
  return reason === "read-only" || reason === "trashed" || reason === "newer-version";
}

/** Resolves once nothing is unsent; rejects with the reason when it is hopeless. */
export function untilSaved(saveState: Store<SaveState>, isHopeless: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      const { unsent, reason } = saveState.getSnapshot();
      if (unsent > 0 && !isHopeless()) return;
      stop();
      if (unsent === 0) resolve();
      else {
        const why = `Not saved: ${reason ?? "the document was closed"}.`;
        reject(new AppError("conflict", why, { reason: reason ?? "not-saved" }));
      }
    };
    const stop = saveState.subscribe(settle);
    settle();
  });
}
