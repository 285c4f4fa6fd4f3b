/** What one does with embeds: a block that asks for an address, a link that becomes one, and back. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import {
  type Command,
  type EditorState,
  NodeSelection,
  TextSelection,
  type Transaction,
} from "@tiptap/pm/state";
import { EMBED, readEmbed } from "../core/embed.ts";
import type { BlockId } from "../core/ids.ts";
import { newBlockId } from "../core/ids.ts";
import { idOf, nodeText } from "./block-nodes.ts";
import { blockAt } from "./commands.ts";

/** A block that asks for an address, in place of an empty one or behind the block; it is chosen. */
export const insertEmbed: Command = (state, dispatch) => {
  const { node, pos } = blockAt(state.doc, state.selection.from);
  const { frame } = state.schema.nodes;
  if (!frame) return false;
  const fresh = frame.create({ id: newBlockId(), type: EMBED, depth: node.attrs.depth, props: {} });
  const isEmpty = node.isTextblock && node.content.size === 0 && node.type.name === "block";
  const at = isEmpty ? pos : pos + node.nodeSize;
  const tr = state.tr.replaceWith(at, pos + node.nodeSize, fresh);
  dispatch?.(tr.setSelection(NodeSelection.create(tr.doc, at)).scrollIntoView());
  return true;
};

function placeOf(doc: ProseMirrorNode, id: BlockId): { node: ProseMirrorNode; pos: number } | null {
  let found: { node: ProseMirrorNode; pos: number } | null = null;
  doc.forEach((node, pos) => {
    if (idOf(node) === id) found = { node, pos };
  });
  return found;
}

/** Gives an embed its address; what may not be shown becomes a link. Null when the block is gone. */
export function setEmbedAddress(
  { doc, tr, schema }: EditorState,
  id: BlockId,
  href: string,
): Transaction | null {
  const at = placeOf(doc, id);
  const { block } = schema.nodes;
  if (!at || !block || at.node.attrs.type !== EMBED) return null;
  const known = readEmbed(href);
  if (known) {
    tr.setNodeAttribute(at.pos, "props", { ...at.node.attrs.props, url: known.url });
    return tr.setSelection(NodeSelection.create(tr.doc, at.pos));
  }
  const mark = schema.mark("link", { href });
  const link = schema.text(href, [mark]);
  tr.setNodeMarkup(at.pos, block, { ...at.node.attrs, type: "paragraph", props: {} });
  tr.insert(at.pos + 1, at.node.content.size > 0 ? [link, schema.text("\n")] : link);
  return tr.setSelection(TextSelection.create(tr.doc, at.pos + 1 + href.length)).removeStoredMark(mark);
}

/** The address that a block consists of, when it may be shown in the page. */
export function addressOf(node: ProseMirrorNode): string | null {
  return node.type.name === "block" && node.attrs.type === "paragraph"
    ? (readEmbed(nodeText(node).trim())?.url ?? null)
    : null;
}

/** A block that is an address and nothing else becomes what is there; null when it no longer is one. */
export function embedBlock({ doc, tr, schema }: EditorState, id: BlockId): Transaction | null {
  const at = placeOf(doc, id);
  const url = at && addressOf(at.node);
  const { frame } = schema.nodes;
  if (!at || !url || !frame) return null;
  tr.delete(at.pos + 1, at.pos + 1 + at.node.content.size);
  tr.setNodeMarkup(at.pos, frame, { ...at.node.attrs, type: EMBED, props: { url } });
  return tr.setSelection(NodeSelection.create(tr.doc, at.pos));
}
