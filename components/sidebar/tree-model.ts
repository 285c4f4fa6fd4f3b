/**
 * The tree of documents as the sidebar sees it: rows as the database gives them, put in order, and the four moves
 * a person can make. Pure; the database decides in the end, this only says what to ask for and what to show meanwhile.
 */
export type DocumentRow = {
  id: string;
  /** ltree text: the ancestors' ids in 32-hex form, outermost first, divided by dots; empty at the root. */
  parentPath: string;
  /** Compares by byte; ties break by id. */
  sortOrder: string;
  title: string;
};

export type DocumentRows = ReadonlyMap<string, DocumentRow>;

export type Branches = {
  /** Children in order; the root's are under "". */
  children: ReadonlyMap<string, readonly DocumentRow[]>;
  /** The nearest ancestor that this person can see; "" at the root. */
  parent: ReadonlyMap<string, string>;
};

/** A document whose parent is not among the rows (not visible to this person) hangs on the nearest one that is. */
export function branchesOf(rows: DocumentRows): Branches {
  const byLabel = new Map([...rows.keys()].map((id) => [labelOf(id), id]));
  const children = new Map<string, DocumentRow[]>();
  const parent = new Map<string, string>();
  for (const row of rows.values()) {
    const above = nearest(row.parentPath, byLabel);
    parent.set(row.id, above);
    const siblings = children.get(above);
    if (siblings) siblings.push(row);
    else children.set(above, [row]);
  }
  for (const siblings of children.values()) siblings.sort(inOrder);
  return { children, parent };
}

function nearest(path: string, byLabel: ReadonlyMap<string, string>): string {
  for (const label of path.split(".").reverse()) {
    const id = byLabel.get(label);
    if (id) return id;
  }
  return "";
}

function inOrder(a: DocumentRow, b: DocumentRow): number {
  if (a.sortOrder !== b.sortOrder) return a.sortOrder < b.sortOrder ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

export function labelOf(id: string): string {
  return id.replaceAll("-", "");
}

/** One line of the sidebar. `open` is undefined where nothing is inside. */
export type TreeLine = {
  row: DocumentRow;
  level: number;
  place: number;
  siblings: number;
  open: boolean | undefined;
};

/** The lines on screen from top to bottom: a closed document hides what is inside it. */
export function linesOf(branches: Branches, isOpen: (id: string) => boolean): TreeLine[] {
  const lines: TreeLine[] = [];
  const walk = (parent: string, level: number) => {
    const siblings = branches.children.get(parent) ?? [];
    siblings.forEach((row, index) => {
      const open = branches.children.has(row.id) ? isOpen(row.id) : undefined;
      lines.push({ row, level, place: index + 1, siblings: siblings.length, open });
      if (open) walk(row.id, level + 1);
    });
  };
  walk("", 1);
  return lines;
}

/** The documents above this one, nearest last. */
export function ancestorsOf(branches: Branches, id: string): string[] {
  const above: string[] = [];
  for (let at = branches.parent.get(id) ?? ""; at !== ""; at = branches.parent.get(at) ?? "")
    above.unshift(at);
  return above;
}

/** The document and everything inside it. */
export function subtreeOf(branches: Branches, id: string): string[] {
  return [id, ...(branches.children.get(id) ?? []).flatMap((child) => subtreeOf(branches, child.id))];
}

export type Direction = "up" | "down" | "in" | "out";

/** Where a document goes: under `parentId` (null: the root), after `afterId` (null: first). */
export type Place = { parentId: string | null; afterId: string | null };

/** The place one step away, or null where there is none (first, last, or nothing to go into or out of). */
export function placeTowards(branches: Branches, id: string, direction: Direction): Place | null {
  const parent = branches.parent.get(id) ?? "";
  const siblings = branches.children.get(parent) ?? [];
  const index = siblings.findIndex((row) => row.id === id);
  const before = siblings[index - 1];
  switch (direction) {
    case "up":
      return before ? { parentId: parent || null, afterId: siblings[index - 2]?.id ?? null } : null;
    case "down": {
      const next = siblings[index + 1];
      return next ? { parentId: parent || null, afterId: next.id } : null;
    }
    case "in":
      return before
        ? { parentId: before.id, afterId: branches.children.get(before.id)?.at(-1)?.id ?? null }
        : null;
    case "out":
      return parent ? { parentId: branches.parent.get(parent) || null, afterId: parent } : null;
  }
}

/** The rows that change when a document goes to a place: itself, and the paths of everything inside it. */
export function moved(
  rows: DocumentRows,
  branches: Branches,
  id: string,
  to: Place,
): Map<string, DocumentRow> {
  const row = rows.get(id);
  const changed = new Map<string, DocumentRow>();
  if (!row) return changed;
  const parent = to.parentId ? rows.get(to.parentId) : undefined;
  const parentPath = parent ? pathUnder(parent) : "";
  const oldPath = pathUnder(row);
  const here = { ...row, parentPath, sortOrder: orderAt(branches, to) };
  changed.set(id, here);
  for (const inside of subtreeOf(branches, id).slice(1)) {
    const child = rows.get(inside);
    if (child)
      changed.set(inside, { ...child, parentPath: pathUnder(here) + child.parentPath.slice(oldPath.length) });
  }
  return changed;
}

function pathUnder(row: DocumentRow): string {
  return row.parentPath === "" ? labelOf(row.id) : `${row.parentPath}.${labelOf(row.id)}`;
}

/**
 * A key for the time until the database says its own: right after the neighbour's, or before all. "!" is below every
 * character of a key.
 */
function orderAt(branches: Branches, to: Place): string {
  if (to.afterId === null) return "";
  const after = branches.children.get(to.parentId ?? "")?.find((row) => row.id === to.afterId);
  return `${after?.sortOrder ?? ""}!`;
}

/** The next line whose title begins with what was typed, searching on from the line after `from`, around the end. */
export function typeahead(lines: readonly TreeLine[], from: number, typed: string): number {
  const wanted = typed.toLocaleLowerCase();
  // A single letter steps on to the next match; more letters may stay where they are.
  const start = [...typed].length > 1 ? from : from + 1;
  for (let step = 0; step < lines.length; step++) {
    const index = (start + step + lines.length) % lines.length;
    if (titleOf(lines[index]?.row).toLocaleLowerCase().startsWith(wanted)) return index;
  }
  return -1;
}

export function titleOf(row: { title: string } | undefined): string {
  return row?.title.trim() || "Untitled";
}
