/**
 * The token of one channel: when it expires, and when a new one is looked at. The first new one at once, the
 * next within the throttle's time only when that is over, and then the newest that came meanwhile.
 */
import { nowInSeconds } from "./realtime-access.ts";

const MAX_TIMER_MS = 3_600_000;

interface TokenEvents {
  onExpired(): void;
  onNew(token: string): void;
}

export class TokenWatch {
  readonly #throttleMs: number;
  readonly #events: TokenEvents;
  #expiry: NodeJS.Timeout | undefined;
  #waiting: NodeJS.Timeout | undefined;
  #pending: string | null = null;
  #lookedAt: number | null = null;

  constructor(throttleMs: number, events: TokenEvents) {
    this.#throttleMs = throttleMs;
    this.#events = events;
  }

  /** Seconds since 1970; null for what does not expire. */
  watch(expiresAt: number | null): void {
    clearTimeout(this.#expiry);
    if (expiresAt === null) return;
    const remaining = Math.min(Math.max(expiresAt * 1000 - Date.now(), 1), MAX_TIMER_MS);
    this.#expiry = setTimeout(() => {
      if (nowInSeconds() < expiresAt) this.watch(expiresAt);
      else if (this.#pending !== null) this.#look(this.#pending);
      else this.#events.onExpired();
    }, remaining);
  }

  offer(token: string): void {
    const left = this.#lookedAt === null ? 0 : this.#lookedAt + this.#throttleMs - performance.now();
    if (left <= 0) {
      this.#look(token);
      return;
    }
    this.#pending = token;
    this.#waiting ??= setTimeout(() => this.#look(this.#pending ?? token), left);
  }

  stop(): void {
    clearTimeout(this.#expiry);
    clearTimeout(this.#waiting);
  }

  #look(token: string): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#pending = null;
    this.#lookedAt = performance.now();
    this.#events.onNew(token);
  }
}
