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
import { Mark, type Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { Transaction } from "@tiptap/pm/state";
import { idOf } from "./block-nodes.ts";
import { changedRange } from "./changed-range.ts";

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

const isMarked = (node: ProseMirrorNode): boolean => node.marks.length > 0;

export const isInSections = (doc: ProseMirrorNode): boolean => doc.children.some(isMarked);

/** Whether the document is, or is to be, in sections. */
const isLong = (nodes: readonly ProseMirrorNode[], { from }: Sections): boolean =>
  nodes.length >= (nodes.some(isMarked) ? from / 2 : from);

/** The mark of the section of the node at `index`; `above`: that of the node above it. */
function markAt(
  nodes: readonly ProseMirrorNode[],
  index: number,
  above: Mark | null,
  { every }: Sections,
): Mark | null {
  const [node, before] = [nodes[index], nodes[index - 1]];
  const type = node?.type.schema.marks.section;
  if (!node || !type) return null;
  const own = node.marks[0];
  const mark = (of: string) => (own?.attrs.of === of ? own : type.create({ of }));
  if (!before) return mark("");
  return begins(before, node, every) ? mark(idOf(node)) : above;
}

const carries = (node: ProseMirrorNode, mark: Mark | null): boolean =>
  node.marks.length === (mark ? 1 : 0) && node.marks[0]?.attrs.of === mark?.attrs.of;

/** The same nodes, each in its section; those that are keep their identity. */
export function inSections(nodes: readonly ProseMirrorNode[], sections: Sections): ProseMirrorNode[] {
  const isIn = isLong(nodes, sections);
  let mark: Mark | null = null;
  return nodes.map((node, index) => {
    mark = isIn ? markAt(nodes, index, mark, sections) : null;
    return carries(node, mark) ? node : node.mark(mark ? [mark] : Mark.none);
  });
}

/** The top nodes of the transaction's document come into their sections; all but the changed ones were in theirs. */
export function settleSections(tr: Transaction, before: ProseMirrorNode, sections: Sections): void {
  const { children } = tr.doc;
  const { start, after } = changedRange(before, tr.doc);
  const isIn = isLong(children, sections);
  const wasIn = isInSections(before);
  const first = isIn === wasIn ? start : 0;
  let mark = first > 0 && isIn ? (children[first - 1]?.marks[0] ?? null) : null;
  let pos = 0;
  for (const [index, node] of children.entries()) {
    if (index >= first) {
      mark = isIn ? markAt(children, index, mark, sections) : null;
      if (!carries(node, mark)) setMark(tr, node, pos, mark);
      // what follows goes by its own blocks and by this mark
      else if (index > after && first === start) return;
    }
    pos += node.nodeSize;
  }
}

function setMark(tr: Transaction, node: ProseMirrorNode, pos: number, mark: Mark | null): void {
  for (const one of node.marks) tr.removeNodeMark(pos, one);
  if (mark) tr.addNodeMark(pos, mark);
}
