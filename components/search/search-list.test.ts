import { describe, expect, it } from "vitest";
import { newBlockId } from "../../lib/core/ids.ts";
import type { BlockHit, DocumentHit } from "./search-answers.ts";
import { arranged, countedIn, groupsOf, type Line, lineFor, merged } from "./search-list.ts";

const titled = (documentId: string): DocumentHit => ({
  kind: "document",
  documentId,
  title: documentId,
  path: [],
  updatedAt: null,
});
/** Named by its words: `document words`. */
const block = (documentId: string, snippet: string): BlockHit => ({
  kind: "block",
  documentId,
  blockId: newBlockId(),
  type: "paragraph",
  title: documentId,
  path: [],
  snippet,
  isCutBefore: false,
  isCutBehind: false,
  words: 0.5,
});
const [a1, a2, a3, b1, b2, c1] = [
  block("a", "1"),
  block("a", "2"),
  block("a", "3"),
  block("b", "1"),
  block("b", "2"),
  block("c", "1"),
] as const;
const named = (lines: readonly Line[]) =>
  lines.map((line) => (line.kind === "block" ? `${line.documentId}${line.snippet}` : line.kind));

describe("the list of a search", () => {
  it("has documents first, then blocks by document, the one with the best block first", () => {
    const lines = arranged({ documents: [titled("x")], blocks: [b1, a1, b2, a2, c1] });
    expect(named(lines)).toEqual(["document", "b1", "b2", "a1", "a2", "c1"]);
    expect(groupsOf(lines).map(({ name, from, lines: own }) => [name, from, own.length])).toEqual([
      ["document", 0, 1],
      ["b", 1, 2],
      ["a", 3, 2],
      ["c", 5, 1],
    ]);
    expect(countedIn(lines)).toBe("5 blocks in 3 documents, 1 title");
    expect(countedIn([a1])).toBe("1 block in 1 document");
    expect(countedIn([])).toBe("");
  });

  it("keeps each line that the person has got to where it is when a better answer comes", () => {
    const shown = arranged({ documents: [titled("x")], blocks: [a1, a2, b1] });
    const better = { documents: [titled("x")], blocks: [c1, b1, a3, a1, b2] };
    expect(named(merged(shown, better, 1))).toEqual(["document", "c1", "b1", "b2", "a3", "a1"]);
    expect(named(merged(shown, better, 2)), "its document goes on").toEqual([
      ...["document", "a1", "a3"],
      ...["c1", "b1", "b2"],
    ]);
    for (let kept = 0; kept <= shown.length; kept += 1) {
      const lines = merged(shown, better, kept);
      expect(lines.slice(0, kept)).toEqual(shown.slice(0, kept));
      expect(new Set(lines).size, "nothing comes twice").toBe(lines.length);
      for (const hit of better.blocks) expect(lines).toContain(hit);
    }
  });

  it("is walked in a circle by arrows, in leaps by pages; Home and End are the text's until one walks", () => {
    expect([lineFor("ArrowDown", 4, 5, false), lineFor("ArrowUp", 0, 5, false)]).toEqual([0, 4]);
    expect([lineFor("PageDown", 2, 5, false), lineFor("PageUp", 2, 5, false)]).toEqual([4, 0]);
    expect([lineFor("Home", 3, 5, false), lineFor("End", 3, 5, false)]).toEqual([null, null]);
    expect([lineFor("Home", 3, 5, true), lineFor("End", 3, 5, true)]).toEqual([0, 4]);
    expect([lineFor("ArrowDown", 0, 0, true), lineFor("x", 0, 5, true)]).toEqual([null, null]);
  });
});
