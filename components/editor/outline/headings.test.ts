import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { insertText, lengthOf, setShape } from "../../../lib/core/block-edit.ts";
import { BlockMap } from "../../../lib/core/block-map.ts";
import { insertTree } from "../../../lib/core/block-read.ts";
import type { BlockNode } from "../../../lib/core/block-tree.ts";
import { Headings } from "./headings.ts";

const block = (type: string, text: string, children: BlockNode[] = []): BlockNode => ({
  type,
  attrs: {},
  text: [{ text, marks: {} }],
  children,
});

function opened() {
  const map = new BlockMap(new Y.Doc());
  map.doc.transact(() =>
    insertTree(map, [
      block("paragraph", "before"),
      block("heading1", "One"),
      block("toggle", "folded", [block("heading2", "Inside")]),
      block("paragraph", "words"),
      block("heading3", "Last"),
    ]),
  );
  const headings = new Headings(map);
  const ids = map.outline().items.map(({ id }) => id);
  const shown = () => headings.shown.getSnapshot().map(({ level, text }) => `${level} ${text}`);
  return { map, headings, ids, shown };
}

describe("headings of a document", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("are listed in reading order, those inside toggles too, and follow once the writing pauses", () => {
    const { map, ids, shown } = opened();
    expect(shown()).toEqual(["1 One", "2 Inside", "3 Last"]);
    map.doc.transact(() => setShape(map, ids[4] as never, { type: "heading2", attrs: {} }));
    map.doc.transact(() =>
      insertText(map, ids[1] as never, lengthOf(map, ids[1] as never), { text: "!", marks: {} }),
    );
    expect(shown()).toEqual(["1 One", "2 Inside", "3 Last"]);
    vi.runAllTimers();
    expect(shown()).toEqual(["1 One!", "2 Inside", "2 words", "3 Last"]);
  });

  it("cost nothing while words are typed elsewhere, and tell nobody of what is the same", () => {
    const { map, headings, ids } = opened();
    const told = vi.fn();
    headings.shown.subscribe(told);
    map.doc.transact(() => insertText(map, ids[0] as never, 0, { text: "more ", marks: {} }));
    expect(vi.getTimerCount()).toBe(0);
    map.doc.transact(() => setShape(map, ids[0] as never, { type: "quote", attrs: {} }));
    vi.runAllTimers();
    expect(told).not.toHaveBeenCalled();
  });

  it("say in which section a block stands", () => {
    const { headings, ids } = opened();
    expect(ids.map((id) => ids.indexOf(headings.sectionOf(id) as never))).toEqual([-1, 1, 1, 3, 3, 5]);
  });
});
