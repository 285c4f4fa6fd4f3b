/**
 * Where addresses in Markdown lead when the text is one of several files: to documents and pictures beside it. Reading
 * gives what lies beside it a place of ours, writing the other way round. Addresses that no door knows stay as they are.
 */
import type { Image, Link, Nodes, PhrasingContent, RootContent } from "mdast";
import type { Attachment, AttachmentKey } from "../core/attachment.ts";
import { isAttachmentParagraph, readAddress, writeAddress } from "./attachments.ts";
import { expandTexts, type TextWays } from "./foreign-text.ts";
import { type Definitions, readRuns } from "./read-runs.ts";

export type ReadDoors = TextWays & {
  /** Null: nothing that we have. */
  readonly link: (url: string) => string | null;
  /** The picture or file at a place, and the name it had, if another than the place's. */
  readonly attachment: (url: string, name: string | null) => Pick<Attachment, "key" | "name"> | null;
};

export type WriteDoors = {
  readonly link: (url: string) => string | null;
  /** The file that is written beside the text; `name` when it had to be called otherwise there. */
  readonly attachment: (key: AttachmentKey, name: string) => { url: string; name: string | null } | null;
};

/** Changes the nodes: links lead to documents, a paragraph with pictures becomes several. */
export function openReadDoors(
  nodes: RootContent[],
  doors: ReadDoors,
  definitions: Definitions,
): RootContent[] {
  expandTexts(nodes, doors);
  return open(nodes, doors, definitions);
}

function open(nodes: RootContent[], doors: ReadDoors, definitions: Definitions): RootContent[] {
  return nodes.flatMap((node) => {
    if (node.type === "paragraph") return openParagraph(node.children, node, doors, definitions);
    if ("children" in node) {
      const children = node.children as RootContent[];
      const opened = open(children, doors, definitions);
      children.splice(0, children.length, ...opened);
    }
    if (node.type === "link" || node.type === "definition") node.url = doors.link(node.url) ?? node.url;
    return [node];
  });
}

function openParagraph(
  children: PhrasingContent[],
  paragraph: Extract<RootContent, { type: "paragraph" }>,
  doors: ReadDoors,
  definitions: Definitions,
): RootContent[] {
  const whole = children.map((child) => openInline(child, doors));
  const files: Link[] = [];
  const isFile = isAttachmentParagraph({ ...paragraph, children: whole });
  const opened = isFile ? whole : withoutFiles(whole, files);
  const behind = files.map((file): RootContent => ({ ...paragraph, children: [file] }));
  const isPicture = (child: PhrasingContent | undefined) =>
    child?.type === "image" && readAddress(child.url) !== null;
  paragraph.children = opened;
  const others = opened.filter((child) => !isPicture(child));
  const isCaptioned = isPicture(opened[0]) && (opened.length === 1 || opened[1]?.type === "break");
  if (others.length === opened.length || isCaptioned || readRuns(others, definitions) === null)
    return [paragraph, ...behind];
  const parts: RootContent[] = [];
  let text: PhrasingContent[] = [];
  const end = () => {
    const words = withoutBlankEnds(text);
    if (words.some((child) => child.type !== "break")) parts.push({ ...paragraph, children: words });
    text = [];
  };
  for (const child of opened) {
    if (!isPicture(child)) text.push(child);
    else {
      end();
      parts.push({ ...paragraph, children: [child] });
    }
  }
  end();
  return [...parts, ...behind];
}

/** A file has no place within words: they stay, and it comes behind them. */
function withoutFiles(nodes: readonly PhrasingContent[], files: Link[]): PhrasingContent[] {
  return nodes.flatMap((node): PhrasingContent[] => {
    if (node.type === "link" && readAddress(node.url) !== null) {
      if (!files.some(({ url }) => url === node.url)) files.push(node);
      return node.children;
    }
    return "children" in node
      ? [{ ...node, children: withoutFiles(node.children, files) } as PhrasingContent]
      : [node];
  });
}

function withoutBlankEnds(nodes: readonly PhrasingContent[]): PhrasingContent[] {
  return nodes
    .map((node, index) => {
      if (node.type !== "text") return node;
      const value = index === 0 ? node.value.trimStart() : node.value;
      return { ...node, value: index === nodes.length - 1 ? value.trimEnd() : value };
    })
    .filter((node) => node.type !== "text" || node.value !== "");
}

function openInline(node: PhrasingContent, doors: ReadDoors): PhrasingContent {
  if (node.type === "image") {
    const found = doors.attachment(node.url, node.title ?? null);
    return found ? { ...node, url: addressOf(found, node.alt ?? ""), title: null } : node;
  }
  if (node.type === "link") {
    const file = doors.attachment(node.url, node.title ?? null);
    if (file) return { ...node, url: addressOf(file, ""), title: null };
    return {
      ...node,
      url: doors.link(node.url) ?? node.url,
      children: openAll(node.children, doors),
    } as Link;
  }
  return "children" in node
    ? ({ ...node, children: openAll(node.children, doors) } as PhrasingContent)
    : node;
}

const openAll = (nodes: readonly PhrasingContent[], doors: ReadDoors) =>
  nodes.map((node) => openInline(node, doors));

function addressOf({ key, name }: Pick<Attachment, "key" | "name">, alt: string): string {
  return writeAddress({ key, name, alt, mime: "", size: null, width: null, height: null });
}

/** Changes the nodes of a printed document. */
export function openWriteDoors(node: Nodes, doors: WriteDoors): void {
  if (node.type === "image" || node.type === "link") openWritten(node, doors);
  if ("children" in node) for (const child of node.children) openWriteDoors(child, doors);
}

function openWritten(node: Image | Link, doors: WriteDoors): void {
  const attachment = readAddress(node.url);
  const file = attachment?.key ? doors.attachment(attachment.key, attachment.name) : null;
  if (!attachment || !file) {
    if (node.type === "link") node.url = doors.link(node.url) ?? node.url;
    return;
  }
  node.url = file.url;
  node.title = file.name;
  if (node.type === "image") node.alt = attachment.alt;
}
