/**
 * Text runs → phrasing of Markdown. The runs are settled: only the known marks, none on a line break.
 * Of the marks of a stretch the one that lasts longest becomes the outermost; a link is outside of all.
 */
import type { PhrasingContent } from "mdast";
import type { Json, TextRun } from "../core/block-tree.ts";
import { isEqualJson, textOf } from "../core/block-tree.ts";
import { readMention } from "../core/mention.ts";
import { EMBED_MARK } from "../core/strand.ts";
import { fitsDollars, mathClose, mathOpen } from "./maths.ts";
import { mentionLink, mentionText } from "./mentions.ts";
import { lineBreakTag, tagsOf, underlineClose, underlineOpen } from "./syntax.ts";

/** `mathSpan`: a formula that dollars cannot hold. */
const nesting = [
  EMBED_MARK,
  "link",
  "mathSpan",
  "bold",
  "italic",
  "strike",
  "underline",
  "highlight",
  "color",
] as const;
type Wrapper = (typeof nesting)[number];

export type Place = "paragraph" | "caption" | "heading" | "cell";

/**
 * A heading and a cell have one line, so that its line breaks are tags. `isShielded` puts an empty underline before each
 * line: nothing of a text is then read as the start of something else.
 */
export function writeRuns(
  runs: readonly TextRun[],
  place: Place = "paragraph",
  isShielded = false,
): PhrasingContent[] {
  const last = runs.length - 1;
  const lines = runs.flatMap((run, index) => splitLines(spanOf(run, place), index === last));
  const nodes = wrap(lines, place);
  // A lone tag would be read as a block of its own.
  return isShielded || textOf(runs) === "\n" ? [...shield, ...nodes.flatMap(withShield)] : nodes;
}

const shield = [underlineOpen, underlineClose];

function withShield(node: PhrasingContent): PhrasingContent[] {
  if (node.type === "break") return [node, ...shield];
  if (!("children" in node)) return [node];
  return [{ ...node, children: node.children.flatMap(withShield) } as PhrasingContent];
}

function spanOf(run: TextRun, place: Place): TextRun {
  const { math, ...marks } = run.marks;
  const fits = fitsDollars(run.text) && !(place === "cell" && run.text.includes("|"));
  return math !== true || fits ? run : { ...run, marks: { ...marks, mathSpan: true } };
}

type Piece = TextRun & { isFinal?: boolean };

function splitLines(run: TextRun, isLast: boolean): Piece[] {
  const parts = run.text.split(/(\n)/).filter((part) => part !== "");
  return parts.map((text, index) => ({
    text,
    marks: run.marks,
    isFinal: isLast && index === parts.length - 1,
  }));
}

function wrap(pieces: readonly Piece[], place: Place): PhrasingContent[] {
  const nodes: PhrasingContent[] = [];
  for (let start = 0; start < pieces.length; ) {
    const [mark, end] = longestMark(pieces, start);
    const stretch = pieces.slice(start, end);
    if (mark) nodes.push(...enclose(mark, stretch, place));
    else nodes.push(...stretch.map((piece) => leaf(piece, place)));
    start = end;
  }
  return nodes;
}

/** The mark of the piece at `start` that lasts longest, and the index after its last piece. */
function longestMark(pieces: readonly Piece[], start: number): [Wrapper | null, number] {
  let best: [Wrapper | null, number] = [null, start + 1];
  for (const mark of nesting) {
    const value = pieces[start]?.marks[mark];
    if (value === undefined) continue;
    if (mark === EMBED_MARK) return [mark, start + 1];
    const end = endOf(pieces, start, mark, value);
    if (mark === "link") return [mark, end];
    if (best[0] === null || end > best[1]) best = [mark, end];
  }
  return best;
}

/** A mark bridges line breaks, which carry none themselves, when it goes on after them. */
function endOf(pieces: readonly Piece[], start: number, mark: Wrapper, value: Json): number {
  let end = start;
  for (let index = start; index < pieces.length; index += 1) {
    const piece = pieces[index];
    if (piece && isEqualJson(piece.marks[mark] ?? null, value)) end = index + 1;
    else if (piece?.text !== "\n") break;
  }
  return end;
}

function enclose(mark: Wrapper, pieces: readonly Piece[], place: Place): PhrasingContent[] {
  const value = pieces[0]?.marks[mark];
  const bare = pieces.map((piece) => {
    const { [mark]: _mark, ...marks } = piece.marks;
    return { ...piece, marks };
  });
  const mention = mark === EMBED_MARK ? readMention(value) : null;
  if (mention)
    return [
      mentionLink(
        mention,
        wrap(
          bare.map((piece) => ({ ...piece, text: mentionText(mention) })),
          place,
        ),
      ),
    ];
  const children = wrap(bare, place);
  switch (mark) {
    case EMBED_MARK:
      return children;
    case "link":
      return [{ type: "link", ...linkTarget(value ?? null), children } as PhrasingContent];
    case "bold":
      return [{ type: "strong", children }];
    case "italic":
      return [{ type: "emphasis", children }];
    case "strike":
      return [{ type: "delete", children }];
    case "underline":
      return [underlineOpen, ...children, underlineClose];
    case "mathSpan":
      return [mathOpen, ...children, mathClose];
    case "highlight":
    case "color": {
      const [before, after] = tagsOf(mark, value ?? null);
      return [before, ...children, after];
    }
  }
}

function linkTarget(value: Json): { url: string; title: string | null } {
  const link = value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  return {
    url: typeof link.href === "string" ? link.href : "",
    title: typeof link.title === "string" ? link.title : null,
  };
}

function leaf(piece: Piece, place: Place): PhrasingContent {
  const hasLines = place === "paragraph" || place === "caption";
  if (piece.text === "\n") return !hasLines || piece.isFinal ? lineBreakTag : { type: "break" };
  if (piece.marks.math) return { type: "inlineMath", value: piece.text };
  return piece.marks.code ? { type: "inlineCode", value: piece.text } : { type: "text", value: piece.text };
}
