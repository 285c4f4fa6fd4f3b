/** Documents → copies of them: every block is a new one, and what led from one to another leads from copy to copy. */
import type { BlockNode, Marks, TextRun } from "../core/block-tree.ts";
import { newBlockId } from "../core/ids.ts";
import { mentionOf, mentionRun } from "../core/mention.ts";

/** The copy's id by the original's: of documents, hyphened, and of blocks, 32 hex. */
export type CopyIds = {
  readonly documents: ReadonlyMap<string, string>;
  readonly blocks: ReadonlyMap<string, string>;
};

/** Ids for all blocks of these. */
export function blockIdsFor(documents: readonly (readonly BlockNode[])[]): Map<string, string> {
  const ids = new Map<string, string>();
  const walk = (blocks: readonly BlockNode[]) => {
    for (const { id, children } of blocks) {
      if (id !== undefined) ids.set(id, newBlockId());
      walk(children);
    }
  };
  for (const blocks of documents) walk(blocks);
  return ids;
}

export function copyBlocks(blocks: readonly BlockNode[], ids: CopyIds): BlockNode[] {
  return blocks.map(({ id, text, children, ...block }) => ({
    ...block,
    id: (id === undefined ? undefined : ids.blocks.get(id)) ?? newBlockId(),
    text: text.map((run) => copyRun(run, ids)),
    children: copyBlocks(children, ids),
  }));
}

function copyRun(run: TextRun, ids: CopyIds): TextRun {
  const mention = mentionOf(run);
  const target = mention?.kind === "document" ? ids.documents.get(mention.id) : undefined;
  if (mention?.kind === "document" && target) return mentionRun({ ...mention, id: target }, run.marks);
  const { link } = run.marks;
  if (!link || typeof link !== "object" || Array.isArray(link) || typeof link.href !== "string") return run;
  const marks: Marks = { ...run.marks, link: { ...link, href: copyAddress(link.href, ids) } };
  return { ...run, marks };
}

/** `/w/…/d/<document>`, with or without a host, `#<block>`, or both. */
function copyAddress(href: string, { documents, blocks }: CopyIds): string {
  const [, inside] = /^#([\da-f]{32})$/.exec(href) ?? [];
  if (inside !== undefined) return `#${blocks.get(inside) ?? inside}`;
  const [, before, id = "", block = ""] =
    /^((?:https?:\/\/[^/]+)?\/w\/[\da-f-]{36}\/d\/)([\da-f-]{36})(?:#([\da-f]{32}))?$/.exec(href) ?? [];
  const document = documents.get(id);
  const copy = blocks.get(block);
  return document === undefined ? href : `${before}${document}${copy ? `#${copy}` : ""}`;
}
