/**
 * Asks the log for what is missing: one pull in flight, requests meanwhile make one more afterwards, failures wait
 * with growing, random pauses. Why to pull is decided elsewhere.
 */
import { type AppError, toAppError } from "../core/errors.ts";
import { backoffMs, type Cancel, type Chance, type Clock } from "./clock.ts";

export type PullLoopOptions = {
  readonly clock: Clock;
  readonly chance: Chance;
  /** One round; true when there is more to fetch at once. */
  readonly pull: () => Promise<boolean>;
  /** The pause after a pull that worked. */
  readonly everyMs: () => number;
  /** Told about each failure; false stops the loop for good. */
  readonly onFailure: (error: AppError) => boolean;
};

/** Pulls until there is no more; false when one fails. */
export async function readAll(pull: () => Promise<boolean>): Promise<boolean> {
  try {
    while (await pull());
    return true;
  } catch {
    return false;
  }
}

const BACKOFF = { firstMs: 300, mostMs: 15_000 };

export class PullLoop {
  #options: PullLoopOptions;
  #running = false;
  #again = false;
  #stopped = false;
  #failures = 0;
  #timer: Cancel | null = null;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(options: PullLoopOptions) {
    this.#options = options;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Now, or right after the pull that is under way; skips a pause after failures. */
  request(): void {
    if (this.#stopped) return;
    this.#clearTimer();
    if (this.#running) this.#again = true;
    else void this.#run();
  }

  /** At the latest in `ms`. */
  requestWithin(ms: number): void {
    const at = this.#options.clock.now() + ms;
    if (this.#stopped || this.#running || at >= this.#timerAt) return;
    this.#clearTimer();
    this.#timerAt = at;
    this.#timer = this.#options.clock.after(ms, () => this.request());
  }

  stop(): void {
    this.#stopped = true;
    this.#clearTimer();
  }

  async #run(): Promise<void> {
    this.#running = true;
    let pause: number | null = null;
    do {
      this.#again = false;
      try {
        const more = await this.#options.pull();
        this.#failures = 0;
        this.#again ||= more;
      } catch (thrown) {
        pause = this.#pauseAfter(toAppError(thrown));
      }
    } while (this.#again && pause === null && !this.#stopped);
    this.#running = false;
    this.requestWithin(pause ?? this.#options.everyMs());
  }

  /** Null when the loop must not go on. */
  #pauseAfter(error: AppError): number | null {
    if (!this.#options.onFailure(error)) {
      this.stop();
      return null;
    }
    return backoffMs(this.#failures++, BACKOFF, this.#options.chance);
  }

  #clearTimer(): void {
    this.#timer?.();
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }
}
