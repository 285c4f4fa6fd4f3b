/** Time and chance are handed in, so that tests run on a clock of their own. Times are milliseconds. */

export type Cancel = () => void;

export interface Clock {
  now(): number;
  /** Runs `work` once, `ms` from now, unless cancelled. */
  after(ms: number, work: () => void): Cancel;
}

/** From 0 (included) to 1 (excluded). */
export type Chance = () => number;

/** Never goes back, whatever happens to the computer's clock: a pause must not become one of hours. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** What all tabs agree on, as far as people leave the computer's clock alone. */
export const wallClock: Clock = { ...systemClock, now: () => Date.now() };

export type BackoffLimits = { readonly firstMs: number; readonly mostMs: number };

/** Waits double with each failure up to a limit; a random half keeps clients from returning all at once. */
export function backoffMs(failures: number, limits: BackoffLimits, chance: Chance): number {
  const full = Math.min(limits.mostMs, limits.firstMs * 2 ** Math.min(failures, 20));
  return full / 2 + (full / 2) * chance();
}
