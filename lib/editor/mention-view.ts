/**
 * Mentions on the page: an inline object whose value is a mention shows the name of now, and leads there. Where there is
 * no such name for this reader, it is the words that were written, and leads nowhere. Plain DOM, no React.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { type EditorState, NodeSelection, Plugin } from "@tiptap/pm/state";
import type { EditorView, NodeView } from "@tiptap/pm/view";
import { type Mention, mentionWords, readMention } from "../core/mention.ts";
import type { MentionDoor, Named } from "./mention.ts";

/** The element of an inline object: the same on the server and in the editor. */
export type Drawn = {
  readonly tag: "a" | "span";
  readonly attributes: Readonly<Record<string, string>>;
  readonly words: string;
};

const UNKNOWN: Drawn = {
  tag: "span",
  attributes: { class: "embed", title: "Made with a newer version" },
  words: "◇",
};

/** @param look null: nothing is known of anybody. */
export function drawObject(value: unknown, look: ((mention: Mention) => Named | null) | null): Drawn {
  const mention = readMention(value);
  if (!mention) return UNKNOWN;
  const named = look?.(mention) ?? null;
  const said = mentionWords(mention, named?.name);
  // the sheet of styles puts the sign before the name of a person who is known
  const words = mention.kind === "person" && named ? said.slice(1) : said;
  const { kind } = mention;
  if (!named)
    return { tag: "span", attributes: { class: "mention unseen-name", "data-mention": kind }, words };
  const attributes = {
    class: "mention",
    "data-mention": kind,
    ...(named.where ? { title: named.where } : {}),
  };
  return named.href === null
    ? { tag: "span", attributes, words }
    : { tag: "a", attributes: { ...attributes, href: named.href }, words };
}

export function mentionViewPlugin(door: MentionDoor): Plugin {
  return new Plugin({
    props: {
      nodeViews: { embed: (node) => new ObjectView(node, door) },
      handleKeyDown: (view, event) => isOpening(event) && openHere(view, event.altKey, door),
      handleDOMEvents: { click: (_view, event) => openByMouse(event, door) },
    },
  });
}

/** Enter on a chosen mention, or Alt+Enter also beside one. */
const isOpening = ({ key, ctrlKey, metaKey, isComposing }: KeyboardEvent): boolean =>
  key === "Enter" && !ctrlKey && !metaKey && !isComposing;

function openHere(view: EditorView, isBeside: boolean, door: MentionDoor): boolean {
  const mention = readMention(objectAt(view.state, isBeside)?.attrs.value);
  const href = mention && door.look(mention)?.href;
  if (href) door.go(href);
  return Boolean(href);
}

function objectAt({ selection }: EditorState, isBeside: boolean): ProseMirrorNode | null {
  const { $from, empty } = selection;
  const nodes = selection instanceof NodeSelection ? [selection.node] : [];
  if (isBeside && empty) nodes.push(...[$from.nodeBefore, $from.nodeAfter].filter((node) => node !== null));
  return nodes.find(({ type }) => type.name === "embed") ?? null;
}

/** A plain click goes there in this window; with a key, or another button, the link's own way. */
function openByMouse(event: MouseEvent, door: MentionDoor): boolean {
  const href = (event.target as Element).closest?.("a[data-mention]")?.getAttribute("href");
  if (!href || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
    return false;
  event.preventDefault();
  door.go(href);
  return true;
}

class ObjectView implements NodeView {
  readonly dom = document.createElement("span");
  readonly #door: MentionDoor;
  readonly #stop: () => void;
  #node: ProseMirrorNode;
  #shown = "";

  constructor(node: ProseMirrorNode, door: MentionDoor) {
    this.#node = node;
    this.#door = door;
    this.dom.className = "object";
    this.#draw();
    this.#stop = readMention(node.attrs.value) ? door.subscribe(() => this.#draw()) : () => undefined;
  }

  update(node: ProseMirrorNode): boolean {
    if (node.type !== this.#node.type || node.attrs.value !== this.#node.attrs.value) return false;
    this.#node = node;
    return true;
  }

  ignoreMutation(): boolean {
    return true;
  }

  destroy(): void {
    this.#stop();
  }

  #draw(): void {
    const { tag, attributes, words } = drawObject(this.#node.attrs.value, this.#door.look);
    const shown = JSON.stringify([tag, attributes, words]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const inner = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) inner.setAttribute(name, value);
    inner.textContent = words;
    this.dom.replaceChildren(inner);
  }
}
