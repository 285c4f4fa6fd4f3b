/**
 * Addresses become links: one that is typed in full, with the blank or Enter behind it; all such in a text that is
 * pasted; one that is pasted on words leads from these. What finds them comes late, and what was typed before is looked at then.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type EditorState, Plugin, PluginKey, type Transaction } from "@tiptap/pm/state";
import { ReplaceStep } from "@tiptap/pm/transform";
import type { EditorView } from "@tiptap/pm/view";
import { REMOTE } from "./binding.ts";
import type { LinkFinder } from "./find-links.ts";

type Range = { readonly from: number; readonly to: number };

export type LateLinks = {
  /** When it may come by itself. */
  readonly soon: () => Promise<void>;
  readonly load: () => Promise<LinkFinder>;
};

/** What was typed before there was a finder. */
const missedKey = new PluginKey<readonly Range[]>("autolink");
const ASK_AGAIN_MS = 2_000;

export function autolinkPlugin({ soon, load }: LateLinks): Plugin<readonly Range[]> {
  let finder: LinkFinder | null = null;
  let isOurs = false;
  const ask = (view: EditorView): void => {
    if (view.isDestroyed) return;
    load().then(
      (found) => {
        finder = found;
        if (!view.isDestroyed) linkMissed(view, found);
      },
      () => setTimeout(ask, ASK_AGAIN_MS, view),
    );
  };
  return new Plugin<readonly Range[]>({
    key: missedKey,
    state: {
      init: () => [],
      apply(tr, missed) {
        if (tr.getMeta(missedKey) === "seen") return [];
        const moved = missed.map(({ from, to }) => ({
          from: tr.mapping.map(from),
          to: tr.mapping.map(to, -1),
        }));
        return finder || !isTyped(tr) ? moved : [...moved, ...insertedBy([tr])];
      },
    },
    appendTransaction(transactions, before, state) {
      if (before.doc === state.doc || !transactions.every(isTyped)) return null;
      const inserted = insertedBy(transactions);
      const { tr } = state;
      for (const range of inserted) endLink(tr, range);
      if (finder) {
        const isPasted = !isOurs && transactions.some(comesFromOutside);
        for (const range of inserted) linkTyped(tr, range, finder);
        if (isPasted) for (const range of inserted) linkAll(tr, range, finder);
      }
      return tr.steps.length > 0 ? tr : null;
    },
    props: {
      handleDOMEvents: {
        paste: (_view, event) => hear(event.clipboardData),
        drop: (_view, event) => hear(event.dataTransfer),
      },
      handlePaste: (view, _event, { content }) =>
        finder !== null && linkSelection(view, content.textBetween(0, content.size, "\n", " "), finder),
    },
    view(view) {
      void soon().then(() => ask(view));
      return {};
    },
  });

  /** What was copied from an editor has the links that it had. */
  function hear(data: DataTransfer | null): void {
    isOurs = data?.getData("text/html").includes("data-pm-slice") ?? false;
  }
}

const isTyped = (tr: Transaction): boolean => !tr.getMeta(REMOTE) && !tr.getMeta("preventAutolink");
const comesFromOutside = (tr: Transaction): boolean => ["paste", "drop"].includes(tr.getMeta("uiEvent"));

/** As they stand after all of them; the last first, so that what is done to one leaves the others in place. */
function insertedBy(transactions: readonly Transaction[]): Range[] {
  const ranges: Range[] = [];
  transactions.forEach((tr, index) => {
    tr.steps.forEach((step, at) => {
      if (!(step instanceof ReplaceStep) || step.slice.size === 0) return;
      const move = (position: number, side: 1 | -1): number =>
        transactions
          .slice(index + 1)
          .reduce((now, later) => later.mapping.map(now, side), tr.mapping.slice(at + 1).map(position, side));
      const from = move(step.from, 1);
      const to = move(step.from + step.slice.size, -1);
      if (from < to) ranges.push({ from, to });
    });
  });
  return ranges.sort((a, b) => b.to - a.to);
}

/** As the document's own `textBetween`, which looks at each block on the way from the first; `sign`: an object, or a block. */
function wordsBetween(doc: ProseMirrorNode, from: number, to: number, sign: string): string {
  const $from = doc.resolve(from);
  const { parent } = $from;
  if (!parent.isTextblock || to > $from.end()) return doc.textBetween(from, to, sign, sign);
  return parent.textBetween($from.parentOffset, to - $from.start(), undefined, sign);
}

const BLANKS = /\s+$/;

/** A blank at the end of a link is not part of it. */
function endLink(tr: Transaction, { from, to }: Range): void {
  const type = tr.doc.type.schema.marks.link;
  const $end = tr.doc.resolve(to);
  if (!type || !$end.nodeBefore?.isText) return;
  const blanks = BLANKS.exec(wordsBetween(tr.doc, from, to, "\ufffc"))?.[0];
  const link = type.isInSet($end.nodeBefore.marks);
  if (!blanks || !link || ($end.nodeAfter && link.isInSet($end.nodeAfter.marks))) return;
  const { storedMarks } = tr;
  tr.removeMark(to - blanks.length, to, type).setStoredMarks(storedMarks);
  if (tr.selection.empty && tr.selection.from === to) tr.removeStoredMark(type);
}

/** The word that a blank or a new block ended. */
function linkTyped(tr: Transaction, { from, to }: Range, finder: LinkFinder): void {
  const $from = tr.doc.resolve(from);
  const { parent } = $from;
  if (!parent.isTextblock) return;
  const isInOne = to <= $from.end();
  const end = isInOne ? to : $from.end();
  if (isInOne && !BLANKS.test(wordsBetween(tr.doc, from, to, " "))) return;
  const text = parent.textBetween(0, end - $from.start(), undefined, " ").replace(BLANKS, "");
  const begin = /\S*$/.exec(text)?.index ?? 0;
  const found = begin < text.length ? finder.ofWord(text.slice(begin)) : null;
  if (found) addLink(tr, parent, $from.start() + begin, found);
}

function linkAll(tr: Transaction, { from, to }: Range, finder: LinkFinder): void {
  tr.doc.nodesBetween(from, to, (node, position) => {
    if (!node.isTextblock) return true;
    const start = Math.max(from, position + 1);
    const end = Math.min(to, position + 1 + node.content.size);
    for (const found of finder.all(tr.doc.textBetween(start, end, undefined, " ")))
      addLink(tr, node, start, found);
    return false;
  });
}

type Found = { readonly start: number; readonly end: number; readonly href: string };

function addLink(tr: Transaction, block: ProseMirrorNode, offset: number, { start, end, href }: Found): void {
  const { link, code } = block.type.schema.marks;
  const [from, to] = [offset + start, offset + end];
  if (!link || !block.type.allowsMarkType(link) || tr.doc.rangeHasMark(from, to, link)) return;
  if (code && tr.doc.rangeHasMark(from, to, code)) return;
  tr.addMark(from, to, link.create({ href }));
}

function linkMissed(view: EditorView, finder: LinkFinder): void {
  const { state } = view;
  const tr = state.tr.setMeta(missedKey, "seen");
  for (const range of missedIn(state)) linkTyped(tr, range, finder);
  view.dispatch(tr);
}

const missedIn = (state: EditorState): Range[] =>
  [...(missedKey.getState(state) ?? [])].sort((a, b) => b.to - a.to);

/** An address on chosen words. */
function linkSelection(view: EditorView, text: string, finder: LinkFinder): boolean {
  const { selection, schema, tr } = view.state;
  const type = schema.marks.link;
  const href = selection.empty || text === "" ? null : finder.hrefOf(text);
  const { from, to, $from } = selection;
  if (!type || href === null || !$from.parent.type.allowsMarkType(type)) return false;
  view.dispatch(tr.addMark(from, to, type.create({ href })));
  return true;
}
