/** Pictures and files of one open document: uploads, their places in the text, and what shows them. Without React. */
import type { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import type { DocumentSession } from "../../../lib/collab/document-session.ts";
import { createStore, type WritableStore } from "../../../lib/collab/store.ts";
import {
  type Attachment,
  type AttachmentType,
  attachmentKey,
  IMAGE,
  readAttachment,
} from "../../../lib/core/attachment.ts";
import { attachmentKeysPlugin } from "../../../lib/editor/attachment-keys.ts";
import { attachmentViewPlugin } from "../../../lib/editor/attachment-view.ts";
import { pictureOf } from "../../../lib/editor/describe-picture.ts";
import { fileDropPlugin } from "../../../lib/editor/file-drop.ts";
import { UploadCard } from "../../../lib/editor/upload-card.ts";
import {
  type Beside,
  endUpload,
  placeOfSelection,
  putAttachment,
  startUploads,
  uploadPlacesPlugin,
} from "../../../lib/editor/upload-places.ts";
import { type Prepared, type Refusal, type Upload, Uploads } from "../../../lib/editor/uploads.ts";
import { toast } from "../../ui/toast.ts";
import { PictureCache } from "./picture-cache.ts";
import { retryLater } from "./retry-later.ts";

/** The dialog over the page; `from` gets the focus back. */
export type AttachmentDialog = { readonly from: HTMLElement } & (
  | { readonly kind: "large"; readonly attachment: Attachment; readonly address: string }
  | { readonly kind: "alt"; readonly blockId: string }
);

const MOST_AT_ONCE = 50;
const SHOWN_PICTURES = "image/png,image/jpeg,image/gif,image/webp,image/avif";

type Storage = typeof import("./storage-door.ts");

/** It asks Supabase's client, which comes behind the text as well. Rejects with a sentence. */
const storage = (): Promise<Storage> =>
  import("./storage-door.ts").catch((cause: unknown) => {
    throw new Error("This needs a connection. Try again later.", { cause });
  });
const copyFile: Storage["copyFile"] = async (from, to) => (await storage()).copyFile(from, to);
const downloadFile: Storage["downloadFile"] = async (file) => (await storage()).downloadFile(file);
const fetchPicture: Storage["fetchPicture"] = async (key) => (await storage()).fetchPicture(key);
const removeFile: Storage["removeFile"] = async (key) => (await storage()).removeFile(key);
const sendFile: Storage["sendFile"] = async (...sent) => {
  const door = await storage().catch(() => null);
  return door ? door.sendFile(...sent) : { kind: "unreachable" };
};

/** What looks at a file comes with the first one, or when the page has time (fetch-ahead.ts). */
async function prepareLate(file: File): Promise<Prepared | Refusal> {
  try {
    return await (await import("./prepare-file.ts")).prepareFile(file);
  } catch (error) {
    console.warn("prepare", error);
    return {
      sentence: "This file cannot be looked at without a connection. Try again later.",
      canRetry: true,
    };
  }
}

export class OpenAttachments {
  readonly dialog: WritableStore<AttachmentDialog | null> = createStore<AttachmentDialog | null>(null);
  readonly pictures = new PictureCache(fetchPicture);
  readonly #uploads: Uploads;
  readonly #cards = new Map<string, UploadCard>();
  readonly #stops: (() => void)[] = [];
  readonly #documentId: string;
  #view: EditorView | null = null;

  constructor(documentId: string, session: DocumentSession, onPut: () => void) {
    this.#documentId = documentId;
    this.#uploads = new Uploads(
      {
        newKey: () => attachmentKey(documentId, crypto.randomUUID()),
        prepare: prepareLate,
        send: sendFile,
        later: retryLater,
      },
      {
        changed: (upload) => this.#cards.get(upload.id)?.show(upload),
        stored: (upload, prepared) => this.#put(upload, prepared, onPut),
      },
    );
    this.#stops.push(
      session.status.subscribe(() => this.#checkAccess(session)),
      keepPage(this.#uploads),
    );
  }

  plugins(): Plugin[] {
    return [
      attachmentKeysPlugin(),
      fileDropPlugin((view, files, beside) => this.take(view, files, beside)),
      uploadPlacesPlugin((id) => this.#cards.get(id)?.dom ?? document.createElement("div")),
      attachmentViewPlugin({
        picture: ({ key }) =>
          key ? this.pictures.get(key) : Promise.reject(new Error("This picture's address is damaged.")),
        onClosed: (close) => this.pictures.onClosed(close),
        open: (attachment, from) => void this.#open(attachment, from),
        download: (attachment) => void downloadFile(attachment).catch(sayWhy),
        describe: (_view, blockId, from) => this.dialog.set({ kind: "alt", blockId, from }),
      }),
    ];
  }

  take(view: EditorView, files: readonly File[], beside: Beside): void {
    this.#view = view;
    if (files.length > MOST_AT_ONCE) {
      toast.error(`${files.length} files are too many at once. Nothing was added.`, {
        description: `Bring up to ${MOST_AT_ONCE} at a time.`,
      });
      return;
    }
    const ids = files.map((file) => {
      const upload = this.#uploads.add(file);
      const { id } = upload;
      const retry = () => this.#uploads.retry(id);
      const card = new UploadCard(file.name, { retry, drop: () => this.#drop(id) });
      card.show(upload);
      this.#cards.set(id, card);
      return id;
    });
    view.dispatch(startUploads(view.state, ids, beside));
  }

  /**
   * Blocks that came from another document get copies of their pictures and files: then they outlive that document, and
   * are shown to whoever reads this one. What may not be copied keeps its place.
   */
  adopt(view: EditorView, blockIds: readonly string[]): void {
    for (const blockId of blockIds) void this.#adopt(view, blockId);
  }

  async #adopt(view: EditorView, blockId: string): Promise<void> {
    const { key } = readAttachment(pictureOf(view.state.doc, blockId)?.node.attrs.props ?? {});
    if (!key || key.startsWith(`${this.#documentId}/`)) return;
    const own = attachmentKey(this.#documentId, crypto.randomUUID());
    if (!(await copyFile(key, own)) || view.isDestroyed) return;
    const found = pictureOf(view.state.doc, blockId);
    if (!found || found.node.attrs.props.attachment !== key || !view.editable) {
      void removeFile(own);
      return;
    }
    const props = { ...found.node.attrs.props, attachment: own };
    view.dispatch(view.state.tr.setNodeAttribute(found.pos, "props", props));
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
    for (const stop of this.#stops) stop();
    const { all } = this.#uploads;
    this.#uploads.destroy();
    if (all.length > 0)
      toast.error(
        all.length === 1
          ? `“${all[0]?.file.name}” was not added, because you left the document. The text is safe.`
          : `${all.length} files were not added, because you left the document. The text is safe.`,
      );
    this.pictures.close("This document is closed.");
  }

  #drop(id: string): void {
    this.#uploads.drop(id);
    this.#cards.delete(id);
    const view = this.#view;
    if (!view || view.isDestroyed) return;
    view.dispatch(endUpload(view.state, id));
    view.focus();
  }

  #put(upload: Upload, { type, about, blob, note }: Prepared, onPut: () => void): void {
    const view = this.#view;
    const attachment: Attachment = { ...about, key: upload.key, alt: "" };
    const tr =
      view && !view.isDestroyed && view.editable
        ? putAttachment(view.state, upload.id, type, attachment)
        : null;
    if (!tr || !view) {
      void removeFile(upload.key);
      if (view && !view.isDestroyed) view.dispatch(endUpload(view.state, upload.id));
      toast.error(`“${about.name}” was not added: you may not write here any more. The text is safe.`);
      return;
    }
    if (type === IMAGE) this.pictures.put(upload.key, blob);
    onPut();
    view.dispatch(tr);
    onPut();
    this.#cards.delete(upload.id);
    if (note) toast(note);
  }

  async #open(attachment: Attachment, from: HTMLElement): Promise<void> {
    if (!attachment.key) return;
    try {
      this.dialog.set({ kind: "large", attachment, address: await this.pictures.get(attachment.key), from });
    } catch (cause) {
      sayWhy(cause);
    }
  }

  #checkAccess(session: DocumentSession): void {
    if (session.status.getSnapshot().phase === "ended")
      this.pictures.close("You may not see this picture any more.");
  }
}

function sayWhy(cause: unknown): void {
  toast.error(cause instanceof Error ? cause.message : String(cause));
}

/** Leaving with files on their way is asked about; a file dropped beside the text does not replace the page. */
function keepPage(uploads: Uploads): () => void {
  const warn = (event: BeforeUnloadEvent) => {
    if (uploads.all.some(({ state }) => state.step !== "refused")) event.preventDefault();
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
