/** A picture or a file as attachment-view.ts draws it, before anybody can do anything with it: its room is kept. */
import type { DOMOutputSpec, Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type Attachment, IMAGE, readAttachment } from "../core/attachment.ts";
import { blockAttributes } from "./block-dom.ts";
import { sizeInWords } from "./size-in-words.ts";

/** Pixels: on a narrower picture its buttons have no room. */
export const SMALL = 280;

export function stillAttachment(node: ProseMirrorNode): DOMOutputSpec {
  const isPicture = node.attrs.type === IMAGE;
  const caption = {
    class: node.content.size === 0 ? "text is-empty" : "text",
    "data-hint": isPicture ? "Caption" : "Description",
  };
  return [
    "figure",
    { ...blockAttributes(node), class: "block attachment" },
    isPicture ? stillPicture(node) : stillFile(node),
    ["figcaption", caption, 0],
  ];
}

function stillPicture(node: ProseMirrorNode): DOMOutputSpec {
  const { width, height } = readAttachment(node.attrs.props);
  const small = (width ?? 640) < SMALL ? " small" : "";
  const room = `--w: ${width ?? 640}; --h: ${height ?? 400}`;
  return ["div", { class: `attachment-head of-picture${small}`, style: room }, ["div", { class: "picture" }]];
}

function stillFile(node: ProseMirrorNode): DOMOutputSpec {
  const attachment = readAttachment(node.attrs.props);
  const name = attachment.name || "File without a name";
  return [
    "div",
    { class: "attachment-head" },
    [
      "div",
      { class: "file-card" },
      ["span", { class: "file-kind" }, endingOf(name)],
      [
        "div",
        { class: "file-words" },
        ["span", { class: "file-name" }, name],
        ["span", { class: "file-about" }, aboutFile(attachment)],
      ],
    ],
  ];
}

export function aboutFile({ key, size }: Attachment): string {
  if (key === null) return "This file's address is damaged.";
  return size === null ? "" : sizeInWords(size);
}

export const endingOf = (name: string): string =>
  /\.([\p{L}\p{N}]{1,5})$/u.exec(name)?.[1]?.toUpperCase() ?? "FILE";
