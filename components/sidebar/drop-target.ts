/** Where a document dropped at a point of the tree would go. Pure: lines, and a point within one of them. */
import { type Branches, type DocumentRow, type Place, subtreeOf, type TreeLine } from "./tree-model.ts";

/** Over the line at `index`: `height` is 0 at its top and 1 at its bottom, `level` the one that the pointer's x is at. */
export type Over = { readonly index: number; readonly height: number; readonly level: number };

export type DropTarget = {
  readonly place: Place;
  /** The line it is shown at: as a line above or below it, or around it. */
  readonly at: string;
  readonly side: "above" | "below" | "inside";
  /** How deep the line that shows it stands; 1 at the root. */
  readonly level: number;
};

/** This much of a line, above and below, means beside it; what is between means into it. */
const EDGE = 0.28;

/** Null where it cannot go (itself, what is inside it) and where it already is. */
export function dropTarget(
  lines: readonly TreeLine[],
  branches: Branches,
  draggedId: string,
  over: Over,
): DropTarget | null {
  const line = lines[over.index];
  if (!line || subtreeOf(branches, draggedId).includes(line.row.id)) return null;
  const target = targetOver(lines, branches, draggedId, line, over);
  return isWhereItIs(branches, draggedId, target.place) ? null : target;
}

function targetOver(
  lines: readonly TreeLine[],
  branches: Branches,
  draggedId: string,
  line: TreeLine,
  { index, height, level }: Over,
): DropTarget {
  const { id } = line.row;
  const others = (parent: string) => siblings(branches, parent).filter((row) => row.id !== draggedId);
  const parent = branches.parent.get(id) ?? "";
  if (height < EDGE) {
    const before = others(parent).findIndex((row) => row.id === id) - 1;
    const place = { parentId: parent || null, afterId: others(parent)[before]?.id ?? null };
    return { place, at: id, side: "above", level: line.level };
  }
  if (height <= 1 - EDGE) {
    const place = { parentId: id, afterId: others(id).at(-1)?.id ?? null };
    return { place, at: id, side: "inside", level: line.level };
  }
  // right below an open one: the first inside it
  if (line.open && others(id).length > 0)
    return { place: { parentId: id, afterId: null }, at: id, side: "below", level: line.level + 1 };
  return behind(branches, draggedId, line, Math.max(level, nextLevel(lines, branches, draggedId, index)));
}

/** Behind the line, or behind one that it is the last inside of, as far to the left as the pointer is. */
function behind(branches: Branches, draggedId: string, line: TreeLine, level: number): DropTarget {
  let id = line.row.id;
  let at = line.level;
  for (; at > Math.max(1, level); at--) {
    const parent = branches.parent.get(id) ?? "";
    const last = siblings(branches, parent).findLast((row) => row.id !== draggedId);
    if (parent === "" || last?.id !== id) break;
    id = parent;
  }
  const place = { parentId: branches.parent.get(id) || null, afterId: id };
  return { place, at: line.row.id, side: "below", level: at };
}

/** The level of the next line that stays where it is: what is dropped above it cannot stand further to the left. */
function nextLevel(lines: readonly TreeLine[], branches: Branches, draggedId: string, index: number): number {
  const dragged = new Set(subtreeOf(branches, draggedId));
  return lines.slice(index + 1).find(({ row }) => !dragged.has(row.id))?.level ?? 1;
}

function siblings(branches: Branches, parent: string): readonly DocumentRow[] {
  return branches.children.get(parent) ?? [];
}

/** Where a document stands now: the place that brings it back here. */
export function placeOf(branches: Branches, id: string): Place {
  const parent = branches.parent.get(id) ?? "";
  const all = siblings(branches, parent);
  const index = all.findIndex((row) => row.id === id);
  return { parentId: parent || null, afterId: all[index - 1]?.id ?? null };
}

function isWhereItIs(branches: Branches, id: string, place: Place): boolean {
  const now = placeOf(branches, id);
  return now.parentId === place.parentId && now.afterId === place.afterId;
}

/**
 * A place that was noted earlier, as it can be asked for now: others may have moved or deleted what it names. Then it
 * is the last one of the same parent, or, without that, of the root.
 */
export function stillThere(branches: Branches, id: string, place: Place): Place {
  const parentId =
    place.parentId !== null &&
    (!branches.parent.has(place.parentId) || subtreeOf(branches, id).includes(place.parentId))
      ? null
      : place.parentId;
  const others = siblings(branches, parentId ?? "").filter((row) => row.id !== id);
  const isSame =
    parentId === place.parentId && (place.afterId === null || others.some((row) => row.id === place.afterId));
  return { parentId, afterId: isSame ? place.afterId : (others.at(-1)?.id ?? null) };
}
