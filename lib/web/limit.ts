/**
 * Slows down guessing and flooding: so many tries a minute for one key. Counts live in this process, so that n
 * instances allow n times as many; the account service has limits of its own behind them, shared by all.
 *
 * Each limit remembers a bounded number of keys and forgets the oldest. A stranger who makes up keys (addresses of
 * mail) to push out the count of another needs as many tries, which the limit by network address does not give.
 */
const WINDOW_MS = 60_000;
const MAX_KEYS = 10_000;

export interface Limit {
  /** Counts one try. Zero when it may be made, else the whole seconds after which the next may. */
  secondsToWait(key: string, now?: number): number;
}

export function createLimit(perMinute: number, maxKeys = MAX_KEYS): Limit {
  const tries = new Map<string, { count: number; since: number }>();

  function start(key: string, now: number): number {
    tries.delete(key);
    tries.set(key, { count: 1, since: now });
    // A Map keeps the order of insertion: the first keys began longest ago.
    for (const oldest of tries.keys()) {
      if (tries.size <= maxKeys) break;
      tries.delete(oldest);
    }
    return 0;
  }

  return {
    secondsToWait(key, now = Date.now()) {
      const found = tries.get(key);
      if (!found || now - found.since >= WINDOW_MS) return start(key, now);
      found.count++;
      return found.count <= perMinute ? 0 : Math.ceil((found.since + WINDOW_MS - now) / 1000);
    },
  };
}
