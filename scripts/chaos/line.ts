/** What lies between one tab and the server's HTTP: it can be cut for good, and lie on the way. */

export type Intercept = (url: URL, init: RequestInit) => Response | null | Promise<Response | null>;

export class Line {
  readonly #cut = new AbortController();
  readonly ended: Promise<void>;
  /** Answers in the server's place, or null. */
  intercept: Intercept | null = null;
  /** How many of the next appends reach the server twice at the same time, as when a proxy repeats a call. */
  twice = 0;

  constructor() {
    this.ended = new Promise((resolve) =>
      this.#cut.signal.addEventListener("abort", () => resolve(), { once: true }),
    );
  }

  /** Cuts it: what is on its way may arrive, no answer does. */
  end(): void {
    this.#cut.abort();
  }

  #held: Promise<void> | null = null;
  #letGo: () => void = () => undefined;

  /** Calls wait until `letGo`. */
  hold(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held ??= promise;
    if (this.#held === promise) this.#letGo = resolve;
  }

  letGo(): void {
    this.#letGo();
    this.#held = null;
  }

  readonly fetch: typeof fetch = async (input, init = {}) => {
    const own = init.signal ?? null;
    const signal = own === null ? this.#cut.signal : AbortSignal.any([own, this.#cut.signal]);
    await this.#held;
    signal.throwIfAborted();
    const url = new URL(input instanceof Request ? input.url : input);
    const intercepted = (await this.intercept?.(url, init)) ?? null;
    if (intercepted !== null) return intercepted;
    const ask = () => fetch(input, { ...init, signal });
    if (this.twice === 0 || !url.pathname.endsWith("/append_updates")) return ask();
    this.twice -= 1;
    const [first, second] = await Promise.all([ask(), ask()]);
    await first.body?.cancel();
    return second;
  };
}
