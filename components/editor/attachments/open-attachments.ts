/**
 * Pictures and files of one open document, from its first moment: what shows, stores and adopts them is the kit
 * (attachment-kit.ts), which comes later. What a person brings before waits for it with its place. Without React.
 */
import type { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { createStore, type WritableStore } from "../../../lib/collab/store.ts";
import { type Attachment, type AttachmentType, IMAGE } from "../../../lib/core/attachment.ts";
import { type Beside, placeOfSelection } from "../../../lib/editor/beside.ts";
import { earlyFilesPlugin } from "../../../lib/editor/early-files.ts";
import { toast } from "../../ui/toast.ts";
import type { AttachmentKit } from "./attachment-kit.ts";

/** The dialog over the page; `from` gets the focus back. */
export type AttachmentDialog = { readonly from: HTMLElement } & (
  | { readonly kind: "large"; readonly attachment: Attachment; readonly address: string }
  | { readonly kind: "alt"; readonly blockId: string }
);

const SHOWN_PICTURES = "image/png,image/jpeg,image/gif,image/webp,image/avif";

/** Calls back as the kit is here, and asks for it. */
export type WhenAttachments = (use: (kit: AttachmentKit) => void) => void;

export class OpenAttachments {
  readonly dialog: WritableStore<AttachmentDialog | null> = createStore<AttachmentDialog | null>(null);
  readonly #whenHere: WhenAttachments;
  /** Files that wait for the kit, by name. */
  #held: readonly string[] = [];
  readonly #stop: () => void;

  constructor(whenHere: WhenAttachments) {
    this.#whenHere = whenHere;
    this.#stop = keepPage(() => this.#held.length > 0);
  }

  plugin(): Plugin {
    return earlyFilesPlugin((view, files, beside) => this.take(view, files, beside));
  }

  take(view: EditorView, files: readonly File[], beside: Beside): void {
    this.#held = [...this.#held, ...files.map(({ name }) => name)];
    this.#whenHere((kit) => {
      this.#held = this.#held.slice(files.length);
      if (!view.isDestroyed) kit.take(view, files, beside);
    });
  }

  /**
   * Blocks that came from another document get copies of their pictures and files: then they outlive that document, and
   * are shown to whoever reads this one. What may not be copied keeps its place.
   */
  adopt(view: EditorView, blockIds: readonly string[]): void {
    this.#whenHere((kit) => kit.adopt(view, blockIds));
  }

  /** Opens the browser's list of files; what is chosen comes where the caret is now. */
  choose(view: EditorView, type: AttachmentType): void {
    const beside = placeOfSelection(view.state);
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    if (type === IMAGE) input.accept = SHOWN_PICTURES;
    input.hidden = true;
    document.body.append(input); // outside of the page Safari tells nothing of what was chosen
    input.addEventListener("cancel", () => input.remove());
    input.addEventListener("change", () => {
      input.remove();
      if (!view.isDestroyed && view.editable) this.take(view, [...(input.files ?? [])], beside);
      view.focus();
    });
    input.click();
  }

  destroy(): void {
    this.#stop();
    sayLeft(this.#held);
  }
}

/** @param names of files that were not added because the document was left. */
export function sayLeft(names: readonly string[]): void {
  if (names.length > 0)
    toast.error(
      names.length === 1
        ? `“${names[0]}” was not added, because you left the document. The text is safe.`
        : `${names.length} files were not added, because you left the document. The text is safe.`,
    );
}

/** Leaving with files that wait is asked about; a file dropped beside the text does not replace the page. */
function keepPage(holds: () => boolean): () => void {
  const warn = (event: BeforeUnloadEvent) => {
    if (holds()) event.preventDefault();
  };
  const stay = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  };
  window.addEventListener("beforeunload", warn);
  window.addEventListener("dragover", stay);
  window.addEventListener("drop", stay);
  return () => {
    window.removeEventListener("beforeunload", warn);
    window.removeEventListener("dragover", stay);
    window.removeEventListener("drop", stay);
  };
}
