/**
 * Yjs tidies up after others: when a foreign edit leaves a mark that changes nothing, it deletes that mark by an edit of
 * its own. A reader who sends nothing (the projection, a snapshot, someone who may only read) then holds deletions that
 * are in no log, and once the mark would matter again (the one that made it idle is undone) reads other text than
 * everybody else. So documents that read a log leave marks as they were written; those that change nothing cost a few
 * bytes and show nowhere.
 */
import type * as Y from "yjs";

/** Call it once on a document, before it reads anything. */
export function readAsWritten(doc: Y.Doc): void {
  // Yjs looks at this after it told everybody of the transaction.
  doc.on("afterTransaction", (transaction: Y.Transaction) => {
    transaction._needFormattingCleanup = false;
  });
}
