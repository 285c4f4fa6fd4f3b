/** Blocks as they are found, one after the other with their depth; in the end a tree without empty ones. */
import {
  type BlockNode,
  type Json,
  type Marks,
  maxBlockDepth,
  mergeRuns,
  type TextRun,
} from "../core/block-tree.ts";
import { isBoxText, isTaskText, taskText } from "./read-task.ts";

export type Listed = {
  readonly type: string;
  readonly attrs: Record<string, Json>;
  readonly depth: number;
  text: TextRun[];
  readonly children: BlockNode[];
  /** Its text is kept to the letter, and it stays when it is empty. */
  readonly isExact: boolean;
  /** A first paragraph inside it is its own text. */
  readonly isContainer: boolean;
};

type Start = Pick<Listed, "type" | "depth"> &
  Partial<Pick<Listed, "attrs" | "isExact" | "isContainer" | "children">>;

export class BlockList {
  readonly listed: Listed[] = [];
  #open: Listed | null = null;

  /** The block that text goes to; null: the next text opens a paragraph. */
  get open(): Listed | null {
    return this.#open;
  }

  start({ type, depth, attrs = {}, isExact = false, isContainer = false, children = [] }: Start): Listed {
    this.close();
    const block: Listed = { type, attrs, depth, text: [], children, isExact, isContainer };
    this.listed.push(block);
    this.#open = block;
    return block;
  }

  /** Where a paragraph begins or ends. A container that has no words yet takes the next ones. */
  boundary(): void {
    if (this.#open && !(this.#open.isContainer && this.#open.text.length === 0)) this.close();
  }

  close(): void {
    this.#open = null;
  }

  /** @param isKept blanks and line ends count. */
  write(text: string, marks: Marks, depth: number, isKept: boolean): void {
    if (!this.#open && text.trim() === "") return;
    const open = this.#open ?? this.start({ type: "paragraph", depth });
    for (const [index, line] of (isKept ? text.split(/\r\n?|\n/) : [text]).entries()) {
      if (index > 0) open.text.push({ text: "\n", marks: {} });
      const words = isKept ? line : collapse(line, open.text.at(-1)?.text);
      if (words !== "") open.text.push({ text: words, marks });
    }
  }

  /** A line break; two in a row are the end of a paragraph, where the text is not to the letter. */
  break(): void {
    const open = this.#open;
    if (!open) return;
    const isSecond = open.text.at(-1)?.text === "\n";
    if (isSecond && !open.isExact && open.type === "paragraph") this.close();
    else if (open.text.length > 0 || open.isExact) open.text.push({ text: "\n", marks: {} });
  }

  /** The attributes of a number at this depth: it says where it begins, unless it counts on. */
  numbered(depth: number, start: number | null): Record<string, Json> {
    return start === null || start === this.#nextNumber(depth) ? {} : { start };
  }

  #nextNumber(depth: number): number {
    let count = 1;
    for (let index = this.listed.length - 1; index >= 0; index--) {
      const block = this.listed[index] as Listed;
      if (block.depth > depth) continue;
      if (block.depth < depth || block.type !== "number") break;
      if (typeof block.attrs.start === "number") return block.attrs.start + count;
      count++;
    }
    return count;
  }

  tree(): BlockNode[] {
    const read = this.listed.map((block) =>
      block.isExact ? block : asTask({ ...block, text: trimmed(block.text) }),
    );
    const kept = read.filter((block, index) => !isEmpty(block, read[index + 1]));
    return nested(kept);
  }
}

function collapse(text: string, before: string | undefined): string {
  const words = text.replace(/[ \t\n\r\f]+/g, " ");
  return before === undefined || /[ \n]$/.test(before) ? words.replace(/^ /, "") : words;
}

/** Blanks of every kind at both ends say nothing; nor do line breaks. */
function trimmed(runs: readonly TextRun[]): TextRun[] {
  const rest = runs.map((run) => ({ ...run }));
  for (let [first] = rest; first; [first] = rest) {
    first.text = first.text.trimStart();
    if (first.text !== "") break;
    rest.shift();
  }
  for (let last = rest.at(-1); last; last = rest.at(-1)) {
    last.text = last.text.trimEnd();
    if (last.text !== "") break;
    rest.pop();
  }
  return mergeRuns(rest);
}

/** A box before the words of a paragraph; in an item also one that is drawn with brackets. */
function asTask(block: Listed): Listed {
  const isBox =
    block.type === "paragraph" ? isBoxText(block.text) : block.type === "bullet" && isTaskText(block.text);
  return isBox ? { ...block, type: "task", ...taskText(block.text) } : block;
}

const WORDLESS = new Set(["divider", "table", "image", "file", "task"]);
const KEEPS_CHILDREN = new Set(["quote", "callout", "toggle"]);

function isEmpty({ type, text, isExact, depth }: Listed, next: Listed | undefined): boolean {
  if (isExact || text.length > 0 || WORDLESS.has(type)) return false;
  return !(KEEPS_CHILDREN.has(type) && next !== undefined && next.depth > depth);
}

/** No block stands deeper than one level below the one before it. */
function nested(blocks: readonly Listed[]): BlockNode[] {
  const top: BlockNode[] = [];
  const open: BlockNode[] = [];
  for (const { type, attrs, text, depth, children, isExact } of blocks) {
    const level = Math.min(depth, open.length, maxBlockDepth - (type === "table" ? 3 : 1));
    open.length = level;
    const node: BlockNode = {
      type,
      attrs,
      text: isExact ? mergeRuns(text) : plainHeading(type, text),
      children: [...children],
    };
    (open.at(-1)?.children ?? top).push(node);
    // nothing stands inside a table but its rows
    if (type !== "table") open.push(node);
  }
  return top;
}

/** Headings are bold by themselves. */
function plainHeading(type: string, text: TextRun[]): TextRun[] {
  if (!type.startsWith("heading") || !text.every(({ marks }) => marks.bold === true)) return text;
  return mergeRuns(text.map((run) => ({ text: run.text, marks: without(run.marks, "bold") })));
}

export function without(marks: Marks, name: string): Marks {
  return Object.fromEntries(Object.entries(marks).filter(([key]) => key !== name));
}
