/**
 * How blocks look by what they stand in: in a callout on its ground, in a folded toggle out of sight. The document is
 * flat, so that this is drawn beside it, anew only when a block came, went, moved or changed what it is.
 *
 * What is folded is the reader's own: it is handed in, told on change, and never part of the document. Wherever the
 * caret goes is unfolded.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import {
  type Command,
  type EditorState,
  Plugin,
  PluginKey,
  Selection,
  type Transaction,
} from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import { CALLOUT, type Tone, toneOf } from "../core/callout.ts";
import type { BlockId } from "../core/ids.ts";
import { colorsOf, type Highlight } from "../core/palette.ts";
import { TOGGLE } from "../core/toggle.ts";
import { idOf } from "./block-nodes.ts";
import { changedNodes, changedRange } from "./changed-range.ts";
import { baseOf } from "./column-places.ts";
import { blockAt, blockByIndex, subtreeEnd } from "./commands.ts";

type Nesting = { readonly folded: ReadonlySet<BlockId>; readonly drawn: DecorationSet };
export type Folding = {
  readonly folded: Iterable<BlockId>;
  readonly onChange: (folded: ReadonlySet<BlockId>) => void;
};

const key = new PluginKey<Nesting>("nesting");

export function nestingPlugin({ folded, onChange }: Folding): Plugin<Nesting> {
  return new Plugin<Nesting>({
    key,
    state: {
      init: (_, { doc }) => draw(doc, new Set(folded)),
      apply(transaction, nesting, before, { doc }) {
        const next: ReadonlySet<BlockId> | undefined = transaction.getMeta(key);
        if (next) return draw(doc, next);
        if (!transaction.docChanged) return nesting;
        const isPlain =
          nesting.drawn === DecorationSet.empty && !changedNodes(before.doc, doc).some(hasInside);
        if (!isPlain && !isSameShape(before.doc, doc)) return draw(doc, nesting.folded);
        return { ...nesting, drawn: nesting.drawn.map(transaction.mapping, doc) };
      },
    },
    appendTransaction: (transactions, _before, state) =>
      transactions.some((one) => one.selectionSet || one.docChanged) ? showCaret(state) : null,
    props: {
      decorations: (state) => key.getState(state)?.drawn,
      handleDOMEvents: { mousedown: onPress, click: onClick, keydown: isOnFold },
    },
    view: () => ({
      update(view, before) {
        const now = key.getState(view.state)?.folded;
        if (now && now !== key.getState(before)?.folded) onChange(now);
      },
    }),
  });
}

const hasInside = ({ attrs: { type } }: ProseMirrorNode): boolean => type === CALLOUT || type === TOGGLE;

/** No block came, went, moved or changed what it is: typing keeps the attributes of its block as they are. */
function isSameShape(before: ProseMirrorNode, after: ProseMirrorNode): boolean {
  const range = changedRange(before, after);
  if (range.before !== range.after) return false;
  const fresh = after.children.slice(range.start, range.after);
  return fresh.every((node, i) => node.attrs === before.child(range.start + i).attrs);
}

/** A callout or toggle whose inside is being drawn. */
type Around = { readonly depth: number; readonly callout: Drawn | null; readonly isShut: boolean };
type Drawn = {
  readonly tone: Tone;
  /** A colour of its own goes before its tone's. */
  readonly background: Highlight | undefined;
  readonly depth: number;
  readonly place: Place;
  /** The last block in sight that stands on its ground. */
  last: Place | null;
};
type Place = readonly [from: number, to: number];

function draw(doc: ProseMirrorNode, folded: ReadonlySet<BlockId>): Nesting {
  const around: Around[] = [];
  const decorations: Decoration[] = [];
  const add = (from: number, to: number, attributes: Record<string, string>) =>
    void decorations.push(Decoration.node(from, to, attributes));
  const leave = ({ callout }: Around) => {
    if (!callout?.last) return;
    add(...callout.place, { class: "has-inside" });
    add(...callout.last, { class: "callout-end" });
  };
  doc.forEach((node, from) => {
    const { depth, type, props } = node.attrs;
    const to = from + node.nodeSize;
    for (let at = around.at(-1); at && at.depth >= depth; at = around.at(-1)) leave(around.pop() ?? at);
    const isShut = around.at(-1)?.isShut ?? false;
    const nearest = around.findLast(({ callout }) => callout !== null)?.callout ?? null;
    // a column has the page's ground, whatever is around the columns
    const within = nearest && nearest.depth >= baseOf(node) ? nearest : null;
    if (isShut) add(from, to, { class: "folded-away" });
    else if (within) {
      add(from, to, {
        class: "in-callout",
        "data-ground": within.tone,
        ...(within.background ? { "data-under": within.background } : {}),
        style: `--into: ${depth - within.depth}`,
      });
      for (const { callout } of around) if (callout) callout.last = [from, to];
    }
    const isFolded = type === TOGGLE && folded.has(idOf(node));
    if (isFolded) add(from, to, { class: "folded" });
    if (hasInside(node)) {
      const callout: Drawn | null =
        type === CALLOUT
          ? {
              tone: toneOf(props),
              background: colorsOf(props).background,
              depth,
              place: [from, to],
              last: null,
            }
          : null;
      around.push({ depth, callout, isShut: isShut || isFolded });
    }
  });
  for (const one of around.reverse()) leave(one);
  return { folded, drawn: DecorationSet.create(doc, decorations) };
}

/** Indexes of the folded toggles that the block at `index` stands in, the innermost first. */
function foldedAround({ doc }: EditorState, folded: ReadonlySet<BlockId>, index: number): number[] {
  const found: number[] = [];
  let { depth } = doc.child(index).attrs;
  for (let at = index - 1; at >= 0 && depth > 0; at--) {
    const node = doc.child(at);
    if (node.attrs.depth >= depth) continue;
    depth = node.attrs.depth;
    if (node.attrs.type === TOGGLE && folded.has(idOf(node))) found.push(at);
  }
  return found;
}

export const isFolded = (state: EditorState, node: ProseMirrorNode): boolean =>
  node.attrs.type === TOGGLE && (key.getState(state)?.folded.has(idOf(node)) ?? false);

/** Whether the block at a position is out of sight. */
export function isFoldedAway(state: EditorState, position: number): boolean {
  return foldAround(state, blockAt(state.doc, position).index) !== null;
}

/** Index of the folded toggle in sight that hides the block at `index`; null when none does. */
export function foldAround(state: EditorState, index: number): number | null {
  const folded = key.getState(state)?.folded;
  return folded?.size ? (foldedAround(state, folded, index).at(-1) ?? null) : null;
}

/** Unfolds whatever hides a position; null when nothing does. */
export function unfolding(state: EditorState, position: number): Transaction | null {
  const folded = key.getState(state)?.folded;
  if (!folded?.size) return null;
  const around = foldedAround(state, folded, blockAt(state.doc, position).index).map((index) =>
    idOf(state.doc.child(index)),
  );
  if (around.length === 0) return null;
  return state.tr.setMeta(key, new Set([...folded].filter((id) => !around.includes(id))));
}

/** Brings a position into sight. */
export function reveal(view: EditorView, position: number): void {
  const transaction = unfolding(view.state, position);
  if (transaction) view.dispatch(transaction);
}

/** A caret, or what is chosen in one block, cannot be out of sight. */
function showCaret(state: EditorState): Transaction | null {
  const { from, to } = state.selection;
  const isInOne = blockAt(state.doc, from).index === blockAt(state.doc, Math.max(from, to - 1)).index;
  return isInOne ? unfolding(state, from) : null;
}

/** Folds or unfolds the toggle at a position. A caret inside goes to the end of its line. */
export const toggleFold =
  (pos: number): Command =>
  (state, dispatch) => {
    const node = state.doc.nodeAt(pos);
    const folded = key.getState(state)?.folded;
    if (!folded || node?.attrs.type !== TOGGLE) return false;
    const id = idOf(node);
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    const tr = state.tr.setMeta(key, next);
    const { index } = blockAt(state.doc, pos);
    const end = subtreeEnd(state.doc, index);
    const to = end < state.doc.childCount ? blockByIndex(state.doc, end).pos : state.doc.content.size;
    const { from, head } = state.selection;
    if (next.has(id) && from < to && head > pos + node.nodeSize)
      tr.setSelection(Selection.near(tr.doc.resolve(pos + node.nodeSize - 1), -1));
    dispatch?.(tr);
    return true;
  };

const foldOf = (event: Event): Element | null => (event.target as Element).closest?.(".fold") ?? null;

/** A focused triangle's keys are its own. */
const isOnFold = (_view: EditorView, event: Event): boolean => foldOf(event) !== null;

function onPress(_view: EditorView, event: Event): boolean {
  if (!foldOf(event)) return false;
  event.preventDefault(); // the caret stays where it is
  return true;
}

function onClick(view: EditorView, event: Event): boolean {
  const text = foldOf(event)?.parentElement?.querySelector(":scope > .text");
  if (!text) return false;
  const place = view.state.doc.resolve(view.posAtDOM(text, 0));
  return toggleFold(place.before(1))(view.state, view.dispatch);
}
