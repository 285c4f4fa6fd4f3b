/**
 * The change events of one channel. What is wrong with the subscription itself ends it; what is wrong with the
 * database for the moment is tried again.
 */
import type { Identity } from "./realtime-access.ts";
import type { Subscriber } from "./realtime-changes.ts";
import { messageFrame } from "./realtime-frame.ts";
import type { Hub, Member } from "./realtime-hub.ts";
import { Refusal } from "./realtime-rights.ts";
import { BadSubscription, idOf, readWanted } from "./realtime-wanted.ts";

export interface SubscriptionOptions {
  readonly hub: Hub;
  readonly member: Member;
  readonly topic: string;
  readonly entries: readonly Record<string, unknown>[];
  readonly isLegacy: boolean;
  /** False until the join was answered. */
  isJoined(): boolean;
}

const SUBSCRIBED = "Subscribed to PostgreSQL";
const RETRY_MS = 5000;
const CONFIRM_MS = 1000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
const CODE = "RealtimeDisabledForConfiguration";

export class Subscription {
  readonly #options: SubscriptionOptions;
  #subscriber: Subscriber | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#options.entries.length === 0;
  }

  /** What the reply to the join says of it: the entries as they came, each with its id. */
  describe(): Record<string, unknown>[] {
    return this.#options.entries.map((entry) => ({ ...entry, id: idOf(entry) }));
  }

  /** Before the join is answered. Throws a Refusal. */
  async openWithin(timeoutMs: number, identity: Identity): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (let pause = FIRST_PAUSE_MS; !this.isEmpty; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const failure = await this.#tryToOpen(identity);
      if (failure === null || this.#isClosed) return;
      if (failure instanceof BadSubscription) throw new Refusal(`${CODE}: ${failure.message}`);
      const left = deadline - performance.now();
      if (left <= 0) throw new Refusal(timedOut(timeoutMs));
      await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
    }
  }

  /** After the join was answered: `tell` hears how it went, again and again until it went well or cannot. */
  async open(identity: Identity, tell: (status: "ok" | "error", message: string) => void): Promise<void> {
    if (this.isEmpty || this.#isClosed) return;
    const failure = this.#subscriber ? null : await this.#tryToOpen(identity);
    if (this.#isClosed) return;
    if (failure === null) tell("ok", SUBSCRIBED);
    else {
      tell("error", failure.message);
      if (failure instanceof BadSubscription) return;
      this.#retry = setTimeout(
        () => {
          this.open(identity, tell).catch((error) => this.#options.hub.report(error));
        },
        RETRY_MS * (1 + Math.random()),
      );
      this.#retry.unref();
    }
  }

  /** Another token speaks from now on: hosted Realtime subscribes anew and says so some seconds later. */
  confirm(tell: (message: string) => void): void {
    if (this.isEmpty || !this.#subscriber) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => tell(SUBSCRIBED), CONFIRM_MS * (1 + 2 * Math.random()));
    this.#retry.unref();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    if (this.#subscriber) this.#options.hub.changes.close(this.#subscriber);
    this.#subscriber = null;
  }

  async #tryToOpen(joining: Identity): Promise<Error | null> {
    const { hub, member, entries, isJoined } = this.#options;
    try {
      const subscriber: Subscriber = {
        identity: () => (isJoined() ? member.identity : joining),
        wanted: entries.map(readWanted),
        deliver: (ids, data) => {
          if (isJoined()) this.#deliver(ids, data);
        },
      };
      await hub.changes.open(subscriber);
      if (this.#isClosed) hub.changes.close(subscriber);
      else this.#subscriber = subscriber;
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #deliver(ids: number[], data: { readonly type: string }): void {
    const { hub, member, topic, isLegacy } = this.#options;
    if (hub.changeEvents.isReached) return;
    hub.changeEvents.add();
    const event = isLegacy ? data.type : "postgres_changes";
    hub.deliver(member, messageFrame({ topic, event, payload: isLegacy ? data : { ids, data } }));
  }
}

const timedOut = (ms: number) =>
  `PostgresChangesSubscribeTimeout: Timed out after ${ms}ms waiting for the postgres_changes subscription`;
