/** The quotas of hosted Realtime by plan, and `off`, which a local project runs with. */

export const PROFILES = ["off", "free", "pro"] as const;
export type Profile = (typeof PROFILES)[number];

export interface Limits {
  /** Of one channel: calls in a window. */
  readonly presenceCalls: number;
  readonly presenceWindowMs: number;
  /** Of the whole project, on average over the last minute: messages sent and delivered, joins, presence. */
  readonly eventsPerSecond: number;
  readonly joinsPerSecond: number;
  readonly presencePerSecond: number;
  /** Sockets with a joined channel. */
  readonly connections: number;
  readonly channelsPerSocket: number;
  readonly payloadBytes: number;
  /** How long hosted Realtime waits before it refuses a join. Its socket is deaf meanwhile. */
  readonly refusalDelayMs: number;
  /** A channel's second new token within this time waits until it is over. */
  readonly tokenThrottleMs: number;
}

const KILOBYTE = 1000;
const PADDING = 500;
const SHARED = {
  presenceCalls: 5,
  presenceWindowMs: 30_000,
  channelsPerSocket: 100,
  refusalDelayMs: 5000,
  tokenThrottleMs: 10_000,
};

export const LIMITS: Record<Profile, Limits> = {
  off: {
    presenceCalls: Number.POSITIVE_INFINITY,
    presenceWindowMs: 30_000,
    eventsPerSecond: Number.POSITIVE_INFINITY,
    joinsPerSecond: Number.POSITIVE_INFINITY,
    presencePerSecond: Number.POSITIVE_INFINITY,
    connections: Number.POSITIVE_INFINITY,
    channelsPerSocket: Number.POSITIVE_INFINITY,
    payloadBytes: 3000 * KILOBYTE + PADDING,
    refusalDelayMs: 0,
    tokenThrottleMs: 10_000,
  },
  free: {
    ...SHARED,
    eventsPerSecond: 100,
    joinsPerSecond: 100,
    presencePerSecond: 20,
    connections: 200,
    payloadBytes: 256 * KILOBYTE + PADDING,
  },
  pro: {
    ...SHARED,
    eventsPerSecond: 500,
    joinsPerSecond: 500,
    presencePerSecond: 50,
    connections: 500,
    payloadBytes: 3000 * KILOBYTE + PADDING,
  },
};

/** Counts calls in windows of a fixed length that start at the first call. `take` is false when it is one too many. */
export interface Allowance {
  take(): boolean;
}

export function createAllowance(calls: number, windowMs: number): Allowance {
  let used = 0;
  let endsAt = 0;
  return {
    take() {
      const now = performance.now();
      if (now > endsAt) {
        used = 0;
        endsAt = now + windowMs;
      }
      if (used >= calls) return false;
      used += 1;
      return true;
    },
  };
}

/** How many a second, on average over the last minute of whole seconds; short bursts pass, as on hosted Realtime. */
export interface Rate {
  add(count?: number): void;
  readonly average: number;
  /** The average reached the limit. */
  readonly isReached: boolean;
}

const SECONDS = 60;
const ENDLESS: Rate = { add: () => undefined, average: 0, isReached: false };

export function createRate(limit: number, now: () => number = () => performance.now()): Rate {
  if (limit === Number.POSITIVE_INFINITY) return ENDLESS;
  const startedAt = now();
  // The first bucket is empty: hosted Realtime's counter ticks once before anything can be counted.
  const buckets = [0];
  let dropped = 0;
  let current = 0;
  let average = 0;
  const tick = () => {
    const seconds = Math.floor((now() - startedAt) / 1000);
    const isNew = seconds >= buckets.length + dropped;
    while (seconds >= buckets.length + dropped) {
      buckets.push(current);
      current = 0;
      if (buckets.length <= SECONDS) continue;
      buckets.shift();
      dropped += 1;
    }
    if (isNew) average = buckets.reduce((sum, count) => sum + count, 0) / buckets.length;
  };
  return {
    add(count = 1) {
      tick();
      current += count;
    },
    get average() {
      tick();
      return average;
    },
    get isReached() {
      tick();
      return average >= limit;
    },
  };
}
