/** Callouts as GitHub writes alerts: a quote that begins with `[!NOTE]` on a line of its own. */
import type { PhrasingContent, RootContent } from "mdast";
import { type Tone, toneOf } from "../core/callout.ts";
import type { Raw } from "./syntax.ts";

const NAMES: Readonly<Record<Tone, string>> = { info: "NOTE", good: "TIP", warn: "WARNING", bad: "CAUTION" };
const MARKER = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\](?:\n|$)/i;

/** The tone of a quote's first paragraph, and the paragraph without its marker; null when it has none. */
export function readMarker(
  first: RootContent | undefined,
  source: string,
): { tone: Tone; children: PhrasingContent[] } | null {
  if (first?.type !== "paragraph") return null;
  const [text, ...others] = first.children;
  // an escaped bracket is a bracket: the source tells
  if (text?.type !== "text" || !source.startsWith("[!", first.position?.start.offset ?? 0)) return null;
  const [marker, name = ""] = MARKER.exec(text.value) ?? [];
  if (marker === undefined || (marker.at(-1) !== "\n" && others.length > 0)) return null;
  const rest = text.value.slice(marker.length);
  const known = (Object.keys(NAMES) as Tone[]).find((tone) => NAMES[tone] === name.toUpperCase());
  return { tone: known ?? "info", children: rest === "" ? others : [{ ...text, value: rest }, ...others] };
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
