/**
 * Files on their way into a document. Nothing of a file is in the shared document before its last byte is stored, so
 * that nobody ever sees a broken picture; a page that closes meanwhile leaves nothing behind.
 *
 *   preparing ──▶ queued ──▶ sending ──▶ stored (gone from here, a block of the document)
 *       │                     │  ▲
 *       ▼                     ▼  │ back online, after a pause, "Try again"
 *    refused ◀──────────── waiting
 *       └── "Try again" (where that can help) ──▶ preparing
 */
import type { Attachment, AttachmentKey, AttachmentType } from "../core/attachment.ts";

export type Prepared = {
  readonly type: AttachmentType;
  readonly blob: Blob;
  readonly about: Omit<Attachment, "key" | "alt">;
  /** What was done to the file, as a sentence; null: nothing. */
  readonly note: string | null;
};
/** `canRetry`: the same file may pass later. */
export type Refusal = { readonly sentence: string; readonly canRetry: boolean };
export type Sent =
  | { readonly kind: "stored" }
  | { readonly kind: "unreachable" }
  | ({ readonly kind: "refused" } & Refusal);

export type UploadStep =
  | { readonly step: "preparing" | "queued" | "waiting" }
  | { readonly step: "sending" /** 0…1 */; readonly part: number }
  | ({ readonly step: "refused" } & Refusal);

export type Upload = {
  readonly id: string;
  readonly file: File;
  readonly key: AttachmentKey;
  readonly prepared: Prepared | null;
  readonly state: UploadStep;
};

export type UploadDoor = {
  readonly newKey: () => AttachmentKey;
  readonly prepare: (file: File) => Promise<Prepared | Refusal>;
  /** Never rejects. `onPart` is told 0…1. Sending the same key twice stores it once. */
  readonly send: (
    key: AttachmentKey,
    blob: Blob,
    onPart: (part: number) => void,
    signal: AbortSignal,
  ) => Promise<Sent>;
  /** Calls back once it may be worth trying again; gives the way to stop. */
  readonly later: (attempt: number, again: () => void) => () => void;
};

export type UploadListener = {
  readonly changed: (upload: Upload) => void;
  readonly stored: (upload: Upload, prepared: Prepared) => void;
};

const MOST_AT_ONCE = 3;

type Work = { upload: Upload; attempt: number; abort: AbortController; stopWaiting: () => void };

export class Uploads {
  readonly #door: UploadDoor;
  readonly #listener: UploadListener;
  readonly #works = new Map<string, Work>();

  constructor(door: UploadDoor, listener: UploadListener) {
    this.#door = door;
    this.#listener = listener;
  }

  get all(): readonly Upload[] {
    return [...this.#works.values()].map(({ upload }) => upload);
  }

  add(file: File): Upload {
    const key = this.#door.newKey();
    const upload: Upload = { id: key, file, key, prepared: null, state: { step: "preparing" } };
    this.#works.set(key, { upload, attempt: 0, abort: new AbortController(), stopWaiting: () => undefined });
    void this.#prepare(key);
    return upload;
  }

  retry(id: string): void {
    const work = this.#works.get(id);
    if (!work || (work.upload.state.step !== "refused" && work.upload.state.step !== "waiting")) return;
    work.stopWaiting();
    work.attempt = 0;
    if (work.upload.prepared) this.#queue(work);
    else void this.#prepare(id);
  }

  /** Forgets it; what was sent of it is given up. */
  drop(id: string): void {
    const work = this.#works.get(id);
    if (!work) return;
    this.#works.delete(id);
    work.stopWaiting();
    work.abort.abort();
    this.#next();
  }

  destroy(): void {
    for (const id of [...this.#works.keys()]) this.drop(id);
  }

  async #prepare(id: string): Promise<void> {
    const work = this.#works.get(id);
    if (!work) return;
    this.#set(work, { step: "preparing" });
    const prepared = await this.#door.prepare(work.upload.file);
    if (this.#works.get(id) !== work) return;
    if ("sentence" in prepared) {
      this.#set(work, { step: "refused", ...prepared });
      return;
    }
    work.upload = { ...work.upload, prepared };
    this.#queue(work);
  }

  #queue(work: Work): void {
    this.#set(work, { step: "queued" });
    this.#next();
  }

  #next(): void {
    const works = [...this.#works.values()];
    const sending = works.filter(({ upload }) => upload.state.step === "sending").length;
    const queued = works.filter(({ upload }) => upload.state.step === "queued");
    for (const work of queued.slice(0, Math.max(0, MOST_AT_ONCE - sending))) void this.#send(work);
  }

  async #send(work: Work): Promise<void> {
    const { key, prepared } = work.upload;
    if (!prepared) return;
    this.#set(work, { step: "sending", part: 0 });
    const onPart = (part: number) => {
      if (work.upload.state.step === "sending") this.#set(work, { step: "sending", part });
    };
    const sent = await this.#door.send(key, prepared.blob, onPart, work.abort.signal);
    if (this.#works.get(key) !== work) return;
    if (sent.kind === "stored") {
      this.#works.delete(key);
      this.#listener.stored(work.upload, prepared);
    } else if (sent.kind === "refused") {
      this.#set(work, { step: "refused", sentence: sent.sentence, canRetry: sent.canRetry });
    } else {
      this.#set(work, { step: "waiting" });
      work.stopWaiting = this.#door.later(work.attempt++, () => {
        if (this.#works.get(key) === work && work.upload.state.step === "waiting") this.#queue(work);
      });
    }
    this.#next();
  }

  #set(work: Work, state: UploadStep): void {
    work.upload = { ...work.upload, state };
    if (this.#works.get(work.upload.id) === work) this.#listener.changed(work.upload);
  }
}
