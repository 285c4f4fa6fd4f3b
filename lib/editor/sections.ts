/**
 * Sections: how a long document stays as fast as a short one. A browser's work for a key grows with the number of
 * siblings, whether they are in sight or not, so the page holds the blocks of a long document in groups of some dozens,
 * and groups out of sight are neither laid out nor painted. A group is nothing but a mark that its top nodes carry:
 * ProseMirror draws neighbours with one mark in one element. It is the editor's own, never written to the shared document.
 *
 * Which block begins a section follows from the blocks alone, so that an edit marks anew only what is near: about one
 * in `every` by its id, at the outermost level, where neither a list's numbers nor the space between two blocks would
 * show the cut.
 */
import type { Mark, Node as ProseMirrorNode } from "@tiptap/pm/model";
import { idOf } from "./block-nodes.ts";

export type Sections = {
  /** From so many top nodes on; a document keeps its sections until it has half of that. */
  readonly from: number;
  readonly every: number;
};

export const SECTIONS: Sections = { from: 400, every: 32 };

const BEGINS = new Set(["paragraph", "heading1", "heading2", "heading3"]);
const ENDS = new Set(["paragraph", "bullet", "number", "task"]);

function begins(above: ProseMirrorNode, node: ProseMirrorNode, every: number): boolean {
  const { type, depth } = node.attrs;
  if (depth !== 0 || !BEGINS.has(type) || !ENDS.has(above.attrs.type)) return false;
  return Number.parseInt(String(idOf(node)).slice(-6), 16) % every === 0;
}

export const sectionOf = (node: ProseMirrorNode): Mark | null =>
  node.marks.find(({ type }) => type.name === "section") ?? null;

const isMarked = (node: ProseMirrorNode): boolean => sectionOf(node) !== null;

export const isInSections = (doc: ProseMirrorNode): boolean => doc.children.some(isMarked);

/** Whether the document is, or is to be, in sections. */
export const isLong = (nodes: readonly ProseMirrorNode[], { from }: Sections): boolean =>
  nodes.length >= (nodes.some(isMarked) ? from / 2 : from);

/** The mark of a node's section; `above`: that of the node before it. */
export function sectionsMark(
  node: ProseMirrorNode,
  before: ProseMirrorNode | null,
  above: Mark | null,
  { every }: Sections,
): Mark | null {
  const type = node.type.schema.marks.section;
  if (!type) return null;
  const own = sectionOf(node);
  const mark = (of: string) => (own?.attrs.of === of ? own : type.create({ of }));
  if (!before) return mark("");
  return begins(before, node, every) ? mark(idOf(node)) : above;
}
