"use client";
import { useEffect, useState } from "react";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import { readDocumentTree } from "../../lib/core/block-read.ts";
import { type BlockNode, textOf } from "../../lib/core/block-tree.ts";

/** Counting waits until the writing pauses: it costs nothing while keys come. */
const PAUSE_MS = 800;

export function WordCount({ session }: { session: DocumentSession }) {
  const [count, setCount] = useState<number | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(() => setCount(countWords(readDocumentTree(session.doc))), PAUSE_MS);
    };
    later();
    session.doc.on("update", later);
    return () => {
      clearTimeout(timer);
      session.doc.off("update", later);
    };
  }, [session]);
  return (
    <span className="count">
      {count === null ? "" : `${count.toLocaleString("en")} ${count === 1 ? "word" : "words"}`}
    </span>
  );
}

const segmenter =
  typeof Intl.Segmenter === "function" ? new Intl.Segmenter(undefined, { granularity: "word" }) : null;

function countWords(blocks: readonly BlockNode[]): number {
  return blocks.reduce((sum, block) => sum + wordsIn(textOf(block.text)) + countWords(block.children), 0);
}

function wordsIn(text: string): number {
  if (!segmenter) return text.split(/\s+/).filter(Boolean).length;
  let count = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) count++;
  return count;
}
