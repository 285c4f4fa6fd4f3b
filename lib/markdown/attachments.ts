/**
 * Pictures and files in Markdown: a paragraph that begins with the picture, or with a link to the file, and goes on with
 * the caption.
 *
 *   ![What is seen](attachment:<documentId>/<attachmentId>?name=sea.png;type=image%2Fpng;size=9;width=3;height=2)\
 *   The caption
 *
 *   [plan.pdf](attachment:<documentId>/<attachmentId>?type=application%2Fpdf;size=9)
 *
 * `attachment:` is no address that anybody could follow: it names the object in our bucket, which this person's own
 * rights open or not. Imported into the workspace it came from, the picture is there again. The words of the link and
 * of the picture are what others see; what the address says counts.
 */
import type { Image, Link, PhrasingContent, RootContent } from "mdast";
import {
  type Attachment,
  attachmentProps,
  FILE,
  IMAGE,
  isAttachmentType,
  readAttachment,
} from "../core/attachment.ts";
import type { BlockNode, TextRun } from "../core/block-tree.ts";
import { type Definitions, readRuns } from "./read-runs.ts";

const SCHEME = "attachment:";

/** Null when Markdown cannot hold it: it is somewhere that we do not know. */
export function settleAttachment(node: BlockNode, text: TextRun[]): BlockNode | null {
  const attachment = readAttachment(node.attrs);
  if (attachment.key === null || !isAttachmentType(node.type)) return null;
  const { alt, ...shown } = attachmentProps(attachment);
  const attrs = node.type === IMAGE && alt !== undefined ? { ...shown, alt } : shown;
  return { type: node.type, attrs, text, children: [] };
}

export const isAttachmentParagraph = (node: RootContent | undefined): boolean =>
  node?.type === "paragraph" && headOf(node.children) !== null;

/** The block of such a paragraph; null when its caption holds what no text can. */
export function readAttachmentParagraph(
  children: readonly PhrasingContent[],
  definitions: Definitions,
): BlockNode | null {
  const head = headOf(children);
  const [, second, ...rest] = children;
  if (!head) return null;
  const caption = second === undefined ? [] : second.type === "break" ? rest : null;
  const text = caption && readRuns(caption, definitions);
  return text && { type: head.type, attrs: attachmentProps(head.attachment), text, children: [] };
}

type Head = { type: typeof IMAGE | typeof FILE; attachment: Attachment };

function headOf([first, second]: readonly PhrasingContent[]): Head | null {
  if (first?.type !== "image" && first?.type !== "link") return null;
  if (second !== undefined && second.type !== "break") return null;
  const attachment = readAddress(first.url);
  if (!attachment) return null;
  return { type: first.type === "image" ? IMAGE : FILE, attachment };
}

export function readAddress(url: string): Attachment | null {
  if (!url.startsWith(SCHEME)) return null;
  const [key, query = ""] = url.slice(SCHEME.length).split("?", 2);
  const said = new URLSearchParams(query.replaceAll(";", "&"));
  const count = (name: string) => Number(said.get(name) ?? Number.NaN);
  const attachment = readAttachment({
    attachment: key,
    name: said.get("name"),
    mime: said.get("type"),
    alt: said.get("alt"),
    size: count("size"),
    width: count("width"),
    height: count("height"),
  });
  return attachment.key === null ? null : attachment;
}

/** A settled block's picture or link; the caption is the caller's. */
export function writeAttachment(node: BlockNode): Image | Link {
  const attachment = readAttachment(node.attrs);
  const url = writeAddress(attachment);
  if (node.type === IMAGE) return { type: "image", url, alt: attachment.alt || attachment.name };
  return { type: "link", url, children: [{ type: "text", value: attachment.name || "File" }] };
}

export function writeAddress({ key, name, mime, size, width, height, alt }: Attachment): string {
  const said = Object.entries({ name, type: mime, size, width, height, alt });
  const query = said.filter(([, value]) => value !== null && value !== "");
  const written = query.map(([field, value]) => `${field}=${encode(String(value))}`).join(";"); // an "&" would be escaped in print
  return `${SCHEME}${key}${written === "" ? "" : `?${written}`}`;
}

/** Also the brackets and stars that Markdown reads as its own. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*~_.-]/g, (sign) =>
    /[._-]/.test(sign) ? sign : `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
