/**
 * Where others' carets stand on the page. A page finds a position by a walk over the whole document; so a caret whose
 * block is as it was, words and size, is where it was in it.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { EditorView } from "@tiptap/pm/view";

/** In pixels of the window. */
export type CaretCoords = { readonly left: number; readonly top: number; readonly bottom: number };
type Known = {
  /** As it was sent; the same object as long as the person stays there. */
  readonly cursor: unknown;
  /** The node at the top of the document that it is in, and its index. */
  readonly top: ProseMirrorNode;
  readonly index: number;
  readonly element: Element;
  /** In pixels of the element, whose size was `width` and `height`. */
  readonly inside: CaretCoords;
  readonly width: number;
  readonly height: number;
};

export class CaretFinder {
  readonly #known = new Map<string, Known>();

  /** Where it was found, if it and its block are as they were; null: it is to be looked for. */
  kept({ state: { doc } }: EditorView, who: string, cursor: unknown): CaretCoords | null {
    const known = this.#known.get(who);
    if (!known || known.cursor !== cursor) return null;
    const { top, index } = known;
    // a block may have come or gone before it
    const now = [index, index + 1, index - 1].find((at) => doc.maybeChild(at) === top);
    if (now === undefined) return null;
    if (now !== index) this.#known.set(who, { ...known, index: now });
    return insideOf(known);
  }

  /** @param who whose caret it is */
  find(view: EditorView, who: string, cursor: unknown, position: number): CaretCoords {
    const at = view.coordsAtPos(position);
    const resolved = view.state.doc.resolve(position);
    const { parent } = resolved;
    const element = isOnlyText(parent) ? elementOf(view, parent, position, this.#known.get(who)) : null;
    if (!element) this.#known.delete(who);
    else {
      const { left, top, width, height } = element.getBoundingClientRect();
      const inside = { left: at.left - left, top: at.top - top, bottom: at.bottom - top };
      const index = resolved.index(0);
      this.#known.set(who, { cursor, top: resolved.node(1), index, element, inside, width, height });
    }
    return at;
  }
}

function insideOf({ element, inside, width, height }: Known): CaretCoords | null {
  if (!element.isConnected) return null;
  const now = element.getBoundingClientRect();
  if (now.width !== width || now.height !== height) return null;
  return { left: now.left + inside.left, top: now.top + inside.top, bottom: now.top + inside.bottom };
}

/** What else stands in a line, a formula or a name, changes its width when it likes. */
const isOnlyText = (node: ProseMirrorNode): boolean =>
  node.isTextblock &&
  node.children.every(({ isText, marks }) => isText && marks.every(({ type }) => type.name !== "math"));

function elementOf(
  view: EditorView,
  { attrs }: ProseMirrorNode,
  position: number,
  before: Known | undefined,
): Element | null {
  if (before?.element.isConnected && before.element.getAttribute("data-block-id") === attrs.id)
    return before.element;
  const { node } = view.domAtPos(position);
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest(`[data-block-id="${attrs.id}"]`) ?? null;
}
