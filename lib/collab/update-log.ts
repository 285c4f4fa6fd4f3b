/**
 * The update log client of one open document: no network, no React. The caller hands in a transport and tells it what
 * it hears; the log of the server is the truth, and this brings the document and the log together.
 *
 *   local edit ─▶ guard ─▶ queue ─┬▶ outbox (parallel)
 *                                 └▶ append ─▶ acknowledged ─▶ 'saved' when nothing waits
 *   live message, pull, own acknowledgement ─▶ LogReader ─▶ guard ─▶ document
 *
 *   opening ──open()──▶ open ──refused: not_found, forbidden──▶ ended (final: nothing is sent or applied any more)
 *   what is known of socket and server: connection.ts; why and when the log is asked: catch-up.ts
 *
 * Rules: SPEC.md (UL). Contract for editors: never change the document inside an observer of a transaction that came
 * from the log (origin LOG_ORIGIN); use a transaction of its own afterwards. One transaction makes at most 1 MB.
 */
import * as Y from "yjs";
import { type AppError, isRetryable } from "../core/errors.ts";
import type { Pull, UpdateMessage } from "../core/protocol.ts";
import { SCHEMA_VERSION } from "../core/schema-version.ts";
import { AppendLoop } from "./append-loop.ts";
import { CatchUp, type Trigger } from "./catch-up.ts";
import type { Chance, Clock } from "./clock.ts";
import { type Connection, type ConnectionEvent, connectionOf, POLL_MS, pollMs } from "./connection.ts";
import { ConnectionLoop } from "./connection-loop.ts";
import { isContained } from "./leftovers.ts";
import { hasOwnPart, localPartOf, withoutRepeats } from "./local-updates.ts";
import {
  accessOf,
  type Block,
  isContradicted,
  isGapless,
  type LogAccess,
  nextBlock,
  reasonOfRefusal,
} from "./log-block.ts";
import { LOG_ORIGIN, LogReader, type Quarantined } from "./log-reader.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";
import { readAll } from "./pull-loop.ts";
import { Reopening } from "./reopening.ts";
import { type NotSavedReason, type SaveState, saveStateOf, untilSaved } from "./save-state.ts";
import { type Batch, Senders, type StoredRow, storedRows } from "./senders.ts";
import { createStore, isShallowEqual, type Store } from "./store.ts";
import type { LogTransport, SessionIdentity } from "./transport.ts";

export type LogStatus = {
  readonly phase: "opening" | "open" | "ended";
  /** Null before the first answer. */
  readonly access: LogAccess | null;
  /** The editor may write: the right is there and nothing stands in the way. */
  readonly isWritable: boolean;
  readonly problem: NotSavedReason | null;
  readonly connection: Connection;
};

export type UpdateLogOptions = {
  readonly documentId: string;
  readonly session: SessionIdentity;
  readonly doc: Y.Doc;
  readonly transport: LogTransport;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly chance: Chance;
  /** The least time between the starts of two appends, given how long they take. Absent: none. */
  readonly windowMs?: (roundTripMs: number) => number;
  /** The newest version of documents that the program writes. */
  readonly schemaVersion?: number;
  /** Takes a fresh token and hands it to the socket. */
  readonly refreshAuth?: () => Promise<void>;
  readonly onPull?: (pull: Pull) => void;
  /** Rows of one session that the server has just acknowledged. */
  readonly onStored?: (rows: readonly StoredRow[]) => void;
  /** The guard refused a row: it is in nobody's document. */
  readonly onQuarantine?: (row: Quarantined) => void;
};

export class UpdateLog {
  readonly status: Store<LogStatus>;
  readonly saveState: Store<SaveState>;
  #options: UpdateLogOptions;
  #reader: LogReader;
  #senders: Senders;
  #appends: AppendLoop<Batch>;
  #catchUp: CatchUp;
  #reopening: Reopening;
  #status = createStore<LogStatus>(
    { phase: "opening", access: null, isWritable: false, problem: null, connection: "joining" },
    isShallowEqual,
  );
  #saveState = createStore<SaveState>(
    saveStateOf({ unsent: 0, reach: "reached", blocked: null, outboxBroken: false }),
    isShallowEqual,
  );
  #connection: ConnectionLoop;
  #block: Block | null = null;
  #outboxBroken = false;
  #opened: ((error: AppError | null) => void) | null = null;

  constructor(options: UpdateLogOptions) {
    const { doc, session, clock, chance, outbox } = options;
    this.#options = options;
    this.status = this.#status;
    this.saveState = this.#saveState;
    doc.clientID = session.yjsClientId;
    this.#senders = new Senders({ session, outbox, onOutboxBroken: () => this.outboxBroke() });
    this.#reader = new LogReader({
      doc,
      ownSessionId: session.sessionId,
      onQuarantine: (row) => this.#quarantined(row),
    });
    this.#connection = new ConnectionLoop({
      onChange: (event) => this.#publish(event === "refused" ? { phase: "ended" } : {}),
      pull: (trigger) => this.#catchUp.want(trigger),
      retry: () => this.#appends.retryNow(),
      refresh: () => options.refreshAuth?.() ?? Promise.resolve(),
      stop: () => {
        this.#appends.stop();
        this.#catchUp.stop();
      },
    });
    this.#catchUp = new CatchUp({
      clock,
      chance,
      pull: () => this.#pull(),
      everyMs: () => this.#pollMs(),
      onFailure: (error) => this.#pullFailed(error),
      heard: () => this.#reader.heard,
      hasPending: () => doc.store.pendingStructs !== null || doc.store.pendingDs !== null,
    });
    this.#appends = new AppendLoop<Batch>({
      clock,
      chance,
      hasWork: () => this.#senders.unsent > 0,
      next: () => (this.#phase === "open" && this.#block === null ? this.#senders.next() : null),
      send: (batch) => this.#send(batch),
      windowMs: () => options.windowMs?.(this.#appends.roundTripMs) ?? 0,
      onFailure: (error) => this.#connection.failed(error),
      onRefusal: (error, batch) => this.#refused(error, batch),
      onIdle: () => this.#publish(),
    });
    this.#reopening = new Reopening(session.sessionId, (again) => this.#ask(this.#reader.heard, again));
    doc.on("afterTransactionCleanup", this.#hearTransaction);
  }

  /** The last row of the log that is in the document. */
  get seq(): number {
    return this.#reader.seq;
  }

  /** Entries that the server has not acknowledged. */
  get unsent(): number {
    return this.#senders.unsent;
  }

  get #phase(): LogStatus["phase"] {
    return this.#status.getSnapshot().phase;
  }

  /** Resolves with the first state in the document; rejects when the server refuses. Retries while unreachable. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#opened = (error) => (error === null ? resolve() : reject(error));
      this.#catchUp.want("asked");
    });
  }

  /** Something hints that we miss rows, or that our rights changed. */
  pullNow(trigger: Trigger = "asked"): void {
    this.#catchUp.want(trigger);
  }

  /** Others' edits wait while held: an input method must not lose the text that it is composing. */
  hold(isHeld: boolean): void {
    this.#reader.hold(isHeld);
  }

  /** A live message of the updates topic. */
  receive(message: UpdateMessage): void {
    if (this.#phase !== "open" || this.#block?.reason === "corrupt") return;
    const { updates, ...from } = message;
    const rows = updates?.map((row) => ({ ...row, ...from }));
    if (rows === undefined) this.#catchUp.want("missing-bytes");
    else if (!this.#reader.offer(rows)) this.#catchUp.want("wrong-sum");
    else if (this.#reader.hasGap) this.#catchUp.want("gap");
    this.#catchUp.checkPending();
  }

  /** Another person says that the log reaches this far. */
  hearRumour(head: number): void {
    if (this.#phase === "open") this.#catchUp.hearRumour(head);
  }

  /** What socket, browser and page say of the connection. */
  tell(event: ConnectionEvent): void {
    this.#connection.tell(event);
  }

  outboxBroke(): void {
    this.#outboxBroken = true;
    this.#publish();
  }

  /** The bytes that the server does not have: what can be offered as a copy. */
  unsentUpdates(): Uint8Array[] {
    return this.#senders.unsentUpdates();
  }

  /**
   * Brings a dead session's entries into the document and sends them under their old session, before own ones. Returns
   * those that cannot be sent any more. The caller holds that session's lock.
   */
  adopt(entries: readonly OutboxEntry[]): OutboxEntry[] {
    const impossible: OutboxEntry[] = [];
    for (const entry of entries) {
      const adoption = this.#senders.adopt(entry, this.#reader.guard, this.#reader.reach);
      if (adoption.is === "taken") Y.applyUpdate(this.#options.doc, adoption.data, LOG_ORIGIN);
      else if (adoption.is === "impossible") impossible.push(entry);
    }
    this.#publish();
    this.#appends.wake();
    return impossible;
  }

  /** Reads what the log has by now; false when it could not be read. */
  readOn(): Promise<boolean> {
    return readAll(() => this.#pull());
  }

  /** Resolves once nothing is unsent; rejects with the reason when that cannot be. */
  whenSaved(): Promise<void> {
    return untilSaved(this.#saveState, () => this.#block !== null || this.#connection.isOver);
  }

  destroy(): void {
    this.#options.doc.off("afterTransactionCleanup", this.#hearTransaction);
    this.#options.doc.off("update", this.#hearDocument);
    this.tell("destroyed");
  }

  // ------------------------------------------------------------------ local edits

  /**
   * Right after this event Yjs encodes the transaction where somebody listens for that. What comes from the log, the
   * whole document as it opens, need not be encoded once more.
   */
  #hearTransaction = (transaction: Y.Transaction, doc: Y.Doc): void => {
    doc.off("update", this.#hearDocument);
    if (hasOwnPart(transaction, this.#options.session.yjsClientId)) doc.on("update", this.#hearDocument);
  };

  #hearDocument = (data: Uint8Array, _origin: unknown, doc: Y.Doc, transaction: Y.Transaction): void => {
    const own = this.#options.session.yjsClientId;
    const local = transaction.local ? data : localPartOf(doc, transaction, own);
    if (local !== null) this.#queue(local);
  };

  #queue(data: Uint8Array): void {
    const { access, phase } = this.#status.getSnapshot();
    const isReader = access !== null && !access.canWrite && this.#senders.unsent === 0;
    // Tidying up formatting is a local update too: a reader keeps it to themselves.
    if (phase === "ended" || isReader) return;
    const fresh = withoutRepeats(data, this.#options.session.yjsClientId, this.#reader.reach);
    const verdict = this.#senders.push(this.#reader.reach, fresh);
    if (!verdict.ok) this.#stand(verdict.reason === "too_large" ? "too-large" : "refused");
    this.#appends.wake();
    this.#publish();
  }

  // ------------------------------------------------------------------ appending

  async #send(batch: Batch): Promise<void> {
    const { transport, documentId } = this.#options;
    const asked = this.#connection.state;
    const answer = await transport.append(documentId, batch.queue.sessionId, batch.entries);
    if (this.#connection.state.reach === "ended") return;
    const stored = storedRows(batch, answer);
    this.#reader.offerOwn(stored);
    const clientSeqs = answer.accepted.map((accepted) => accepted.clientSeq);
    this.#senders.acknowledge(batch.queue, clientSeqs);
    this.#options.onStored?.(stored);
    this.#catchUp.hearHead(answer.headSeq);
    if (answer.epoch !== this.#status.getSnapshot().access?.epoch) this.tell("epoch-changed");
    this.#connection.answered(asked);
    this.#publish();
  }

  async #refused(error: AppError, batch: Batch): Promise<boolean> {
    if (error.reason === "client_seq_reused" && batch.queue !== this.#senders.own)
      return this.#settleReused(batch);
    if (await this.#reopening.settles(error, batch.queue)) return true;
    this.#stand(reasonOfRefusal(error));
    // The rights may have changed: the answer also tells whether reading is still allowed.
    this.#catchUp.want("refusal");
    return false;
  }

  /**
   * A dead session sent more under this number than its outbox kept: entries only grow until they are sent, so what
   * the log has holds what we have. Believe it once the log shows the clocks.
   */
  async #settleReused({ queue, entries }: Batch): Promise<boolean> {
    await this.#pull();
    const known = entries.filter(({ data }) =>
      isContained(this.#reader.guard, { yjsClientId: queue.yjsClientId, data }),
    );
    if (known.length === 0) this.#stand("refused");
    const clientSeqs = known.map((entry) => entry.clientSeq);
    this.#senders.acknowledge(queue, clientSeqs);
    return known.length > 0;
  }

  // ------------------------------------------------------------------ pulling

  /** Soon again while a refusal and the rights last heard disagree. */
  #pollMs(): number {
    const isOdd = isContradicted(this.#block, this.#status.getSnapshot().access);
    return isOdd ? POLL_MS.blocked : pollMs(this.#connection.state);
  }

  async #pull(): Promise<boolean> {
    const asked = this.#connection.state;
    const after = this.#reader.heard;
    const pull = await this.#ask(after, this.#phase === "opening" ? this.#options.session : null);
    if (this.#connection.isOver) return false;
    this.#connection.answered(asked);
    const isTaken =
      (pull.snapshot === null || this.#reader.applySnapshot(pull.snapshot)) &&
      this.#reader.offer(pull.updates);
    const intact = isTaken && isGapless(pull, after);
    this.#takeAccess(pull, intact);
    this.#options.onPull?.(pull);
    this.#catchUp.checkPending();
    return pull.more && intact;
  }

  /** What is after a row; opens a session with it, if one is given. */
  #ask(after: number, session: SessionIdentity | null): Promise<Pull> {
    const { transport, documentId, schemaVersion } = this.#options;
    return session === null
      ? transport.pull(documentId, after)
      : transport.open(documentId, session, after, null, schemaVersion);
  }

  #takeAccess(pull: Pull, intact: boolean): void {
    const former = this.#status.getSnapshot();
    const heard = accessOf(pull);
    const access = former.access !== null && isShallowEqual(former.access, heard) ? former.access : heard;
    const { clock, schemaVersion = SCHEMA_VERSION } = this.#options;
    const facts = { access, former: former.access, intact, schemaVersion, now: clock.now() };
    this.#block = nextBlock(this.#block, facts);
    const isReady = former.phase === "opening" && !(pull.more && intact);
    this.#publish({ access, ...(isReady ? { phase: "open" } : {}) });
    if (this.#block === null) this.#appends.resume();
    if (isReady) this.#opened?.(null);
  }

  #pullFailed(error: AppError): boolean {
    if (isRetryable(error)) {
      this.#connection.failed(error);
      return true;
    }
    // Whatever stood in the way before: this is the end of it.
    this.#block = { reason: "no-access", since: this.#options.clock.now() };
    this.tell("refused");
    this.#opened?.(error);
    return false;
  }

  // ------------------------------------------------------------------ state

  #quarantined(row: Quarantined): void {
    // Our own words reach nobody: say so instead of 'Saved'.
    if (row.sessionId === this.#options.session.sessionId) this.#stand("refused");
    this.#options.onQuarantine?.(row);
  }

  /** Stops sending for a reason. The first one counts until a pull says otherwise. */
  #stand(reason: NotSavedReason): void {
    this.#block ??= { reason, since: this.#options.clock.now() };
    this.#appends.stop();
    this.#publish();
  }

  #publish(change: Partial<LogStatus> = {}): void {
    const blocked = this.#block?.reason ?? null;
    const connection = connectionOf(this.#connection.state);
    const status = { ...this.#status.getSnapshot(), ...change, problem: blocked, connection };
    const isWritable = status.phase === "open" && status.access?.canWrite === true && blocked === null;
    this.#status.set({ ...status, isWritable });
    const { reach } = this.#connection.state;
    const facts = { unsent: this.#senders.unsent, reach, blocked, outboxBroken: this.#outboxBroken };
    this.#saveState.set(saveStateOf(facts));
  }
}
