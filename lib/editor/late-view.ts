/**
 * A block whose buttons come late (late-kit.ts): until then it stands as on the page that the server made, with the room
 * that it will have, and its caption is written in as ever. What comes then takes the place of the head alone.
 */
import { type DOMOutputSpec, DOMSerializer, type Node as ProseMirrorNode } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import type { EditorView, NodeView, ViewMutationRecord } from "@tiptap/pm/view";
import type { LateKit } from "./late-kit.ts";

export type ShellPlace = {
  readonly dom: HTMLElement;
  /** To be replaced by another. */
  readonly head: HTMLElement;
  readonly contentDOM: HTMLElement;
};

/** The view with all that it can do, in the elements of the shell. */
export type WholeView = NodeView & { readonly update: (node: ProseMirrorNode) => boolean };
export type MakeView = (node: ProseMirrorNode, view: EditorView, at: ShellPlace) => WholeView;

export type Shell<Kit> = {
  /** A figure with two children: its head, and its caption. */
  readonly draw: (node: ProseMirrorNode) => DOMOutputSpec;
  readonly make: (kit: Kit) => MakeView;
  /** The whole view does something of its own when it is chosen. */
  readonly hearsChoice?: boolean;
};

/** @param shells by the name of their nodes. */
export const lateViewsPlugin = <Kit>(
  late: LateKit<Kit>,
  shells: Readonly<Record<string, Shell<Kit>>>,
): Plugin =>
  new Plugin({
    props: {
      nodeViews: Object.fromEntries(
        Object.entries(shells).map(([name, shell]) => [
          name,
          (node: ProseMirrorNode, view: EditorView) => new LateView(node, view, late, shell),
        ]),
      ),
    },
  });

class LateView<Kit> implements NodeView {
  readonly dom: HTMLElement;
  readonly contentDOM: HTMLElement;
  #node: ProseMirrorNode;
  #whole: WholeView | null = null;
  readonly #stop: () => void;
  selectNode?: () => void;
  deselectNode?: () => void;

  constructor(node: ProseMirrorNode, view: EditorView, late: LateKit<Kit>, shell: Shell<Kit>) {
    const { draw, make, hearsChoice } = shell;
    const { dom, contentDOM } = DOMSerializer.renderSpec(document, draw(node));
    this.dom = dom as HTMLElement;
    this.contentDOM = contentDOM as HTMLElement;
    this.#node = node;
    const head = this.dom.firstElementChild as HTMLElement;
    head.contentEditable = "false";
    if (hearsChoice) this.#hearChoice();
    this.#stop = late.whenHere((kit) => {
      this.#whole = make(kit)(this.#node, view, { dom: this.dom, head, contentDOM: this.contentDOM });
      if (hearsChoice && this.dom.classList.contains(CHOSEN)) this.#whole.selectNode?.();
    });
  }

  /** A shell whose words alone change stays; any other is drawn anew. */
  update(node: ProseMirrorNode): boolean {
    if (this.#whole) return this.#whole.update(node);
    if (!node.sameMarkup(this.#node)) return false;
    this.#node = node;
    this.contentDOM.classList.toggle("is-empty", node.content.size === 0);
    return true;
  }

  stopEvent(event: Event): boolean {
    return this.#whole?.stopEvent?.(event) ?? false;
  }

  /** What is done to the head and to the caption's own element is ours; what is in the caption is the engine's. */
  ignoreMutation({ type, target }: ViewMutationRecord): boolean {
    if (type === "selection") return false;
    return !this.contentDOM.contains(target) || (type === "attributes" && target === this.contentDOM);
  }

  destroy(): void {
    this.#stop();
    this.#whole?.destroy?.();
  }

  #hearChoice(): void {
    this.selectNode = () => {
      this.dom.classList.add(CHOSEN);
      this.#whole?.selectNode?.();
    };
    this.deselectNode = () => this.dom.classList.remove(CHOSEN);
  }
}

/** The engine's own word for it. */
const CHOSEN = "ProseMirror-selectednode";
