/**
 * Colours of code, drawn beside the document and off the path of a key: a moment after the last change, when the
 * browser has time, the code blocks in sight that have none get theirs. What each word is comes from a highlighter
 * that is loaded with the first block of its language.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type EditorState, Plugin, type PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import { languageOf } from "./languages.ts";

/** A word of the language, a value, a remark: the classes of the style sheet. Offsets count UTF-16 units. */
export type Token = { readonly from: number; readonly to: number; readonly kind: "k" | "s" | "c" };
export type Highlighter = (text: string) => readonly Token[];
/** Null when the language has no highlighter. */
export type LoadHighlighter = (language: string) => Promise<Highlighter | null>;

/** UTF-16 units; longer code stays plain. */
export const LONGEST_HIGHLIGHTED = 20_000;
const REST_MS = 150;
/** How far out of sight a block is still coloured. */
const MARGIN_PX = 400;

type Drawn = {
  readonly set: DecorationSet /** Some of it went with what was deleted or moved. */;
  readonly isTorn: boolean;
};
export type HighlightingKey = PluginKey<Drawn>;

export function highlightingPlugin(load: LoadHighlighter, key: HighlightingKey): Plugin<Drawn> {
  return new Plugin<Drawn>({
    key,
    state: {
      init: () => ({ set: DecorationSet.empty, isTorn: false }),
      apply(transaction, drawn) {
        const fresh: DecorationSet | undefined = transaction.getMeta(key);
        if (fresh) return { set: fresh, isTorn: false };
        if (!transaction.docChanged || drawn.set === DecorationSet.empty) return drawn;
        let { isTorn } = drawn;
        const onRemove = () => {
          isTorn = true;
        };
        return { set: drawn.set.map(transaction.mapping, transaction.doc, { onRemove }), isTorn };
      },
    },
    props: { decorations: (state) => key.getState(state)?.set },
    view: (view) => new Painter(view, load, key),
  });
}

type CodeAt = { readonly node: ProseMirrorNode; readonly pos: number };

class Painter {
  readonly #view: EditorView;
  readonly #load: LoadHighlighter;
  readonly #key: HighlightingKey;
  /** By node: a node never changes, so that its tokens do not either. */
  readonly #tokens = new WeakMap<ProseMirrorNode, readonly Token[]>();
  readonly #ready = new Map<string, Highlighter>();
  readonly #asked = new Set<string>();
  #painted: readonly ProseMirrorNode[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #idle: number | undefined;
  readonly #later = () => this.#schedule();

  constructor(view: EditorView, load: LoadHighlighter, key: HighlightingKey) {
    this.#view = view;
    this.#load = load;
    this.#key = key;
    // capture: whatever scrolls, the page or a part of it
    window.addEventListener("scroll", this.#later, { capture: true, passive: true });
    this.#schedule();
  }

  update(view: EditorView, before: EditorState): void {
    if (before.doc !== view.state.doc) this.#schedule();
  }

  destroy(): void {
    window.removeEventListener("scroll", this.#later, { capture: true });
    clearTimeout(this.#timer);
    if (this.#idle !== undefined) window.cancelIdleCallback?.(this.#idle);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!window.requestIdleCallback) this.#paint();
      else this.#idle = window.requestIdleCallback(() => this.#paint(), { timeout: 1_000 });
    }, REST_MS);
  }

  #paint(): void {
    const view = this.#view;
    if (view.isDestroyed || view.composing) return;
    const blocks = codeBlocks(view.state.doc);
    for (const block of blocks)
      if (!this.#tokens.has(block.node) && isInSight(view, block.pos)) this.#read(block.node);
    const painted = blocks.filter(({ node }) => (this.#tokens.get(node)?.length ?? 0) > 0);
    const isSame =
      painted.length === this.#painted.length && painted.every(({ node }, i) => node === this.#painted[i]);
    if (isSame && !this.#key.getState(view.state)?.isTorn) return;
    this.#painted = painted.map(({ node }) => node);
    const all = painted.flatMap(({ node, pos }) =>
      (this.#tokens.get(node) ?? []).map(({ from, to, kind }) =>
        Decoration.inline(pos + 1 + from, pos + 1 + to, { class: kind }),
      ),
    );
    view.dispatch(view.state.tr.setMeta(this.#key, DecorationSet.create(view.state.doc, all)));
  }

  /** Its tokens at once if its language is here; else its language is loaded, and this is done again. */
  #read(node: ProseMirrorNode): void {
    const { language } = node.attrs.props;
    const known = typeof language === "string" ? languageOf(language) : null;
    if (!known?.id || node.content.size > LONGEST_HIGHLIGHTED) return;
    const highlight = this.#ready.get(known.id);
    // an inline object takes one place in the text, as in the document
    if (highlight)
      this.#tokens.set(node, highlight(node.textBetween(0, node.content.size, undefined, "\ufffc")));
    else void this.#fetch(known.id);
  }

  async #fetch(language: string): Promise<void> {
    if (this.#asked.has(language)) return;
    this.#asked.add(language);
    const highlight = await this.#load(language);
    if (!highlight || this.#view.isDestroyed) return;
    this.#ready.set(language, highlight);
    this.#schedule();
  }
}

function codeBlocks(doc: ProseMirrorNode): CodeAt[] {
  const found: CodeAt[] = [];
  doc.forEach((node, pos) => {
    if (node.type.spec.code) found.push({ node, pos });
  });
  return found;
}

function isInSight(view: EditorView, pos: number): boolean {
  const dom = view.nodeDOM(pos);
  if (!(dom instanceof HTMLElement)) return false;
  const { top, bottom } = dom.getBoundingClientRect();
  return bottom > -MARGIN_PX && top < window.innerHeight + MARGIN_PX;
}
