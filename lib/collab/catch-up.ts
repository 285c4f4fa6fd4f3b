/**
 * Why and when the log is asked for what is missing. Delivery is never trusted: every hint that something was missed
 * leads to a pull within the time that stands here, and at most to one in flight and one after it.
 */
import type { Cancel, Chance, Clock } from "./clock.ts";
import type { ConnectionEvent } from "./connection.ts";
import { POLL_MS } from "./connection.ts";
import { PullLoop, type PullLoopOptions } from "./pull-loop.ts";

/** Each reason for a pull, and within how many ms it follows. */
export const CATCH_UP_MS = {
  /** A row came whose predecessor did not. */
  gap: 0,
  /** A message without its bytes: they were too many for it. */
  "missing-bytes": 0,
  "wrong-sum": 0,
  /** A message that does not parse. */
  undecodable: 0,
  subscribed: 0,
  /** The topic was lost, or an attempt to join it was refused. */
  lost: 0,
  /** Both after a fresh token was asked for. */
  online: 0,
  visible: 0,
  /** Another epoch in an answer, or told on the workspace's topic. */
  epoch: 0,
  /** An append was refused: the rights may have changed. */
  refusal: 0,
  /** Somebody is gone without a goodbye: perhaps to the topics of another epoch, and we missed it. */
  silence: 0,
  /** The page asks. */
  asked: 0,
  /** The answer of an append names a higher head: the rows may be on their way. */
  head: 150,
  /** Another person names a higher head. Anybody can say anything: at most one pull a second. */
  rumour: 1_000,
  /** Yjs waits for something. */
  pending: 500,
  "poll-joined": POLL_MS.joined,
  "poll-blocked": POLL_MS.blocked,
} as const;

export type Trigger = keyof typeof CATCH_UP_MS;

/** The reason behind a pull that the connection's table asks for. */
export function triggerOf(event: ConnectionEvent): Trigger {
  if (event === "subscribed") return "subscribed";
  if (event === "epoch-changed") return "epoch";
  return event === "token-refreshed" || event === "token-failed" ? "visible" : "lost";
}

export type CatchUpOptions = Pick<PullLoopOptions, "pull" | "everyMs" | "onFailure"> & {
  readonly clock: Clock;
  readonly chance: Chance;
  /** Up to here nothing is missing. */
  readonly heard: () => number;
  /** Yjs keeps something that it cannot place. */
  readonly hasPending: () => boolean;
};

export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #pulls: PullLoop;
  #pulledAt = Number.NEGATIVE_INFINITY;
  #missed: { head: number; at: number; cancel: Cancel } | null = null;
  #pendingCheck: Cancel | null = null;

  constructor(options: CatchUpOptions) {
    this.#options = options;
    const { clock, chance, everyMs, onFailure } = options;
    this.#pulls = new PullLoop({ clock, chance, everyMs, onFailure, pull: () => this.#pull() });
  }

  /** Pulls within the time of this trigger, whatever comes meanwhile. */
  want(trigger: Trigger): void {
    const ms = CATCH_UP_MS[trigger];
    if (ms === 0) this.#pulls.request();
    else this.#pulls.requestWithin(ms);
  }

  /** The server says that the log reaches this far. */
  hearHead(head: number): void {
    this.#expect(head, CATCH_UP_MS.head);
  }

  hearRumour(head: number): void {
    const sinceLast = this.#options.clock.now() - this.#pulledAt;
    this.#expect(head, Math.max(CATCH_UP_MS.head, CATCH_UP_MS.rumour - sinceLast));
  }

  /** Pulls in a while if Yjs then still waits for something. */
  checkPending(): void {
    const { clock, hasPending } = this.#options;
    if (!hasPending() || this.#pendingCheck !== null) return;
    this.#pendingCheck = clock.after(CATCH_UP_MS.pending, () => {
      this.#pendingCheck = null;
      if (hasPending()) this.#pulls.request();
    });
  }

  stop(): void {
    this.#pulls.stop();
    this.#pendingCheck?.();
    this.#missed?.cancel();
  }

  async #pull(): Promise<boolean> {
    const more = await this.#options.pull();
    this.#pulledAt = this.#options.clock.now();
    return more;
  }

  /** Pulls in a while unless the rows up to `head` have come by then. */
  #expect(head: number, ms: number): void {
    const { clock, heard } = this.#options;
    if (head <= heard()) return;
    const at = clock.now() + ms;
    const highest = Math.max(head, this.#missed?.head ?? 0);
    if (this.#missed !== null && this.#missed.at <= at) {
      this.#missed.head = highest;
      return;
    }
    // A rumour that waits must not make the server's word wait.
    this.#missed?.cancel();
    const cancel = clock.after(ms, () => {
      const missed = this.#missed;
      this.#missed = null;
      if (missed !== null && missed.head > heard()) this.#pulls.request();
    });
    this.#missed = { head: highest, at, cancel };
  }
}
