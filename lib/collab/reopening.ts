/**
 * Opens a session again that the server does not take as it is: one that it forgot because it never wrote (its words
 * waited in the outbox for a month), or one of an older program whose words this newer one sends. Once a session: a
 * second refusal is final.
 */
import { type AppError, isRetryable, toAppError } from "../core/errors.ts";
import type { SessionIdentity } from "./transport.ts";

export class Reopening {
  #tried = new Set<string>();
  #ownSessionId: string;
  #open: (session: SessionIdentity) => Promise<unknown>;

  constructor(ownSessionId: string, open: (session: SessionIdentity) => Promise<unknown>) {
    this.#ownSessionId = ownSessionId;
    this.#open = open;
  }

  /** True when the refused batch may be sent again. Rejects when the server could not be asked. */
  async settles(refusal: AppError, { sessionId, yjsClientId }: SessionIdentity): Promise<boolean> {
    const isOlder = refusal.reason === "newer_version" && sessionId !== this.#ownSessionId;
    if (!(isOlder || refusal.reason === "session_not_yours") || this.#tried.has(sessionId)) return false;
    try {
      await this.#open({ sessionId, yjsClientId });
    } catch (thrown) {
      const error = toAppError(thrown);
      if (isRetryable(error)) throw error;
      this.#tried.add(sessionId);
      return false;
    }
    this.#tried.add(sessionId);
    return true;
  }
}
