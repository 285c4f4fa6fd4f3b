/**
 * Takes over what dead tabs of this person left in the outbox of this document. One tab at a time sweeps (it holds the
 * sweep lock as long as it lives), because a dead tab's edits may stand on those of one that died before it. A session
 * whose lock can be had is dead; its lock is kept, so that nobody else sends its entries.
 */
import type { Cancel, Clock } from "./clock.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";
import { type Release, type SessionLocks, sessionLock } from "./session-locks.ts";

export type SweeperOptions = {
  readonly outbox: Outbox;
  readonly locks: SessionLocks;
  readonly sweepLock: string;
  readonly ownSessionId: string;
  readonly clock: Clock;
  /** Takes entries over; returns those that can never be sent. */
  readonly adopt: (entries: readonly OutboxEntry[]) => readonly OutboxEntry[];
  readonly onLeftovers: (entries: readonly OutboxEntry[]) => void;
};

/** A page that is being reloaded may hold its locks for a moment longer. */
const SWEEP_MS = { first: 1_000, always: 15_000 } as const;

export class Sweeper {
  #options: SweeperOptions;
  #held: Release[] = [];
  #isSweeper = false;
  #done = new Set<string>();
  #timer: Cancel | null = null;
  #stopped = false;
  #leftovers: OutboxEntry[] = [];

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** Holds the own session's lock, and sweeps once; goes on in the background. */
  async start(): Promise<void> {
    await this.#hold(sessionLock(this.#options.ownSessionId));
    await this.#sweep();
    this.#later(SWEEP_MS.first);
  }

  /** Forgets for good what can never be sent: the person has a copy, or does not want it. */
  async discardLeftovers(): Promise<void> {
    const leftovers = this.#leftovers;
    this.#leftovers = [];
    this.#options.onLeftovers([]);
    for (const { sessionId, clientSeq } of leftovers)
      await this.#options.outbox.remove(sessionId, [clientSeq]);
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.();
    for (const release of this.#held) release();
    this.#held = [];
  }

  #later(ms: number): void {
    if (this.#stopped) return;
    this.#timer = this.#options.clock.after(ms, () => {
      void this.#sweep().then(() => this.#later(SWEEP_MS.always));
    });
  }

  async #sweep(): Promise<void> {
    const { outbox, sweepLock, ownSessionId } = this.#options;
    const entries = (await outbox.list()).filter(
      (entry) => entry.sessionId !== ownSessionId && !this.#done.has(entry.sessionId),
    );
    if (entries.length === 0 || this.#stopped) return;
    this.#isSweeper ||= await this.#hold(sweepLock);
    if (!this.#isSweeper) return;
    await this.#takeOver(entries);
  }

  /** In the order of writing. A session that lives is passed over: nobody took over its entries, nothing stands on them. */
  async #takeOver(entries: readonly OutboxEntry[]): Promise<void> {
    for (const sessionId of new Set(entries.map((entry) => entry.sessionId))) {
      if (!(await this.#hold(sessionLock(sessionId)))) continue;
      this.#done.add(sessionId);
      // Read again under the lock: until now its tab may have written or sent.
      const left = (await this.#options.outbox.list()).filter((entry) => entry.sessionId === sessionId);
      if (this.#stopped) return;
      this.#leftovers.push(...this.#options.adopt(left));
    }
    if (this.#leftovers.length > 0) this.#options.onLeftovers([...this.#leftovers]);
  }

  async #hold(name: string): Promise<boolean> {
    const release = await this.#options.locks.tryHold(name);
    if (release === null) return false;
    if (this.#stopped) release();
    else this.#held.push(release);
    return true;
  }
}
