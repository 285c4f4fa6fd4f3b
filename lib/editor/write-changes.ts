/**
 * What a person did in the editor, written to the block map as what they meant: insertions, deletions, splits,
 * joins, marks, types, places. The map must show the old document's blocks when this is called, in one
 * `doc.transact`; afterwards it shows the new one's.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { StepMap } from "@tiptap/pm/transform";
import { arrange, placeOne, type Spot, type Wanted } from "../core/block-arrange.ts";
import {
  type BlockShape,
  createBlock,
  deleteBlock,
  deleteText,
  formatText,
  insertText,
  joinBlocks,
  setShape,
  settleBeside,
  splitBlock,
} from "../core/block-edit.ts";
import type { BlockMap } from "../core/block-map.ts";
import { isEqualJson, type Marks, type TextRun } from "../core/block-tree.ts";
import { ROOT } from "../core/entry.ts";
import { type BlockId, newBlockId } from "../core/ids.ts";
import type { Outline } from "../core/outline.ts";
import { EMBED_MARK } from "../core/strand.ts";
import { idOf, runsOf } from "./block-nodes.ts";
import { changedWindow, type Slot, type Source, type Window } from "./kept-text.ts";
import { forEachBlock, textSize } from "./outline-nodes.ts";

/** A stretch of an old block's kept characters that stands in one new block. `carrier`: the map's block that holds it. */
type Piece = {
  readonly old: number;
  readonly target: number;
  readonly first: number;
  length: number;
  carrier: BlockId;
};

export function writeChanges(
  map: BlockMap,
  before: ProseMirrorNode,
  after: ProseMirrorNode,
  maps: readonly StepMap[],
): void {
  const window = changedWindow(before, after, maps);
  if (window.before.length === 0 && window.after.length === 0) return;
  const known = map.outline();
  const wasEmpty = known.items.length === 0;
  const pieces = keptPieces(window);
  const piecesOf = Map.groupBy(pieces, ({ target }) => target);
  deleteLostText(map, window);
  const made = new Set<BlockId>();
  splitCarriers(map, window, pieces, made);
  window.after.forEach((slot, target) => {
    gather(map, idOf(slot.node), shapeOf(slot.node), piecesOf.get(target) ?? [], made);
    insertNewText(map, window, target);
    writeMarks(map, window, target);
    if (map.entry(idOf(slot.node))) setShape(map, idOf(slot.node), shapeOf(slot.node));
  });
  const kept = new Set(window.after.map(({ node }) => idOf(node)));
  // asked before any of them goes: after each, the outline would be built anew
  const lost = window.before.map(({ node }) => idOf(node)).filter((id) => !kept.has(id) && map.has(id));
  for (const id of lost) deleteBlock(map, id);
  if (wasEmpty) forEachBlock(after, (node) => void gather(map, idOf(node), shapeOf(node), [], made)); // the empty block that stood for nothing
  if (made.size === 0 && !outlineDiffers(window)) return;
  const isMore = isOnlyMore(map, window, made, known);
  const [only, ...others] = made;
  if (isMore && only && others.length === 0 && placeInOrder(map, after, only, known)) return;
  arrange(map, wantedOf(after, map), isMore ? known : undefined);
}

/** Puts a new block where the document has it; false where that takes more than a place of its own. */
function placeInOrder(map: BlockMap, doc: ProseMirrorNode, id: BlockId, known: Outline): boolean {
  const { children } = doc;
  const at = children.findIndex((node) => idOf(node) === id);
  const depth = children[at]?.attrs.depth;
  if (at < 0) return false;
  let above = at - 1;
  while (above >= 0 && (children[above] as ProseMirrorNode).attrs.depth > depth) above--;
  let around = depth === 0 ? -1 : above;
  while (around >= 0 && (children[around] as ProseMirrorNode).attrs.depth >= depth) around--;
  const below = at + 1;
  // what follows deeper is to be its own from now on
  if (children[below]?.attrs.depth > depth) return false;
  const sibling = (index: number): BlockId | null =>
    children[index]?.attrs.depth === depth ? idOf(children[index] as ProseMirrorNode) : null;
  const parent = around < 0 ? null : (children[around] as ProseMirrorNode);
  if ((parent?.attrs.depth ?? -1) !== depth - 1) return false;
  const spot: Spot = { parent: parent ? idOf(parent) : ROOT, above: sibling(above), below: sibling(below) };
  return placeOne(map, id, depth, spot, known);
}

/** A block was parted, or blocks of text came between others, and nothing else has another place: Enter, mostly. */
function isOnlyMore(map: BlockMap, { before, after }: Window, made: ReadonlySet<BlockId>, known: Outline) {
  const [old, ...others] = before;
  if (others.length > 0 || known.displaced.size > 0 || known.items.length === 0) return false;
  const isSound = after.every(({ node }) => {
    const id = idOf(node);
    const isOld = old !== undefined && id === idOf(old.node) && node.attrs.depth === old.node.attrs.depth;
    return node.isTextblock && (isOld || made.has(id)) && map.members(id).length === 1;
  });
  if (!old) return isSound && made.size === after.length;
  const item = known.items[known.indexOf.get(idOf(old.node)) ?? -1];
  return isSound && after.length === 2 && made.size === 1 && item !== undefined && item.role === undefined;
}

const shapeOf = (node: ProseMirrorNode): BlockShape => ({ type: node.attrs.type, attrs: node.attrs.props });

function outlineDiffers({ before, after }: Window): boolean {
  return (
    before.length !== after.length ||
    before.some(({ node }, i) => {
      const other = after[i]?.node;
      return !other || idOf(node) !== idOf(other) || node.attrs.depth !== other.attrs.depth;
    })
  );
}

function wantedOf(doc: ProseMirrorNode, map: BlockMap): Wanted[] {
  const wanted: Wanted[] = [];
  forEachBlock(doc, (node) => {
    if (map.entry(idOf(node))) wanted.push({ id: idOf(node), depth: node.attrs.depth });
  });
  return wanted;
}

/** In the order of the old blocks, and of one of them in that of the new ones. */
function keptPieces({ before, sources }: Window): Piece[] {
  const piecesOf: Piece[][] = before.map(() => []);
  sources.forEach((row, target) => {
    row.forEach((source, first) => {
      if (!source) return;
      const own = piecesOf[source.old] as Piece[];
      const last = own.at(-1);
      if (last?.target === target) last.length++;
      else
        own.push({
          old: source.old,
          target,
          first,
          length: 1,
          carrier: idOf((before[source.old] as Slot).node),
        });
    });
  });
  return piecesOf.flat();
}

/** Characters of the old blocks that stand nowhere in the new ones. */
function deleteLostText(map: BlockMap, { before, sources }: Window): void {
  const kept = before.map(() => new Set<number>());
  for (const source of sources.flat()) if (source) kept[source.old]?.add(source.offset);
  before.forEach(({ node }, old) => {
    const id = idOf(node);
    if (!map.entry(id)) return;
    for (let to = textSize(node); to > 0; ) {
      let from = to;
      while (from > 0 && !kept[old]?.has(from - 1)) from--;
      if (from < to) deleteText(map, id, from, to);
      to = from;
      while (to > 0 && kept[old]?.has(to - 1)) to--;
    }
  });
}

/** Cuts each old block where its kept text goes to different blocks; a new block takes its first piece as its own. */
function splitCarriers(map: BlockMap, window: Window, pieces: readonly Piece[], made: Set<BlockId>): void {
  const piecesOf = Map.groupBy(pieces, ({ old }) => old);
  const firstIn = new Map<number, number>();
  for (const { target, first } of pieces) firstIn.set(target, Math.min(first, firstIn.get(target) ?? first));
  const shown = new Set(window.after.map(({ node }) => idOf(node)));
  window.before.forEach(({ node }, old) => {
    const own = piecesOf.get(old) ?? [];
    const owner = idOf(node);
    const survives = shown.has(owner);
    let end = own.length;
    let offset = own.reduce((sum, one) => sum + one.length, 0);
    while (end > 0) {
      end--;
      const piece = own[end];
      offset -= piece?.length ?? 0;
      const target = piece && window.after[piece.target];
      if (!piece || !target) continue;
      if (end === 0 && (idOf(target.node) === owner || !survives)) continue;
      const isFirst = firstIn.get(piece.target) === piece.first;
      const isNew = !map.entry(idOf(target.node));
      const into = isNew && isFirst ? idOf(target.node) : newBlockId();
      splitBlock(map, owner, offset, into, shapeOf(target.node), newBlockId);
      if (isNew && isFirst) made.add(into);
      else settleBeside(map, into, owner);
      piece.carrier = into;
    }
  });
}

/** Brings all pieces of a block into it, in order; makes the block if nobody did. */
function gather(
  map: BlockMap,
  id: BlockId,
  shape: BlockShape,
  pieces: readonly Piece[],
  made: Set<BlockId>,
): void {
  const inOrder = pieces.toSorted((a, b) => a.first - b.first);
  if (!map.entry(id)) {
    createBlock(map, id, shape);
    made.add(id);
  }
  const own = inOrder.findIndex((piece) => piece.carrier === id);
  const ownPiece = inOrder[own];
  if (own > 0 && ownPiece) {
    ownPiece.carrier = newBlockId();
    splitBlock(map, id, 0, ownPiece.carrier, shape, newBlockId);
    settleBeside(map, ownPiece.carrier, id);
  }
  for (const { carrier } of inOrder) if (carrier !== id) joinBlocks(map, id, carrier);
}

/** Runs of the new node with the offset of each. */
function runsWithOffset(node: ProseMirrorNode): (TextRun & { offset: number })[] {
  let offset = 0;
  return runsOf(node).map((run) => {
    const at = offset;
    offset += run.text.length;
    return { ...run, offset: at };
  });
}

function insertNewText(map: BlockMap, { after, sources }: Window, target: number): void {
  const slot = after[target];
  const row = sources[target];
  if (!slot || !row || slot.node.isAtom) return;
  const id = idOf(slot.node);
  for (const run of runsWithOffset(slot.node)) {
    for (let start = run.offset; start < run.offset + run.text.length; ) {
      let end = start;
      while (end < run.offset + run.text.length && row[end] === null) end++;
      if (end > start)
        insertText(map, id, start, {
          text: run.text.slice(start - run.offset, end - run.offset),
          marks: run.marks,
        });
      start = Math.max(end, start + 1);
    }
  }
}

const showsMarks = (node: ProseMirrorNode): boolean => node.isTextblock && node.type.spec.code !== true;

/** Marks of kept characters, as far as this change altered them. Code shows none and alters none. */
function writeMarks(map: BlockMap, { before, after, sources }: Window, target: number): void {
  const slot = after[target];
  if (!slot || !showsMarks(slot.node)) return;
  const old = new Map<number, readonly Marks[]>();
  let pending: { from: number; to: number; change: Marks } | null = null;
  const flush = () => {
    if (pending) formatText(map, idOf(slot.node), pending.from, pending.to, pending.change);
    pending = null;
  };
  for (const run of runsWithOffset(slot.node)) {
    for (let at = run.offset; at < run.offset + run.text.length; at++) {
      const change = changeOfMarks(markBefore(before, old, sources[target]?.[at] ?? null), run.marks);
      if (change && pending && pending.to === at && isEqualJson(pending.change, change)) pending.to = at + 1;
      else {
        flush();
        if (change) pending = { from: at, to: at + 1, change };
      }
    }
  }
  flush();
}

function markBefore(
  before: Window["before"],
  cache: Map<number, readonly Marks[]>,
  source: Source,
): Marks | null {
  const slot = source && before[source.old];
  if (!source || !slot || !showsMarks(slot.node)) return null;
  let marks = cache.get(source.old);
  if (!marks) {
    marks = runsOf(slot.node).flatMap((run) => Array.from({ length: run.text.length }, () => run.marks));
    cache.set(source.old, marks);
  }
  return marks[source.offset] ?? null;
}

function changeOfMarks(was: Marks | null, is: Marks): Marks | null {
  if (was === null || was === is) return null;
  const change: Marks = {};
  for (const name of Object.keys(was))
    if (!Object.hasOwn(is, name) && name !== EMBED_MARK) change[name] = null;
  for (const [name, value] of Object.entries(is)) {
    if (name !== EMBED_MARK && !isEqualJson(was[name] ?? null, value)) change[name] = value;
  }
  return Object.keys(change).length > 0 ? change : null;
}
