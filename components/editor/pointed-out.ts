/** Whose caret somebody asks for, by pointing at them beside the text: its name is shown. */
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { createStore, type WritableStore } from "../../lib/collab/store.ts";

const stores = new WeakMap<DocumentSession, WritableStore<string | null>>();

/** The other's session id; null: nobody's. */
export function pointedOut(session: DocumentSession): WritableStore<string | null> {
  const store = stores.get(session) ?? createStore<string | null>(null);
  stores.set(session, store);
  return store;
}
