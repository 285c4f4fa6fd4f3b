/**
 * Formulas on the page: blocks, and the mark on a stretch of text. Both hold their source, which is shown while the caret
 * is in it and where it cannot be drawn; beside it stands the picture. Plain DOM, no React, nothing walks the document.
 */
import type { Mark, Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type EditorState, Plugin } from "@tiptap/pm/state";
import {
  Decoration,
  DecorationSet,
  type MarkView,
  type NodeView,
  type ViewMutationRecord,
} from "@tiptap/pm/view";
import { blockAttributes } from "./block-dom.ts";
import { nodeText } from "./block-nodes.ts";
import { chosenOf } from "./chosen.ts";
import { element } from "./elements.ts";
import { isMathBlock, leaveMath, mathAround } from "./math-keys.ts";
import { type LoadMaths, MathPicture } from "./math-picture.ts";

export function mathViewPlugin(load: LoadMaths): Plugin {
  return new Plugin({
    props: {
      nodeViews: { mathBlock: (node) => new MathBlockView(node, load) },
      markViews: { math: (_mark: Mark) => new MathMarkView(load) },
      decorations: drawOpen,
      handleTextInput: (view, from, to, text) =>
        text === "$" && from === to && leaveMath(view.state, view.dispatch),
    },
  });
}

/** The formula that the caret is in. */
function drawOpen(state: EditorState): DecorationSet | null {
  const { $from } = state.selection;
  if (chosenOf(state) !== null) return null;
  if (isMathBlock($from.parent)) {
    const at = $from.before();
    return DecorationSet.create(state.doc, [
      Decoration.node(at, at + $from.parent.nodeSize, { class: "math-open" }),
    ]);
  }
  const range = mathAround(state);
  if (!range) return null;
  return DecorationSet.create(state.doc, [Decoration.inline(range.from, range.to, { class: "math-open" })]);
}

class MathBlockView implements NodeView {
  readonly dom = element("div");
  readonly contentDOM = element("code");
  readonly #picture: MathPicture;
  #node: ProseMirrorNode;
  #shown: readonly string[] = [];

  constructor(node: ProseMirrorNode, load: LoadMaths) {
    this.#node = node;
    this.#picture = new MathPicture(load, true, (failed) => this.dom.classList.toggle("failed", failed));
    const source = element("pre", "math-source");
    source.spellcheck = false;
    source.append(this.contentDOM);
    this.dom.append(this.#picture.dom, source);
    this.#draw();
  }

  update(node: ProseMirrorNode): boolean {
    if (node.type !== this.#node.type) return false;
    this.#node = node;
    this.#draw();
    return true;
  }

  destroy(): void {
    this.#picture.destroy();
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== "selection" && !this.contentDOM.contains(mutation.target);
  }

  #draw(): void {
    const { class: _, ...attributes } = blockAttributes(this.#node);
    attributes.dir = "ltr";
    for (const name of this.#shown) if (!Object.hasOwn(attributes, name)) this.dom.removeAttribute(name);
    for (const [name, value] of Object.entries(attributes)) this.dom.setAttribute(name, value);
    this.#shown = Object.keys(attributes);
    this.dom.classList.add("block", "math");
    this.#picture.show(nodeText(this.#node));
  }
}

/** The engine tells a mark's view nothing of what is in it: the view looks itself. */
class MathMarkView implements MarkView {
  readonly dom = element("span", "math");
  readonly contentDOM = element("span", "math-source");
  readonly #picture: MathPicture;
  readonly #observer: MutationObserver;

  constructor(load: LoadMaths) {
    this.#picture = new MathPicture(load, false, (failed) => this.dom.classList.toggle("failed", failed));
    this.contentDOM.spellcheck = false;
    this.dom.append(this.#picture.dom, this.contentDOM);
    this.#observer = new MutationObserver(() => this.#picture.show(this.contentDOM.textContent ?? ""));
    this.#observer.observe(this.contentDOM, { childList: true, characterData: true, subtree: true });
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#picture.destroy();
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== "selection" && !this.contentDOM.contains(mutation.target);
  }
}
