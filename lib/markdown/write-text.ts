/**
 * The text of one block → phrasing of Markdown that is known to read back as that text. The printer escapes well,
 * but code cannot be escaped, and marks beside each other have corners: what reads back otherwise is printed more
 * carefully, and in the end without its marks, so that no letter is ever lost.
 */
import type { BlockContent, PhrasingContent, RootContent } from "mdast";
import { attachmentKey, IMAGE } from "../core/attachment.ts";
import { isEqualJson, mergeRuns, type TextRun, textOf } from "../core/block-tree.ts";
import { CALLOUT } from "../core/callout.ts";
import { wordsOf } from "../core/mention.ts";
import { TABLE } from "../core/table.ts";
import { writeAttachment } from "./attachments.ts";
import { markedParagraph } from "./callouts.ts";
import { readBlocks } from "./read-blocks.ts";
import { settleRuns } from "./settle-tree.ts";
import { writeSyntax } from "./syntax.ts";
import { type Place, writeRuns } from "./write-runs.ts";

/** Behind a callout's marker text stands on the second line of its paragraph. */
type TextPlace = Place | "callout";

/** `runs` are settled. */
export function writeText(runs: readonly TextRun[], place: TextPlace = "paragraph"): PhrasingContent[] {
  const lines = place === "callout" ? "paragraph" : place;
  const plain = writeRuns(runs, lines);
  const isFree = place !== "cell" && place !== "callout";
  const isSure = !hasMarks(runs) && (isFree || isPlain.test(textOf(runs)));
  if (isSure || readsBack(plain, runs, place)) return plain;
  const shielded = writeRuns(runs, lines, true);
  if (readsBack(shielded, runs, place)) return shielded;
  return writeRuns(mergeRuns(runs.map((run) => ({ text: wordsOf([run]), marks: {} }))), lines);
}

/** A text of a cell or callout in which nothing could be read as Markdown. */
const isPlain = /^[\p{L}\p{N} ,;%/]*$/u;

function hasMarks(runs: readonly TextRun[]): boolean {
  return runs.some(({ marks }) => Object.keys(marks).length > 0);
}

function readsBack(children: PhrasingContent[], runs: readonly TextRun[], place: TextPlace): boolean {
  const { blocks } = readBlocks(writeSyntax({ type: "root", children: [nodeIn(place, children)] }));
  const [block, ...others] = blocks;
  if (others.length > 0 || block?.type !== TYPES[place]) return false;
  const found = place === "cell" ? block?.children[0]?.children[0]?.text : block?.text;
  if (place === "callout" && block.children.length > 0) return false;
  return found !== undefined && isEqualJson(settleRuns(found), [...runs]);
}

const TYPES: Record<TextPlace, string> = {
  paragraph: "paragraph",
  caption: IMAGE,
  heading: "heading2",
  cell: TABLE,
  callout: CALLOUT,
};
const NIL = "00000000-0000-0000-0000-000000000000";
/** Any: what stands before a caption. */
const PICTURE = { type: IMAGE, attrs: { attachment: attachmentKey(NIL, NIL) }, text: [], children: [] };

function nodeIn(place: TextPlace, children: PhrasingContent[]): RootContent {
  if (place === "heading") return { type: "heading", depth: 2, children };
  if (place === "paragraph") return { type: "paragraph", children };
  if (place === "callout")
    return { type: "blockquote", children: [markedParagraph({}, children)] as BlockContent[] };
  if (place === "caption")
    return { type: "paragraph", children: [writeAttachment(PICTURE), { type: "break" }, ...children] };
  const cells = [{ type: "tableCell" as const, children }];
  return { type: "table", children: [{ type: "tableRow", children: cells }] };
}
