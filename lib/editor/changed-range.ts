/** Which top nodes differ between two documents, by identity: a block that nothing touched keeps its node. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";

/** Indexes of children: `start` in both, `before` and `after` behind the last one that differs in each. */
export type ChangedRange = { readonly start: number; readonly before: number; readonly after: number };

/** Several ask of one change. Weakly, so that no document stays for it. */
let last: { old: WeakRef<object>; fresh: WeakRef<object>; range: ChangedRange } | null = null;

export function changedRange({ children: old }: ProseMirrorNode, after: ProseMirrorNode): ChangedRange {
  const fresh = after.children;
  if (last?.old.deref() === old && last.fresh.deref() === fresh) return last.range;
  const least = Math.min(old.length, fresh.length);
  let start = 0;
  while (start < least && old[start] === fresh[start]) start++;
  let end = 0;
  while (end < least - start && old[old.length - 1 - end] === fresh[fresh.length - 1 - end]) end++;
  const range = { start, before: old.length - end, after: fresh.length - end };
  last = { old: new WeakRef(old), fresh: new WeakRef(fresh), range };
  return range;
}

/** The nodes that differ, of both documents. */
export function changedNodes(before: ProseMirrorNode, after: ProseMirrorNode): ProseMirrorNode[] {
  const range = changedRange(before, after);
  return [
    ...before.children.slice(range.start, range.before),
    ...after.children.slice(range.start, range.after),
  ];
}
