/**
 * HTML in Markdown as others write it. What has a form here is read as that: words in tags as words with a mark, a picture's
 * tag as a picture, and a division that only aligns what is in it as nothing. The rest stays raw.
 */
import type { Image, PhrasingContent, RootContent } from "mdast";
import type { Marks } from "../core/block-tree.ts";
import { isSafeHref } from "../core/link.ts";
import { markOfTag } from "../core/tag-marks.ts";

const PLAIN = new Set("a span font small big abbr cite q time center label sub sup mark".split(" "));
const DIVISIONS = new Set("div p center section article header footer main".split(" "));

const ATTRIBUTES = String.raw`((?:\s+[a-z_:][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>\x60]+))?)*)\s*`;
/** One after the other: what looks like one may stand in another's value. */
const ATTRIBUTE = /\s([a-z_:][\w:.-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>\x60]+)))?/gi;
const OPEN = new RegExp(`^<([a-z][a-z0-9]*)${ATTRIBUTES}(/?)>$`, "i");

type Tag = { readonly name: string; readonly attribute: (name: string) => string | null };

function readTag(value: string): (Tag & { readonly isVoid: boolean }) | null {
  const [, name, attributes = "", slash] = OPEN.exec(value) ?? [];
  if (name === undefined) return null;
  const attribute = (wanted: string) => {
    for (const [, own = "", ...values] of attributes.matchAll(ATTRIBUTE))
      if (own.toLowerCase() === wanted)
        return unescapeSigns(values.find((value) => value !== undefined) ?? "");
    return null;
  };
  return { name: name.toLowerCase(), attribute, isVoid: slash === "/" };
}

const SIGNS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
const unescapeSigns = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => SIGNS[name] ?? "");

/** A tag that opens words: its name, and the mark that it sets, if there is one for it here. */
export function readForeignTag(value: string): { name: string; mark: Marks } | null {
  const tag = readTag(value);
  if (!tag || tag.isVoid) return null;
  const mark = markOfTag(tag.name);
  if (mark) return { name: tag.name, mark: { [mark]: true } };
  if (!PLAIN.has(tag.name)) return null;
  const href = tag.name === "a" ? tag.attribute("href") : null;
  return { name: tag.name, mark: href !== null && isSafeHref(href) ? { link: { href } } : {} };
}

/** The name in a tag that closes words. */
export function readForeignEnd(value: string): string | null {
  const name = /^<\/([a-z][a-z0-9]*)\s*>$/i.exec(value)?.[1]?.toLowerCase() ?? "";
  return markOfTag(name) || PLAIN.has(name) ? name : null;
}

function readPicture(value: string): Image | null {
  const tag = readTag(value);
  const url = tag?.name === "img" ? tag.attribute("src") : null;
  return url ? { type: "image", url, title: null, alt: tag?.attribute("alt") ?? "" } : null;
}

const PIECE = /<[^<>]*>|[^<]+|</g;

/** Tags of pictures become pictures, those of divisions go; changes the nodes. */
export function settleTags(nodes: readonly RootContent[]): RootContent[] {
  return nodes.flatMap((node): RootContent[] => {
    if (node.type === "html") return settleBlock(node.value, node);
    if ("children" in node) {
      const children = node.children as RootContent[];
      const settled = HOLD_BLOCKS.has(node.type) ? settleTags(children) : children.map(settleInline);
      children.splice(0, children.length, ...settled);
    }
    return [node];
  });
}

const HOLD_BLOCKS = new Set(["blockquote", "list", "listItem", "footnoteDefinition", "table", "tableRow"]);

function settleInline(node: RootContent): RootContent {
  const picture = node.type === "html" ? readPicture(node.value) : null;
  if (picture) return { ...node, ...picture } as RootContent;
  if ("children" in node) {
    const children = node.children as RootContent[];
    children.splice(0, children.length, ...children.map(settleInline));
  }
  return node;
}

/** Pictures and divisions alone; anything else in it keeps all of it as it is. */
function settleBlock(value: string, node: RootContent): RootContent[] {
  if (/^<br\s*\/?>\s*$/i.test(value)) return [{ ...node, type: "paragraph", children: [] } as RootContent];
  const pictures: PhrasingContent[] = [];
  for (const [piece] of value.matchAll(PIECE)) {
    if (piece.trim() === "") continue;
    const picture = readPicture(piece);
    const name = readTag(piece)?.name ?? /^<\/([a-z]+)\s*>$/i.exec(piece)?.[1]?.toLowerCase() ?? "";
    if (picture) pictures.push(picture);
    else if (!DIVISIONS.has(name)) return [node];
  }
  return pictures.length > 0 ? [{ ...node, type: "paragraph", children: pictures } as RootContent] : [];
}
