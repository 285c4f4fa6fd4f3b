/** What of a Yjs transaction is this client's own, as an update that the guard lets pass. */
import * as Y from "yjs";
import type { GuardState } from "../core/guard.ts";

/** Local, or what comes from the log with something of our own in it. */
export function hasOwnPart({ local, beforeState, afterState }: Y.Transaction, own: number): boolean {
  return local || (afterState.get(own) ?? 0) > (beforeState.get(own) ?? 0);
}

/**
 * Null when nothing in it is our own. Someone edited inside a transaction of the log: Yjs then takes another client id
 * and hides the edit among foreign ones. Takes the id back, and cuts our part out.
 */
export function localPartOf(doc: Y.Doc, transaction: Y.Transaction, own: number): Uint8Array | null {
  const before = transaction.beforeState.get(own) ?? 0;
  if ((transaction.afterState.get(own) ?? 0) <= before) return null;
  doc.clientID = own;
  const others = new Map(transaction.afterState).set(own, before);
  return Y.encodeStateAsUpdate(doc, Y.encodeStateVector(others));
}

/**
 * An edit made inside an observer of a local edit is in both updates: Yjs encodes all that is new when it tells of the
 * first. The second then repeats it, which the guard rightly refuses in a row.
 */
export function withoutRepeats(data: Uint8Array, client: number, reach: GuardState): Uint8Array {
  const known = reach.get(client) ?? 0;
  const start = Y.parseUpdateMeta(data).from.get(client);
  if (start === undefined || start >= known) return data;
  return Y.diffUpdate(data, Y.encodeStateVector(new Map([[client, known]])));
}
