/**
 * Embeds in Markdown: a paragraph that begins with a link whose title is "embed", and goes on with the caption. Elsewhere
 * it is a link. An address that may not be shown here is a link of the same text.
 */
import type { Link, PhrasingContent, RootContent } from "mdast";
import type { BlockNode, TextRun } from "../core/block-tree.ts";
import { EMBED, type Embed, readEmbed } from "../core/embed.ts";
import { isSafeHref } from "../core/link.ts";
import { type Definitions, readRuns } from "./read-runs.ts";

const TITLE = "embed";

/** Whether a link with this title, put first, would be read as an embed. */
export const isEmbedLink = (href: string, title: unknown): boolean =>
  title === TITLE && readEmbed(href) !== null;

/** The block as Markdown can hold it; null when there is nothing to show. */
export function settleEmbed(
  { attrs, text }: BlockNode,
  settleRuns: (runs: readonly TextRun[]) => TextRun[],
): BlockNode | null {
  const embed = readEmbed(attrs.url);
  if (embed) return { type: EMBED, attrs: { url: embed.url }, text: settleRuns(text), children: [] };
  const { url } = attrs;
  const link =
    typeof url === "string" && isSafeHref(url) ? [{ text: url, marks: { link: { href: url } } }] : [];
  const between = link.length > 0 && text.length > 0 ? [{ text: "\n", marks: {} }] : [];
  const runs = settleRuns([...link, ...between, ...text]);
  return runs.length > 0 ? { type: "paragraph", attrs: {}, text: runs, children: [] } : null;
}

function headOf([first, second]: readonly PhrasingContent[]): Embed | null {
  if (first?.type !== "link" || first.title !== TITLE) return null;
  return second === undefined || second.type === "break" ? readEmbed(first.url) : null;
}

export const isEmbedParagraph = (node: RootContent | undefined): boolean =>
  node?.type === "paragraph" && headOf(node.children) !== null;

/** The block of such a paragraph; null when its caption holds what no text can. */
export function readEmbedParagraph(
  children: readonly PhrasingContent[],
  definitions: Definitions,
): BlockNode | null {
  const embed = headOf(children);
  const text = embed && readRuns(children.slice(2), definitions);
  return text && { type: EMBED, attrs: { url: embed.url }, text, children: [] };
}

/** A settled block's link; the caption is the caller's. */
export function writeEmbed({ attrs }: BlockNode): Link {
  const embed = readEmbed(attrs.url);
  const { url = "", name = "" } = embed ?? {};
  return { type: "link", url, title: TITLE, children: [{ type: "text", value: name }] };
}
