/** The quotas of hosted Realtime by plan, and `off`, which a local project runs with. */

export type Profile = "off" | "free" | "pro";

export interface Limits {
  readonly presenceCalls: number;
  readonly presenceWindowMs: number;
  /** Messages sent and delivered, all channels together. */
  readonly eventsPerSecond: number;
  readonly channelsPerSocket: number;
  readonly payloadBytes: number;
  /** How long hosted Realtime waits before it refuses a join. */
  readonly refusalDelayMs: number;
}

const KILOBYTE = 1000;
const PRESENCE = { presenceCalls: 5, presenceWindowMs: 30_000 };

export const LIMITS: Record<Profile, Limits> = {
  off: {
    presenceCalls: Number.POSITIVE_INFINITY,
    presenceWindowMs: 30_000,
    eventsPerSecond: Number.POSITIVE_INFINITY,
    channelsPerSocket: Number.POSITIVE_INFINITY,
    payloadBytes: 3000 * KILOBYTE,
    refusalDelayMs: 0,
  },
  free: {
    ...PRESENCE,
    eventsPerSecond: 100,
    channelsPerSocket: 100,
    payloadBytes: 256 * KILOBYTE,
    refusalDelayMs: 5000,
  },
  pro: {
    ...PRESENCE,
    eventsPerSecond: 500,
    channelsPerSocket: 100,
    payloadBytes: 3000 * KILOBYTE,
    refusalDelayMs: 5000,
  },
};

/** Counts calls in windows of a fixed length that start at the first call. `take` is false when it is one too many. */
export interface Allowance {
  take(calls?: number): boolean;
}

export function createAllowance(calls: number, windowMs: number): Allowance {
  let used = 0;
  let endsAt = 0;
  return {
    take(count = 1) {
      const now = Date.now();
      if (now > endsAt) {
        used = 0;
        endsAt = now + windowMs;
      }
      if (used + count > calls) return false;
      used += count;
      return true;
    },
  };
}
