/** Embeds as HTML of the clipboard and back. On the page they are drawn by embed-view.ts. */
import type { DOMOutputSpec, Node as ProseMirrorNode, TagParseRule } from "@tiptap/pm/model";
import { EMBED, readEmbed } from "../core/embed.ts";
import { isSafeHref } from "../core/link.ts";
import { blockAttributes } from "./block-dom.ts";

/** Where an embed leads that is no embed here; null when nothing may lead there. */
export function linkOf(props: Readonly<Record<string, unknown>>): string | null {
  const { url } = props;
  const known = readEmbed(url);
  if (known) return known.url;
  return typeof url === "string" && isSafeHref(url) ? url : null;
}

export function renderEmbed(node: ProseMirrorNode): DOMOutputSpec {
  const href = linkOf(node.attrs.props);
  const link: DOMOutputSpec[] = href === null ? [] : [["a", { href, rel: "noopener noreferrer" }, href]];
  return ["figure", blockAttributes(node), ["div", {}, ...link], ["figcaption", 0]];
}

export const embedFromDom: TagParseRule[] = [
  {
    tag: `figure[data-block-type=${EMBED}]`,
    priority: 75,
    preserveWhitespace: "full",
    contentElement: "figcaption",
    getAttrs(element) {
      const url = element.querySelector("a")?.getAttribute("href") ?? null;
      const known = readEmbed(url);
      return known
        ? { id: null, type: EMBED, depth: Number(element.dataset.depth) || 0, props: { url: known.url } }
        : false;
    },
  },
];
