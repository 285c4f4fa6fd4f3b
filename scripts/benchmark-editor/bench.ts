/** What the driver asks of a page that holds one editor; the product's page and each rival's answer alike. */

export type Line = { readonly kind: "heading" | "paragraph" | "bullet"; readonly text: string };

export interface Bench {
  /** A document of these lines, and edits that another person makes in it, one update each; base64. */
  make(lines: readonly Line[], edits: number): Promise<{ document: string; edits: string[] }>;
  /** Brings the document into memory. Nothing is shown yet. */
  load(document: string): Promise<void>;
  /** Mounts the editor; resolves when it can be written in. */
  open(): Promise<void>;
  /** Whether every block is in the page, too: an editor may mount what is out of sight later. */
  isWhole(): boolean;
  /** One of five others goes to a block. */
  moveCaret(person: number, block: number, offset: number): void;
  /** Applies an edit of another; the milliseconds until the editor has it. */
  apply(edit: string): number;
  /** The elements that hold the blocks' words, in order. */
  texts(): Element[];
  /** The words that the shared document holds, block by block. */
  held(): string[];
}

declare global {
  interface Window {
    bench: Bench;
  }
}

export const PEOPLE = 5;

const WORDS =
  "the log is the truth and a page shows only what it holds so nobody sees what is not stored".split(" ");

/** A paper's mix: a heading every twelve blocks, a list of three after it, paragraphs of a line or two. */
export function linesOf(count: number): Line[] {
  return Array.from({ length: count }, (_, i) => {
    const place = i % 12;
    const kind = place === 0 ? "heading" : place < 4 ? "bullet" : "paragraph";
    const length = kind === "heading" ? 4 : kind === "bullet" ? 9 : 16 + (i % 14);
    const text = Array.from(
      { length },
      (__, at) => WORDS[(i * 7 + at * ((i % 5) + 1)) % WORDS.length] ?? "",
    ).join(" ");
    return { kind, text: `${i} ${text}` };
  });
}
