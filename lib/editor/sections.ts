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
import { Fragment, Mark, type Node as ProseMirrorNode, Slice } from "@tiptap/pm/model";
import { Plugin, type Transaction } from "@tiptap/pm/state";
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

const isMarked = (node: ProseMirrorNode): boolean => node.marks.length > 0;

/** The mark that each top node is to carry; null: none. */
export function sectionMarks(nodes: readonly ProseMirrorNode[], { from, every }: Sections): (Mark | null)[] {
  const least = nodes.some(isMarked) ? from / 2 : from;
  const [first] = nodes;
  const type = first?.type.schema.marks.section;
  if (nodes.length < least || !type) return nodes.map(() => null);
  let mark = type.create({ of: "" });
  return nodes.map((node, index) => {
    const above = nodes[index - 1];
    if (above && begins(above, node, every)) mark = type.create({ of: idOf(node) });
    return mark;
  });
}

const carries = (node: ProseMirrorNode, mark: Mark | null): boolean =>
  mark === null ? !isMarked(node) : node.marks.length === 1 && node.marks[0]?.eq(mark) === true;

/** The same nodes, each in its section; those that are keep their identity. */
export function inSections(nodes: readonly ProseMirrorNode[], sections: Sections): ProseMirrorNode[] {
  const marks = sectionMarks(nodes, sections);
  return nodes.map((node, index) => {
    const mark = marks[index] ?? null;
    return carries(node, mark) ? node : node.mark(mark ? [mark] : Mark.none);
  });
}

/** The top nodes of the transaction's document come into their sections. */
export function settleSections(tr: Transaction, sections: Sections): void {
  const { children } = tr.doc;
  const marks = sectionMarks(children, sections);
  let pos = 0;
  children.forEach((node, index) => {
    const mark = marks[index] ?? null;
    if (!carries(node, mark)) {
      for (const one of node.marks) tr.removeNodeMark(pos, one);
      if (mark) tr.addNodeMark(pos, mark);
    }
    pos += node.nodeSize;
  });
}

const unmarked = (node: ProseMirrorNode): ProseMirrorNode => node.mark(Mark.none);

/** What is copied or dragged carries none. */
export const sectionsPlugin = (): Plugin =>
  new Plugin({
    props: {
      transformCopied: ({ content, openStart, openEnd }) =>
        new Slice(
          content.firstChild?.isInline ? content : Fragment.fromArray(content.content.map(unmarked)),
          openStart,
          openEnd,
        ),
    },
  });
