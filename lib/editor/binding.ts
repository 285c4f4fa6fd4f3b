/**
 * The binding between an editor and a block map.
 *
 *   editor ── transaction ──► writeChanges ──► block map      (origin: LOCAL)
 *   editor ◄── one transaction on the changed blocks ◄── block map   (anything else: others, undo, import)
 *
 * Invariant: outside a call of this file the editor's document equals the map's outline, block for block. It is
 * checked for what each change touched; where it does not hold the map is right and the editor is drawn anew.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import {
  type EditorState,
  Plugin,
  PluginKey,
  Selection,
  TextSelection,
  type Transaction,
} from "@tiptap/pm/state";
import type { StepMap } from "@tiptap/pm/transform";
import { UndoManager } from "yjs";
import type { BlockMap, BlockMapChange } from "../core/block-map.ts";
import { type BlockId, newBlockId } from "../core/ids.ts";
import type { Outline } from "../core/outline.ts";
import { emptyBlock, idOf } from "./block-nodes.ts";
import { type ChangedRange, changedRange } from "./changed-range.ts";
import { type Cursor, edgeOf, fromCursor, type TextPlace, toCursor } from "./cursor.ts";
import {
  blocksInside,
  findBlock,
  isSameBlock,
  isTable,
  type Kept,
  NOTHING_KEPT,
  nodesById,
  outlineNodes,
  tableEnd,
  textSize,
} from "./outline-nodes.ts";
import { type PageSelection, pageSelection } from "./page-selection.ts";
import { inPlaces } from "./place-marks.ts";
import { SECTIONS, type Sections } from "./sections.ts";
import { writeChanges } from "./write-changes.ts";

/** Origin of what this editor writes; undo tracks it. */
export const LOCAL = Symbol("editor");

/** Meta of the transactions that come from the map: nothing may answer them with changes. */
export const REMOTE = "fromBlockMap";

/** What the binding needs of an editor: a view, or a bare state in tests. */
export type EditorHost = {
  readonly state: EditorState;
  dispatch(transaction: Transaction): void;
  /** The selection as the page has it, which may be a key ahead of the state; null when the page has none here. */
  pageSelection?(): PageSelection | null;
};

type Pending = readonly Transaction[];
const pendingKey = new PluginKey<Pending>("binding");

export class EditorBinding {
  readonly map: BlockMap;
  readonly #sections: Sections;
  #host: EditorHost | null = null;
  #synced: ProseMirrorNode | null = null;
  /** What an editor is to start with, as long as the map still holds it. */
  #made: ProseMirrorNode | null = null;
  #writing = false;
  /** How often the editor had to be drawn anew after a write: 0, or something here is wrong. */
  healed = 0;
  #caret: { anchor: Cursor; head: Cursor } | null = null;
  #stop: () => void;

  constructor(map: BlockMap, sections: Sections = SECTIONS) {
    this.map = map;
    this.#sections = sections;
    const before = () => {
      if (!this.#writing) this.#rememberCaret();
    };
    map.doc.on("beforeTransaction", before);
    const stopMap = map.onChange((change) => this.#onMapChange(change));
    this.#stop = () => {
      map.doc.off("beforeTransaction", before);
      stopMap();
    };
  }

  destroy(): void {
    this.#stop();
    this.#host = null;
  }

  /** The document that the map shows now: what an editor is to start with. */
  document(schema: EditorState["schema"]): ProseMirrorNode {
    const nodes = inPlaces(this.#children(schema, NOTHING_KEPT), this.#sections);
    this.#made = schema.topNodeType.create(null, nodes);
    return this.#made;
  }

  attach(host: EditorHost): void {
    const { doc } = host.state;
    const isShown = doc === this.#made;
    this.#host = host;
    this.#synced = doc;
    this.#made = null;
    if (!isShown) this.#render(() => true);
  }

  /** Collects the editor's transactions until `flush` writes them. */
  plugin(): Plugin<Pending> {
    return new Plugin<Pending>({
      key: pendingKey,
      state: {
        init: () => [],
        apply: (transaction, pending) => {
          if (!transaction.docChanged) return pending;
          const unsaved = pending.at(-1)?.doc === this.#synced ? [] : pending;
          return transaction.getMeta(REMOTE) ? unsaved : [...unsaved, transaction];
        },
      },
      view: (view) => {
        this.attach({
          get state() {
            return view.state;
          },
          dispatch: (transaction) => view.dispatch(transaction),
          pageSelection: () => pageSelection(view),
        });
        return { update: () => this.flush() };
      },
    });
  }

  /** Writes what the editor did since the last call. A view calls it by itself. */
  flush(): void {
    const host = this.#host;
    const before = this.#synced;
    if (!host || !before || host.state.doc === before || this.#writing) return;
    const pending = pendingKey.getState(host.state) ?? [];
    const start = pending.findIndex((transaction) => transaction.before === before);
    const maps: StepMap[] =
      start < 0 ? [] : pending.slice(start).flatMap((transaction) => transaction.mapping.maps);
    const after = host.state.doc;
    const outline = this.map.outline();
    this.#synced = after;
    this.#writing = true;
    try {
      this.map.doc.transact(() => writeChanges(this.map, before, after, maps), LOCAL);
    } finally {
      this.#writing = false;
    }
    this.#verify(before, after, outline);
  }

  /** Draws anew what does not show what the map holds: the map is right. */
  #verify(before: ProseMirrorNode, after: ProseMirrorNode, known: Outline): void {
    const outline = this.map.outline();
    const range = changedRange(before, after);
    const isInOrder =
      (outline === known && keepsOrder(before, after, range)) || showsOrder(after, outline.items);
    const sound = isInOrder && this.#showsChanged(after, range);
    if (sound || (outline.items.length === 0 && after.childCount === 1)) return;
    // code that becomes text again gets back the marks that it had: that is drawn anew on purpose
    if (!before.children.some((node) => node.type.spec.code)) this.healed++;
    this.#render((id) => outline.indexOf.has(id));
  }

  /** Whether each top node that differs is what the map makes of its items. */
  #showsChanged(after: ProseMirrorNode, range: ChangedRange): boolean {
    const { items, indexOf } = this.map.outline();
    return after.children.slice(range.start, range.after).every((node) => {
      const at = indexOf.get(idOf(node));
      if (at === undefined) return false;
      const end = isTable(node) ? tableEnd(items, at) : at + 1;
      const [right] = outlineNodes(after.type.schema, this.map, items.slice(at, end), NOTHING_KEPT);
      return right !== undefined && isSameBlock(node, right);
    });
  }

  #onMapChange({ blocks, outline, transaction }: BlockMapChange): void {
    this.#made = null;
    if (transaction.origin === LOCAL && this.#writing) return;
    const isUndo = transaction.origin instanceof UndoManager;
    const target = outline ? null : this.#inPlace(blocks);
    if (target) this.#show(target, isUndo);
    else this.#render((id) => blocks.has(id), isUndo);
  }

  /** The document with these blocks anew, when all stand where they stood; null when that is not all. */
  #inPlace(blocks: ReadonlySet<BlockId>): ProseMirrorNode[] | null {
    const doc = this.#host?.state.doc;
    if (!doc) return null;
    const { items, indexOf } = this.map.outline();
    let missing = 0;
    for (const id of blocks) if (indexOf.has(id)) missing++;
    let isRetyped = false;
    const target = [...doc.children];
    for (let index = 0; index < target.length && missing > 0; index++) {
      const node = target[index] as ProseMirrorNode;
      const id = idOf(node);
      const item = blocks.has(id) ? items[indexOf.get(id) ?? -1] : undefined;
      if (!item) continue;
      if (item.role !== undefined || isTable(node)) return null;
      const kept: Kept = { present: new Map([[id, node]]), isStale: () => true };
      const [fresh] = outlineNodes(doc.type.schema, this.map, [item], kept);
      if (fresh) target[index] = fresh.mark(node.marks);
      isRetyped ||= fresh?.attrs.type !== node.attrs.type;
      missing--;
    }
    if (missing > 0) return null;
    return isRetyped ? inPlaces(target, this.#sections) : target;
  }

  /** Brings the editor to what the map shows; nodes of blocks that did not change are kept as they are. */
  #render(isStale: (id: BlockId) => boolean, isUndo = false): void {
    const host = this.#host;
    if (!host) return;
    const { schema, doc } = host.state;
    const nodes = this.#children(schema, { present: nodesById(doc), isStale });
    this.#show(inPlaces(nodes, this.#sections), isUndo);
  }

  #show(target: readonly ProseMirrorNode[], isUndo: boolean): void {
    const host = this.#host;
    const transaction = host && replaceChildren(host.state, target);
    if (!transaction) return;
    if (isUndo) goToChange(transaction);
    else if (this.#caret) this.#restoreCaret(transaction, this.#caret);
    else if (this.#standsAlone(host.state)) transaction.setSelection(Selection.atStart(transaction.doc));
    transaction.setMeta(REMOTE, true).setMeta("addToHistory", false);
    this.#synced = transaction.doc;
    host.dispatch(transaction);
  }

  #children(schema: EditorState["schema"], kept: Kept): ProseMirrorNode[] {
    const { items } = this.map.outline();
    if (items.length > 0) return outlineNodes(schema, this.map, items, kept);
    const standing = [...kept.present.values()].find(
      (node) => !this.map.entry(idOf(node)) && node.type.name === "block" && node.content.size === 0,
    );
    return [standing ?? emptyBlock(schema, newBlockId())];
  }

  /** Where the caret is, by characters, before others' changes arrive. */
  #rememberCaret(): void {
    const state = this.#host?.state;
    if (!state || !(state.selection instanceof TextSelection)) {
      this.#caret = null;
      return;
    }
    const selection = this.#host?.pageSelection?.() ?? state.selection;
    const anchor = placeOf(state.doc, selection.anchor);
    const head = placeOf(state.doc, selection.head);
    const known = (place: TextPlace | null): place is TextPlace =>
      place !== null && this.map.has(place.block);
    this.#caret =
      known(anchor) && known(head)
        ? {
            anchor: toCursor(this.map, anchor, edgeOf(selection.anchor, selection.head)),
            head: toCursor(this.map, head, edgeOf(selection.head, selection.anchor)),
          }
        : null;
  }

  /** Whether the caret is in the line of an empty document, which gives way to what others begin with. */
  #standsAlone({ doc, selection }: EditorState): boolean {
    const only = doc.childCount === 1 ? doc.firstChild : null;
    return selection instanceof TextSelection && only?.content.size === 0 && !this.map.entry(idOf(only));
  }

  #restoreCaret(transaction: Transaction, caret: { anchor: Cursor; head: Cursor }): void {
    const anchor = positionOf(this.map, transaction.doc, fromCursor(this.map, caret.anchor));
    const head = positionOf(this.map, transaction.doc, fromCursor(this.map, caret.head));
    if (anchor === null || head === null) return;
    const selection = TextSelection.between(transaction.doc.resolve(anchor), transaction.doc.resolve(head));
    if (!transaction.selection.eq(selection)) transaction.setSelection(selection);
  }
}

/** Whether the nodes that differ are the same blocks at the same places, so that the others are, too. */
function keepsOrder(before: ProseMirrorNode, after: ProseMirrorNode, range: ChangedRange): boolean {
  if (range.before !== range.after) return false;
  for (let at = range.start; at < range.after; at++) {
    const [old, node] = [before.child(at), after.child(at)];
    if (isTable(old) || isTable(node)) return false;
    if (idOf(old) !== idOf(node) || old.attrs.depth !== node.attrs.depth) return false;
  }
  return true;
}

function showsOrder(doc: ProseMirrorNode, items: Outline["items"]): boolean {
  let at = 0;
  for (const top of doc.children) {
    for (const node of isTable(top) ? [top, ...blocksInside(top)] : [top]) {
      const item = items[at++];
      if (item?.id !== idOf(node) || item.depth !== node.attrs.depth) return false;
    }
  }
  return at === items.length;
}

/** Undo shows what it did: the caret goes to the end of what changed. */
function goToChange(transaction: Transaction): void {
  let end: number | null = null;
  transaction.steps
    .at(-1)
    ?.getMap()
    .forEach((_from, _to, _start, newEnd) => {
      end = newEnd;
    });
  if (end === null) return;
  const at = transaction.doc.resolve(Math.min(end, transaction.doc.content.size));
  transaction.setSelection(Selection.near(at, -1)).scrollIntoView();
}

/** One step that turns the document's children into `target`, as narrow as can be; null when they are the same. */
function replaceChildren(state: EditorState, target: readonly ProseMirrorNode[]): Transaction | null {
  return replaceContent(state.tr, 0, state.doc, target);
}

/** The children of `parent`, whose content begins at `start`, become `target`. */
function replaceContent(
  tr: Transaction,
  start: number,
  parent: ProseMirrorNode,
  target: readonly ProseMirrorNode[],
): Transaction | null {
  let same = 0;
  let from = start;
  while (same < parent.childCount && same < target.length && parent.child(same) === target[same])
    from += parent.child(same++).nodeSize;
  let end = 0;
  let to = start + parent.content.size;
  while (end < parent.childCount - same && end < target.length - same) {
    const node = parent.child(parent.childCount - 1 - end);
    if (node !== target[target.length - 1 - end]) break;
    to -= node.nodeSize;
    end++;
  }
  const fresh = target.slice(same, target.length - end);
  if (from === to && fresh.length === 0) return null;
  const [only] = fresh;
  const old = same < parent.childCount ? parent.child(same) : null;
  if (fresh.length === 1 && only && old && to - from === old.nodeSize && old.sameMarkup(only)) {
    return old.isTextblock
      ? replaceText(tr, from, old, only)
      : replaceContent(tr, from + 1, old, only.children);
  }
  return tr.replaceWith(from, to, fresh);
}

/** Only the stretch of text that differs, so that the rest of the block stays as it is on the page. */
function replaceText(
  tr: Transaction,
  at: number,
  old: ProseMirrorNode,
  fresh: ProseMirrorNode,
): Transaction | null {
  const start = old.content.findDiffStart(fresh.content);
  if (start === null) return null;
  const end = old.content.findDiffEnd(fresh.content);
  if (!end) return null;
  const overlap = Math.max(0, start - Math.min(end.a, end.b));
  return tr.replace(at + 1 + start, at + 1 + end.a + overlap, fresh.slice(start, end.b + overlap));
}

/** The block and offset of a position inside a block's text; null between blocks. */
export function placeOf(doc: ProseMirrorNode, position: number): TextPlace | null {
  const resolved = doc.resolve(Math.min(position, doc.content.size));
  return resolved.parent.isTextblock ? { block: idOf(resolved.parent), offset: resolved.parentOffset } : null;
}

/** The position of a place in the text; null when its block is not in the document, or holds no text. */
export function positionOf(map: BlockMap, doc: ProseMirrorNode, place: TextPlace | null): number | null {
  const found = place && findBlock(doc, place.block, map.outline().indexOf.get(place.block));
  if (!place || !found?.node.isTextblock) return null;
  return found.pos + 1 + Math.min(place.offset, textSize(found.node));
}
