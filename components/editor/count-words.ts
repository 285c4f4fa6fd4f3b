/** Words of a document, counted once a block: a block that nobody changed keeps its node, and so its count. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { nodeWords } from "../../lib/editor/block-nodes.ts";
import { forEachBlock } from "../../lib/editor/outline-nodes.ts";

export class WordCounter {
  readonly #known = new WeakMap<ProseMirrorNode, number>();

  /** Null when `isLate` said so before the end; what was counted by then is kept for the next call. */
  count(doc: ProseMirrorNode, isLate: () => boolean): number | null {
    let sum = 0;
    let isWhole = true;
    forEachBlock(doc, (node) => {
      if (!isWhole || !node.isTextblock) return;
      let words = this.#known.get(node);
      if (words === undefined) {
        if (isLate()) {
          isWhole = false;
          return;
        }
        words = wordsIn(nodeWords(node));
        this.#known.set(node, words);
      }
      sum += words;
    });
    return isWhole ? sum : null;
  }
}

const segmenter =
  typeof Intl.Segmenter === "function" ? new Intl.Segmenter(undefined, { granularity: "word" }) : null;

function wordsIn(text: string): number {
  if (!segmenter) return text.split(/\s+/).filter(Boolean).length;
  let count = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) count++;
  return count;
}
