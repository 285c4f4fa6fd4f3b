/**
 * A picture or a file on the page: a head that the engine leaves alone, and the caption. Plain DOM, no React. The
 * picture is fetched when it comes near the window; its room is kept from the first moment, so that nothing shifts.
 */
import type { Node as ProseMirrorNode } from "@tiptap/pm/model";
import type { EditorView, NodeView, ViewMutationRecord } from "@tiptap/pm/view";
import { type Attachment, IMAGE, readAttachment } from "../core/attachment.ts";
import { blockAttributes } from "./block-dom.ts";
import { button, element } from "./elements.ts";
import type { ShellPlace } from "./late-view.ts";
import { PRINT_SOON } from "./print-soon.ts";
import { aboutFile, endingOf, SMALL } from "./still-attachment.ts";

export type AttachmentDoor = {
  /** Resolves to an address that this page may show. Rejects with an Error whose message is a sentence. */
  readonly picture: (attachment: Attachment) => Promise<string>;
  /** Calls back when pictures may be shown no more; gives the way to stop. */
  readonly onClosed: (close: (sentence: string) => void) => () => void;
  readonly open: (attachment: Attachment, from: HTMLElement) => void;
  readonly download: (attachment: Attachment) => void;
  readonly describe: (view: EditorView, blockId: string, from: HTMLElement) => void;
};

const PRINTS = [PRINT_SOON, "beforeprint"] as const;

/** How far from the window a picture is fetched. */
const NEAR = "600px";

export class AttachmentView implements NodeView {
  readonly dom: HTMLElement;
  readonly contentDOM: HTMLElement;
  readonly #head = element("div", "attachment-head");
  readonly #view: EditorView;
  readonly #door: AttachmentDoor;
  readonly #stop: () => void;
  #node: ProseMirrorNode;
  #observer: IntersectionObserver | null = null;
  #fetchNow: (() => void) | null = null;
  #drawn = "";
  #shown: readonly string[] = [];

  constructor(node: ProseMirrorNode, view: EditorView, at: ShellPlace, door: AttachmentDoor) {
    this.dom = at.dom;
    this.contentDOM = at.contentDOM;
    this.#node = node;
    this.#view = view;
    this.#door = door;
    this.#head.contentEditable = "false";
    // the caption stays where it is: a caret may be in it
    at.head.replaceWith(this.#head);
    this.#stop = door.onClosed((sentence) => this.#close(sentence));
    this.#draw();
  }

  update(node: ProseMirrorNode): boolean {
    if (node.type !== this.#node.type || node.attrs.id !== this.#node.attrs.id) return false;
    this.#node = node;
    this.#draw();
    return true;
  }

  destroy(): void {
    this.#forget();
    this.#stop();
  }

  /** The head's buttons are the browser's; what is dragged over it is the editor's. */
  stopEvent(event: Event): boolean {
    const isInside = event.target instanceof Element && event.target.closest("button") !== null;
    return isInside && this.#head.contains(event.target as Element) && !/^(drag|drop)/.test(event.type);
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== "selection" && !this.contentDOM.contains(mutation.target);
  }

  get #attachment(): Attachment {
    return readAttachment(this.#node.attrs.props);
  }

  #draw(): void {
    const { attrs, content } = this.#node;
    const { class: _, ...attributes } = blockAttributes(this.#node);
    for (const name of this.#shown) if (!Object.hasOwn(attributes, name)) this.dom.removeAttribute(name);
    for (const [name, value] of Object.entries(attributes)) this.dom.setAttribute(name, value);
    this.#shown = Object.keys(attributes);
    this.dom.classList.add("block", "attachment");
    this.contentDOM.className = content.size === 0 ? "text is-empty" : "text";
    this.contentDOM.dataset.hint = attrs.type === IMAGE ? "Caption" : "Description";
    const attachment = this.#attachment;
    const now = JSON.stringify([attrs.type, attachment]);
    if (now === this.#drawn) return;
    this.#drawn = now;
    this.#forget();
    if (attrs.type === IMAGE) this.#drawPicture(attachment);
    else this.#drawFile(attachment);
  }

  #drawPicture(attachment: Attachment): void {
    const { width, height, alt, name } = attachment;
    const frame = element("div", "picture");
    this.#head.style.setProperty("--w", String(width ?? 640));
    this.#head.style.setProperty("--h", String(height ?? 400));
    this.#head.className = `attachment-head of-picture${(width ?? 640) < SMALL ? " small" : ""}`;
    const opens = button("picture-open", `Open picture: ${alt || name || "without a name"}`, "", () =>
      this.#door.open(this.#attachment, opens),
    );
    opens.hidden = true;
    const image = element("img");
    image.alt = alt;
    image.draggable = false;
    opens.append(image);
    const state = element("div", "picture-state");
    state.setAttribute("role", "status");
    frame.append(opens, state);
    this.#head.replaceChildren(frame, this.#tools(attachment));
    this.#whenNear(frame, () => this.#load(opens, image, state));
  }

  #tools(attachment: Attachment): HTMLElement {
    const tools = element("div", "picture-tools");
    const describe = button("button describe", "", "Alternative text", () =>
      this.#door.describe(this.#view, String(this.#node.attrs.id), describe),
    );
    const download = button("button", `Download ${attachment.name || "the picture"}`, "Download", () =>
      this.#door.download(this.#attachment),
    );
    tools.append(describe, download);
    return tools;
  }

  #whenNear(frame: HTMLElement, load: () => void): void {
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) this.#fetchNow?.();
      },
      { rootMargin: NEAR },
    );
    this.#observer = observer;
    observer.observe(frame);
    this.#fetchNow = () => {
      this.#forget();
      load();
    };
    for (const event of PRINTS) window.addEventListener(event, this.#fetchNow);
  }

  /** No longer waits to come near. */
  #forget(): void {
    this.#observer?.disconnect();
    for (const event of PRINTS) if (this.#fetchNow) window.removeEventListener(event, this.#fetchNow);
    this.#fetchNow = null;
  }

  #load(opens: HTMLElement, image: HTMLImageElement, state: HTMLElement): void {
    state.replaceChildren();
    this.#head.classList.remove("failed");
    const fail = (sentence: string) => {
      opens.hidden = true;
      this.#head.classList.add("failed");
      const again = button("button", "", "Try again", () => this.#load(opens, image, state));
      state.replaceChildren(element("p", "", sentence), again);
    };
    image.onload = () => {
      opens.hidden = false;
    };
    image.onerror = () => fail("This picture is damaged and cannot be shown. You can still download it.");
    this.#door.picture(this.#attachment).then(
      (address) => {
        image.src = address;
      },
      (cause: unknown) => fail(cause instanceof Error ? cause.message : String(cause)),
    );
  }

  #close(sentence: string): void {
    this.#forget();
    this.#head.classList.add("failed");
    const opens = this.#head.querySelector<HTMLElement>(".picture-open");
    if (!opens) return;
    opens.hidden = true;
    const image = opens.querySelector("img");
    if (image) image.onerror = null;
    image?.removeAttribute("src");
    this.#head.querySelector(".picture-state")?.replaceChildren(element("p", "", sentence));
  }

  #drawFile(attachment: Attachment): void {
    const name = attachment.name || "File without a name";
    const card = element("div", "file-card");
    const words = element("div", "file-words");
    words.append(element("span", "file-name", name), element("span", "file-about", aboutFile(attachment)));
    const get = button("button", `Download ${name}`, "Download", () => this.#door.download(this.#attachment));
    get.hidden = attachment.key === null;
    this.#head.className = "attachment-head";
    card.append(element("span", "file-kind", endingOf(name)), words, get);
    this.#head.replaceChildren(card);
  }
}
