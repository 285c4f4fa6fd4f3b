/**
 * For tests: a server with one document's log in memory, which keeps the rules of the real one (seq under a lock,
 * retries by session and clientSeq, rights, epoch), and a network before it that drops, duplicates, reorders,
 * delays and cuts. Chance comes from a dice with a seed, time from a virtual clock.
 */
import * as Y from "yjs";
import { toBase64 } from "../core/base64.ts";
import { AppError, type ErrorCode } from "../core/errors.ts";
import { admitUpdate, createGuardState } from "../core/guard.ts";
import type { Dice } from "../core/guard-fixtures.ts";
import { type Acknowledged, replayLog } from "../core/invariants.ts";
import {
  type Appended,
  type LogRow,
  Person,
  Pull,
  type Role,
  type Snapshot,
  UpdateMessage,
} from "../core/protocol.ts";
import { readAsWritten } from "../core/read-as-written.ts";
import { SCHEMA_VERSION } from "../core/schema-version.ts";
import { sha256Hex } from "../core/sha256.ts";
import type { LogTransport, SessionIdentity } from "./transport.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export type Message = { readonly epoch: number; readonly payload: unknown };

const refuse = (code: ErrorCode, reason: string = code) => new AppError(code, reason, { reason });

type Update = { readonly clientSeq: number; readonly data: Uint8Array };

function emptyTruth() {
  const doc = new Y.Doc({ guid: "log" });
  readAsWritten(doc);
  return { upto: 0, doc, clocks: createGuardState() };
}

type FakeSession = {
  readonly yjsClientId: number;
  readonly userId: string;
  readonly publicKey: string | null;
  readonly schemaVersion?: number;
  /** The newest of its updates whose row is gone. */
  readonly prunedClientSeq?: number;
};

export class FakeServer {
  readonly documentId = "11111111-1111-4111-8111-111111111111";
  /** All that was ever stored; those up to `prunedSeq` are kept for the tests only and never looked at again. */
  readonly rows: LogRow[] = [];
  readonly sessions = new Map<string, FakeSession>();
  readonly roles = new Map<string, Role>();
  readonly listeners = new Set<(message: Message) => void>();
  snapshot: Snapshot | null = null;
  epoch = 1;
  trashed = false;
  schemaVersion = SCHEMA_VERSION;
  prunedSeq = 0;
  /** While above 0, appends are refused, and this pause is asked for, ms. */
  tooFastMs = 0;
  /** The document holds as much as a document may. */
  isFull = false;
  /** Rows of a pull before it says `more`. */
  pageRows = 100;
  /** Appends that were answered: what the server promised. */
  readonly promised: Acknowledged[] = [];
  /** Planted bug: how many of a hundred appends are acknowledged and never stored. */
  forgets = 0;
  /** Planted bug: what was pruned is not remembered. */
  forgetsPruned = false;
  dice: Dice = () => 0;
  #truth = emptyTruth();

  roleOf(userId: string): Role {
    const role = this.roles.get(userId);
    if (role === undefined) throw refuse("not_found");
    return role;
  }

  open(
    userId: string,
    { sessionId, yjsClientId }: SessionIdentity,
    after: number,
    publicKey: string | null = null,
    schemaVersion = SCHEMA_VERSION,
  ): Pull {
    this.roleOf(userId);
    const known = this.sessions.get(sessionId);
    if (known !== undefined && known.userId !== userId) throw refuse("forbidden", "session_not_yours");
    for (const [other, session] of this.sessions) {
      if (other !== sessionId && session.yjsClientId === yjsClientId)
        throw refuse("conflict", "client_id_taken");
    }
    this.sessions.set(sessionId, {
      ...{ yjsClientId, userId, publicKey },
      schemaVersion: Math.max(known?.schemaVersion ?? 0, schemaVersion),
      prunedClientSeq: known?.prunedClientSeq ?? 0,
    });
    return this.pull(userId, after);
  }

  pull(userId: string, after: number): Pull {
    const role = this.roleOf(userId);
    const snapshot = this.snapshot !== null && this.snapshot.uptoSeq > after ? this.snapshot : null;
    const from = Math.max(after, snapshot?.uptoSeq ?? 0, this.prunedSeq);
    const rows = this.rows.filter((row) => row.seq > from);
    // Over the wire and back, so that the schema is part of every test.
    return Pull.parse({
      documentId: this.documentId,
      workspaceId: "w",
      title: "",
      role,
      canWrite: canWrite(role) && !this.trashed,
      epoch: this.epoch,
      schemaVersion: this.schemaVersion,
      headSeq: this.rows.length,
      trashed: this.trashed,
      snapshot: snapshot === null ? null : { ...snapshot, state: toBase64(snapshot.state) },
      updates: rows.slice(0, this.pageRows).map((row) => ({ ...row, data: toBase64(row.data) })),
      more: rows.length > this.pageRows,
      quarantined: [],
      people: this.people(),
    });
  }

  people(): Person[] {
    return [...this.sessions].map(([sessionId, { yjsClientId, userId, publicKey }]) =>
      Person.parse({ sessionId, yjsClientId, userId, name: `Name of ${userId}`, color: 3, publicKey }),
    );
  }

  /** A planted server may take its time between looking and storing. */
  append(userId: string, sessionId: string, updates: readonly Update[]): Appended | Promise<Appended> {
    this.mayAppend(userId, sessionId, updates);
    const first = this.rows.length + 1;
    const accepted = updates.map((update) => this.store(sessionId, update));
    const stored = this.rows.slice(first - 1);
    const forgotten = this.dice(100) < this.forgets;
    if (forgotten) this.rows.length = first - 1;
    else if (stored.length > 0) this.broadcast(sessionId, stored);
    return { headSeq: forgotten ? first - 1 : this.rows.length, epoch: this.epoch, accepted };
  }

  protected mayAppend(userId: string, sessionId: string, updates: readonly Update[]): void {
    const role = this.roleOf(userId);
    const session = this.sessions.get(sessionId);
    if (this.tooFastMs > 0)
      throw new AppError("too_many", "too fast", { reason: "too_fast", retryAfterMs: this.tooFastMs });
    if (!canWrite(role)) throw refuse("forbidden");
    if (this.isFull) throw refuse("too_large", "document_full");
    if (session?.userId !== userId) throw refuse("forbidden", "session_not_yours");
    if (this.trashed) throw refuse("forbidden", "trashed");
    if ((session.schemaVersion ?? SCHEMA_VERSION) < this.schemaVersion)
      throw refuse("conflict", "newer_version");
    if (updates.some(({ data }) => data.length > 1_048_576)) throw refuse("too_large", "update_too_large");
    for (const { clientSeq, data } of updates) {
      const known = this.find(sessionId, clientSeq);
      if (known !== undefined && known.sha256 !== sha256Hex(data))
        throw refuse("conflict", "client_seq_reused");
    }
  }

  protected find(sessionId: string, clientSeq: number): LogRow | undefined {
    return this.rows.find(
      (row) => row.sessionId === sessionId && row.clientSeq === clientSeq && row.seq > this.prunedSeq,
    );
  }

  protected store(sessionId: string, { clientSeq, data }: Update): { clientSeq: number; seq: number } {
    const known = this.find(sessionId, clientSeq);
    if (known !== undefined) return { clientSeq, seq: known.seq };
    const { yjsClientId = 0, prunedClientSeq = 0 } = this.sessions.get(sessionId) ?? {};
    if (clientSeq <= prunedClientSeq) return { clientSeq, seq: 0 };
    const seq = this.rows.length + 1;
    this.rows.push({ seq, sessionId, yjsClientId, clientSeq, data, sha256: sha256Hex(data) });
    return { clientSeq, seq };
  }

  protected broadcast(sessionId: string, rows: readonly LogRow[]): void {
    const updates = rows.map(({ seq, clientSeq, data, sha256 }) => ({
      seq,
      clientSeq,
      data: toBase64(data),
      sha256,
    }));
    const yjsClientId = rows[0]?.yjsClientId ?? 0;
    const payload = { fromSeq: rows[0]?.seq, toSeq: rows.at(-1)?.seq, sessionId, yjsClientId, updates };
    for (const listener of [...this.listeners]) listener({ epoch: this.epoch, payload });
  }

  /** What the log says: accepted rows, applied in order. */
  replay(): Y.Doc {
    return replayLog(this.rows);
  }

  /** The same, kept from call to call: not to be changed. */
  get truth(): { readonly doc: Y.Doc; readonly clocks: ReadonlyMap<number, number> } {
    if (this.#truth.upto > this.rows.length) this.#truth = emptyTruth();
    const { doc, clocks } = this.#truth;
    for (; this.#truth.upto < this.rows.length; this.#truth.upto++) {
      const row = this.rows[this.#truth.upto] as LogRow;
      if (admitUpdate(clocks, row).ok) Y.applyUpdate(doc, row.data);
    }
    return this.#truth;
  }

  compact(): void {
    const state = Y.encodeStateAsUpdate(this.replay());
    this.snapshot = { uptoSeq: this.rows.length, state, sha256: sha256Hex(state) };
  }

  /** Compacts, and lets all rows go that are covered; the real server waits a day. */
  prune(): void {
    this.compact();
    for (const { sessionId, clientSeq, seq } of this.rows) {
      const session = this.sessions.get(sessionId);
      if (seq <= this.prunedSeq || session === undefined || this.forgetsPruned) continue;
      const prunedClientSeq = Math.max(session.prunedClientSeq ?? 0, clientSeq);
      this.sessions.set(sessionId, { ...session, prunedClientSeq });
    }
    this.prunedSeq = this.rows.length;
  }

  /** The document holds shapes of that version from now on; who is open hears numbers without updates. */
  raiseSchemaVersion(version: number): void {
    this.schemaVersion = Math.max(this.schemaVersion, version);
    const seq = Math.max(1, this.rows.length);
    const payload = { fromSeq: seq, toSeq: seq, sessionId: "", yjsClientId: 0 };
    for (const listener of [...this.listeners]) listener({ epoch: this.epoch, payload });
  }
}

function canWrite(role: Role): boolean {
  return role === "owner" || role === "admin" || role === "editor";
}

export type Faults = {
  /** Of a hundred: calls lost on the way there, answers lost on the way back, live messages lost and doubled. */
  readonly lostCalls: number;
  readonly lostAnswers: number;
  /** Calls given up as lost that the server works off later all the same. */
  readonly lateCalls: number;
  readonly lostMessages: number;
  readonly doubledMessages: number;
  /** Longest delay of anything, ms. Different delays reorder live messages. */
  readonly delayMs: number;
};

export const CALM: Faults = {
  lostCalls: 0,
  lostAnswers: 0,
  lateCalls: 0,
  lostMessages: 0,
  doubledMessages: 0,
  delayMs: 5,
};

/** A call that was given up arrives at the latest so much later, ms. */
const LATE_MS = 3_000;

/** One person's line to the server. */
export class FakeLine implements LogTransport {
  faults: Faults = CALM;
  /** No cable: calls fail, messages are lost. */
  cut = false;
  calls = 0;
  #server: FakeServer;
  #clock: VirtualClock;
  #dice: Dice;
  #userId: string;

  constructor(server: FakeServer, clock: VirtualClock, dice: Dice, userId: string) {
    this.#server = server;
    this.#clock = clock;
    this.#dice = dice;
    this.#userId = userId;
  }

  open(
    _documentId: string,
    session: SessionIdentity,
    after: number,
    publicKey: string | null = null,
    schemaVersion = SCHEMA_VERSION,
  ): Promise<Pull> {
    return this.#call(() => this.#server.open(this.#userId, session, after, publicKey, schemaVersion));
  }

  pull(_documentId: string, after: number): Promise<Pull> {
    return this.#call(() => this.#server.pull(this.#userId, after));
  }

  append(_documentId: string, sessionId: string, updates: readonly Update[]): Promise<Appended> {
    return this.#call(async () => {
      const answer = await this.#server.append(this.#userId, sessionId, updates);
      for (const { clientSeq, seq } of answer.accepted) {
        const data = updates.find((update) => update.clientSeq === clientSeq)?.data ?? new Uint8Array();
        this.#server.promised.push({ sessionId, clientSeq, seq, sha256: sha256Hex(data) });
      }
      return answer;
    });
  }

  listPeople(): Promise<Person[]> {
    return this.#call(() => this.#server.people());
  }

  /** Listens to the updates topic of an epoch; returns the way to stop. */
  listen(onMessage: (message: UpdateMessage) => void, epoch = this.#server.epoch): () => void {
    const hear = ({ payload, ...message }: Message) => {
      if (message.epoch !== epoch) return;
      const copies = this.#percent(this.faults.doubledMessages) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        if (this.#percent(this.faults.lostMessages)) continue;
        this.#clock.after(this.#delay(), () => {
          if (!this.cut && this.#server.listeners.has(hear)) onMessage(UpdateMessage.parse(payload));
        });
      }
    };
    this.#server.listeners.add(hear);
    return () => this.#server.listeners.delete(hear);
  }

  async #call<T>(work: () => T | Promise<T>): Promise<T> {
    this.calls++;
    await this.#clock.wait(this.#delay());
    if (!this.cut && this.#percent(this.faults.lateCalls)) this.#workLate(work);
    if (this.cut || this.#percent(this.faults.lostCalls))
      throw refuse("unavailable", "lost on the way there");
    const result = await work();
    await this.#clock.wait(this.#delay());
    if (this.cut || this.#percent(this.faults.lostAnswers))
      throw refuse("unavailable", "lost on the way back");
    return result;
  }

  /** Nobody hears what comes of it. */
  #workLate(work: () => unknown): never {
    const unheard = () => undefined;
    void this.#clock.wait(this.#dice(LATE_MS)).then(work).then(unheard, unheard);
    throw refuse("unavailable", "given up");
  }

  #percent(chance: number): boolean {
    return this.#dice(100) < chance;
  }

  #delay(): number {
    return 1 + this.#dice(Math.max(1, this.faults.delayMs));
  }
}
