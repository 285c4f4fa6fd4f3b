/** Runs the tables of connection.ts: keeps the state, and does what they ask for. */
import type { AppError } from "../core/errors.ts";
import { type Trigger, triggerOf } from "./catch-up.ts";
import {
  type ConnectionEvent,
  type ConnectionState,
  type Effect,
  isNews,
  isOver,
  OPENING,
  step,
} from "./connection.ts";

export type ConnectionLoopOptions = {
  /** After each event, before its effects. */
  readonly onChange: (event: ConnectionEvent) => void;
  readonly pull: (trigger: Trigger) => void;
  readonly retry: () => void;
  /** Takes a fresh token and hands it to the socket. */
  readonly refresh: () => Promise<void>;
  readonly stop: () => void;
};

export class ConnectionLoop {
  readonly #options: ConnectionLoopOptions;
  #state: ConnectionState = OPENING;
  #isRefreshing = false;

  constructor(options: ConnectionLoopOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isOver(): boolean {
    return isOver(this.#state);
  }

  tell(event: ConnectionEvent): void {
    const { state, effects } = step(this.#state, event);
    this.#state = state;
    this.#options.onChange(event);
    for (const effect of effects) this.#do(effect, event);
  }

  /** A call was answered that began in this state. */
  answered(asked: ConnectionState): void {
    if (isNews(asked, this.#state)) this.tell("answered");
  }

  /** A call failed that may succeed later. Who is asked to slow down has reached the server. */
  failed(error: AppError): void {
    if (error.code === "too_many") this.tell("answered");
    else this.tell(error.code === "unauthenticated" ? "unauthenticated" : "failed");
  }

  #do(effect: Effect, event: ConnectionEvent): void {
    const { pull, retry, stop } = this.#options;
    if (effect === "pull") pull(triggerOf(event));
    else if (effect === "retry") retry();
    else if (effect === "refresh") void this.#refresh();
    else stop();
  }

  /** One at a time: who asks meanwhile gets the outcome of the one under way. */
  async #refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      await this.#options.refresh();
      this.tell("token-refreshed");
    } catch {
      // The caller has reported it. The log is asked all the same: it says what is the matter.
      this.tell("token-failed");
    } finally {
      this.#isRefreshing = false;
    }
  }
}
