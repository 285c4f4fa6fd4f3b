"use client";
import { useEffect, useState } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { WordCounter } from "./count-words.ts";
import { shownDocument } from "./shown-document.ts";

/** Counting waits until the writing pauses, and goes on in slices: it costs nothing while keys come. */
const PAUSE_MS = 800;
const SLICE_MS = 8;

export function WordCount({ session }: { session: DocumentSession }) {
  const [count, setCount] = useState<number | null>(null);
  useEffect(() => {
    const shown = shownDocument(session);
    const counter = new WordCounter();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const work = () => {
      const doc = shown.getSnapshot();
      const until = performance.now() + SLICE_MS;
      const words = doc && counter.count(doc, () => performance.now() > until);
      if (words !== null) setCount(words);
      else if (doc) timer = setTimeout(work);
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(work, PAUSE_MS);
    };
    later();
    const stop = shown.subscribe(later);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [session]);
  return (
    <span className="count">
      {count === null ? "" : `${count.toLocaleString("en")} ${count === 1 ? "word" : "words"}`}
    </span>
  );
}
