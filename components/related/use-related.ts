"use client";
import type { EditorView } from "@tiptap/pm/view";
import { useEffect, useState } from "react";
import { isBlockId } from "../../lib/core/ids.ts";
import { browserSupabase } from "../../lib/supabase/browser.ts";
import { type RelatedSource, supabaseRelated } from "./related-source.ts";
import { RelatedStore, type Rest } from "./related-store.ts";

export type Editing = {
  readonly view: EditorView;
  readonly onChange: (listener: () => void) => () => void;
};

/** Follows the caret of an editor as long as it is shown. */
export function useRelated(
  documentId: string,
  { view, onChange }: Editing,
): { store: RelatedStore; source: RelatedSource } {
  const [made] = useState(() => {
    const source = supabaseRelated(browserSupabase, documentId);
    const store = new RelatedStore({
      readRest: () => restOf(view),
      ask: (block, signal) => source.related(block, signal),
      isOnline: () => navigator.onLine,
      now: () => Date.now(),
    });
    return { source, store };
  });
  useEffect(() => {
    const { store } = made;
    let { doc } = view.state;
    const stop = onChange(() => {
      const isEdit = view.state.doc !== doc;
      doc = view.state.doc;
      store.stir(isEdit);
    });
    const again = () => store.again();
    window.addEventListener("online", again);
    again();
    return () => {
      stop();
      window.removeEventListener("online", again);
      store.stop();
    };
  }, [made, view, onChange]);
  return made;
}

/** The innermost block around the caret. */
function restOf(view: EditorView): Rest | null {
  if (view.isDestroyed) return null;
  const { $head } = view.state.selection;
  for (let depth = $head.depth; depth > 0; depth -= 1) {
    const node = $head.node(depth);
    if (isBlockId(node.attrs.id)) return { blockId: node.attrs.id, text: node.textContent };
  }
  return null;
}
