/**
 * All that this client has to send: its own queue, and before it the queues of dead sessions it took over, because own
 * edits may stand on theirs. Keeps the outbox in step.
 */
import * as Y from "yjs";
import { admitUpdate, type GuardState, type Verdict } from "../core/guard.ts";
import type { Appended } from "../core/protocol.ts";
import { isPassed } from "./leftovers.ts";
import type { ReadyRow } from "./log-reader.ts";
import { isWhole, type Outbox, type OutboxEntry } from "./outbox.ts";
import { mergeParts, QUEUE_CAPS, type SealedEntry, SendQueue } from "./send-queue.ts";
import type { SessionIdentity } from "./transport.ts";

export type Batch = { readonly queue: SendQueue; readonly entries: readonly SealedEntry[] };

export type SendersOptions = {
  readonly session: SessionIdentity;
  readonly outbox: Outbox;
  readonly onOutboxBroken: () => void;
};

export type Adoption =
  | { readonly is: "taken"; readonly data: Uint8Array }
  /** The log has it already. */
  | { readonly is: "passed" }
  | { readonly is: "impossible" };

export class Senders {
  readonly own: SendQueue;
  #adopted: SendQueue[] = [];
  #options: SendersOptions;

  constructor(options: SendersOptions) {
    this.#options = options;
    this.own = new SendQueue(options.session);
  }

  /** Entries not acknowledged. */
  get unsent(): number {
    return this.#adopted.reduce((sum, queue) => sum + queue.length, this.own.length);
  }

  unsentUpdates(): Uint8Array[] {
    return [...this.#adopted, this.own].flatMap((queue) => queue.unsent());
  }

  /** Queues a local update whatever the verdict: even what cannot be sent is kept for the person. */
  push(reach: GuardState, data: Uint8Array): Verdict {
    const verdict = admitUpdate(reach, { yjsClientId: this.own.yjsClientId, data });
    this.#keep(this.#options.outbox.put(this.own.push(data)));
    return verdict;
  }

  next(): Batch | null {
    const queue = this.#adopted.find((adopted) => adopted.length > 0) ?? this.own;
    const entries = queue.batch();
    return entries.length === 0 ? null : { queue, entries };
  }

  acknowledge(queue: SendQueue, clientSeqs: readonly number[]): void {
    queue.acknowledge(clientSeqs);
    this.#keep(this.#options.outbox.remove(queue.sessionId, clientSeqs));
    this.#adopted = this.#adopted.filter((adopted) => adopted.length > 0);
  }

  /** Takes over an entry of a dead session. What was `taken` must now go into the document. */
  adopt(entry: OutboxEntry, accepted: GuardState, reach: GuardState): Adoption {
    const data = isWhole(entry) ? tryMerge(entry.parts) : null;
    if (data === null) return { is: "impossible" };
    const row = { yjsClientId: entry.yjsClientId, data };
    if (isPassed(accepted, row)) {
      this.#keep(this.#options.outbox.remove(entry.sessionId, [entry.clientSeq]));
      return { is: "passed" };
    }
    if (!admitUpdate(reach, row).ok) return { is: "impossible" };
    this.#queueOf(entry).restore(entry);
    return { is: "taken", data };
  }

  /** They are sent in the order in which they were taken over: a session may have two queues, with another's between. */
  #queueOf(entry: OutboxEntry): SendQueue {
    const last = this.#adopted.at(-1);
    if (last?.sessionId === entry.sessionId) return last;
    // One at a time: a refusal then says which entry it means.
    const queue = new SendQueue(entry, { ...QUEUE_CAPS, batchEntries: 1 });
    this.#adopted.push(queue);
    return queue;
  }

  #keep(written: Promise<void>): void {
    written.catch(() => this.#options.onOutboxBroken());
  }
}

/** What the server acknowledged, with its place in the log. */
export type StoredRow = ReadyRow & { readonly clientSeq: number };

/** What is in a snapshot by now (seq 0) comes with that. */
export function storedRows({ queue, entries }: Batch, answer: Appended): StoredRow[] {
  const bytes = new Map(entries.map((entry) => [entry.clientSeq, entry.data]));
  return answer.accepted.flatMap(({ clientSeq, seq }) => {
    const data = bytes.get(clientSeq);
    return data === undefined || seq === 0
      ? []
      : [{ seq, clientSeq, sessionId: queue.sessionId, yjsClientId: queue.yjsClientId, data }];
  });
}

/** Null when the disk kept bytes that do not decode. */
function tryMerge(parts: readonly Uint8Array[]): Uint8Array | null {
  try {
    const data = mergeParts(parts);
    Y.parseUpdateMeta(data);
    return data;
  } catch {
    return null;
  }
}
