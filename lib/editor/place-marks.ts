/**
 * Top nodes carry marks that say where on the page they stand: their section, if the document is long, and the columns
 * around them. The marks follow from the nodes alone, are the editor's own, and never written to the shared document.
 */
import type { Mark, Node as ProseMirrorNode } from "@tiptap/pm/model";
import { Mark as MarkSet } from "@tiptap/pm/model";
import type { Transaction } from "@tiptap/pm/state";
import { changedRange } from "./changed-range.ts";
import { columnMarksBehind } from "./column-places.ts";
import { sizeBefore } from "./long-list.ts";
import { isInSections, isLong, type Sections, sectionOf, sectionsMark } from "./sections.ts";

/** What the node at `index` is to carry, when those before it carry what they are to. */
function marksAt(
  nodes: readonly ProseMirrorNode[],
  index: number,
  above: ProseMirrorNode | null,
  sections: Sections | null,
): readonly Mark[] {
  const node = nodes[index];
  if (!node) return [];
  const section =
    sections && sectionsMark(node, nodes[index - 1] ?? null, above && sectionOf(above), sections);
  const columns = columnMarksBehind(above, node);
  return section ? [section, ...columns] : columns;
}

const carries = (node: ProseMirrorNode, marks: readonly Mark[]): boolean =>
  MarkSet.sameSet(node.marks, marks);

/** The same nodes, each with its marks; those that have them keep their identity. */
export function inPlaces(nodes: readonly ProseMirrorNode[], sections: Sections): ProseMirrorNode[] {
  const wanted = isLong(nodes, sections) ? sections : null;
  const placed: ProseMirrorNode[] = [];
  for (const [index, node] of nodes.entries()) {
    const marks = marksAt(nodes, index, placed.at(-1) ?? null, wanted);
    placed.push(carries(node, marks) ? node : node.mark(marks));
  }
  return placed;
}

/** The top nodes of the transaction's document get their marks; all but the changed ones had theirs. */
export function settlePlaces(tr: Transaction, before: ProseMirrorNode, sections: Sections): void {
  const { children } = tr.doc;
  const { start, after } = changedRange(before, tr.doc);
  const isIn = isLong(children, sections);
  const first = isIn === isInSections(before) ? start : 0;
  let above = first > 0 ? (children[first - 1] ?? null) : null;
  let pos = sizeBefore(children, first);
  for (let index = first; index < children.length; index++) {
    const node = children[index] as ProseMirrorNode;
    const marks = marksAt(children, index, above, isIn ? sections : null);
    if (!carries(node, marks)) setMarks(tr, node, pos, marks);
    // what follows goes by its own blocks and by these marks
    else if (index > after && first === start) return;
    above = carries(node, marks) ? node : node.mark(marks);
    pos += node.nodeSize;
  }
}

function setMarks(tr: Transaction, node: ProseMirrorNode, pos: number, marks: readonly Mark[]): void {
  for (const one of node.marks) if (!one.isInSet(marks)) tr.removeNodeMark(pos, one);
  for (const one of marks) if (!one.isInSet(node.marks)) tr.addNodeMark(pos, one);
}
