/**
 * The outbox: what this person wrote into this document and the server has not confirmed yet. It outlives the tab.
 *
 * An entry is written again whenever a part is added; once it was sent it never changes, so a repeated send has the
 * same bytes. Entries are listed in the order in which they were first written, which is the order in which they must
 * be sent: a later session's edits may stand on an earlier one's.
 */
import { sha256Hex } from "../core/sha256.ts";
import type { Clock } from "./clock.ts";

export type OutboxEntry = {
  readonly sessionId: string;
  readonly yjsClientId: number;
  readonly clientSeq: number;
  /** Raw updates of one session, adjacent, in order; merged they are the bytes of the entry. */
  readonly parts: readonly Uint8Array[];
  /** SHA-256 of each part, in hex. Absent in entries of an older program. */
  readonly sums?: readonly string[] | undefined;
};

/** Whether the disk gave back what it was given. */
export function isWhole({ parts, sums }: OutboxEntry): boolean {
  if (sums === undefined) return true;
  return sums.length === parts.length && parts.every((part, index) => sha256Hex(part) === sums[index]);
}

export interface Outbox {
  /**
   * Writes or overwrites the entry of (sessionId, clientSeq): it is on its way when this returns. Resolves when it is
   * kept. A session's entries are written through one outbox.
   */
  put(entry: OutboxEntry): Promise<void>;
  /** Of entries that were written or listed here. Comes behind every `put` that was called before. */
  remove(sessionId: string, clientSeqs: readonly number[]): Promise<void>;
  list(): Promise<OutboxEntry[]>;
  close(): void;
}

export function createMemoryOutbox(): Outbox {
  const entries = new Map<string, OutboxEntry>();
  const keyOf = (sessionId: string, clientSeq: number) => `${sessionId} ${clientSeq}`;
  return {
    put(entry) {
      // Setting an existing key keeps its place in the order.
      entries.set(keyOf(entry.sessionId, entry.clientSeq), { ...entry, parts: [...entry.parts] });
      return Promise.resolve();
    },
    remove(sessionId, clientSeqs) {
      for (const clientSeq of clientSeqs) entries.delete(keyOf(sessionId, clientSeq));
      return Promise.resolve();
    },
    list: () => Promise.resolve([...entries.values()]),
    close: () => undefined,
  };
}

/** Half of the time in which IndexedDB must open. Some browsers' never answers. */
const OPENING_MS = 2_500;

/**
 * Rejects when an outbox does not open in time: a document must not wait for it for ever. The time comes in two halves,
 * because a computer that wakes lets a timer run out before it delivers answers that are there.
 */
export function openedInTime(opening: Promise<Outbox>, clock: Clock): Promise<Outbox> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error("IndexedDB does not open."));
    let cancel = clock.after(OPENING_MS, () => {
      cancel = clock.after(OPENING_MS, giveUp);
    });
    opening.then(resolve, reject).finally(() => cancel());
  });
}

/**
 * Goes over to memory when the durable outbox refuses (denied, full, broken), and says so once. From then on only
 * the server's acknowledgement protects what is typed. What is written reaches the durable outbox in the same task, once
 * that is open, and always in the order of the calls.
 */
export function createSafeOutbox(durable: Promise<Outbox>, onBroken: (cause: unknown) => void): Outbox {
  /** Holds from the start what is written here, so that nothing need be brought over when the other one breaks. */
  const memory = createMemoryOutbox();
  let current: Outbox | null = null;
  const waiting: ((outbox: Outbox) => void)[] = [];
  const goOnWith = (outbox: Outbox) => {
    current = outbox;
    for (const go of waiting.splice(0)) go(outbox);
  };
  const breakDown = (cause: unknown) => {
    if (current === memory) return;
    goOnWith(memory);
    onBroken(cause);
  };
  // Denied is said at once, not at the first word that it should have kept.
  durable.then(goOnWith, breakDown);
  function run<T>(work: (outbox: Outbox) => Promise<T>): Promise<T> {
    const now = current;
    const done = now === null ? new Promise<T>((go) => waiting.push((it) => go(work(it)))) : work(now);
    return done.catch((cause) => {
      breakDown(cause);
      return work(memory);
    });
  }
  /** Memory has done its part already. */
  const write = (work: (outbox: Outbox) => Promise<void>): Promise<void> => {
    const kept = work(memory);
    return run((outbox) => (outbox === memory ? kept : work(outbox)));
  };
  return {
    put: (entry) => write((outbox) => outbox.put(entry)),
    remove(sessionId, clientSeqs) {
      // A full disk can still forget: what was sent need not be sent again at the next visit.
      if (current === memory)
        void durable.then((outbox) => outbox.remove(sessionId, clientSeqs)).catch(() => undefined);
      return write((outbox) => outbox.remove(sessionId, clientSeqs));
    },
    list: () => run((outbox) => outbox.list()),
    close() {
      durable.then(
        (outbox) => outbox.close(),
        () => undefined,
      );
    },
  };
}
