/** A clock for tests: time stands still until `run` moves it from one due timer to the next. Deterministic. */
import type { Cancel, Clock } from "./clock.ts";

type Timer = { readonly at: number; readonly order: number; readonly work: () => void };

/** Lets every promise that can settle now settle. */
export type Settle = () => Promise<void>;
const settleAll: Settle = () => new Promise((resolve) => setImmediate(resolve));
/** The same, faster, where nothing but promises is under way: no IndexedDB, no WebCrypto. */
export const settlePromises: Settle = () => new Promise((resolve) => process.nextTick(resolve));

export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #timers = new Set<Timer>();
  readonly #settled: Settle;

  constructor(settled: Settle = settleAll) {
    this.#settled = settled;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, work: () => void): Cancel {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs everything that falls due within the next `ms`. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.#settled();
    for (let timer = this.#next(end); timer !== null; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = timer.at;
      timer.work();
      await this.#settled();
    }
    this.#now = end;
  }

  /** Runs until `isDone`, at most `mostMs`; false when it did not come true. */
  async runUntil(isDone: () => boolean, mostMs = 120_000): Promise<boolean> {
    const end = this.#now + mostMs;
    await this.#settled();
    while (!isDone()) {
      const timer = this.#next(end);
      if (timer === null) return false;
      await this.run(timer.at - this.#now);
    }
    return true;
  }

  #next(end: number): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (next === null || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
        next = timer;
    }
    return next;
  }
}
