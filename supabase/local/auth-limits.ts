/**
 * How often one may ask. As in GoTrue each kind of request has buckets of its own, one per address, that start
 * full (30) and fill up evenly; the mails of the whole project share one. Counts live in this process.
 */
import type { Rates } from "./auth-config.ts";
import { AuthError } from "./auth-errors.ts";

export type Limited = "anonymous" | "signup" | "recover" | "resend" | "otp" | "user" | "token" | "verify";

export interface Limits {
  /** Throws `over_request_rate_limit` when the address asked too often. */
  spend(kind: Limited, address: string): void;
  /** Throws `over_email_send_rate_limit` when the project sent too many mails. */
  spendMail(): void;
}

const BURST = 30;
const FIVE_MINUTES = 300;
const HOUR = 3_600;
const MAX_BUCKETS = 10_000;

export const unlimited: Limits = { spend: () => undefined, spendMail: () => undefined };

/** `now` in milliseconds. */
export function createLimits(rates: Rates, now: () => number = Date.now): Limits {
  const signUps = createBuckets(rates.signUpsPer5Minutes / FIVE_MINUTES, BURST, now);
  const byKind: Record<Limited, (key: string) => boolean> = {
    anonymous: createBuckets(rates.anonymousPerHour / HOUR, rates.anonymousPerHour, now),
    token: createBuckets(rates.refreshesPer5Minutes / FIVE_MINUTES, BURST, now),
    verify: createBuckets(rates.verificationsPer5Minutes / FIVE_MINUTES, BURST, now),
    signup: (key) => signUps(`signup ${key}`),
    recover: (key) => signUps(`recover ${key}`),
    resend: (key) => signUps(`resend ${key}`),
    otp: (key) => signUps(`otp ${key}`),
    user: (key) => signUps(`user ${key}`),
  };
  const mails = createBuckets(rates.emailsPerHour / HOUR, rates.emailsPerHour, now);
  return {
    spend(kind, address) {
      if (!byKind[kind](address))
        throw new AuthError(429, "over_request_rate_limit", "Request rate limit reached");
    },
    spendMail() {
      if (!mails("project"))
        throw new AuthError(429, "over_email_send_rate_limit", "email rate limit exceeded");
    },
  };
}

/** A function that takes one from the bucket of a key, and says whether there was one. */
function createBuckets(perSecond: number, size: number, now: () => number): (key: string) => boolean {
  const buckets = new Map<string, { left: number; at: number }>();
  return (key) => {
    const at = now();
    const before = buckets.get(key) ?? { left: size, at };
    const left = Math.min(size, before.left + ((at - before.at) / 1_000) * perSecond);
    buckets.delete(key);
    buckets.set(key, { left: left >= 1 ? left - 1 : left, at });
    forgetOldest(buckets);
    return left >= 1;
  };
}

/** A Map keeps the order of insertion: the first keys were asked for longest ago. */
function forgetOldest(buckets: Map<string, unknown>): void {
  for (const key of buckets.keys()) {
    if (buckets.size <= MAX_BUCKETS) return;
    buckets.delete(key);
  }
}
