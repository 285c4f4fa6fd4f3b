/**
 * The door of this room for a page: one client per signed-in person. Hands out open documents and workspaces, shared
 * and counted, so that components may mount and unmount as they like.
 */
import { HOSTED_EVENTS_PER_SECOND } from "./budget.ts";
import { type Chance, type Clock, systemClock, wallClock } from "./clock.ts";
import { DocumentSession, type DocumentSessionOptions } from "./document-session.ts";
import { createBrowserEnvironment, type Environment } from "./environment.ts";
import { openIdbOutbox } from "./idb-outbox.ts";
import { sendLeftBehind } from "./left-behind.ts";
import type { Outbox } from "./outbox.ts";
import { renameHeadless, setTitle } from "./rename-document.ts";
import { createLeaseLocks, createWebLocks, type SessionLocks } from "./session-locks.ts";
import { type Held, Registry } from "./session-registry.ts";
import { type OpenTabLine, openBrowserTabLine } from "./tab-channel.ts";
import type { LogTransport, RealtimePort } from "./transport.ts";
import { WorkspaceChannels, type WorkspaceHandle, type WorkspaceListener } from "./workspace-channel.ts";

export type CollabClientOptions = {
  readonly userId: string;
  readonly log: LogTransport;
  readonly realtime: RealtimePort;
  /** The workspace topics of this page, where something else (the tree) listens to them too. */
  readonly workspaces?: WorkspaceChannels;
  /** The rest is for tests; a page leaves it to the browser. */
  readonly openOutbox?: (scope: { userId: string; documentId: string }) => Promise<Outbox>;
  readonly locks?: SessionLocks;
  readonly openTabLine?: OpenTabLine;
  readonly environment?: Environment;
  readonly clock?: Clock;
  readonly chance?: Chance;
  readonly onReport?: DocumentSessionOptions["onReport"];
  readonly keys?: DocumentSessionOptions["keys"];
  /** What Realtime carries of the whole project; absent: what the pro plan of a hosted one does. */
  readonly eventsPerSecond?: number;
};

const LINGER_MS = 1_000;
/** A page on a slow computer is drawn for the first time this long. */
const EXPECTED_MS = 10_000;

export class CollabClient {
  readonly #options: CollabClientOptions;
  readonly #clock: Clock;
  readonly #locks: SessionLocks;
  readonly #environment: Environment;
  readonly #workspaces: WorkspaceChannels;
  readonly #documents: Registry<DocumentSession>;

  constructor(options: CollabClientOptions) {
    const { clock = systemClock, chance = Math.random } = options;
    this.#options = options;
    this.#clock = clock;
    this.#locks = options.locks ?? createBrowserLocks();
    this.#environment = options.environment ?? createBrowserEnvironment();
    this.#workspaces = options.workspaces ?? new WorkspaceChannels(options.realtime, clock, chance);
    this.#documents = new Registry({
      clock,
      lingerMs: LINGER_MS,
      isBusy: (session) => session.isNeeded(),
      close: (session) => void session.destroy(),
    });
  }

  /** The open document, opened if nobody holds it yet. Let it go with `release`. */
  holdDocument(documentId: string): Held<DocumentSession> {
    return this.#documents.hold(documentId, () => this.#open(documentId));
  }

  /** Opens it before whoever will hold it is there to do so. */
  expectDocument(documentId: string): void {
    this.#documents.expect(documentId, () => this.#open(documentId), EXPECTED_MS);
  }

  /** Hears of changes of a workspace's documents. `epoch` is its access_epoch as last read. */
  joinWorkspace(workspaceId: string, epoch: number, listener: WorkspaceListener): WorkspaceHandle {
    return this.#workspaces.join(workspaceId, epoch, listener);
  }

  /** Resolves when the new title is stored. Rejects with AppError. */
  async renameDocument(documentId: string, title: string): Promise<void> {
    const open = this.#documents.find(documentId);
    if (open === null || !open.status.getSnapshot().isWritable) {
      await renameHeadless(this.#sessionOptions(documentId), title);
      return;
    }
    setTitle(open.doc, title);
    await open.whenSaved();
  }

  /** One after the other; those that are open here send by themselves. */
  async sendLeftBehind(documentIds: readonly string[]): Promise<void> {
    const { userId, openOutbox = openIdbOutbox } = this.#options;
    for (const documentId of documentIds) {
      if (this.#documents.find(documentId) !== null) continue;
      const outbox = openOutbox({ userId, documentId });
      await sendLeftBehind({ ...this.#sessionOptions(documentId), outbox, locks: this.#locks });
    }
  }

  /** Some open document has text that is not stored: ask before leaving. */
  hasUnsent(): boolean {
    return this.#documents.values().some((session) => session.hasUnsent());
  }

  #open(documentId: string): DocumentSession {
    const { realtime, userId, openOutbox = openIdbOutbox } = this.#options;
    const { openTabLine = openBrowserTabLine } = this.#options;
    return new DocumentSession({
      ...this.#sessionOptions(documentId),
      outbox: openOutbox({ userId, documentId }),
      locks: this.#locks,
      openTabLine,
      live: { realtime, workspaces: this.#workspaces },
    });
  }

  #sessionOptions(
    documentId: string,
  ): Omit<DocumentSessionOptions, "live" | "outbox" | "locks" | "openTabLine"> {
    const { userId, log, chance, onReport, keys, eventsPerSecond = HOSTED_EVENTS_PER_SECOND } = this.#options;
    return {
      documentId,
      userId,
      log,
      environment: this.#environment,
      clock: this.#clock,
      eventsPerSecond,
      ...(chance === undefined ? {} : { chance }),
      ...(onReport === undefined ? {} : { onReport }),
      ...(keys === undefined ? {} : { keys }),
    };
  }
}

function createBrowserLocks(): SessionLocks {
  const { locks } = navigator as { locks?: LockManager };
  if (locks !== undefined) return createWebLocks(locks);
  return createLeaseLocks(localStorage, wallClock, (releaseAll) =>
    window.addEventListener("pagehide", releaseAll),
  );
}
