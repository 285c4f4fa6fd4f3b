import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createBlock, deleteText, insertText, joinBlocks, lengthOf, splitBlock } from "./block-edit.ts";
import { BlockMap } from "./block-map.ts";
import type { TextRun } from "./block-tree.ts";
import { createUndo } from "./block-undo.ts";
import { blockId, newBlockId } from "./ids.ts";
import { isSafeHref } from "./link.ts";
import {
  type Mention,
  mentionAt,
  mentionHref,
  mentionOf,
  mentionRun,
  mentionValue,
  mentionWords,
  readMention,
  wordsOf,
} from "./mention.ts";
import { projectDocument } from "./projection.ts";

const ID = "7f3c1c9a-1111-4222-8333-444455556666";
const OTHER = "0b6c3a52-5a0e-4a53-9d5e-3a3f6a1f2b10";
const DOCUMENT: Mention = { kind: "document", id: ID, workspace: OTHER, label: "The plan" };
const PERSON: Mention = { kind: "person", id: ID, label: "Ada" };
const A = blockId("a".repeat(32));

function open(runs: readonly TextRun[]): BlockMap {
  const map = new BlockMap(new Y.Doc());
  createBlock(map, A, { type: "paragraph", attrs: {} });
  for (const run of runs) insertText(map, A, lengthOf(map, A), run);
  return map;
}
const plain = (text: string): TextRun => ({ text, marks: {} });
const copyOf = (map: BlockMap): BlockMap => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(map.doc));
  return new BlockMap(doc);
};
const mentionsIn = (map: BlockMap): Mention[] =>
  map
    .outline()
    .items.flatMap(({ id }) => map.runs(id))
    .flatMap((run) => mentionOf(run) ?? []);

type Edit = { readonly do: "type" | "cut" | "split" | "join"; readonly at: number };
const edits = fc.array(
  fc.record({ do: fc.constantFrom<Edit["do"]>("type", "type", "cut", "split", "join"), at: fc.nat(12) }),
  { maxLength: 4 },
);

/** Whether it took the mention away itself. */
function apply(map: BlockMap, edit: Edit): boolean {
  const { items } = map.outline();
  const block = items[edit.at % items.length]?.id ?? A;
  const length = lengthOf(map, block);
  const at = Math.min(edit.at, length);
  const before = mentionsIn(map).length;
  if (edit.do === "type") insertText(map, block, at, plain("x"));
  else if (edit.do === "cut") deleteText(map, block, at, Math.min(length, at + 1));
  else if (edit.do === "split")
    splitBlock(map, block, at, newBlockId(), { type: "quote", attrs: {} }, newBlockId);
  else if (items[1]) joinBlocks(map, items[0]?.id ?? A, items[1].id);
  return mentionsIn(map).length < before;
}

describe("mentions", () => {
  it("MN1 whatever two people do beside a mention at once, it is whole, or one of them took it away", () => {
    fc.assert(
      fc.property(edits, edits, (mine, theirs) => {
        const one = open([plain("before "), mentionRun(DOCUMENT, { bold: true }), plain(" after")]);
        const other = copyOf(one);
        const isTaken = [
          ...mine.map((edit) => apply(one, edit)),
          ...theirs.map((edit) => apply(other, edit)),
        ];
        Y.applyUpdate(one.doc, Y.encodeStateAsUpdate(other.doc));
        Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(one.doc));
        const found = mentionsIn(one);
        expect(found).toEqual(isTaken.includes(true) ? [] : [DOCUMENT]);
        expect(mentionsIn(other)).toEqual(found);
      }),
      { numRuns: 200 },
    );
  });

  it("MN1 two beside each other are two, also of the same document, and undo brings one back as it was", () => {
    const map = open([plain("a"), mentionRun(DOCUMENT), mentionRun(DOCUMENT), mentionRun(PERSON)]);
    expect(map.runs(A).map(({ text }) => text.length)).toEqual([1, 1, 1, 1]);
    expect(copyOf(map).runs(A)).toEqual(map.runs(A));
    const undo = createUndo(map, "me");
    map.doc.transact(() => deleteText(map, A, 2, 4), "me");
    expect(mentionsIn(map)).toEqual([DOCUMENT]);
    undo.undo();
    expect(mentionsIn(map)).toEqual([DOCUMENT, DOCUMENT, PERSON]);
  });

  it("MN2 forged values are no mentions, and nothing throws", () => {
    const forged: unknown[] = [
      ...[null, undefined, 7, "mention", [], {}, { mention: null }, { mention: "x" }, { mention: [] }],
      ...["group", "", null, ["document"], "__proto__", "constructor"].map((kind) => ({
        mention: { kind, id: ID, workspace: ID, label: "x" },
      })),
      ...["", "x", `${ID} `, `${ID}/..`, ID.toUpperCase(), "javascript:alert(1)", [ID], { id: ID }].flatMap(
        (id) => [
          { mention: { kind: "person", id, label: "x" } },
          { mention: { kind: "document", id, workspace: ID, label: "x" } },
          { mention: { kind: "document", id: ID, workspace: id, label: "x" } },
        ],
      ),
    ];
    expect(forged.filter((value) => readMention(value) !== null)).toEqual([]);
    expect(mentionOf({ text: "words", marks: { embed: mentionValue(PERSON) } })).toBeNull();
    fc.assert(fc.property(fc.anything(), (value) => readMention(value) === null));
  });

  it("MN2 a label is one line of at most 500 units, and what is missing has words", () => {
    const labelled = (label: unknown) => readMention({ mention: { ...PERSON, label } })?.label;
    expect(labelled("  a\u0000\n\u2028b\ufffc\ud800 ")).toBe("a b");
    expect(labelled("x".repeat(600))).toHaveLength(500);
    expect(labelled(`${"x".repeat(499)}🙂`)).toBe("x".repeat(499));
    expect([labelled(7), labelled(undefined)]).toEqual(["", ""]);
    expect(mentionWords({ ...PERSON, label: "" })).toBe("@Someone");
    expect(mentionWords({ ...DOCUMENT, label: "" })).toBe("Untitled");
    expect(mentionWords(DOCUMENT, "Renamed")).toBe("Renamed");
  });

  it("MN3 the address of a mention is safe and read as that mention; no other address is", () => {
    for (const mention of [DOCUMENT, PERSON]) {
      expect(isSafeHref(mentionHref(mention))).toBe(true);
      expect(mentionAt(mentionHref(mention), mention.label)).toEqual(mention);
      expect(readMention(mentionValue(mention))).toEqual(mention);
    }
    const path = mentionHref(DOCUMENT);
    for (const href of [
      `${path}#${"a".repeat(32)}`,
      `${path}/`,
      ` ${path}`,
      `https://x.example${path}`,
      "#person-",
      "/w/",
    ])
      expect(mentionAt(href, "x")).toBeNull();
  });

  it("MN4 a row has a mention's words in its text and the mention itself in its content", () => {
    const map = open([plain("see "), mentionRun(DOCUMENT), plain(" with "), mentionRun(PERSON)]);
    const [row] = projectDocument(map.doc).rows;
    expect(row?.plainText).toBe("see The plan with @Ada");
    expect(row?.content.text.map(mentionOf)).toEqual([null, DOCUMENT, null, PERSON]);
    insertText(map, A, 0, { text: "\ufffc", marks: { embed: { chart: 1 } } });
    expect(projectDocument(map.doc).rows[0]?.plainText).toBe("see The plan with @Ada");
    expect(wordsOf(map.runs(A))).toBe("\ufffcsee The plan with @Ada");
  });
});
