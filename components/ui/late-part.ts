import type { ComponentType } from "react";

const ASK_AGAIN_MS = 2_000;

/** A part of the page whose code comes when it is first wanted. */
export class LatePart<Props extends object> {
  readonly name: string;
  loaded: ComponentType<Props> | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #load: () => Promise<ComponentType<Props>>;
  #asked: Promise<ComponentType<Props>> | null = null;

  /** @param name begins the sentence that says that it could not be had. */
  constructor(name: string, load: () => Promise<ComponentType<Props>>) {
    this.name = name;
    this.#load = load;
  }

  /** Rejects where it cannot be had (no connection, and never used before); the next call asks again. */
  get(): Promise<ComponentType<Props>> {
    this.#asked ??= this.#load().then(
      (part) => {
        this.loaded = part;
        for (const listener of this.#listeners) listener();
        return part;
      },
      (error: unknown) => {
        this.#asked = null;
        throw error;
      },
    );
    return this.#asked;
  }

  /** Asks for it ahead of its use; what fails is asked for again then. */
  readonly fetch = (): void => void this.get().catch(() => undefined);

  /** Asks for it until it is here, without a word: nobody called for it. */
  readonly fetchSurely = (): void => void this.get().catch(() => setTimeout(this.fetchSurely, ASK_AGAIN_MS));

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
