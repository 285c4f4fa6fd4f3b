/**
 * A document that was read from a file names pictures and files of the document it was printed from. It gets copies of
 * its own, as far as this person may read the ones and write the others: then they outlive that document.
 */
import {
  type AttachmentKey,
  attachmentKey,
  isAttachmentKey,
  isAttachmentType,
} from "../../../lib/core/attachment.ts";
import type { BlockNode } from "../../../lib/core/block-tree.ts";

/** Resolves to whether it was copied. */
export type Copy = (from: AttachmentKey, to: AttachmentKey) => Promise<boolean>;

const AT_ONCE = 4;

/** What cannot be copied keeps its place, and is shown to those who may read there. */
export async function withOwnCopies(
  blocks: readonly BlockNode[],
  documentId: string,
  copy: Copy,
): Promise<BlockNode[]> {
  const named = [...new Set(keysIn(blocks))].filter((key) => !key.startsWith(`${documentId}/`));
  const copies = new Map<AttachmentKey, AttachmentKey>();
  for (let at = 0; at < named.length; at += AT_ONCE) {
    await Promise.all(
      named.slice(at, at + AT_ONCE).map(async (key) => {
        const own = attachmentKey(documentId, crypto.randomUUID());
        if (await copy(key, own)) copies.set(key, own);
      }),
    );
  }
  return renamed(blocks, copies);
}

function keyOf({ type, attrs }: BlockNode): AttachmentKey | null {
  return isAttachmentType(type) && isAttachmentKey(attrs.attachment) ? attrs.attachment : null;
}

function keysIn(blocks: readonly BlockNode[]): AttachmentKey[] {
  return blocks.flatMap((block) => {
    const key = keyOf(block);
    return [...(key ? [key] : []), ...keysIn(block.children)];
  });
}

function renamed(
  blocks: readonly BlockNode[],
  copies: ReadonlyMap<AttachmentKey, AttachmentKey>,
): BlockNode[] {
  return blocks.map((block) => {
    const key = keyOf(block);
    const own = key && copies.get(key);
    const attrs = own ? { ...block.attrs, attachment: own } : block.attrs;
    return { ...block, attrs, children: renamed(block.children, copies) };
  });
}
