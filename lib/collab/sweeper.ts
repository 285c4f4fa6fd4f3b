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
  /** Takes entries over; returns those that cannot be sent as far as the log has been read. */
  readonly adopt: (entries: readonly OutboxEntry[]) => readonly OutboxEntry[];
  /** Reads what the log has by now; false when it could not be read. */
  readonly readOn: () => Promise<boolean>;
  readonly onLeftovers: (entries: readonly OutboxEntry[]) => void;
};

/** A page that is being reloaded may hold its locks for a moment longer. */
const SWEEP_MS = { first: 1_000, always: 15_000 } as const;

export class Sweeper {
  #options: SweeperOptions;
  #held = new Map<string, Release>();
  #isSweeper = false;
  #done = new Set<string>();
  #taken = new Set<string>();
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
    for (const release of this.#held.values()) release();
    this.#held.clear();
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

  /** A session that lives is passed over: nobody took over its entries, nothing stands on them. */
  async #takeOver(entries: readonly OutboxEntry[]): Promise<void> {
    const dead = new Set<string>();
    for (const sessionId of new Set(entries.map((entry) => entry.sessionId)))
      if (await this.#hold(sessionLock(sessionId))) dead.add(sessionId);
    // Read again under the locks: until now their tabs may have written or sent.
    const listed = await this.#options.outbox.list();
    if (this.#stopped) return;
    let left = this.#adoptAll(
      [...dead].flatMap((sessionId) => listed.filter((entry) => entry.sessionId === sessionId)),
    );
    if (left.length > 0) {
      // They may stand on rows that the dead tab had read and this one has not.
      if (!(await this.#options.readOn())) return;
      left = this.#adopt(this.#adoptAll(left));
    }
    for (const sessionId of dead) this.#done.add(sessionId);
    this.#leftovers.push(...left);
    if (this.#leftovers.length > 0) this.#options.onLeftovers([...this.#leftovers]);
  }

  /**
   * Of two that died, one may have begun first and gone on in what the other left: entries go in by turns, those of one
   * session in their order. Returns what cannot be, so far.
   */
  #adoptAll(entries: readonly OutboxEntry[]): OutboxEntry[] {
    let left = [...entries];
    for (let before = left.length + 1; left.length < before; ) {
      before = left.length;
      const stuck = new Set<string>();
      left = left.filter((entry) => {
        if (!stuck.has(entry.sessionId) && this.#adopt([entry]).length === 0) return false;
        stuck.add(entry.sessionId);
        return true;
      });
    }
    return left;
  }

  /** Each entry once, however often its session is looked at. */
  #adopt(entries: readonly OutboxEntry[]): OutboxEntry[] {
    const nameOf = ({ sessionId, clientSeq }: OutboxEntry) => `${sessionId} ${clientSeq}`;
    const fresh = entries.filter((entry) => !this.#taken.has(nameOf(entry)));
    const impossible = [...this.#options.adopt(fresh)];
    for (const entry of fresh) if (!impossible.includes(entry)) this.#taken.add(nameOf(entry));
    return impossible;
  }

  async #hold(name: string): Promise<boolean> {
    if (this.#held.has(name)) return true;
    const release = await this.#options.locks.tryHold(name);
    if (release === null) return false;
    if (this.#stopped) release();
    else this.#held.set(name, release);
    return true;
  }
}
