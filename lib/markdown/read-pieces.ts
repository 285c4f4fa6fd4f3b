/**
 * Long Markdown in pieces. The parser takes about a gigabyte for each megabyte it reads at once; what stands
 * before the last block of a beginning is final, whatever follows, so that a text can be read from the front,
 * some ten thousand characters at a time. A list that goes on is cut before one of its items.
 *
 * Only references look ahead: the definitions of the whole text are put before each piece.
 */
import type { Definition, FootnoteDefinition, Nodes, Root, RootContent } from "mdast";
import { openPair } from "./pairs.ts";
import { readSyntax } from "./syntax.ts";

/** `nodes` with positions in `text`, and the `definitions` put before them. `goesOn`: the first node is the rest of the last one's list. */
export type Piece = { text: string; nodes: RootContent[]; definitions: RootContent[]; goesOn: boolean };

const pieceLength = 50_000;
export const maxPieceLength = 400_000;

/** So many blank lines end any block. */
const endlessBlank = 1_000;

/** Ends the last definition: a footnote would take an indented line for its own. */
const endOfDefinitions = "<!-- -->\n\n";

/** Gives null, and ends, when one block is longer than `maxPieceLength`. */
export function* readPieces(source: string): Generator<Piece | null> {
  const definitions = source.length > pieceLength && mayDefine.test(source) ? collectDefinitions(source) : "";
  yield* cut(source, definitions);
}

const mayDefine = /^.*\[[^\]\n]+\]:/m;

function collectDefinitions(source: string): string {
  const found = new Map<string, string>();
  for (const piece of cut(source, "")) {
    const { text, nodes } = piece ?? { text: "", nodes: [] };
    for (const node of definitionsIn(nodes)) {
      const key = `${node.type} ${node.identifier}`;
      const isNote = node.type === "footnoteDefinition";
      if (!found.has(key)) found.set(key, isNote ? `[^${node.label}]: note` : sourceOf(node, text));
    }
  }
  const definitions = [...found.values()].map((definition) => `${definition}\n\n`);
  return definitions.length > 0 ? definitions.join("") + endOfDefinitions : "";
}

export function definitionsIn(nodes: readonly RootContent[]): (Definition | FootnoteDefinition)[] {
  const found: (Definition | FootnoteDefinition)[] = [];
  const waiting: Nodes[] = [...nodes].reverse();
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === "definition" || node.type === "footnoteDefinition") found.push(node);
    if ("children" in node) for (const child of [...node.children].reverse()) waiting.push(child);
  }
  return found;
}

function sourceOf(node: RootContent, text: string): string {
  return text.slice(offsetOf(node), node.position?.end.offset ?? 0);
}

function* cut(source: string, prefix: string): Generator<Piece | null> {
  let start = 0;
  let length = pieceLength;
  let goesOn = false;
  while (start < source.length) {
    start = afterBlankLines(source, start);
    const end = lineEndAfter(source, start + length);
    if (end - start > maxPieceLength) return yield null;
    const text = prefix + source.slice(start, end);
    const { children } = readSyntax(text);
    const definitions = children.filter((node) => offsetOf(node) < prefix.length);
    const nodes = children.slice(definitions.length);
    if (end === source.length) return yield { text, nodes, definitions, goesOn };
    const split = splitBefore(nodes, text, end - start < maxPieceLength / 4);
    if (split === null) {
      // One block fills the whole piece: look further.
      length *= 2;
      continue;
    }
    yield { text, nodes: split.nodes, definitions, goesOn };
    start += split.offset - prefix.length;
    goesOn = split.isInList;
    length = pieceLength;
  }
}

/** @param keepsPairs not within a toggle or a callout; one that never ends is cut in the end. */
function splitBefore(nodes: RootContent[], text: string, keepsPairs: boolean): Split | null {
  const open = openPair(nodes);
  if (open < 0 || !keepsPairs) return splitLast(nodes, text);
  return open === 0
    ? null
    : {
        nodes: nodes.slice(0, open),
        offset: lineStart(text, offsetOf(nodes[open] as RootContent)),
        isInList: false,
      };
}

type Split = { nodes: RootContent[]; offset: number; isInList: boolean };

/** Where the last block begins, or the last item when a list is last; null when nothing stands before it. */
function splitLast(nodes: RootContent[], text: string): Split | null {
  const last = nodes.at(-1);
  const lastEnd = last?.position?.end.offset ?? text.length;
  if (text.length - lastEnd > endlessBlank && text.slice(lastEnd).trim() === "") {
    return { nodes, offset: text.length, isInList: false };
  }
  const item = last?.type === "list" ? last.children.at(-1) : undefined;
  if (last?.type === "list" && item && last.children.length > 1) {
    const children = last.children.slice(0, -1);
    const offset = lineStart(text, offsetOf(item));
    return { nodes: [...nodes.slice(0, -1), { ...last, children }], offset, isInList: true };
  }
  let count = nodes.length - 1;
  while (areTogether(nodes[count - 1], nodes[count])) count -= 1;
  const first = nodes[count];
  if (!first || count < 1) return null;
  return { nodes: nodes.slice(0, count), offset: lineStart(text, offsetOf(first)), isInList: false };
}

/** Definitions on lines that follow each other are kept as one block. */
export function areTogether(one: RootContent | undefined, next: RootContent | undefined): boolean {
  if (one?.type !== "definition" || next?.type !== "definition") return false;
  return one.position?.end.line === (next.position?.start.line ?? 0) - 1;
}

function offsetOf(node: Nodes | Root): number {
  return node.position?.start.offset ?? 0;
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

function lineEndAfter(source: string, offset: number): number {
  const end = source.indexOf("\n", offset);
  return end === -1 ? source.length : end + 1;
}

function afterBlankLines(source: string, start: number): number {
  let lineBegin = start;
  for (let index = start; index < source.length; index += 1) {
    const character = source[index];
    if (character === "\n") lineBegin = index + 1;
    else if (character !== " " && character !== "\t") return lineBegin;
  }
  return source.length;
}
