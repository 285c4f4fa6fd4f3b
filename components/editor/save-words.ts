/** What is said of unsaved words and of lost rights. Pure: every sentence is true of exactly the facts it is chosen by. */
import type { SessionStatus } from "../../lib/collab/document-session.ts";
import type { NotSavedReason, SaveState } from "../../lib/collab/save-state.ts";

export type SaveFacts = {
  readonly save: SaveState;
  readonly status: Pick<SessionStatus, "phase" | "problem" | "leftovers">;
  /** This page could be written in before. */
  readonly wasWritable: boolean;
  /** This page showed the document before. */
  readonly wasOpen: boolean;
  /** The websocket is away for longer than a page takes to join, or to join again. */
  readonly isInterrupted: boolean;
  /** The document is not open after the time in which others are. */
  readonly isLate: boolean;
};

export type SaveNoticeWords = {
  /** "bad": words may be lost. "warn": words need a decision. "quiet": nothing is unsaved. */
  readonly tone: "bad" | "warn" | "quiet";
  readonly text: string;
  /** Offered only when this page holds words that the server, or the others, do not have. */
  readonly canCopy: boolean;
  readonly canReload: boolean;
  readonly canDiscard: boolean;
};

const NOT_SAVED: Record<NotSavedReason, string> = {
  unreachable: "the server does not answer; trying again",
  "signed-out": "you are signed out; sign in again in another tab",
  "read-only": "you may read this document, but no longer change it",
  trashed: "the document is in the trash",
  "no-access": "you no longer have access to this document",
  "too-large": "this change is too large",
  full: "this document is full; what it holds is safe, and what you wrote can be copied into another one",
  refused: "the server refuses this change",
  corrupt: "stored bytes of this document are damaged",
  "newer-version": "the document was made with a newer version; reload the page",
};

/** The save state in one line: "Saved", "Saving…", "Offline — …", "Not saved — …". */
export function saveWords(state: SaveState): string {
  switch (state.status) {
    case "saved":
      return "Saved";
    case "saving":
      return "Saving…";
    case "offline":
      return state.onlyInThisTab
        ? "Offline — changes are kept in this tab only"
        : "Offline — changes are kept on this device";
    case "not-saved":
      return isAlarm(state) ? `Not saved — ${NOT_SAVED[state.reason ?? "unreachable"]}` : "Saved";
  }
}

/** Whether words of this person are not stored, or what is stored is not sound. A right that was lost is neither. */
export function isAlarm({ status, reason, unsent }: SaveState): boolean {
  return status === "not-saved" && (unsent > 0 || reason === "refused" || reason === "corrupt");
}

export function saveNotice(facts: SaveFacts): SaveNoticeWords | null {
  const { save, status } = facts;
  const reason = save.status === "not-saved" ? save.reason : status.problem;
  return (
    (reason === null ? null : save.unsent > 0 ? ofUnsent(reason, save) : ofNothingUnsent(reason, facts)) ??
    ofLate(facts) ??
    ofLeftovers(status.leftovers) ??
    ofConnection(facts) ??
    ofTab(save)
  );
}

const say = (
  tone: SaveNoticeWords["tone"],
  text: string,
  can: Partial<Pick<SaveNoticeWords, "canCopy" | "canReload" | "canDiscard">> = {},
): SaveNoticeWords => ({ tone, text, canCopy: false, canReload: false, canDiscard: false, ...can });

/** Words wait that the server does not take. */
function ofUnsent(reason: NotSavedReason, { onlyInThisTab }: SaveState): SaveNoticeWords | null {
  const kept = onlyInThisTab
    ? "They are still on this page, but in this tab only: copy them before you close it."
    : "They are still on this page and kept on this device.";
  if (reason === "unreachable") {
    // The bar says it, and that it is tried again; only words that a closed tab would lose are worth more.
    return onlyInThisTab
      ? say("bad", `Your last changes are not saved yet. ${kept}`, { canCopy: true })
      : null;
  }
  const text = `Your last changes are not saved: ${NOT_SAVED[reason]}. ${kept}`;
  // Reloading a page that is the only place of these words would lose them.
  return say("bad", text, { canCopy: true, canReload: reason === "newer-version" && !onlyInThisTab });
}

/** Everything that was written on this page is stored. */
function ofNothingUnsent(
  reason: NotSavedReason,
  { wasWritable, wasOpen }: SaveFacts,
): SaveNoticeWords | null {
  switch (reason) {
    case "unreachable":
    case "signed-out":
      return null;
    case "read-only":
      return wasWritable
        ? say("quiet", "You may read this document, but no longer change it. What you wrote here is saved.")
        : null;
    case "trashed":
      return say("quiet", "This document is in the trash. Nothing in it is lost; restore it to write on.");
    case "no-access":
      return wasOpen
        ? say("quiet", "You no longer have access to this document. What you wrote here is saved.")
        : say("quiet", "There is no such document, or you do not have access to it.");
    case "too-large":
      return say("quiet", "A change was too large to be stored. Reload the page to write on.", {
        canReload: true,
      });
    case "full":
      return say("quiet", "This document is full. All of it is safe; write on in another one.");
    case "refused":
      return say(
        "bad",
        "A change of yours could not be read by anyone and was left out of the document. It is on this page only.",
        { canCopy: true },
      );
    case "corrupt":
      return say(
        "bad",
        "Stored bytes of this document are damaged. It is shown as it last was whole and cannot be changed until it is repaired.",
      );
    case "newer-version":
      return say(
        "quiet",
        "This document was made with a newer version of the program. You can read it; to change it, reload the page.",
        { canReload: true },
      );
  }
}

function ofLeftovers(leftovers: number): SaveNoticeWords | null {
  const text = "Changes from an earlier visit could not be saved here. They are kept on this device.";
  return leftovers === 0 ? null : say("warn", text, { canCopy: true, canDiscard: true });
}

function ofLate({ isLate, status, save }: SaveFacts): SaveNoticeWords | null {
  if (!isLate || status.phase !== "opening") return null;
  const kept = save.onlyInThisTab ? "" : " What you wrote in it and was not sent yet is kept on this device.";
  return say("quiet", `This document cannot be opened yet; it is tried again by itself.${kept}`);
}

function ofConnection({ save, status, isInterrupted }: SaveFacts): SaveNoticeWords | null {
  const isSaving = save.status === "saved" || save.status === "saving";
  if (!isInterrupted || status.phase !== "open" || !isSaving) return null;
  const text =
    "The live connection is interrupted. Your changes are still being saved; those of others appear every two seconds.";
  return say("quiet", text);
}

function ofTab({ onlyInThisTab }: SaveState): SaveNoticeWords | null {
  if (!onlyInThisTab) return null;
  return say(
    "quiet",
    "This browser keeps no copy of what you write. Close the tab only when it says “Saved”.",
  );
}
