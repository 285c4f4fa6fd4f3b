import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { readDocumentTree } from "../../lib/core/block-read.ts";
import type { BlockNode } from "../../lib/core/block-tree.ts";
import { MAX_UPDATE_BYTES } from "../../lib/core/protocol.ts";
import { tableBlock } from "../../lib/core/table-block.ts";
import { writeDocument } from "./fill-document.ts";

const line = (type: string, text: string, children: BlockNode[] = []): BlockNode => ({
  type,
  attrs: {},
  text: text === "" ? [] : [{ text, marks: {} }],
  children,
});
const bare = (blocks: readonly BlockNode[]): BlockNode[] =>
  blocks.map(({ id: _id, ...block }) => ({ ...block, children: bare(block.children) }));

describe("a whole document", () => {
  const words = (length: number) => "word ".repeat(length / 5);
  const table = tableBlock({
    isHeaded: true,
    aligns: [],
    rows: Array.from({ length: 60 }, (_, y) =>
      Array.from({ length: 50 }, (_, x) => [{ text: `${y}.${x}`, marks: {} }]),
    ),
  });
  const many = Array.from({ length: 2_000 }, (_, index) => line("bullet", `item ${index}`));
  const cases: Record<string, BlockNode[]> = {
    "with a table of 3,000 cells": table
      ? [line("paragraph", "before"), table, line("paragraph", "behind")]
      : [],
    "with thousands of items inside one": [line("bullet", "first", many), line("bullet", "last")],
    "with much inside the first of much": [
      line("quote", "a", [line("bullet", "b", many), ...many.slice(0, 1_500)]),
    ],
    "with a block of a million letters": [line("paragraph", words(1_000_000)), line("paragraph", "behind")],
  };

  it.each(Object.entries(cases))("%s is written whole, in updates that the log takes", (_, blocks) => {
    const doc = new Y.Doc();
    let largest = 0;
    doc.on("update", (update: Uint8Array) => {
      largest = Math.max(largest, update.length);
    });
    writeDocument(doc, { title: "Large", blocks });
    expect(bare(readDocumentTree(doc))).toEqual(blocks);
    expect(largest).toBeLessThan(MAX_UPDATE_BYTES);
  });
});
