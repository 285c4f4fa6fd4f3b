/**
 * Callouts as GitHub writes alerts: a quote that begins with `[!NOTE]` on a line of its own. Read, but not written, are
 * Obsidian's, which have more names, a title behind the marker, and a sign that says whether they are folded.
 */
import type { PhrasingContent, RootContent } from "mdast";
import { type Tone, toneOf } from "../core/callout.ts";
import type { Raw } from "./syntax.ts";

const NAMES: Readonly<Record<Tone, string>> = { info: "NOTE", good: "TIP", warn: "WARNING", bad: "CAUTION" };
const READ: Readonly<Record<Tone, string>> = {
  info: "note info important abstract summary tldr todo question help faq example quote cite",
  good: "tip hint success check done",
  warn: "warning attention",
  bad: "caution danger error bug failure fail missing",
};
const TONES: ReadonlyMap<string, Tone> = new Map(
  (Object.keys(READ) as Tone[]).flatMap((tone) => READ[tone].split(" ").map((name) => [name, tone] as const)),
);
const MARKER = /^\[!([a-z]+)\][-+]?(?:[ \t]+|(?=\n|$))/i;

/** `children` are the callout's own words; `rest` is what follows a title in the same paragraph. */
export type Marker = { tone: Tone; children: PhrasingContent[]; rest: PhrasingContent[] };

/** What a quote's first paragraph says of the callout; null when it is none. */
export function readMarker(first: RootContent | undefined, source: string): Marker | null {
  if (first?.type !== "paragraph") return null;
  const [text, ...others] = first.children;
  // an escaped bracket is a bracket: the source tells
  if (text?.type !== "text" || !source.startsWith("[!", first.position?.start.offset ?? 0)) return null;
  const [marker, name = ""] = MARKER.exec(text.value) ?? [];
  const tone = TONES.get(name.toLowerCase());
  if (marker === undefined || !tone) return null;
  const value = text.value.slice(marker.length);
  if (value.startsWith("\n"))
    return { tone, children: [{ ...text, value: value.slice(1) }, ...others], rest: [] };
  if (value === "" && marker.endsWith("]"))
    return others.length > 0 ? null : { tone, children: [], rest: [] };
  return { tone, ...cutLine([...(value === "" ? [] : [{ ...text, value }]), ...others]) };
}

/** The first line of a paragraph, and what is below it. */
function cutLine(nodes: readonly PhrasingContent[]): Pick<Marker, "children" | "rest"> {
  const at = nodes.findIndex((node) => node.type === "text" && node.value.includes("\n"));
  const cut = nodes[at];
  if (cut?.type !== "text") return { children: [...nodes], rest: [] };
  const [line = ""] = cut.value.split("\n", 1);
  const below = cut.value.slice(line.length + 1);
  return {
    children: [...nodes.slice(0, at), ...(line === "" ? [] : [{ ...cut, value: line }])],
    rest: [...(below === "" ? [] : [{ ...cut, value: below }]), ...nodes.slice(at + 1)],
  };
}

/** The first paragraph of a callout. A tag that begins its text is no block there, and stays on its line. */
export function markedParagraph(
  attrs: Readonly<Record<string, unknown>>,
  text: readonly PhrasingContent[],
): RootContent {
  const marker = `[!${NAMES[toneOf(attrs)]}]`;
  const [first, ...others] = text;
  const start: Raw = { type: "raw", value: first ? `${marker}\n` : marker };
  const head = first?.type === "html" ? { type: "raw", value: first.value } : first;
  return { type: "paragraph", children: [start, ...(head ? [head] : []), ...others] as PhrasingContent[] };
}
