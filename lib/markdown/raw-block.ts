/**
 * Whether a raw block may be printed as it stands: read alone, it must give the same single raw block, and
 * leave alone what follows it. A person can edit it, and an open comment would swallow the rest of the page.
 */
import { type BlockNode, textOf } from "../core/block-tree.ts";
import { readBlocks } from "./read-blocks.ts";

/** Labels that the document defines, such as "^1" and "manual", as `labelsOf` gives them. */
export type Labels = ReadonlySet<string>;

const sentinel = "What follows";

const isHalf =
  /^(?:<\/details>|<details(?: open)?>\s*<summary>[^\n]*<\/summary>)\s*$|^<aside>|^<\/aside>\s*$/i;

/** Footnotes and references are such only where their label is defined, and that may be elsewhere. */
export function isStableRaw(text: string, defined: Labels): boolean {
  if (isHalf.test(text)) return false; // alone it says nothing, but beside its other half
  const labels = labelsIn(text, /\[([^[\]\n]+)\](?!:)/g).filter((label) => defined.has(label));
  const stubs = labels.map((label) => `[${label}]: /\n\n`).join("");
  const stubCount = readBlocks(stubs).blocks.length;
  const { title, blocks } = readBlocks(`${stubs}${text}\n\n${sentinel}\n`);
  const [raw, after, ...more] = blocks.slice(stubCount);
  return title === null && isRaw(raw, text) && isSentinel(after) && more.length === 0;
}

/** The labels that the raw blocks of a tree define, those that stay raw. */
export function labelsOf(blocks: readonly BlockNode[]): Labels {
  const labelsByText = new Map<string, string[]>();
  const waiting = [...blocks];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const text = node.attrs.raw === true ? textOf(node.text) : "";
    const labels = labelsIn(text, /^ {0,3}\[([^[\]\n]+)\]:/gm);
    if (labels.length > 0) labelsByText.set(text, labels);
    waiting.push(...node.children);
  }
  const all = new Set([...labelsByText.values()].flat());
  const stable = [...labelsByText].filter(([text]) => isStableRaw(text, all));
  return new Set(stable.flatMap(([, labels]) => labels));
}

/** Labels are equal when they differ in case or blanks only. */
function labelsIn(text: string, pattern: RegExp): string[] {
  const labels = [...text.matchAll(pattern)].map((match) => match[1] ?? "");
  return [...new Set(labels.map((label) => label.trim().replace(/\s+/g, " ").toLowerCase()))];
}

function isRaw(node: BlockNode | undefined, text: string): boolean {
  return node?.type === "code" && node.attrs.raw === true && textOf(node.text) === text;
}

function isSentinel(node: BlockNode | undefined): boolean {
  return node?.type === "paragraph" && textOf(node.text) === sentinel;
}
