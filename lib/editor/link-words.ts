/** Makes links of the addresses that find-links.ts finds in a text; both come behind the text. When is in autolink.ts. */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { Transaction } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { type FoundLink, linkFinder } from "./find-links.ts";

export type Range = { readonly from: number; readonly to: number };
export type Linker = {
  /** The word that is ended by what was typed there. */
  readonly linkTyped: (tr: Transaction, range: Range) => void;
  readonly linkAll: (tr: Transaction, range: Range) => void;
  /** False where nothing is chosen, or the text is no address. */
  readonly linkSelection: (view: EditorView, text: string) => boolean;
};

export const linker: Linker = { linkTyped, linkAll, linkSelection };

/** The word that a blank or a new block ended. */
function linkTyped(tr: Transaction, { from, to }: Range): void {
  const $from = tr.doc.resolve(from);
  const { parent } = $from;
  if (!parent.isTextblock) return;
  const end = Math.min(to, $from.end());
  const text = parent.textBetween(0, end - $from.start(), undefined, " ").trimEnd();
  const begin = /\S*$/.exec(text)?.index ?? 0;
  const found = begin < text.length ? linkFinder.ofWord(text.slice(begin)) : null;
  if (found) addLink(tr, parent, $from.start() + begin, found);
}

function linkAll(tr: Transaction, { from, to }: Range): void {
  tr.doc.nodesBetween(from, to, (node, position) => {
    if (!node.isTextblock) return true;
    const start = Math.max(from, position + 1);
    const end = Math.min(to, position + 1 + node.content.size);
    for (const found of linkFinder.all(tr.doc.textBetween(start, end, undefined, " ")))
      addLink(tr, node, start, found);
    return false;
  });
}

function addLink(
  tr: Transaction,
  block: ProseMirrorNode,
  offset: number,
  { start, end, href }: FoundLink,
): void {
  const { link, code } = block.type.schema.marks;
  const [from, to] = [offset + start, offset + end];
  if (!link || !block.type.allowsMarkType(link) || tr.doc.rangeHasMark(from, to, link)) return;
  if (code && tr.doc.rangeHasMark(from, to, code)) return;
  tr.addMark(from, to, link.create({ href }));
}

/** An address on chosen words. */
function linkSelection(view: EditorView, text: string): boolean {
  const { selection, schema, tr } = view.state;
  const type = schema.marks.link;
  const href = selection.empty || text === "" ? null : linkFinder.hrefOf(text);
  const { from, to, $from } = selection;
  if (!type || href === null || !$from.parent.type.allowsMarkType(type)) return false;
  view.dispatch(tr.addMark(from, to, type.create({ href })));
  return true;
}
