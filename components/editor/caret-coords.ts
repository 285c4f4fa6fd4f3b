/**
 * Where others' carets stand on the page. A page finds a position by a walk over the whole document; so a caret whose
 * block is as it was, words and size, is where it was in it.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { EditorView } from "@tiptap/pm/view";

/** In pixels of the window. */
export type CaretCoords = { readonly left: number; readonly top: number; readonly bottom: number };
type Known = {
  readonly node: ProseMirrorNode;
  readonly offset: number;
  readonly element: Element;
  /** In pixels of the element, whose size was `width` and `height`. */
  readonly inside: CaretCoords;
  readonly width: number;
  readonly height: number;
};

export class CaretFinder {
  readonly #known = new Map<string, Known>();

  /** @param who whose caret it is */
  find(view: EditorView, who: string, position: number): CaretCoords {
    const { parent, parentOffset } = view.state.doc.resolve(position);
    const known = this.#known.get(who);
    if (known?.node === parent && known.offset === parentOffset) {
      const now = insideOf(known);
      if (now) return now;
    }
    const at = view.coordsAtPos(position);
    const element = isOnlyText(parent) ? elementOf(view, parent, position, known?.element) : null;
    if (!element) this.#known.delete(who);
    else {
      const { left, top, width, height } = element.getBoundingClientRect();
      const inside = { left: at.left - left, top: at.top - top, bottom: at.bottom - top };
      this.#known.set(who, { node: parent, offset: parentOffset, element, inside, width, height });
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
  node.children.every(({ isText, marks }) => isText && marks.every(({ type }) => type.name !== "math"));

function elementOf(
  view: EditorView,
  { attrs }: ProseMirrorNode,
  position: number,
  before: Element | undefined,
): Element | null {
  if (before?.isConnected && before.getAttribute("data-block-id") === attrs.id) return before;
  const { node } = view.domAtPos(position);
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest(`[data-block-id="${attrs.id}"]`) ?? null;
}
