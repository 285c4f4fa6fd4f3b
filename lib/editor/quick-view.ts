/**
 * What ProseMirror's view does once for each top node, at each key, done for the one that changed. It compares all of
 * them with what is drawn, and reads back a whole section to learn of one letter (its `parseRange` says so itself).
 *
 * Its descriptions of what is drawn have no types and no promise: whatever is not exactly as known here goes its own way.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { Decoration, EditorView } from "@tiptap/pm/view";
import { changedRange } from "./changed-range.ts";
import { quickenPositions, sizeBefore } from "./long-list.ts";

type Range = { node: Node; from: number; to: number; fromOffset: number; toOffset: number };

type PlacedDecoration = { readonly from: number; readonly to: number; readonly type: unknown };
/** Of the document itself; and those inside its nodes: from, to, set, from, to, set, … */
type DecorationsOfOne = {
  readonly local: readonly PlacedDecoration[];
  readonly children: readonly unknown[];
};
type Decorations = DecorationsOfOne & {
  /** Several plugins' sets, where there are several. */
  readonly members?: readonly DecorationsOfOne[];
  forChild(offset: number, child: ProseMirrorNode): Decorations;
};

/** What is drawn: of a node, or of a mark around some. */
type Drawn = {
  readonly children: readonly Drawn[];
  readonly size: number;
  readonly border: number;
  readonly dom: Node;
  readonly contentDOM: HTMLElement | null;
  readonly outerDeco: readonly Decoration[];
  node?: ProseMirrorNode;
  mark?: unknown;
  innerDeco: Decorations;
  dirty: number;
  parseRange(from: number, to: number, base?: number): Range;
  update(node: ProseMirrorNode, outer: readonly Decoration[], inner: Decorations, view: EditorView): boolean;
  updateOuterDeco(outer: readonly Decoration[]): void;
};

/** Something inside is to be looked at; more than that is drawn as ever. */
const CLEAN = 0;
const INSIDE = 1;

const known = new WeakSet<Drawn>();

/** To be called whenever a view has drawn its document anew; of what is as it was nothing is done. */
export function quicken(view: EditorView): void {
  const { docView } = view as unknown as { docView: Drawn };
  if (known.has(docView)) return;
  known.add(docView);
  quickenPositions();
  const { parseRange, update } = docView;
  const sizes = new SectionSizes();
  sizes.keep(docView);
  docView.parseRange = (from, to, base = 0) =>
    parseBlock(docView, from, to, base) ?? parseRange.call(docView, from, to, base);
  docView.update = (node, outer, inner, drawnBy) => {
    if (updateOne(docView, node, outer, inner, drawnBy, sizes)) return true;
    sizes.forget();
    const isDone = update.call(docView, node, outer, inner, drawnBy);
    sizes.keep(docView);
    return isDone;
  };
}

/** A section's size is the sum of its blocks', which the view asks for whenever it looks for a place behind it. */
class SectionSizes {
  #sizes: Map<Drawn, number> | null = null;
  readonly #kept = new WeakSet<Drawn>();

  /** What is drawn stays as it is until a block is drawn alone, or all anew. */
  keep({ children }: Drawn): void {
    this.#sizes = new Map();
    for (const section of children) {
      if (section.mark === undefined || this.#kept.has(section)) continue;
      this.#kept.add(section);
      Object.defineProperty(section, "size", { get: () => this.#sizeOf(section) });
    }
  }

  forget(section?: Drawn): void {
    if (section) this.#sizes?.delete(section);
    else this.#sizes = null;
  }

  #sizeOf(section: Drawn): number {
    const kept = this.#sizes?.get(section);
    if (kept !== undefined) return kept;
    const size = section.children.reduce((sum, child) => sum + child.size, 0);
    this.#sizes?.set(section, size);
    return size;
  }
}

/** The range within the one block that holds it, as if no mark were around; null when it is in none, or in several. */
function parseBlock(around: Drawn, from: number, to: number, base: number): Range | null {
  let start = base;
  for (const child of around.children) {
    const end = start + child.size;
    if (from < end) {
      if (child.mark !== undefined) return to < end ? parseBlock(child, from, to, start) : null;
      const isWithin = from >= start + child.border && to <= end - child.border;
      if (!isWithin || !child.node || !child.contentDOM || !around.contentDOM?.contains(child.contentDOM))
        return null;
      return child.parseRange(from, to, start + child.border);
    }
    start = end;
  }
  return null;
}

/** Draws the only node that differs; false, and nothing done, when that is not all that there is to do. */
function updateOne(
  drawn: Drawn,
  doc: ProseMirrorNode,
  outer: readonly Decoration[],
  inner: Decorations,
  view: EditorView,
  sizes: SectionSizes,
): boolean {
  const before = drawn.node;
  if (!before || drawn.dirty > INSIDE || view.composing || !doc.sameMarkup(before)) return false;
  const { start, before: end, after } = changedRange(before, doc);
  if (end !== start + 1 || after !== end) return false;
  const [old, fresh] = [before.child(start), doc.child(start)];
  const pos = sizeBefore(doc.children, start);
  if (!old.sameMarkup(fresh) || !isMoved(drawn.innerDeco, inner, pos, old.nodeSize, fresh.nodeSize))
    return false;
  const found = onlyDirty(drawn, start);
  if (found?.one.node !== old) return false;
  const { one, section } = found;
  const isDrawn = one.update(fresh, one.outerDeco, inner.forChild(pos, fresh), view);
  sizes.forget(section);
  if (!isDrawn) return false;
  drawn.updateOuterDeco(outer);
  drawn.node = doc;
  drawn.innerDeco = inner;
  drawn.dirty = CLEAN;
  return true;
}

/** Whether others' decorations are the same, those behind the node at `pos` moved by what it grew. */
function isMoved(before: Decorations, now: Decorations, pos: number, size: number, grown: number): boolean {
  const [old, fresh] = [before.members ?? [before], now.members ?? [now]];
  const moved = (at: number): number => (at < pos + size ? at : at + grown - size);
  return (
    old.length === fresh.length &&
    old.every((set, i) => {
      const { local, children } = fresh[i] as DecorationsOfOne;
      return (
        set.local.length === local.length &&
        set.children.length === children.length &&
        set.local.every(({ from, to, type }, at) => {
          const one = local[at] as PlacedDecoration;
          return one.type === type && one.from === moved(from) && one.to === moved(to);
        }) &&
        set.children.every((part, at) => {
          if (typeof part === "number") return children[at] === moved(part);
          return children[at] === part || set.children[at - 2] === pos;
        })
      );
    })
  );
}

/** What is drawn of the top node at `index`, and where; null when another one is to be looked at as well. */
function onlyDirty(drawn: Drawn, index: number): { one: Drawn; section: Drawn } | null {
  let at = 0;
  let found: { one: Drawn; section: Drawn } | null = null;
  const look = (children: readonly Drawn[], section: Drawn | null): boolean => {
    for (const child of children) {
      if (child.mark !== undefined) {
        if (!look(child.children, section ?? child)) return false;
      } else if (at++ === index) found = { one: child, section: section ?? child };
      else if (child.dirty !== CLEAN) return false;
    }
    return true;
  };
  return look(drawn.children, null) ? found : null;
}
