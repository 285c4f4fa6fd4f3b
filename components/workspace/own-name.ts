"use client";
import { useEffect } from "react";
import type * as Y from "yjs";
import { useTreeStore } from "../sidebar/tree-context.tsx";

/** The tree draws all its lines anew for a title: not at every key. */
const TELL_MS = 100;

/**
 * Tells the tree, and with it the breadcrumb, what the open document is called as it is typed; its row follows about a
 * second later. None is not told until one was taken away: a row may have a title that the log is only being given.
 */
export function OwnName({ doc, documentId }: { doc: Y.Doc; documentId: string }) {
  const store = useTreeStore();
  useEffect(() => {
    const text = doc.getText("title");
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isTold = false;
    const tell = () => {
      timer = undefined;
      isTold = true;
      store.name(documentId, text.toString().replace(/\s+/g, " ").trim());
    };
    const soon = () => {
      timer ??= setTimeout(tell, TELL_MS);
    };
    if (text.length > 0) tell();
    text.observe(soon);
    return () => {
      text.unobserve(soon);
      clearTimeout(timer);
      if (timer !== undefined) tell();
      if (isTold) store.unname(documentId);
    };
  }, [doc, documentId, store]);
  return null;
}
