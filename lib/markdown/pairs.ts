/** HTML that opens something, Markdown between blank lines, HTML that ends it: toggles, and callouts as Notion exports them. */
import type { RootContent } from "mdast";
import { isDetailsEnd, readSummary } from "./details.ts";

type Kind = "toggle" | "callout";

/** What stands behind the tag of a callout that goes on below, or is whole; null when the node begins none. */
export function readAside(node: RootContent | undefined): { inside: string; isWhole: boolean } | null {
  if (node?.type !== "html") return null;
  const [, text] = /^<aside>([\s\S]*)$/i.exec(node.value) ?? [];
  if (text === undefined || /<aside>/i.test(text)) return null;
  const inside = text.replace(/<\/aside>\s*$/i, "");
  return /<\/aside>/i.test(inside) ? null : { inside: withoutSign(inside), isWhole: inside !== text };
}

/** A picture of elsewhere or an emoji: our callouts have a colour. */
const withoutSign = (text: string): string =>
  text.replace(/^\s*(?:<img src="https?:[^<>]*>\s*|\p{Extended_Pictographic}\ufe0f?(?:\s+|$))/u, "").trim();

const isAsideEnd = (node: RootContent | undefined): boolean =>
  node?.type === "html" && /^<\/aside>\s*$/i.test(node.value);

function opens(node: RootContent | undefined): Kind | null {
  if (readSummary(node)) return "toggle";
  return readAside(node)?.isWhole === false ? "callout" : null;
}

function endOf(node: RootContent | undefined): Kind | null {
  return isDetailsEnd(node) ? "toggle" : isAsideEnd(node) ? "callout" : null;
}

type Open = { readonly kind: Kind; readonly at: number };

/** Index of the node that ends what each node opens, by the index of that one; what does not end is not in it. */
export function endsOfPairs(nodes: readonly RootContent[]): ReadonlyMap<number, number> {
  return pairsIn(nodes).ends;
}

/** Index of the first node that opens what does not end among these; -1 when all does. */
export function openPair(nodes: readonly RootContent[]): number {
  return pairsIn(nodes).open[0]?.at ?? -1;
}

/** In one pass. What ends takes what was opened in it and does not end: that is never looked at from further out. */
function pairsIn(nodes: readonly RootContent[]): { ends: Map<number, number>; open: readonly Open[] } {
  const ends = new Map<number, number>();
  const open: Open[] = [];
  nodes.forEach((node, at) => {
    const kind = opens(node);
    if (kind) open.push({ kind, at });
    const ended = kind ? null : endOf(node);
    const from = ended ? open.findLastIndex((one) => one.kind === ended) : -1;
    const [first] = from >= 0 ? open.splice(from) : [];
    if (first) ends.set(first.at, at);
  });
  return { ends, open };
}
