/**
 * Slows down guessing: so many tries a minute for one account, whatever address they come from. Counts live in this
 * process; the account service has limits of its own behind it.
 */
const WINDOW_MS = 60_000;
const MAX_KEYS = 10_000;

const tries = new Map<string, { count: number; since: number }>();

/** False when the key had its tries for this minute. */
export function mayTry(key: string, perMinute: number, now = Date.now()): boolean {
  const found = tries.get(key);
  if (!found || now - found.since >= WINDOW_MS) {
    tries.delete(key);
    tries.set(key, { count: 1, since: now });
    forgetOldest();
    return true;
  }
  found.count++;
  return found.count <= perMinute;
}

/** A Map keeps the order of insertion: the first keys began longest ago. */
function forgetOldest() {
  for (const key of tries.keys()) {
    if (tries.size <= MAX_KEYS) return;
    tries.delete(key);
  }
}
