/** Pictures and files as HTML of the clipboard and back. On the page they are drawn by attachment-view.ts. */
import type { DOMOutputSpec, Node as ProseMirrorNode, TagParseRule } from "@tiptap/pm/model";
import { attachmentProps, FILE, IMAGE, readAttachment } from "../core/attachment.ts";
import { blockAttributes } from "./block-dom.ts";

const NAMES = ["attachment", "name", "mime", "size", "width", "height", "alt"] as const;
const COUNTS = new Set<string>(["size", "width", "height"]);

export function renderAttachment(node: ProseMirrorNode): DOMOutputSpec {
  const attachment = readAttachment(node.attrs.props);
  const attributes = blockAttributes(node);
  for (const [name, value] of Object.entries(attachmentProps(attachment)))
    attributes[`data-${name}`] = String(value);
  return ["figure", attributes, ["div", {}, attachment.name], ["figcaption", 0]];
}

/** An `img` of a web page has no key of ours: it is not taken, and nothing is fetched for it. */
export const attachmentFromDom: TagParseRule[] = [
  {
    tag: "figure[data-attachment]",
    priority: 75,
    preserveWhitespace: "full",
    contentElement: "figcaption",
    getAttrs(element) {
      const { dataset } = element;
      const said = NAMES.map((name) => [name, COUNTS.has(name) ? Number(dataset[name]) : dataset[name]]);
      const attachment = readAttachment(Object.fromEntries(said));
      if (attachment.key === null) return false;
      const type = dataset.blockType === IMAGE ? IMAGE : FILE;
      return { id: null, type, depth: Number(dataset.depth) || 0, props: attachmentProps(attachment) };
    },
  },
];
