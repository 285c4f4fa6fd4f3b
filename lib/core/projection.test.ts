import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { createBlock, deleteBlock, insertText } from "./block-edit.ts";
import { BlockMap } from "./block-map.ts";
import { insertTree } from "./block-read.ts";
import { blockId, toUuid } from "./ids.ts";
import { MAX_ORDER_KEY_BYTES } from "./order-key.ts";
import { MAX_TITLE_LENGTH, namedBlocks, projectDocument } from "./projection.ts";

const A = blockId("a".repeat(32));
const B = blockId("b".repeat(32));

describe("projection", () => {
  it("PR1 rows are the outline with paths, order, type and text", () => {
    const doc = new Y.Doc();
    const map = new BlockMap(doc);
    doc.getText("title").insert(0, "  My \n title ");
    insertTree(map, [
      {
        id: A,
        type: "bullet",
        attrs: { n: 1 },
        text: [{ text: "x", marks: { bold: true } }],
        children: [
          { id: B, type: "paragraph", attrs: {}, text: [{ text: "inside", marks: {} }], children: [] },
        ],
      },
    ]);
    const projection = projectDocument(doc);
    expect(projection.title).toBe("My title");
    expect(projection.rows).toEqual([
      {
        id: toUuid(A),
        parentPath: "",
        sortOrder: "a0",
        type: "bullet",
        content: { attrs: { n: 1 }, text: [{ text: "x", marks: { bold: true } }] },
        plainText: "x",
      },
      {
        id: toUuid(B),
        parentPath: A,
        sortOrder: "a0",
        type: "paragraph",
        content: { attrs: {}, text: [{ text: "inside", marks: {} }] },
        plainText: "inside",
      },
    ]);
    expect(projectDocument(doc)).toEqual(projection);
  });

  it("PR1 a formula is its source, an embed its caption", () => {
    const doc = new Y.Doc();
    insertTree(new BlockMap(doc), [
      { type: "math", attrs: {}, text: [{ text: "a\nb", marks: {} }], children: [] },
      { type: "embed", attrs: { url: "https://vimeo.com/76979871" }, text: [], children: [] },
      { type: "paragraph", attrs: {}, text: [{ text: "x^2", marks: { math: true } }], children: [] },
    ]);
    expect(projectDocument(doc).rows.map(({ plainText }) => plainText)).toEqual(["a\nb", "", "x^2"]);
  });

  it("PR3 a document names its deleted blocks too, and nothing else", () => {
    const doc = new Y.Doc();
    const map = new BlockMap(doc);
    const paragraph = { type: "paragraph", attrs: {}, text: [{ text: "x", marks: {} }], children: [] };
    insertTree(map, [
      { ...paragraph, id: A },
      { ...paragraph, id: B },
    ]);
    deleteBlock(map, B);
    doc.getMap("blocks").set("no id", new Y.Map());
    expect(projectDocument(doc).rows.map((row) => row.id)).toEqual([toUuid(A)]);
    expect(namedBlocks(doc)).toEqual(new Set([toUuid(A), toUuid(B)]));
  });

  it("PR2 rows hold nothing that Postgres refuses", () => {
    const doc = new Y.Doc();
    const map = new BlockMap(doc);
    doc.transact(() => {
      doc.getText("title").insert(0, `${"t".repeat(MAX_TITLE_LENGTH - 1)}😀`);
      createBlock(map, A, { type: "paragraph", attrs: { "bad\u0000": "v\u0000" } });
      deleteBlock(map, B);
      insertText(map, A, 0, { text: "a\u0000b\ud800c😀", marks: {} });
      doc
        .getMap<Y.Map<unknown>>("blocks")
        .get(A)
        ?.set("place", ["", `a${"0".repeat(300)}1`]);
    });
    expect(projectDocument(doc).title).toBe("t".repeat(MAX_TITLE_LENGTH - 1));
    const [row] = projectDocument(doc).rows;
    expect(row?.plainText).toMatch(/^ab.?c😀$/u);
    expect(row?.plainText).not.toContain("\u0000");
    expect(row?.content.attrs).toEqual({ bad: "v" });
    expect(row?.sortOrder.length).toBeLessThanOrEqual(MAX_ORDER_KEY_BYTES);
  });
});
