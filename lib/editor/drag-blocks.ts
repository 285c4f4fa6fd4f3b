/** Whole blocks to another place and level, as they are dragged. Commands of ProseMirror. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { Command, EditorState } from "@tiptap/pm/state";
import { maxBlockDepth } from "../core/block-tree.ts";
import { idOf } from "./block-nodes.ts";
import { bounds, choose } from "./chosen-commands.ts";
import { baseOf, isColumns } from "./column-places.ts";
import { subtreeEnd } from "./commands.ts";
import { atDepth, type Destination, movedNodes, startOf } from "./move-block.ts";
import { foldAround, isFolded } from "./nesting.ts";

/** Moves a run of blocks with all inside it to another place and level. */
export const moveTo =
  ({ first, end }: { first: number; end: number }, { index, depth }: Destination): Command =>
  (state, dispatch) => {
    const { doc } = state;
    const nodes = movedNodes(doc, { first, end });
    const shift = depth - (nodes[0]?.attrs.depth ?? 0);
    const isInPlace = index >= first && index <= end;
    const isNested = nodes.some(isColumns) && isInColumn(doc, { index, depth });
    if (nodes.length === 0 || (isInPlace && shift === 0) || isNested) return false;
    const moved = nodes.map((node) => atDepth(node, shift));
    if (moved.some(({ attrs }) => attrs.depth >= maxBlockDepth)) return false;
    if (!dispatch) return true;
    const { from, to } = bounds(doc, first, end);
    const at = isInPlace ? from : startOf(doc, index);
    const { tr } = state;
    tr.delete(from, to);
    tr.insert(tr.mapping.map(at), moved);
    const [head] = moved;
    const last = moved.filter((node) => node.attrs.depth <= (head?.attrs.depth ?? 0)).at(-1);
    if (head && last) choose(tr, idOf(head), idOf(last));
    dispatch(tr);
    return true;
  };

/** Columns do not stand in columns. */
function isInColumn(doc: ProseMirrorNode, { index, depth }: Destination): boolean {
  const above = doc.maybeChild(index - 1);
  return above !== null && baseOf(above) > 0 && depth >= baseOf(above);
}

/**
 * The levels at which blocks may stand before the child at `index`, when `first` to `end` are taken out. Behind the last
 * block of columns is a place in them and one behind them: `beside`, the block that is pointed at, tells which is meant.
 */
export function levelsAt(
  doc: ProseMirrorNode,
  index: number,
  { first, end }: { first: number; end: number },
  beside: ProseMirrorNode | null = null,
): { least: number; most: number } {
  let before = index - 1;
  if (before >= first && before < end) before = first - 1;
  let behind = index;
  if (behind >= first && behind < end) behind = end;
  const above = doc.maybeChild(before);
  const below = doc.maybeChild(behind);
  const base = above ? baseOf(above) : 0;
  const lowest = below?.attrs.depth ?? 0;
  const isOut = base > 0 && lowest <= base - 2 && (beside === null || baseOf(beside) === 0);
  if (isOut) return { least: Math.min(lowest, base - 2), most: base - 2 };
  const most = above ? above.attrs.depth + (above.type.name === "table" ? 0 : 1) : 0;
  return { least: Math.max(base, Math.min(most, lowest)), most: Math.max(base, most) };
}

/**
 * Where blocks may stand before or behind the block at `index`, which is in sight. Behind a folded toggle is behind all that
 * is in it; one level further in is at its end inside.
 */
export function roomBeside(
  state: EditorState,
  index: number,
  side: "before" | "behind",
  dragged: { first: number; end: number },
): { index: number; least: number; most: number } {
  const { doc } = state;
  const node = doc.child(index);
  const isShut = isFolded(state, node);
  const at = side === "before" ? index : isShut ? subtreeEnd(doc, index) : index + 1;
  const { least, most } = levelsAt(doc, at, dragged, node);
  const fold = at > 0 ? foldAround(state, at - 1) : null;
  const isDragged = fold !== null && fold >= dragged.first && fold < dragged.end;
  if (fold === null || isDragged) return { index: at, least, most };
  return { index: at, least, most: Math.max(least, Math.min(most, doc.child(fold).attrs.depth + 1)) };
}
