"use client";
import type { EditorView } from "@tiptap/pm/view";
import { useLayoutEffect, useState } from "react";
import { blockNews, blocksNow } from "../../lib/editor/block-news.ts";

/** Says what a key did with whole blocks to who does not see it; nothing of what others do. */
export function BlockNews({ view }: { view: EditorView }) {
  const [news, setNews] = useState("");
  // with the commit that shows it, not behind it
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || view.isDestroyed) return;
      const before = view.state;
      setTimeout(() => {
        if (view.isDestroyed || view.state === before) return;
        const said = blockNews(blocksNow(before), blocksNow(view.state));
        if (said !== null) setNews(said);
      });
    };
    view.dom.addEventListener("keydown", onKey, { capture: true });
    return () => view.dom.removeEventListener("keydown", onKey, { capture: true });
  }, [view]);
  return (
    <span className="unseen" role="status" aria-label="Blocks">
      {news}
    </span>
  );
}
