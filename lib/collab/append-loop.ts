/**
 * Sends what is queued: one append in flight, the next one a small window later when several people type, the same
 * bytes again after a failure. It knows nothing of documents.
 *
 *   idle ──wake──▶ window ──▶ in flight ──accepted──▶ idle or window
 *                               │  └─refused──▶ stopped (until `resume`)
 *                               └─failed──▶ pause ──▶ in flight (same batch)
 */
import { type AppError, isRetryable, toAppError } from "../core/errors.ts";
import { backoffMs, type Cancel, type Chance, type Clock } from "./clock.ts";

export type AppendLoopOptions<Batch> = {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly hasWork: () => boolean;
  /** What to send next; null when there is nothing. Asked only when it is sent at once, and again after a failure. */
  readonly next: () => Batch | null;
  /** Resolves when the server has it and it is taken off the queue. */
  readonly send: (batch: Batch) => Promise<void>;
  /** The least time between the starts of two appends. */
  readonly windowMs: () => number;
  readonly onFailure: (error: AppError) => void;
  /** A final answer; the loop stands still afterwards. True: it was settled, go on. */
  readonly onRefusal: (error: AppError, batch: Batch) => Promise<boolean>;
  readonly onIdle: () => void;
};

const BACKOFF = { firstMs: 250, mostMs: 10_000 };

export class AppendLoop<Batch> {
  #options: AppendLoopOptions<Batch>;
  #inFlight = false;
  #stopped = false;
  #failures = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  #roundTripMs = 20;
  #timer: Cancel | null = null;
  #pausing = false;

  constructor(options: AppendLoopOptions<Batch>) {
    this.#options = options;
  }

  get failures(): number {
    return this.#failures;
  }

  get roundTripMs(): number {
    return this.#roundTripMs;
  }

  /** Something was queued. */
  wake(): void {
    if (this.#inFlight || this.#timer !== null || this.#stopped) return;
    const wait = this.#startedAt + this.#options.windowMs() - this.#options.clock.now();
    if (wait <= 0) void this.#run();
    else this.#timer = this.#options.clock.after(wait, () => this.#fire());
  }

  /** The network is back: do not wait for the end of the pause. */
  retryNow(): void {
    if (!this.#pausing) return;
    this.#clearTimer();
    this.wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#clearTimer();
  }

  resume(): void {
    this.#stopped = false;
    this.wake();
  }

  #fire(): void {
    this.#clearTimer();
    void this.#run();
  }

  async #run(): Promise<void> {
    const batch = this.#stopped ? null : this.#options.next();
    if (batch === null) return;
    this.#inFlight = true;
    const { clock } = this.#options;
    this.#startedAt = clock.now();
    try {
      await this.#options.send(batch);
      this.#failures = 0;
      this.#roundTripMs += (clock.now() - this.#startedAt - this.#roundTripMs) / 8;
      this.#inFlight = false;
    } catch (thrown) {
      await this.#afterError(toAppError(thrown), batch);
      this.#inFlight = false;
    }
    this.#continue();
  }

  #continue(): void {
    if (this.#options.hasWork()) this.wake();
    else this.#options.onIdle();
  }

  async #afterError(error: AppError, batch: Batch): Promise<void> {
    if (!isRetryable(error)) {
      try {
        if (!(await this.#options.onRefusal(error, batch))) this.stop();
        return;
      } catch (thrown) {
        // Settling it needs the server too, and that failed: the same batch again later.
        this.#options.onFailure(toAppError(thrown));
      }
    }
    const pause = backoffMs(this.#failures++, BACKOFF, this.#options.chance) + error.retryAfterMs;
    this.#options.onFailure(error);
    this.#pausing = true;
    this.#timer = this.#options.clock.after(pause, () => this.#fire());
  }

  #clearTimer(): void {
    this.#timer?.();
    this.#timer = null;
    this.#pausing = false;
  }
}
