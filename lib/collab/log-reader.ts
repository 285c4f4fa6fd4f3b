/**
 * The receiving half: brings rows of the log into the document, in the order of the log, each once, each judged by the
 * guard. `seq` moves only here, one row at a time. Rows that come early wait in `ahead`. Pure but for the document.
 *
 *   rows (live message, pull, own acknowledgement) ──offer──▶ ahead ──seq + 1 there?──▶ guard ──ok──▶ document
 *                                                                                        └─refused─▶ skipped, reported
 */
import * as Y from "yjs";
import {
  admitUpdate,
  createGuardState,
  type GuardState,
  type Refusal,
  raiseGuardState,
} from "../core/guard.ts";
import type { LogRow, Snapshot } from "../core/protocol.ts";
import { readAsWritten } from "../core/read-as-written.ts";
import { sha256Hex } from "../core/sha256.ts";

/** Origin of every transaction that comes from the log. */
export const LOG_ORIGIN = Symbol("update log");

export type ReadyRow = Pick<LogRow, "seq" | "sessionId" | "yjsClientId" | "data">;

export type Quarantined = {
  readonly seq: number;
  readonly sessionId: string;
  readonly reason: Refusal | "unappliable";
};

export type LogReaderOptions = {
  readonly doc: Y.Doc;
  /** The session whose updates are in the document already. */
  readonly ownSessionId: string;
  readonly onQuarantine: (row: Quarantined) => void;
};

/** Rows kept for later are bounded: beyond this a pull brings them again. */
const MOST_AHEAD = 2_000;

export class LogReader {
  seq = 0;
  /** Clocks of accepted rows. */
  readonly guard: GuardState = createGuardState();
  /** Clocks of accepted rows and of what this client queued: what a new local update may refer to. */
  readonly reach: GuardState = createGuardState();
  #ahead = new Map<number, ReadyRow>();
  #options: LogReaderOptions;
  #held = false;

  constructor(options: LogReaderOptions) {
    this.#options = options;
    readAsWritten(options.doc);
  }

  /** Up to here nothing is missing: rows in the document, and behind them those that are held. */
  get heard(): number {
    let heard = this.seq;
    while (this.#ahead.has(heard + 1)) heard++;
    return heard;
  }

  /** Rows wait behind one that is missing. */
  get hasGap(): boolean {
    return this.#ahead.size > this.heard - this.seq;
  }

  /** While held, rows are kept and enter the document when they are let go. */
  hold(isHeld: boolean): void {
    this.#held = isHeld;
    this.#drain();
  }

  /** False when the bytes are not what the sum says. */
  applySnapshot(snapshot: Snapshot): boolean {
    if (snapshot.uptoSeq <= this.seq) return true;
    if (sha256Hex(snapshot.state) !== snapshot.sha256) return false;
    try {
      const clocks = Y.decodeStateVector(Y.encodeStateVectorFromUpdate(snapshot.state));
      raiseGuardState(this.guard, clocks);
      // Before it is applied: applying can make Yjs tidy up, a local update that refers to what just came.
      raiseGuardState(this.reach, clocks);
      Y.applyUpdate(this.#options.doc, snapshot.state, LOG_ORIGIN);
    } catch {
      return false;
    }
    this.seq = snapshot.uptoSeq;
    this.#dropPassed();
    return true;
  }

  /** Rows from the wire. False when a sum is wrong: then nothing from that row on is used. */
  offer(rows: readonly LogRow[]): boolean {
    let intact = true;
    for (const row of rows) {
      if (row.seq <= this.seq) continue;
      intact = sha256Hex(row.data) === row.sha256;
      if (!intact) break;
      this.#hold(row);
    }
    this.#drain();
    return intact;
  }

  /** Own rows the server acknowledged: their bytes are known already. */
  offerOwn(rows: readonly ReadyRow[]): void {
    for (const row of rows) if (row.seq > this.seq) this.#hold(row);
    this.#drain();
  }

  #hold(row: ReadyRow): void {
    // what goes on where we are is a page of the log, however long; only what comes out of turn is bounded
    const follows = row.seq <= this.seq + this.#ahead.size + 1;
    if (follows || this.#ahead.size < MOST_AHEAD) this.#ahead.set(row.seq, row);
  }

  #drain(): void {
    if (this.#held) return;
    const rows: ReadyRow[] = [];
    for (let row = this.#ahead.get(this.seq + 1); row !== undefined; row = this.#ahead.get(this.seq + 1)) {
      this.#ahead.delete(row.seq);
      this.seq = row.seq;
      if (this.#judge(row)) rows.push(row);
    }
    const [first] = rows;
    if (first === undefined) return;
    if (rows.length === 1) this.#apply(first);
    else {
      // One transaction for observers. applyUpdate marks it as not local.
      this.#options.doc.transact(() => {
        for (const row of rows) this.#apply(row);
      }, LOG_ORIGIN);
    }
  }

  /** True when the row is to be applied to the document. */
  #judge(row: ReadyRow): boolean {
    const verdict = admitUpdate(this.guard, row);
    if (!verdict.ok) {
      this.#options.onQuarantine({ seq: row.seq, sessionId: row.sessionId, reason: verdict.reason });
      return false;
    }
    if (verdict.clock > (this.reach.get(row.yjsClientId) ?? 0))
      this.reach.set(row.yjsClientId, verdict.clock);
    return row.sessionId !== this.#options.ownSessionId;
  }

  #apply(row: ReadyRow): void {
    try {
      Y.applyUpdate(this.#options.doc, row.data, LOG_ORIGIN);
    } catch {
      // The guard let it pass and Yjs still stumbles: others stumble over the same bytes in the same way.
      this.#options.onQuarantine({ seq: row.seq, sessionId: row.sessionId, reason: "unappliable" });
    }
  }

  #dropPassed(): void {
    for (const seq of this.#ahead.keys()) if (seq <= this.seq) this.#ahead.delete(seq);
  }
}
