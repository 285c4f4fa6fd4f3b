/**
 * Open documents of a page, counted outside React: React mounts everything twice in development, and a visit of another
 * page and back should not close and open the document. The last one to let go closes it, a moment later, or as soon as
 * it has done its work.
 */
import type { Clock } from "./clock.ts";

export type Held<T> = {
  readonly value: T;
  /** Once; further calls do nothing. */
  readonly release: () => void;
};

type Entry<T> = { readonly value: T; holders: number; closing: (() => unknown) | null };

export class Registry<T> {
  #entries = new Map<string, Entry<T>>();
  #clock: Clock;
  #lingerMs: number;
  #close: (value: T) => void;
  #isBusy: (value: T) => boolean;

  constructor(options: {
    readonly clock: Clock;
    readonly lingerMs: number;
    /** Whether a value that nobody holds is to stay. */
    readonly isBusy?: (value: T) => boolean;
    readonly close: (value: T) => void;
  }) {
    this.#clock = options.clock;
    this.#lingerMs = options.lingerMs;
    this.#close = options.close;
    this.#isBusy = options.isBusy ?? (() => false);
  }

  find(key: string): T | null {
    return this.#entries.get(key)?.value ?? null;
  }

  values(): T[] {
    return [...this.#entries.values()].map((entry) => entry.value);
  }

  hold(key: string, create: () => T): Held<T> {
    const entry = this.#entries.get(key) ?? this.#add(key, create());
    entry.holders++;
    entry.closing?.();
    entry.closing = null;
    let isHeld = true;
    const release = () => {
      if (isHeld) this.#release(key, entry);
      isHeld = false;
    };
    return { value: entry.value, release };
  }

  /** Opens it for who holds it soon; nobody within `ms`, and it is closed. */
  expect(key: string, create: () => T, ms: number): void {
    if (this.#entries.has(key)) return;
    const entry = this.#add(key, create());
    this.#closeIn(ms, key, entry);
  }

  /** Gives up the value at once, whoever holds it: the next `hold` makes a new one. */
  drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.closing?.();
    this.#entries.delete(key);
    this.#close(entry.value);
  }

  #add(key: string, value: T): Entry<T> {
    const entry: Entry<T> = { value, holders: 0, closing: null };
    this.#entries.set(key, entry);
    return entry;
  }

  #release(key: string, entry: Entry<T>): void {
    entry.holders--;
    if (entry.holders > 0 || this.#entries.get(key) !== entry) return;
    this.#closeIn(this.#lingerMs, key, entry);
  }

  #closeIn(ms: number, key: string, entry: Entry<T>): void {
    entry.closing = this.#clock.after(ms, () => {
      if (this.#isBusy(entry.value)) this.#closeIn(this.#lingerMs, key, entry);
      else this.drop(key);
    });
  }
}
