/**
 * Which line of a text a position lies in, without walking through all of them: lines stand in chunks that know how
 * many characters they hold. A line counts its characters and its newline; so does the last one, whose newline is
 * not there: its end is a position, too.
 */
export type Line<Id> = { readonly id: Id; length: number };

export type Place<Id> = {
  readonly line: Line<Id>;
  /** Number of the line, from 0. */
  readonly index: number;
  readonly offset: number;
};

type Chunk<Id> = { readonly lines: Line<Id>[]; characters: number };

const MOST_LINES = 64;

export class LineIndex<Id> {
  #chunks: Chunk<Id>[] = [{ lines: [], characters: 0 }];

  locate(position: number): Place<Id> {
    let left = position;
    let index = 0;
    for (const { lines, characters } of this.#chunks) {
      if (left >= characters) {
        left -= characters;
        index += lines.length;
        continue;
      }
      for (const line of lines) {
        if (left <= line.length) return { line, index, offset: left };
        left -= line.length + 1;
        index += 1;
      }
    }
    throw new RangeError(`The text ends before position ${position}.`);
  }

  /** The line with this number, or undefined behind the last one. */
  at(index: number): Line<Id> | undefined {
    const { chunk, at } = this.#chunkOf(index);
    return chunk.lines[at];
  }

  insert(index: number, line: Line<Id>): void {
    const { chunk, at, number } = this.#chunkOf(index);
    chunk.lines.splice(at, 0, line);
    chunk.characters += line.length + 1;
    if (chunk.lines.length > MOST_LINES) {
      const halves = [chunk.lines.slice(0, MOST_LINES / 2), chunk.lines.slice(MOST_LINES / 2)];
      this.#chunks.splice(number, 1, ...halves.map((lines) => ({ lines, characters: charactersOf(lines) })));
    }
  }

  remove(index: number): void {
    const { chunk, at, number } = this.#chunkOf(index);
    for (const line of chunk.lines.splice(at, 1)) chunk.characters -= line.length + 1;
    if (chunk.lines.length === 0 && this.#chunks.length > 1) this.#chunks.splice(number, 1);
  }

  grow(index: number, by: number): void {
    const { chunk, at } = this.#chunkOf(index);
    const line = chunk.lines[at];
    if (!line) throw new RangeError(`There is no line ${index}.`);
    line.length += by;
    chunk.characters += by;
  }

  /** The end of a chunk counts as part of it, so that a line can be added behind the last one. */
  #chunkOf(index: number): { chunk: Chunk<Id>; at: number; number: number } {
    let at = index;
    for (const [number, chunk] of this.#chunks.entries()) {
      const isLast = number === this.#chunks.length - 1;
      if (at < chunk.lines.length || (isLast && at === chunk.lines.length)) return { chunk, at, number };
      at -= chunk.lines.length;
    }
    throw new RangeError(`There is no line ${index}.`);
  }
}

function charactersOf(lines: readonly Line<unknown>[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}
