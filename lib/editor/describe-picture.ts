/** The words of a picture for those who do not see it. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { EditorState, Transaction } from "@tiptap/pm/state";
import { readAttachment } from "../core/attachment.ts";
import { isAttachment } from "./commands.ts";
import type { PlacedBlock } from "./outline-nodes.ts";

/** Null when it is gone. */
export function pictureOf(doc: ProseMirrorNode, blockId: string): PlacedBlock | null {
  let found: PlacedBlock | null = null;
  doc.forEach((node, pos) => {
    if (isAttachment(node) && node.attrs.id === blockId) found = { node, pos };
  });
  return found;
}

/** Changes the one attribute: what others do to the picture meanwhile stays. */
export function describePicture({ doc, tr }: EditorState, blockId: string, text: string): Transaction {
  const found = pictureOf(doc, blockId);
  if (!found) return tr;
  const { alt: _, ...props } = found.node.attrs.props;
  const { alt } = readAttachment({ alt: text });
  return tr.setNodeAttribute(found.pos, "props", alt === "" ? props : { ...props, alt });
}
