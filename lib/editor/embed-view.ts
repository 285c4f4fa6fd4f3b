/**
 * An embed on the page. Nothing of the other site is asked for before a person clicks: until then a poster says whose it
 * is. An address that may not be shown is a link, and none at all a field that asks for one. Plain DOM, no React.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import type { EditorView, NodeView, ViewMutationRecord } from "@tiptap/pm/view";
import { EMBED_SITES, type Embed, readEmbed } from "../core/embed.ts";
import { blockAttributes } from "./block-dom.ts";
import { idOf } from "./block-nodes.ts";
import { blockAt } from "./commands.ts";
import { button, element } from "./elements.ts";
import { addressOf, embedBlock, setEmbedAddress } from "./embed-commands.ts";
import { linkOf } from "./embed-dom.ts";
import { readHref } from "./format-commands.ts";
import type { ShellPlace } from "./late-view.ts";
import { posterWords } from "./still-embed.ts";

export type EmbedDoor = {
  /** An address was pasted that could be shown in the page: `show` does it. */
  readonly offer: (siteName: string, show: () => void) => void;
  /** What was to be shown became a link. */
  readonly becameLink: () => void;
};

const SITES_IN_WORDS = `${EMBED_SITES.slice(0, -1).join(", ")} and ${EMBED_SITES.at(-1)}`;

export function embedPastePlugin(door: EmbedDoor): Plugin {
  return new Plugin({ props: { handlePaste: (view, event) => offerPasted(view, event, door) } });
}

/** The paste goes on as any; once it is in the text the offer is made. */
function offerPasted(view: EditorView, event: ClipboardEvent, door: EmbedDoor): boolean {
  const known = readEmbed(event.clipboardData?.getData("text/plain").trim());
  const { node } = blockAt(view.state.doc, view.state.selection.from);
  if (!known || node.type.name !== "block" || node.content.size > 0) return false;
  setTimeout(() => {
    if (view.isDestroyed) return;
    const here = blockAt(view.state.doc, view.state.selection.from).node;
    if (addressOf(here) !== known.url) return;
    door.offer(known.name, () => {
      const transaction = view.isDestroyed ? null : embedBlock(view.state, idOf(here));
      if (transaction) view.dispatch(transaction);
      view.focus();
    });
  });
  return false;
}

export class EmbedView implements NodeView {
  readonly dom: HTMLElement;
  readonly contentDOM: HTMLElement;
  readonly #head = element("div", "embed-head");
  readonly #view: EditorView;
  readonly #door: EmbedDoor;
  #node: ProseMirrorNode;
  #drawn: unknown = this;
  #shown: readonly string[] = [];

  constructor(node: ProseMirrorNode, view: EditorView, at: ShellPlace, door: EmbedDoor) {
    this.dom = at.dom;
    this.contentDOM = at.contentDOM;
    this.#node = node;
    this.#view = view;
    this.#door = door;
    this.#head.contentEditable = "false";
    at.head.replaceWith(this.#head);
    this.#draw();
  }

  update(node: ProseMirrorNode): boolean {
    if (node.type !== this.#node.type || node.attrs.id !== this.#node.attrs.id) return false;
    this.#node = node;
    this.#draw();
    return true;
  }

  /** A new block that asks for its address gets the focus there. */
  selectNode(): void {
    setTimeout(() => {
      if (this.#view.hasFocus()) this.#head.querySelector("input")?.focus({ preventScroll: true });
    });
  }

  stopEvent(event: Event): boolean {
    const isControl = event.target instanceof Element && event.target.closest("button, input, a") !== null;
    return isControl && this.#head.contains(event.target as Element) && !/^(drag|drop)/.test(event.type);
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== "selection" && !this.contentDOM.contains(mutation.target);
  }

  #draw(): void {
    const { class: _, ...attributes } = blockAttributes(this.#node);
    for (const name of this.#shown) if (!Object.hasOwn(attributes, name)) this.dom.removeAttribute(name);
    for (const [name, value] of Object.entries(attributes)) this.dom.setAttribute(name, value);
    this.#shown = Object.keys(attributes);
    this.dom.classList.add("block", "attachment", "embedded");
    this.contentDOM.className = this.#node.content.size === 0 ? "text is-empty" : "text";
    this.contentDOM.dataset.hint = "Caption";
    const { url } = this.#node.attrs.props;
    if (url === this.#drawn) return;
    this.#drawn = url;
    const known = readEmbed(url);
    if (known) this.#drawPoster(known);
    else if (url === undefined) this.#drawField();
    else this.#drawLink();
  }

  #drawPoster(embed: Embed): void {
    const { name, url, frame } = embed;
    const said = posterWords(embed);
    const poster = element("div", "embed-poster");
    const load = button("button", "", said.load, () => this.#drawFrame(name, frame));
    const link = element("a", "link", said.open);
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    poster.append(load, link, element("p", "embed-words", said.words));
    this.#head.replaceChildren(poster);
  }

  #drawFrame(name: string, address: string): void {
    const frame = element("iframe", "embed-frame");
    frame.title = this.#node.textContent || `From ${name}`;
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation");
    frame.setAttribute("allow", "fullscreen; picture-in-picture");
    frame.referrerPolicy = "strict-origin"; // YouTube plays nothing for a page that does not say where it is
    frame.loading = "lazy";
    frame.src = address;
    this.#head.replaceChildren(frame);
    frame.focus();
  }

  #drawLink(): void {
    const href = linkOf(this.#node.attrs.props);
    const words = element("p", "embed-words");
    if (href === null) words.textContent = "This embed's address is damaged.";
    else {
      const link = element("a", "link", href);
      link.href = href;
      link.rel = "noopener noreferrer nofollow";
      words.append(link);
    }
    this.#head.replaceChildren(words);
  }

  #drawField(): void {
    const form = element("form", "embed-form");
    const field = element("input", "input");
    field.setAttribute("aria-label", "Address to embed");
    field.placeholder = "https://";
    field.inputMode = "url";
    field.autocomplete = "off";
    const note = element("p", "embed-words", `Shown in the page: ${SITES_IN_WORDS}. Any other is a link.`);
    const send = element("button", "button", "Embed");
    send.type = "submit";
    form.append(field, send, note);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send(field.value, note);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#view.focus();
    });
    this.#head.replaceChildren(form);
  }

  #send(typed: string, note: HTMLElement): void {
    const href = readHref(typed);
    if (href === null || !this.#view.editable) {
      note.textContent = "That is no address that a page can lead to. Nothing was changed.";
      note.setAttribute("role", "alert");
      return;
    }
    const transaction = setEmbedAddress(this.#view.state, idOf(this.#node), href);
    if (!transaction) return;
    if (readEmbed(href) === null) this.#door.becameLink();
    this.#view.dispatch(transaction.scrollIntoView());
    this.#view.focus();
  }
}
