/** An embed as embed-view.ts draws it, before anybody can do anything with it: its room is kept. */
import type { DOMOutputSpec, Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type Embed, readEmbed } from "../core/embed.ts";
import { blockAttributes } from "./block-dom.ts";
import { linkOf } from "./embed-dom.ts";

export const posterWords = ({ name, host }: Embed) => ({
  load: `Load from ${name}`,
  open: `Open on ${name}`,
  words: `${host} learns that you look once you load it.`,
});

export function stillEmbed(node: ProseMirrorNode): DOMOutputSpec {
  const caption = { class: node.content.size === 0 ? "text is-empty" : "text", "data-hint": "Caption" };
  const attributes = { ...blockAttributes(node), class: "block attachment embedded" };
  return ["figure", attributes, ["div", { class: "embed-head" }, head(node)], ["figcaption", caption, 0]];
}

function head({ attrs: { props } }: ProseMirrorNode): DOMOutputSpec {
  const embed = readEmbed(props.url);
  if (!embed) return ["p", { class: "embed-words" }, linkOf(props) ?? ""];
  const { load, open, words } = posterWords(embed);
  return [
    "div",
    { class: "embed-poster" },
    ["span", { class: "button" }, load],
    ["span", { class: "link" }, open],
    ["p", { class: "embed-words" }, words],
  ];
}
