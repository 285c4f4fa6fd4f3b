/** What the editor of a session shows now, for those outside of the text who read it in their own time. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { createStore, type WritableStore } from "../../lib/collab/store.ts";

const shown = new WeakMap<DocumentSession, WritableStore<ProseMirrorNode | null>>();

/** Null while no editor is open. */
export function shownDocument(session: DocumentSession): WritableStore<ProseMirrorNode | null> {
  const known = shown.get(session) ?? createStore<ProseMirrorNode | null>(null);
  shown.set(session, known);
  return known;
}
