/**
 * The one list of the dialog: what was searched and opened last, or what was found. Pure; the order of its lines is
 * what the arrow keys follow.
 */
import type { BlockHit, DocumentHit, Hits } from "./search-answers.ts";

/** A search of before, to be made again. */
export type PastSearch = { readonly kind: "search"; readonly query: string };
export type Line = PastSearch | DocumentHit | BlockHit;

export function keyOf(line: Line): string {
  switch (line.kind) {
    case "search":
      return `search ${line.query}`;
    case "document":
      return line.documentId;
    case "block":
      return `${line.documentId} ${line.blockId}`;
  }
}

/** Neighbours of one group stand under one name: the blocks of a document, and each other kind. */
export const groupOf = (line: Line): string => (line.kind === "block" ? line.documentId : line.kind);

/**
 * Documents first, then blocks by their document, the document of the best block first.
 * @param first the document whose blocks come before the others'.
 */
export function arranged({ documents, blocks }: Hits, first?: string): Line[] {
  const groups = new Map<string, BlockHit[]>();
  if (first !== undefined) groups.set(first, []);
  for (const block of blocks) {
    const group = groups.get(block.documentId);
    if (group) group.push(block);
    else groups.set(block.documentId, [block]);
  }
  return [...documents, ...[...groups.values()].flat()];
}

/**
 * A better answer to the same question. The first `kept` lines stay where they are, because the person has got to them;
 * the rest is what the answer says, and what belongs to the last line's group goes on in it.
 */
export function merged(shown: readonly Line[], answer: Hits, kept: number): Line[] {
  const stay = shown.slice(0, kept);
  const known = new Set(stay.map(keyOf));
  const last = stay.at(-1);
  const rest: Hits = {
    documents: last?.kind === "block" ? [] : answer.documents.filter((hit) => !known.has(keyOf(hit))),
    blocks: answer.blocks.filter((hit) => !known.has(keyOf(hit))),
  };
  return [...stay, ...arranged(rest, last?.kind === "block" ? last.documentId : undefined)];
}

export type Group = { readonly name: string; readonly from: number; readonly lines: readonly Line[] };

/** The list cut where the group changes; a document may come twice when its blocks arrived one after another. */
export function groupsOf(lines: readonly Line[]): Group[] {
  const groups: { name: string; from: number; lines: Line[] }[] = [];
  lines.forEach((line, at) => {
    const last = groups.at(-1);
    if (last && last.name === groupOf(line)) last.lines.push(line);
    else groups.push({ name: groupOf(line), from: at, lines: [line] });
  });
  return groups;
}

/** "7 blocks in 3 documents, 1 title" */
export function countedIn(lines: readonly Line[]): string {
  const blocks = lines.filter((line) => line.kind === "block");
  const titles = lines.filter(({ kind }) => kind === "document").length;
  const of = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`;
  const inside = new Set(blocks.map(({ documentId }) => documentId)).size;
  const parts = [
    ...(blocks.length > 0 ? [`${of(blocks.length, "block")} in ${of(inside, "document")}`] : []),
    ...(titles > 0 ? [of(titles, "title")] : []),
  ];
  return parts.join(", ");
}

const PAGE = 5;

/** Where a key leads from a line; null: it is the field's. Past an end by an arrow the other end comes. */
export function lineFor(key: string, active: number, count: number, isMoving: boolean): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return (active + 1) % count;
  if (key === "ArrowUp") return (active - 1 + count) % count;
  if (key === "PageDown") return Math.min(count - 1, active + PAGE);
  if (key === "PageUp") return Math.max(0, active - PAGE);
  if (key === "Home" && isMoving) return 0;
  if (key === "End" && isMoving) return count - 1;
  return null;
}
