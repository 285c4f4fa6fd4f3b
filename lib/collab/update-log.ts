/**
 * The update log client of one open document: no network, no React. The caller hands in a transport and tells it what
 * it hears; the log of the server is the truth, and this brings the document and the log together.
 *
 *   local edit ─▶ guard ─▶ queue ─┬▶ outbox (parallel)
 *                                 └▶ append ─▶ acknowledged ─▶ 'saved' when nothing waits
 *   live message, pull, own acknowledgement ─▶ LogReader ─▶ guard ─▶ document
 *
 *   opening ──open()──▶ open ──refused: not_found, forbidden──▶ ended (final: nothing is sent or applied any more)
 *
 * Rules: SPEC.md (UL). Contract for editors: never change the document inside an observer of a transaction that came
 * from the log (origin LOG_ORIGIN); use a transaction of its own afterwards. One transaction makes at most 1 MB.
 */
import * as Y from "yjs";
import { AppError, isRetryable } from "../core/errors.ts";
import type { GuardState } from "../core/guard.ts";
import type { Appended, Pull, UpdateMessage } from "../core/protocol.ts";
import { AppendLoop, appendWindowMs } from "./append-loop.ts";
import type { Cancel, Chance, Clock } from "./clock.ts";
import { isContained } from "./leftovers.ts";
import { accessOf, type Block, type LogAccess, nextBlock, reasonOfRefusal } from "./log-block.ts";
import { LOG_ORIGIN, LogReader, type Quarantined, type ReadyRow } from "./log-reader.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";
import { PullLoop } from "./pull-loop.ts";
import { type NotSavedReason, type SaveState, saveStateOf } from "./save-state.ts";
import { type Batch, Senders } from "./senders.ts";
import { createStore, isShallowEqual, type Store } from "./store.ts";
import type { LogTransport, SessionIdentity } from "./transport.ts";

export type LogStatus = {
  readonly phase: "opening" | "open" | "ended";
  /** Null before the first answer. */
  readonly access: LogAccess | null;
  /** The editor may write: the right is there and nothing stands in the way. */
  readonly isWritable: boolean;
  readonly problem: NotSavedReason | null;
};

export type UpdateLogOptions = {
  readonly documentId: string;
  readonly session: SessionIdentity;
  readonly doc: Y.Doc;
  readonly transport: LogTransport;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly chance: Chance;
  /** How many other people type just now. */
  readonly othersTyping?: () => number;
  readonly onPull?: (pull: Pull) => void;
  /** The guard refused a row: it is in nobody's document. */
  readonly onQuarantine?: (row: Quarantined) => void;
};

/** A pull follows within: 60 s always, 2 s without a socket, the others after a hint that something is missing. */
const PULL_MS = { always: 60_000, socketDown: 2_000, pending: 500, missed: 150, rumour: 1_000 } as const;

export class UpdateLog {
  readonly status: Store<LogStatus>;
  readonly saveState: Store<SaveState>;
  #options: UpdateLogOptions;
  #reader: LogReader;
  #senders: Senders;
  #appends: AppendLoop<Batch>;
  #pulls: PullLoop;
  #status = createStore<LogStatus>(
    { phase: "opening", access: null, isWritable: false, problem: null },
    isShallowEqual,
  );
  #saveState = createStore<SaveState>(
    saveStateOf({ unsent: 0, online: true, failing: null, blocked: null, outboxBroken: false }),
    isShallowEqual,
  );
  #online = true;
  #live = false;
  #destroyed = false;
  #failing: NotSavedReason | null = null;
  #block: Block | null = null;
  #outboxBroken = false;
  #pulledAt = Number.NEGATIVE_INFINITY;
  #missed: { head: number; cancel: Cancel } | null = null;
  #pendingCheck: Cancel | null = null;
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
    this.#pulls = new PullLoop({
      clock,
      chance,
      pull: () => this.#pull(),
      everyMs: () => (this.#live ? PULL_MS.always : PULL_MS.socketDown),
      onFailure: (error) => this.#pullFailed(error),
    });
    this.#appends = new AppendLoop<Batch>({
      clock,
      chance,
      hasWork: () => this.#senders.unsent > 0,
      next: () => (this.#phase === "open" && this.#block === null ? this.#senders.next() : null),
      send: (batch) => this.#send(batch),
      windowMs: () => appendWindowMs(options.othersTyping?.() ?? 0, this.#appends.roundTripMs),
      onFailure: (error) => this.#appendFailed(error),
      onRefusal: (error, batch) => this.#refused(error, batch),
      onIdle: () => this.#publish(),
    });
    doc.on("update", this.#hearDocument);
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
      this.#pulls.request();
    });
  }

  /** Something hints that we miss rows, or that our rights changed. */
  pullNow(): void {
    this.#pulls.request();
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
    const intact = rows !== undefined && this.#reader.offer(rows);
    if (!intact || this.#reader.hasGap) this.#pulls.request();
    this.#checkPending();
  }

  /** The server says that the log reaches this far; the rows may still be on their way. */
  hearHead(head: number): void {
    if (head > this.#reader.heard) this.#expect(head, PULL_MS.missed);
  }

  /** Another person says so. Anybody can say anything: at most one pull a second. */
  hearRumour(head: number): void {
    if (head <= this.#reader.heard || this.#phase !== "open") return;
    const sinceLast = this.#options.clock.now() - this.#pulledAt;
    this.#expect(head, Math.max(PULL_MS.missed, PULL_MS.rumour - sinceLast));
  }

  /** Whether the updates topic is joined; tell it also when it was joined anew. */
  setLive(live: boolean): void {
    this.#live = live;
    // Every SUBSCRIBED is followed by a pull: what was sent before it is not repeated.
    this.#pulls.request();
  }

  /** The browser's idea of the network. Coming back retries at once. */
  setOnline(online: boolean): void {
    this.#online = online;
    if (online) this.wake();
    this.#publish();
  }

  /** The page is seen again, or the network is back. */
  wake(): void {
    this.#appends.retryNow();
    this.#pulls.request();
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

  /** Resolves once nothing is unsent; rejects with the reason when that cannot be. */
  whenSaved(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        const { unsent, reason } = this.#saveState.getSnapshot();
        if (unsent > 0 && this.#block === null) return;
        stop();
        if (unsent === 0) resolve();
        else reject(new AppError("conflict", `Not saved: ${reason}.`, { reason: reason ?? "not-saved" }));
      };
      const stop = this.#saveState.subscribe(settle);
      settle();
    });
  }

  destroy(): void {
    this.#destroyed = true;
    this.#options.doc.off("update", this.#hearDocument);
    this.#appends.stop();
    this.#pulls.stop();
    this.#pendingCheck?.();
    this.#missed?.cancel();
  }

  // ------------------------------------------------------------------ local edits

  #hearDocument = (data: Uint8Array, _origin: unknown, doc: Y.Doc, transaction: Y.Transaction): void => {
    if (transaction.local) {
      this.#queue(data);
      return;
    }
    const own = this.#options.session.yjsClientId;
    const before = transaction.beforeState.get(own) ?? 0;
    if ((transaction.afterState.get(own) ?? 0) <= before) return;
    // Someone edited inside a transaction of the log. Yjs then takes another client id and hides the edit among
    // foreign ones: take the id back, and cut our part out.
    doc.clientID = own;
    const others = new Map(transaction.afterState).set(own, before);
    this.#queue(Y.encodeStateAsUpdate(doc, Y.encodeStateVector(others)));
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
    const answer = await transport.append(documentId, batch.queue.sessionId, batch.entries);
    if (this.#destroyed) return;
    this.#failing = null;
    this.#reader.offerOwn(readyRows(batch, answer));
    this.#senders.acknowledge(
      batch.queue,
      answer.accepted.map((accepted) => accepted.clientSeq),
    );
    this.hearHead(answer.headSeq);
    if (answer.epoch !== this.#status.getSnapshot().access?.epoch) this.#pulls.request();
    this.#publish();
  }

  #appendFailed(error: AppError): void {
    this.#failing = error.code === "unauthenticated" ? "signed-out" : "unreachable";
    this.#publish();
  }

  async #refused(error: AppError, batch: Batch): Promise<boolean> {
    if (error.reason === "client_seq_reused" && batch.queue !== this.#senders.own)
      return this.#settleReused(batch);
    this.#stand(reasonOfRefusal(error));
    // The rights may have changed: the answer also tells whether reading is still allowed.
    this.#pulls.request();
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
    this.#senders.acknowledge(
      queue,
      known.map((entry) => entry.clientSeq),
    );
    return known.length > 0;
  }

  // ------------------------------------------------------------------ pulling

  async #pull(): Promise<boolean> {
    const { transport, documentId, session } = this.#options;
    const opening = this.#phase === "opening";
    const after = this.#reader.heard;
    const pull = opening
      ? await transport.open(documentId, session, after)
      : await transport.pull(documentId, after);
    if (this.#phase === "ended" || this.#destroyed) return false;
    const intact =
      (pull.snapshot === null || this.#reader.applySnapshot(pull.snapshot)) &&
      this.#reader.offer(pull.updates);
    this.#pulledAt = this.#options.clock.now();
    this.#takeAccess(pull, intact);
    this.#options.onPull?.(pull);
    this.#checkPending();
    return pull.more && intact;
  }

  #takeAccess(pull: Pull, intact: boolean): void {
    const former = this.#status.getSnapshot();
    const heard = accessOf(pull);
    const access = former.access !== null && isShallowEqual(former.access, heard) ? former.access : heard;
    const now = this.#options.clock.now();
    if (this.#failing === "unreachable") this.#failing = null;
    this.#block = nextBlock(this.#block, { access, former: former.access, intact, now });
    const isReady = former.phase === "opening" && !(pull.more && intact);
    this.#publish({ access, ...(isReady ? { phase: "open" } : {}) });
    if (this.#block === null) this.#appends.resume();
    if (isReady) this.#opened?.(null);
  }

  #pullFailed(error: AppError): boolean {
    if (isRetryable(error)) {
      if (error.code === "unauthenticated") this.#failing = "signed-out";
      this.#publish();
      return true;
    }
    this.#stand("no-access");
    this.#publish({ phase: "ended" });
    this.#opened?.(error);
    return false;
  }

  /** Pulls in a while unless the rows up to `head` have come by then. */
  #expect(head: number, ms: number): void {
    if (this.#missed !== null) {
      this.#missed.head = Math.max(this.#missed.head, head);
      return;
    }
    const cancel = this.#options.clock.after(ms, () => {
      const missed = this.#missed;
      this.#missed = null;
      if (missed !== null && missed.head > this.#reader.heard) this.#pulls.request();
    });
    this.#missed = { head, cancel };
  }

  #checkPending(): void {
    const { doc, clock } = this.#options;
    const hasPending = () => doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
    if (!hasPending() || this.#pendingCheck !== null) return;
    this.#pendingCheck = clock.after(PULL_MS.pending, () => {
      this.#pendingCheck = null;
      if (hasPending()) this.#pulls.request();
    });
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
    const status = { ...this.#status.getSnapshot(), ...change, problem: blocked };
    const isWritable = status.phase === "open" && status.access?.canWrite === true && blocked === null;
    this.#status.set({ ...status, isWritable });
    const facts = { unsent: this.#senders.unsent, online: this.#online, failing: this.#failing, blocked };
    this.#saveState.set(saveStateOf({ ...facts, outboxBroken: this.#outboxBroken }));
  }
}

/**
 * An edit made inside an observer of a local edit is in both updates: Yjs encodes all that is new when it tells of the
 * first. The second then repeats it, which the guard rightly refuses in a row.
 */
function withoutRepeats(data: Uint8Array, client: number, reach: GuardState): Uint8Array {
  const known = reach.get(client) ?? 0;
  const start = Y.parseUpdateMeta(data).from.get(client);
  if (start === undefined || start >= known) return data;
  return Y.diffUpdate(data, Y.encodeStateVector(new Map([[client, known]])));
}

function readyRows({ queue, entries }: Batch, answer: Appended): ReadyRow[] {
  const bytes = new Map(entries.map((entry) => [entry.clientSeq, entry.data]));
  return answer.accepted.flatMap(({ clientSeq, seq }) => {
    const data = bytes.get(clientSeq);
    return data === undefined
      ? []
      : [{ seq, sessionId: queue.sessionId, yjsClientId: queue.yjsClientId, data }];
  });
}
