/**
 * Addresses become links: one that is typed in full, with the blank or Enter behind it; all such in a text that is
 * pasted; one that is pasted on words leads from these. What finds them comes late, and what was typed before is looked at then.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type EditorState, Plugin, PluginKey, type Transaction } from "@tiptap/pm/state";
import { ReplaceStep } from "@tiptap/pm/transform";
import type { EditorView } from "@tiptap/pm/view";
import { REMOTE } from "./binding.ts";
import type { Linker, Range } from "./link-words.ts";
import { readPage } from "./read-page.ts";

export type LateLinks = {
  /** When it may come by itself. */
  readonly soon: () => Promise<void>;
  readonly load: () => Promise<Linker>;
};

/** What was typed before there was what finds links. */
const missedKey = new PluginKey<readonly Range[]>("autolink");
const ASK_AGAIN_MS = 2_000;

export function autolinkPlugin({ soon, load }: LateLinks): Plugin<readonly Range[]> {
  let linker: Linker | null = null;
  let isOurs = false;
  const ask = (view: EditorView): void => {
    if (view.isDestroyed) return;
    load().then(
      (found) => {
        linker = found;
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
        return linker || !isTyped(tr) ? moved : [...moved, ...insertedBy([tr])];
      },
    },
    appendTransaction(transactions, before, state) {
      if (before.doc === state.doc || !transactions.every(isTyped)) return null;
      const inserted = insertedBy(transactions);
      const { tr } = state;
      for (const range of inserted) endLink(tr, range);
      if (linker) {
        const isPasted = !isOurs && transactions.some(comesFromOutside);
        for (const range of inserted) if (endsWord(tr.doc, range)) linker.linkTyped(tr, range);
        if (isPasted) for (const range of inserted) linker.linkAll(tr, range);
      }
      return tr.steps.length > 0 ? tr : null;
    },
    props: {
      handleDOMEvents: {
        paste: (_view, event) => hear(event.clipboardData),
        drop: (_view, event) => hear(event.dataTransfer),
      },
      handlePaste: (view, _event, { content }) =>
        linker?.linkSelection(view, content.textBetween(0, content.size, "\n", " ")),
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

/** A blank, or a new block behind it. */
function endsWord(doc: ProseMirrorNode, { from, to }: Range): boolean {
  const $from = doc.resolve(from);
  if (!$from.parent.isTextblock) return false;
  return to > $from.end() || BLANKS.test(wordsBetween(doc, from, to, " "));
}

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

function linkMissed(view: EditorView, linker: Linker): void {
  readPage(view);
  const { state } = view;
  const tr = state.tr.setMeta(missedKey, "seen");
  for (const range of missedIn(state)) if (endsWord(tr.doc, range)) linker.linkTyped(tr, range);
  view.dispatch(tr);
}

const missedIn = (state: EditorState): Range[] =>
  [...(missedKey.getState(state) ?? [])].sort((a, b) => b.to - a.to);
