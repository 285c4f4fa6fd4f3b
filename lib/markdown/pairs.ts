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

function ends(node: RootContent | undefined): Kind | null {
  return isDetailsEnd(node) ? "toggle" : isAsideEnd(node) ? "callout" : null;
}

/** Index of the node that ends what the node at `index` opens; -1 when none does. */
export function endOfPair(nodes: readonly RootContent[], index: number): number {
  let open: { kind: Kind; at: number }[] = [];
  for (let at = index; at < nodes.length; at++) {
    open = after(open, nodes[at], at);
    if (open.length === 0) return at;
  }
  return -1;
}

/** Index of the first node that opens what does not end among these; -1 when all does. */
export function openPair(nodes: readonly RootContent[]): number {
  let open: { kind: Kind; at: number }[] = [];
  nodes.forEach((node, at) => {
    open = after(open, node, at);
  });
  return open[0]?.at ?? -1;
}

function after(open: { kind: Kind; at: number }[], node: RootContent | undefined, at: number): typeof open {
  const kind = opens(node);
  if (kind) return [...open, { kind, at }];
  const ended = ends(node);
  const from = ended ? open.findLastIndex((one) => one.kind === ended) : -1;
  return from >= 0 ? open.slice(0, from) : open;
}
