/**
 * What one session still has to send: entries of raw updates, numbered by clientSeq from 1. Only adjacent updates of
 * the same session are merged, and whole states are never encoded again: that is what lets the guard demand
 * that every row continues its session's clock.
 *
 *   push ──▶ open entry (grows) ──batch()──▶ sealed (bytes fixed for ever) ──acknowledge()──▶ gone
 */
import * as Y from "yjs";
import { sha256Hex } from "../core/sha256.ts";
import type { OutboxEntry } from "./outbox.ts";

export type SealedEntry = { readonly clientSeq: number; readonly data: Uint8Array };

export type QueueCaps = {
  readonly entryBytes: number;
  readonly entryParts: number;
  readonly batchBytes: number;
  readonly batchEntries: number;
};

/** An append may hold 100 updates and 8 MB; an entry is small because the outbox writes it anew with each part. */
export const QUEUE_CAPS: QueueCaps = {
  entryBytes: 16_384,
  entryParts: 64,
  batchBytes: 1_000_000,
  batchEntries: 50,
};

type Entry = {
  readonly clientSeq: number;
  readonly parts: Uint8Array[];
  readonly sums: string[];
  bytes: number;
  sealed: Uint8Array | null;
};

export class SendQueue {
  readonly sessionId: string;
  readonly yjsClientId: number;
  #entries: Entry[] = [];
  #nextSeq = 1;
  #caps: QueueCaps;

  constructor(session: { sessionId: string; yjsClientId: number }, caps: QueueCaps = QUEUE_CAPS) {
    this.sessionId = session.sessionId;
    this.yjsClientId = session.yjsClientId;
    this.#caps = caps;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Adds a raw update; returns the entry to write to the outbox. */
  push(update: Uint8Array): OutboxEntry {
    const last = this.#entries.at(-1);
    if (last !== undefined && this.#canGrow(last, update)) {
      last.parts.push(update);
      last.sums.push(sha256Hex(update));
      last.bytes += update.length;
      return this.#outboxEntry(last);
    }
    const entry: Entry = {
      ...{ clientSeq: this.#nextSeq++, parts: [update], sums: [sha256Hex(update)] },
      ...{ bytes: update.length, sealed: null },
    };
    this.#entries.push(entry);
    return this.#outboxEntry(entry);
  }

  /** Takes over an entry that a dead session left behind, with the number it had. */
  restore(entry: OutboxEntry): void {
    const { clientSeq, sums = [] } = entry;
    const parts = [...entry.parts];
    this.#entries.push({ clientSeq, parts, sums: [...sums], bytes: 0, sealed: mergeParts(parts) });
    this.#nextSeq = Math.max(this.#nextSeq, entry.clientSeq + 1);
  }

  /** The next entries to append, oldest first; from now on their bytes are fixed. Empty when there is nothing. */
  batch(): SealedEntry[] {
    const batch: SealedEntry[] = [];
    let bytes = 0;
    for (const entry of this.#entries.slice(0, this.#caps.batchEntries)) {
      entry.sealed ??= mergeParts(entry.parts);
      bytes += entry.sealed.length;
      if (batch.length > 0 && bytes > this.#caps.batchBytes) break;
      batch.push({ clientSeq: entry.clientSeq, data: entry.sealed });
    }
    return batch;
  }

  /** Drops entries the log has; returns how many were still waiting. */
  acknowledge(clientSeqs: readonly number[]): number {
    const before = this.#entries.length;
    const known = new Set(clientSeqs);
    this.#entries = this.#entries.filter((entry) => !known.has(entry.clientSeq));
    return before - this.#entries.length;
  }

  /** The merged bytes of all that waits, oldest first. */
  unsent(): Uint8Array[] {
    return this.#entries.map((entry) => entry.sealed ?? mergeParts(entry.parts));
  }

  #canGrow(entry: Entry, update: Uint8Array): boolean {
    if (entry.sealed !== null || entry.parts.length >= this.#caps.entryParts) return false;
    return entry.bytes + update.length <= this.#caps.entryBytes;
  }

  #outboxEntry({ clientSeq, parts, sums }: Entry): OutboxEntry {
    const { sessionId, yjsClientId } = this;
    return { sessionId, yjsClientId, clientSeq, parts: [...parts], sums: [...sums] };
  }
}

export function mergeParts(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Y.mergeUpdates([...parts]);
}
