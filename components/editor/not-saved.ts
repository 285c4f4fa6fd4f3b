import type { NotSavedReason } from "../../lib/collab/save-state.ts";

const SENTENCES: Record<NotSavedReason, string> = {
  unreachable: "the server does not answer; trying again",
  "signed-out": "you are signed out; sign in again in another tab",
  "read-only": "you may read this document, but no longer change it",
  trashed: "the document is in the trash",
  "no-access": "you no longer have access to this document",
  "too-large": "this change is too large",
  refused: "the server refuses this change",
  corrupt: "stored bytes of this document are damaged",
  "newer-version": "the document was made with a newer version; reload the page",
};

/** Why it is not saved, to follow "Not saved — ". */
export function notSavedSentence(reason: NotSavedReason | null): string {
  return SENTENCES[reason ?? "unreachable"];
}
