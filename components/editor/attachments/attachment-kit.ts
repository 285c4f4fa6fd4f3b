/**
 * Pictures and files of one open document: uploads, their places in the text, and what shows them. It comes with the
 * first of them, or behind the text; open-attachments.ts says what happens before. Without React.
 */
import type { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import type { DocumentSession } from "../../../lib/collab/document-session.ts";
import type { WritableStore } from "../../../lib/collab/store.ts";
import { type Attachment, attachmentKey, IMAGE, readAttachment } from "../../../lib/core/attachment.ts";
import { attachmentKeysPlugin } from "../../../lib/editor/attachment-keys.ts";
import { AttachmentView } from "../../../lib/editor/attachment-view.ts";
import type { Beside } from "../../../lib/editor/beside.ts";
import { pictureOf } from "../../../lib/editor/describe-picture.ts";
import { fileDropPlugin } from "../../../lib/editor/file-drop.ts";
import type { MakeView } from "../../../lib/editor/late-view.ts";
import type { StepsTogether } from "../../../lib/editor/undo-steps.ts";
import { UploadCard } from "../../../lib/editor/upload-card.ts";
import {
  endUpload,
  putAttachment,
  startUploads,
  uploadPlacesPlugin,
} from "../../../lib/editor/upload-places.ts";
import { type Prepared, type Refusal, type Upload, Uploads } from "../../../lib/editor/uploads.ts";
import { toast } from "../../ui/toast.ts";
import { type AttachmentDialog, sayLeft } from "./open-attachments.ts";
import { PictureCache } from "./picture-cache.ts";
import { retryLater } from "./retry-later.ts";

const MOST_AT_ONCE = 50;

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

export type AttachmentNeeds = {
  readonly documentId: string;
  readonly session: DocumentSession;
  readonly dialog: WritableStore<AttachmentDialog | null>;
  /** Puts one into the text; those of one drop, paste or choice belong together. */
  readonly asSteps: StepsTogether;
};

export class AttachmentKit {
  readonly #pictures = new PictureCache(fetchPicture);
  readonly #dialog: AttachmentNeeds["dialog"];
  readonly #uploads: Uploads;
  readonly #cards = new Map<string, UploadCard>();
  /** By upload: all that was brought at once. */
  readonly #brought = new Map<string, readonly File[]>();
  readonly #stops: (() => void)[] = [];
  readonly #documentId: string;
  #view: EditorView | null = null;

  constructor({ documentId, session, dialog, asSteps }: AttachmentNeeds) {
    this.#documentId = documentId;
    this.#dialog = dialog;
    this.#uploads = new Uploads(
      {
        newKey: () => attachmentKey(documentId, crypto.randomUUID()),
        prepare: prepareLate,
        send: sendFile,
        later: retryLater,
      },
      {
        changed: (upload) => this.#cards.get(upload.id)?.show(upload),
        stored: (upload, prepared) => this.#put(upload, prepared, asSteps),
      },
    );
    this.#stops.push(
      session.status.subscribe(() => this.#checkAccess(session)),
      askBeforeLeaving(this.#uploads),
    );
    this.#checkAccess(session);
  }

  readonly keys = attachmentKeysPlugin;

  fileDrop(): Plugin {
    return fileDropPlugin((view, files, beside) => this.take(view, files, beside));
  }

  places(): ReturnType<typeof uploadPlacesPlugin> {
    return uploadPlacesPlugin((id) => this.#cards.get(id)?.dom ?? document.createElement("div"));
  }

  readonly view: MakeView = (node, view, at) =>
    new AttachmentView(node, view, at, {
      picture: ({ key }) =>
        key ? this.#pictures.get(key) : Promise.reject(new Error("This picture's address is damaged.")),
      onClosed: (close) => this.#pictures.onClosed(close),
      open: (attachment, from) => void this.#open(attachment, from),
      download: (attachment) => void downloadFile(attachment).catch(sayWhy),
      describe: (_view, blockId, from) => this.#dialog.set({ kind: "alt", blockId, from }),
    });

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
      this.#brought.set(id, files);
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

  destroy(): void {
    for (const stop of this.#stops) stop();
    const { all } = this.#uploads;
    this.#uploads.destroy();
    sayLeft(all.map(({ file }) => file.name));
    this.#pictures.close("This document is closed.");
  }

  #drop(id: string): void {
    this.#uploads.drop(id);
    this.#forget(id);
    const view = this.#view;
    if (!view || view.isDestroyed) return;
    view.dispatch(endUpload(view.state, id));
    view.focus();
  }

  #put(upload: Upload, { type, about, blob, note }: Prepared, asSteps: StepsTogether): void {
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
    if (type === IMAGE) this.#pictures.put(upload.key, blob);
    asSteps(this.#brought.get(upload.id) ?? upload, () => view.dispatch(tr));
    this.#forget(upload.id);
    if (note) toast(note);
  }

  #forget(id: string): void {
    this.#cards.delete(id);
    this.#brought.delete(id);
  }

  async #open(attachment: Attachment, from: HTMLElement): Promise<void> {
    if (!attachment.key) return;
    try {
      this.#dialog.set({
        kind: "large",
        attachment,
        address: await this.#pictures.get(attachment.key),
        from,
      });
    } catch (cause) {
      sayWhy(cause);
    }
  }

  #checkAccess(session: DocumentSession): void {
    if (session.status.getSnapshot().phase === "ended")
      this.#pictures.close("You may not see this picture any more.");
  }
}

function sayWhy(cause: unknown): void {
  toast.error(cause instanceof Error ? cause.message : String(cause));
}

/** Leaving with files on their way is asked about. */
function askBeforeLeaving(uploads: Uploads): () => void {
  const warn = (event: BeforeUnloadEvent) => {
    if (uploads.all.some(({ state }) => state.step !== "refused")) event.preventDefault();
  };
  window.addEventListener("beforeunload", warn);
  return () => window.removeEventListener("beforeunload", warn);
}
