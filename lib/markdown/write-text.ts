/**
 * The text of one block → phrasing of Markdown that is known to read back as that text. The printer escapes well,
 * but code cannot be escaped, and marks beside each other have corners: what reads back otherwise is printed more
 * carefully, and in the end without its marks, so that no letter is ever lost.
 */
import type { PhrasingContent } from "mdast";
import { isEqualJson, mergeRuns, type TextRun } from "../core/block-tree.ts";
import { readBlocks } from "./read-blocks.ts";
import { settleRuns } from "./settle-tree.ts";
import { writeSyntax } from "./syntax.ts";
import { type Place, writeRuns } from "./write-runs.ts";

/** `runs` are settled. */
export function writeText(runs: readonly TextRun[], place: Place = "paragraph"): PhrasingContent[] {
  const plain = writeRuns(runs, place);
  if (!hasMarks(runs) || readsBack(plain, runs, place)) return plain;
  const shielded = writeRuns(runs, place, true);
  if (readsBack(shielded, runs, place)) return shielded;
  return writeRuns(mergeRuns(runs.map(({ text }) => ({ text, marks: {} }))), place);
}

function hasMarks(runs: readonly TextRun[]): boolean {
  return runs.some(({ marks }) => Object.keys(marks).length > 0);
}

function readsBack(children: PhrasingContent[], runs: readonly TextRun[], place: Place): boolean {
  const node =
    place === "heading"
      ? ({ type: "heading", depth: 2, children } as const)
      : ({ type: "paragraph", children } as const);
  const { blocks } = readBlocks(writeSyntax({ type: "root", children: [node] }));
  const [block, ...others] = blocks;
  const type = place === "heading" ? "heading2" : "paragraph";
  return block?.type === type && others.length === 0 && isEqualJson(settleRuns(block.text), [...runs]);
}
