/**
 * One open document in one tab: the shared document, its log, the live topics and the people, put together. This is
 * what the editor and the presence components hold; nothing here knows React, every changing value is a Store.
 */
import * as Y from "yjs";
import { AppError } from "../core/errors.ts";
import type { Cursor, Pull, UpdateMessage } from "../core/protocol.ts";
import { appendWindowMs } from "./budget.ts";
import { type Chance, type Clock, systemClock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { type Environment, steadyEnvironment } from "./environment.ts";
import { createFrameKeys, type FrameKeys } from "./frame-keys.ts";
import { Gathering } from "./gathering.ts";
import { LiveChannel } from "./live-channel.ts";
import type { LogAccess } from "./log-block.ts";
import type { Quarantined } from "./log-reader.ts";
import { createSafeOutbox, type Outbox, type OutboxEntry, openedInTime } from "./outbox.ts";
import type { PersonHere } from "./people.ts";
import type { NotSavedReason, SaveState } from "./save-state.ts";
import { type SessionLocks, sweepLock } from "./session-locks.ts";
import { createStore, isShallowEqual, type Store } from "./store.ts";
import { Sweeper } from "./sweeper.ts";
import { type OpenTabLine, TabChannel } from "./tab-channel.ts";
import type { LogTransport, RealtimePort, SessionIdentity } from "./transport.ts";
import { UpdateLog } from "./update-log.ts";
import type { WorkspaceChannels, WorkspaceHandle } from "./workspace-channel.ts";

export type SessionStatus = {
  /** 'ended': the server refuses this document; `problem` says why. Nothing is sent or applied any more. */
  readonly phase: "opening" | "open" | "ended";
  readonly access: LogAccess | null;
  /** The editor may be editable. */
  readonly isWritable: boolean;
  readonly problem: NotSavedReason | null;
  /** 'polling': without the websocket, edits of others come every two seconds. Worth a notice. */
  readonly connection: Connection;
  /** Entries of earlier sessions that can never be sent; offer them, then `discardLeftovers`. */
  readonly leftovers: number;
};

/** A row of the log that the guard refused: it is in nobody's document. */
export type RefusedRow = {
  readonly seq: number;
  /** Null: only the server has judged it, and says why on demand. */
  readonly reason: Quarantined["reason"] | null;
  readonly sessionId: string | null;
  /** Written by this very tab: its words are on this page alone. */
  readonly isOwn: boolean;
  readonly author: { readonly userId: string | null; readonly name: string } | null;
};

export type DocumentSessionOptions = {
  readonly documentId: string;
  readonly userId: string;
  readonly log: LogTransport;
  readonly outbox: Promise<Outbox>;
  readonly locks: SessionLocks;
  /** Without it the session is headless: it reads and writes by the log alone. */
  readonly live?: { readonly realtime: RealtimePort; readonly workspaces: WorkspaceChannels };
  readonly environment?: Environment;
  readonly clock?: Clock;
  readonly chance?: Chance;
  readonly createIdentity?: () => SessionIdentity;
  readonly keys?: FrameKeys;
  /** What Realtime carries of the whole project (budget.ts). Absent: it has no such limit. */
  readonly eventsPerSecond?: number;
  /** Lines to this person's other tabs. Absent: there are none. */
  readonly openTabLine?: OpenTabLine;
  /** The newest version of documents that the program writes; tests play older and newer programs. */
  readonly schemaVersion?: number;
  /** For the log of the page: rows the guard refused, an outbox that broke. */
  readonly onReport?: (event: string, facts: Readonly<Record<string, unknown>>) => void;
};

export function createIdentity(): SessionIdentity {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return { sessionId: createSessionId(), yjsClientId: Math.max(1, number) };
}

/** A version 4 UUID; crypto.randomUUID is missing on plain-http pages. */
function createSessionId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class DocumentSession {
  readonly doc = new Y.Doc();
  readonly sessionId: string;
  readonly status: Store<SessionStatus>;
  readonly saveState: Store<SaveState>;
  readonly people: Store<readonly PersonHere[]>;
  /** Ascending by seq. */
  readonly refused: Store<readonly RefusedRow[]>;
  /** Resolves when the document may be shown, with what this person left unsent; rejects (AppError) when refused. */
  readonly ready: Promise<void>;
  readonly #options: DocumentSessionOptions;
  readonly #log: UpdateLog;
  readonly #gathering: Gathering;
  readonly #sweeper: Sweeper;
  readonly #live: LiveChannel | null;
  readonly #tabs: TabChannel | null;
  readonly #outbox: Outbox;
  readonly #status = createStore<SessionStatus>(OPENING, isShallowEqual);
  readonly #refused = createStore<readonly RefusedRow[]>([]);
  #workspace: WorkspaceHandle | null = null;
  #isSwept = false;
  #leftovers: readonly OutboxEntry[] = [];
  #stopWatching: () => void;
  #destroyed: Promise<void> | null = null;

  constructor(options: DocumentSessionOptions) {
    const { clock = systemClock, chance = Math.random, documentId, userId } = options;
    const { eventsPerSecond = Number.POSITIVE_INFINITY } = options;
    const session = (options.createIdentity ?? createIdentity)();
    const { sessionId } = session;
    this.#options = options;
    this.sessionId = sessionId;
    this.status = this.#status;
    this.refused = this.#refused;
    this.#outbox = createSafeOutbox(openedInTime(options.outbox, clock), (cause) => this.#outboxBroke(cause));
    this.#gathering = new Gathering({
      documentId,
      sessionId,
      keys: options.keys ?? createFrameKeys(),
      clock,
      eventsPerSecond,
      list: () => options.log.listPeople(documentId),
      send: (frame) => this.#live?.sendAwareness(frame) ?? false,
      canSend: () => this.#live?.canSendAwareness ?? false,
      head: () => this.#log.seq,
      onRumour: (head) => this.#log.hearRumour(head),
      onSilence: () => this.#log.pullNow("silence"),
    });
    this.people = this.#gathering.people;
    this.#log = new UpdateLog({
      documentId,
      session,
      doc: this.doc,
      transport: this.#withKey(options.log),
      outbox: this.#outbox,
      clock,
      chance,
      refreshAuth: () => this.#refreshAuth(),
      windowMs: (roundTripMs) => appendWindowMs({ ...this.#gathering.company, roundTripMs, eventsPerSecond }),
      ...(options.schemaVersion === undefined ? {} : { schemaVersion: options.schemaVersion }),
      onStored: (rows) => this.#tabs?.tell(rows),
      onPull: (pull) => this.#pulled(pull),
      onQuarantine: (row) => this.#quarantined(row),
    });
    this.saveState = this.#log.saveState;
    this.#sweeper = new Sweeper({
      outbox: this.#outbox,
      locks: options.locks,
      sweepLock: sweepLock(userId, documentId),
      ownSessionId: sessionId,
      clock,
      adopt: (entries) => this.#log.adopt(entries),
      readOn: () => this.#log.readOn(),
      onLeftovers: (entries) => this.#setLeftovers(entries),
    });
    this.#live = this.#createLive(sessionId, clock, chance);
    this.#tabs = this.#createTabs();
    this.#log.status.subscribe(() => this.#followLog());
    this.#stopWatching = this.#watch(options.environment ?? steadyEnvironment);
    this.ready = this.#open();
    // Whoever does not wait for it hears of the refusal by the status.
    this.ready.catch(() => undefined);
  }

  /** Where the person's caret is: relative positions as JSON, and the block. Null: nowhere in the document. */
  setCursor(cursor: Cursor | null, blockId: string | null): void {
    this.#gathering.setCursor(cursor, blockId);
  }

  /** Who wrote under a Yjs client id, by the server's list; null: not known. */
  authorOf(yjsClientId: number): { readonly userId: string | null; readonly name: string } | null {
    return this.#gathering.authorOf(yjsClientId);
  }

  /** A key changed the document: shown as typing to the others for three seconds. */
  keyPressed(): void {
    this.#gathering.keyPressed();
  }

  /** Others' edits wait while held, at most as long as an input method composes. Own ones are sent as always. */
  holdOthers(isHeld: boolean): void {
    this.#log.hold(isHeld);
  }

  /** Something outside says that rights or place of the document changed: asks the server now. */
  check(): void {
    this.#log.pullNow();
  }

  /** Leaving the page now could lose text, or at least leave it unsent: ask before. */
  hasUnsent(): boolean {
    return this.saveState.getSnapshot().unsent > 0;
  }

  /** Left by its page it still has words to send, or holds ones that are nowhere else. */
  isNeeded(): boolean {
    const { unsent, onlyInThisTab } = this.saveState.getSnapshot();
    const { phase, problem } = this.#status.getSnapshot();
    return unsent > 0 && (onlyInThisTab || (phase !== "ended" && problem === null));
  }

  /** Yjs updates that the server does not have, oldest first: what can be offered as a copy. */
  unsentUpdates(): Uint8Array[] {
    return [...this.#leftovers.flatMap((entry) => [...entry.parts]), ...this.#log.unsentUpdates()];
  }

  discardLeftovers(): Promise<void> {
    return this.#sweeper.discardLeftovers();
  }

  /** Resolves once everything written so far is stored; rejects (AppError) when that cannot be. */
  whenSaved(): Promise<void> {
    return this.#log.whenSaved();
  }

  /** Says goodbye, leaves the topics and frees everything. What is unsent stays in the outbox. */
  destroy(): Promise<void> {
    this.#destroyed ??= this.#end();
    return this.#destroyed;
  }

  async #open(): Promise<void> {
    await this.#log.open();
    if (this.#destroyed !== null)
      throw new AppError("unavailable", "The document was closed while it opened.");
    await this.#sweeper.start();
    this.#isSwept = true;
    this.#followLog();
  }

  async #end(): Promise<void> {
    this.#stopWatching();
    const goodbye = this.#gathering.leave();
    this.#log.destroy();
    this.#tabs?.close();
    this.#sweeper.stop();
    this.#workspace?.leave();
    await goodbye;
    await this.#live?.leave();
    this.#outbox.close();
  }

  /** The key goes to the server with the session: nobody can register another for it later. */
  #withKey(log: LogTransport): LogTransport {
    return {
      pull: (...asked) => log.pull(...asked),
      append: (...asked) => log.append(...asked),
      listPeople: (documentId) => log.listPeople(documentId),
      open: async (documentId, session, after, _, schemaVersion) => {
        const isOwn = session.sessionId === this.sessionId;
        const publicKey = isOwn ? await this.#gathering.publicKey() : null;
        return log.open(documentId, session, after, publicKey, schemaVersion);
      },
    };
  }

  #createLive(sessionId: string, clock: Clock, chance: Chance): LiveChannel | null {
    const { live, documentId } = this.#options;
    if (live === undefined) return null;
    return new LiveChannel({
      port: live.realtime,
      documentId,
      sessionId,
      clock,
      chance,
      onUpdate: (message) => this.#log.receive(message),
      onGarbage: () => this.#log.pullNow("undecodable"),
      onSocket: (event) => this.#log.tell(event),
      onAwareness: (frame) => this.#gathering.receive(frame),
      onAwarenessJoined: () => this.#gathering.joined(),
      onPresent: (sessionIds) => this.#gathering.setPresent(sessionIds),
      onGone: (gone) => this.#gathering.drop(gone),
    });
  }

  /** Rights or epoch may have changed: the topics follow. */
  #followLog(): void {
    const log = this.#log.status.getSnapshot();
    const before = this.#status.getSnapshot();
    // 'open' is told only when the leftovers are in, so that nothing written seems to be missing.
    const phase = log.phase === "open" && !this.#isSwept ? "opening" : log.phase;
    this.#status.set({ ...before, ...log, phase, isWritable: log.isWritable && phase === "open" });
    if (log.phase === "ended" || this.#destroyed !== null) this.#leaveTopics();
    else if (log.access !== null) this.#joinTopics(log.access);
  }

  #joinTopics({ workspaceId, epoch }: LogAccess): void {
    const { live } = this.#options;
    if (live === undefined) return;
    this.#live?.setEpoch(epoch);
    if (this.#workspace === null) {
      const ask = () => this.#log.tell("epoch-changed");
      // A rise of the epoch is told there once: who did not hear it is refused when joining again, and asks then.
      this.#workspace = live.workspaces.join(workspaceId, epoch, { onEpoch: ask, onDown: ask });
    } else this.#workspace.setEpoch(epoch);
  }

  #createTabs(): TabChannel | null {
    const { openTabLine: open, userId, documentId } = this.#options;
    const onUpdate = (message: UpdateMessage) => this.#log.receive(message);
    return open === undefined ? null : new TabChannel({ open, userId, documentId, onUpdate });
  }

  #leaveTopics(): void {
    this.#tabs?.close();
    void this.#live?.leave();
    this.#workspace?.leave();
    this.#workspace = null;
  }

  #watch(environment: Environment): () => void {
    if (!environment.isOnline()) this.#log.tell("offline");
    return environment.watch({
      onOnline: (online) => this.#log.tell(online ? "online" : "offline"),
      onVisible: () => this.#log.tell("visible"),
    });
  }

  /** After sleep the socket may hold an old token. */
  async #refreshAuth(): Promise<void> {
    try {
      await this.#options.live?.realtime.refreshAuth();
    } catch (cause) {
      this.#report("refresh failed", { cause: String(cause) });
      throw cause;
    }
  }

  #setLeftovers(entries: readonly OutboxEntry[]): void {
    this.#leftovers = entries;
    this.#status.set({ ...this.#status.getSnapshot(), leftovers: entries.length });
  }

  #pulled({ people, quarantined }: Pull): void {
    this.#gathering.know(people);
    for (const seq of quarantined)
      this.#noteRefused({ seq, reason: null, sessionId: null, isOwn: false, author: null });
    // Rows are judged before the people of the same answer are known.
    const named = this.#refused.getSnapshot().map((row) => {
      const author = row.author ?? (row.sessionId === null ? null : this.#gathering.personOf(row.sessionId));
      return author === row.author ? row : { ...row, author };
    });
    if (named.some((row, i) => row !== this.#refused.getSnapshot()[i])) this.#refused.set(named);
  }

  #noteRefused(row: RefusedRow): void {
    const known = this.#refused.getSnapshot();
    if (known.some(({ seq }) => seq === row.seq)) return;
    this.#refused.set([...known, row].sort((a, b) => a.seq - b.seq));
  }

  #quarantined(row: Quarantined): void {
    const { seq, reason, sessionId } = row;
    const author = this.#gathering.personOf(sessionId);
    this.#noteRefused({ seq, reason, sessionId, isOwn: sessionId === this.sessionId, author });
    this.#report("row refused", { documentId: this.#options.documentId, ...row });
  }

  #outboxBroke(cause: unknown): void {
    this.#log.outboxBroke();
    this.#report("outbox broken", { cause: String(cause) });
  }

  #report(event: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.onReport?.(event, facts);
  }
}

const OPENING: SessionStatus = {
  phase: "opening",
  access: null,
  isWritable: false,
  problem: null,
  connection: "joining",
  leftovers: 0,
};
