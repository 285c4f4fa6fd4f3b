/** Pictures of a page by attachment: each fetched once, as an address that ends with the page or with the access. */
import type { AttachmentKey } from "../../../lib/core/attachment.ts";

export class PictureCache {
  readonly #fetch: (key: AttachmentKey) => Promise<Blob>;
  readonly #addresses = new Map<AttachmentKey, Promise<string>>();
  #closed: string | null = null;
  readonly #listeners = new Set<(sentence: string) => void>();

  constructor(fetch: (key: AttachmentKey) => Promise<Blob>) {
    this.#fetch = fetch;
  }

  /** Rejects with a sentence; asked again, it fetches again. */
  get(key: AttachmentKey): Promise<string> {
    if (this.#closed !== null) return Promise.reject(new Error(this.#closed));
    const known = this.#addresses.get(key);
    if (known) return known;
    const address = this.#fetch(key).then((blob) => {
      if (this.#closed !== null) throw new Error(this.#closed);
      return URL.createObjectURL(blob);
    });
    this.#addresses.set(key, address);
    address.catch(() => this.#addresses.delete(key));
    return address;
  }

  /** What this person has just stored need not be fetched. */
  put(key: AttachmentKey, blob: Blob): void {
    this.#addresses.set(key, Promise.resolve(URL.createObjectURL(blob)));
  }

  onClosed(listener: (sentence: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Shows nothing any more. */
  close(sentence: string): void {
    if (this.#closed !== null) return;
    this.#closed = sentence;
    for (const listener of [...this.#listeners]) listener(sentence);
    for (const address of this.#addresses.values()) address.then(URL.revokeObjectURL, () => undefined);
    this.#addresses.clear();
  }
}
