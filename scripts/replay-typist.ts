/**
 * Types edits of a plain text into a block map, the way a person would: each line is a paragraph.
 *
 * - A newline inside a line splits its block; at the end of a line it makes an empty block behind, at the start of
 *   one that is not empty an empty block before.
 * - Deleting a newline joins two blocks; when one of them is empty, that one is deleted instead.
 *
 * Each edit is one transaction. Times are summed by kind of edit, in milliseconds.
 */
import type * as Y from "yjs";
import { arrange } from "../lib/core/block-arrange.ts";
import {
  createBlock,
  deleteBlock,
  deleteText,
  insertText,
  joinBlocks,
  splitBlock,
} from "../lib/core/block-edit.ts";
import { BlockMap } from "../lib/core/block-map.ts";
import { textOf } from "../lib/core/block-tree.ts";
import { type BlockId, newBlockId } from "../lib/core/ids.ts";
import type { OutlineItem } from "../lib/core/outline.ts";
import { LineIndex } from "./replay-lines.ts";
import type { Patch } from "./replay-paper.ts";

export type Kind = "type" | "erase" | "new block" | "split" | "join" | "delete block";
export type Spent = { count: number; ms: number };

const PARAGRAPH = { type: "paragraph", attrs: {} };

export class Typist {
  readonly map: BlockMap;
  readonly spent = new Map<Kind, Spent>();
  /** Of that, in `arrange` itself. */
  arrangeMs = 0;
  #lines = new LineIndex<BlockId>();
  #kind: Kind = "type";
  #makeId: () => BlockId;

  constructor(doc: Y.Doc, start: string, makeId: () => BlockId = newBlockId) {
    this.map = new BlockMap(doc);
    this.#makeId = makeId;
    doc.transact(() => {
      this.#addBlock(0);
      this.#insert(0, start);
    });
  }

  edit([position, deleted, inserted]: Patch): void {
    const from = performance.now();
    this.#kind = "type";
    this.map.doc.transact(() => {
      this.#delete(position, deleted);
      this.#insert(position, inserted);
    });
    const spent = this.spent.get(this.#kind) ?? { count: 0, ms: 0 };
    this.spent.set(this.#kind, { count: spent.count + 1, ms: spent.ms + performance.now() - from });
  }

  #insert(position: number, text: string): void {
    let at = position;
    text.split("\n").forEach((part, i) => {
      if (i > 0) this.#breakLine(at++);
      if (part === "") return;
      const { line, index, offset } = this.#lines.locate(at);
      insertText(this.map, line.id, offset, { text: part, marks: {} });
      this.#lines.grow(index, part.length);
      at += part.length;
    });
  }

  #breakLine(position: number): void {
    const { line, index, offset } = this.#lines.locate(position);
    if (offset === line.length) this.#addBlock(index + 1);
    else if (offset === 0) this.#addBlock(index);
    else this.#split(line, index, offset);
  }

  #addBlock(index: number): void {
    const { items } = this.map.outline();
    const id = this.#makeId();
    createBlock(this.map, id, PARAGRAPH);
    this.#lines.insert(index, { id, length: 0 });
    this.#place(items, index, id);
    this.#kind = "new block";
  }

  #split(line: { readonly id: BlockId; readonly length: number }, index: number, offset: number): void {
    const { items } = this.map.outline();
    const id = this.#makeId();
    const rest = line.length - offset;
    splitBlock(this.map, line.id, offset, id, PARAGRAPH, this.#makeId);
    this.#lines.grow(index, -rest);
    this.#lines.insert(index + 1, { id, length: rest });
    this.#place(items, index + 1, id);
    this.#kind = "split";
  }

  #place(items: readonly OutlineItem[], index: number, id: BlockId): void {
    const from = performance.now();
    arrange(this.map, items.toSpliced(index, 0, { id, depth: 0, parent: "" }));
    this.arrangeMs += performance.now() - from;
  }

  #delete(position: number, count: number): void {
    for (let left = count; left > 0; ) {
      const { line, index, offset } = this.#lines.locate(position);
      const length = Math.min(left, line.length - offset);
      if (length === 0) {
        this.#mergeLines(index);
        left -= 1;
        continue;
      }
      deleteText(this.map, line.id, offset, offset + length);
      this.#lines.grow(index, -length);
      this.#kind = "erase";
      left -= length;
    }
  }

  /** Takes out the newline between a line and the next. */
  #mergeLines(index: number): void {
    const line = this.#lines.at(index);
    const next = this.#lines.at(index + 1);
    if (!line || !next) throw new RangeError(`Behind line ${index} there is no newline.`);
    this.#kind = "delete block";
    if (next.length === 0) this.#deleteLine(index + 1, next.id);
    else if (line.length === 0) this.#deleteLine(index, line.id);
    else {
      joinBlocks(this.map, line.id, next.id);
      this.#lines.remove(index + 1);
      this.#lines.grow(index, next.length);
      this.#kind = "join";
    }
  }

  #deleteLine(index: number, id: BlockId): void {
    deleteBlock(this.map, id);
    this.#lines.remove(index);
  }
}

/** The text that a block map shows, a line each block. */
export function textOfBlocks(map: BlockMap): string {
  return map
    .outline()
    .items.map(({ id }) => textOf(map.runs(id)))
    .join("\n");
}
