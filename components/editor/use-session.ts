"use client";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import type { Store } from "../../lib/collab/store.ts";
import type { WorkspaceChannels } from "../../lib/collab/workspace-channel.ts";
import { collabClient, type SessionPlace } from "./open-session.ts";

/**
 * Holds the document open while the component is shown. Null on the server and before the first effect. The document is
 * asked for as the component is first drawn: until its first effect all of the page is.
 */
export function useSession(
  { documentId, userId }: SessionPlace,
  channels: () => WorkspaceChannels,
): DocumentSession | null {
  const [session, setSession] = useState<DocumentSession | null>(() => {
    if (typeof window !== "undefined") collabClient(userId, channels()).expectDocument(documentId);
    return null;
  });
  useEffect(() => {
    const held = collabClient(userId, channels()).holdDocument(documentId);
    setSession(held.value);
    return () => {
      setSession(null);
      held.release();
    };
  }, [documentId, userId, channels]);
  return session;
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot);
}
