/**
 * People with browsers: the product's own client over the real protocols, in tabs that can be killed. What a browser
 * keeps (session, outboxes, locks) outlives its tabs.
 */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import * as Y from "yjs";
import { CollabClient } from "../../lib/collab/collab-client.ts";
import type { DocumentSession } from "../../lib/collab/document-session.ts";
import type { Environment } from "../../lib/collab/environment.ts";
import { createMemoryOutbox, type Outbox } from "../../lib/collab/outbox.ts";
import { createMemoryLocks, type Release, type SessionLocks } from "../../lib/collab/session-locks.ts";
import { createSupabaseTransport } from "../../lib/collab/supabase-transport.ts";
import type { LogTransport, RealtimePort } from "../../lib/collab/transport.ts";
import { type Action, type History, Peer, type Random } from "../../lib/core/history.ts";
import type { Acknowledged } from "../../lib/core/invariants.ts";
import { UpdateMessage } from "../../lib/core/protocol.ts";
import { sha256Hex } from "../../lib/core/sha256.ts";
import type { Person, Project } from "../../supabase/tests/stand-in.ts";
import { Line } from "./line.ts";

/** What a run knows of promises: all that was acknowledged or shown, and all that somebody was told is saved. */
export class Book {
  readonly promises: Acknowledged[] = [];
  /** Rows that came to a tab as a live message: shown, so they must be stored. */
  readonly shown: Acknowledged[] = [];
  /** Markers that are in acknowledged bytes. */
  readonly acknowledged = new Set<string>();
  /** Markers of a tab that said 'saved' after they were typed. */
  readonly saved = new Set<string>();
  /** Markers that died with a tab before disk or server had them: they may be there or not. */
  readonly volatile = new Set<string>();
}

const SESSION = "session";

export class Browser {
  readonly project: Project;
  readonly person: Person;
  readonly storage = new Map<string, string>();
  readonly locks = createMemoryLocks();
  readonly #disks = new Map<string, Outbox>();
  /** A write to disk takes up to so long, milliseconds. */
  readonly diskMs: number;
  tabs = 0;

  constructor(project: Project, person: Person, diskMs = 4) {
    this.project = project;
    this.person = person;
    this.diskMs = diskMs;
  }

  async signIn(): Promise<void> {
    const { data, error } = await this.person.client.auth.getSession();
    if (data.session === null) throw error ?? new Error("not signed in");
    this.storage.set(SESSION, JSON.stringify(data.session));
  }

  disk(documentId: string): Outbox {
    const disk = this.#disks.get(documentId) ?? createMemoryOutbox();
    this.#disks.set(documentId, disk);
    return disk;
  }

  client(line: Line): SupabaseClient {
    const { storage } = this;
    const { url, publishableKey } = this.project;
    return createClient(url, publishableKey, {
      auth: {
        autoRefreshToken: false,
        detectSessionInUrl: false,
        storageKey: SESSION,
        storage: {
          getItem: (key) => storage.get(key) ?? null,
          setItem: (key, value) => void storage.set(key, value),
          removeItem: (key) => void storage.delete(key),
        },
      },
      global: { fetch: line.fetch },
    });
  }
}

export interface TabOptions {
  readonly browser: Browser;
  readonly documentId: string;
  readonly book: Book;
  readonly random: Random;
}

export class Tab {
  readonly name: string;
  readonly browser: Browser;
  readonly session: DocumentSession;
  readonly peer: Peer;
  readonly line = new Line();
  readonly client: SupabaseClient;
  readonly #options: TabOptions;
  readonly #locks: Release[] = [];
  readonly #typed = new Set<string>();
  readonly #release: () => void;
  #wake: () => void = () => undefined;
  #disk: Promise<unknown> = Promise.resolve();
  isDead = false;

  constructor(options: TabOptions) {
    const { browser, documentId } = options;
    this.#options = options;
    this.browser = browser;
    this.name = `tab ${++browser.tabs} of ${browser.person.email.split("-")[0]}`;
    this.client = browser.client(this.line);
    const { log, realtime } = createSupabaseTransport(this.client);
    const collab = new CollabClient({
      userId: browser.person.id,
      log: this.#listening(log),
      realtime: this.#hearing(realtime),
      openOutbox: () => Promise.resolve(this.#slow(browser.disk(documentId))),
      locks: this.#mortal(browser.locks),
      environment: this.#environment(),
      chance: () => options.random.next(),
    });
    const { value, release } = collab.holdDocument(documentId);
    this.session = value;
    this.#release = release;
    this.peer = new Peer(value.doc);
    value.saveState.subscribe(() => this.#hearSaved());
  }

  get isWritable(): boolean {
    return !this.isDead && this.session.status.getSnapshot().isWritable;
  }

  get isQuiet(): boolean {
    return this.session.saveState.getSnapshot().unsent === 0;
  }

  /** One edit, where the page would let its person make one. */
  edit(history: History, action: Action): boolean {
    if (!this.isWritable) return false;
    const before = history.typed.size;
    history.act(this.peer, action);
    for (const marker of [...history.typed.keys()].slice(before)) this.#typed.add(marker);
    this.session.keyPressed();
    return true;
  }

  /** The browser says that the network is back and the page is seen. */
  wake(): void {
    this.#wake();
  }

  /** As when its process is killed: nothing more goes out, comes in or is written. */
  async kill(): Promise<void> {
    if (this.isDead) return;
    this.#end();
    const kept = await keptBy(this.browser.disk(this.#options.documentId));
    const { book } = this.#options;
    for (const marker of this.#typed)
      if (!kept.has(marker) && !book.acknowledged.has(marker)) book.volatile.add(marker);
  }

  /** What can be had of words that were not sent: in memory, and on the disk. */
  async unsentMarkers(): Promise<Set<string>> {
    const kept = await keptBy(this.browser.disk(this.#options.documentId));
    return new Set([...this.session.unsentUpdates().flatMap(markersIn), ...kept]);
  }

  /** Also of tabs that died in this browser: the next sweep takes their words over. */
  async hasNothingKept(): Promise<boolean> {
    return (await this.browser.disk(this.#options.documentId).list()).length === 0;
  }

  get typed(): ReadonlySet<string> {
    return this.#typed;
  }

  async close(): Promise<void> {
    this.#end();
    await this.#disk;
    this.peer.map.destroy();
    this.session.doc.destroy();
  }

  #end(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.line.end();
    void this.client.realtime.disconnect();
    for (const release of this.#locks) release();
    this.#release();
    void this.session.destroy();
  }

  #hearSaved(): void {
    if (this.isDead || this.session.saveState.getSnapshot().status !== "saved") return;
    for (const marker of this.#typed) this.#options.book.saved.add(marker);
  }

  #listening(log: LogTransport): LogTransport {
    const append: LogTransport["append"] = async (documentId, sessionId, updates) => {
      const answer = await log.append(documentId, sessionId, updates);
      if (this.isDead) return answer;
      const { book } = this.#options;
      for (const { clientSeq, seq } of answer.accepted) {
        const data = updates.find((update) => update.clientSeq === clientSeq)?.data;
        if (data === undefined) continue;
        book.promises.push({ sessionId, clientSeq, seq, sha256: sha256Hex(data) });
        for (const marker of markersIn(data)) book.acknowledged.add(marker);
      }
      return answer;
    };
    return { ...log, append };
  }

  /** Notes the rows of live messages before the client gets them. */
  #hearing(port: RealtimePort): RealtimePort {
    const note = (payload: unknown) => {
      const { data } = UpdateMessage.safeParse(payload);
      for (const { clientSeq, seq, sha256 } of data?.updates ?? [])
        this.#options.book.shown.push({ sessionId: data?.sessionId ?? "", clientSeq, seq, sha256 });
    };
    return {
      refreshAuth: () => port.refreshAuth(),
      channel(spec) {
        const update = spec.events?.update;
        if (update === undefined) return port.channel(spec);
        const heard = (payload: unknown) => {
          note(payload);
          update(payload);
        };
        return port.channel({ ...spec, events: { ...spec.events, update: heard } });
      },
    };
  }

  /** Writes take their time, in order; those that a kill catches never happen. */
  #slow(disk: Outbox): Outbox {
    const later = <T>(work: () => Promise<T>): Promise<T> => {
      const done = this.#disk.then(async () => {
        const ms = this.#options.random.next() * this.browser.diskMs;
        if (ms >= 1) await new Promise((resolve) => setTimeout(resolve, ms));
        if (this.isDead) return new Promise<never>(() => undefined);
        return work();
      });
      this.#disk = Promise.race([done, this.line.ended]).catch(() => undefined);
      return done;
    };
    return {
      put: (entry) => later(() => disk.put(entry)),
      remove: (sessionId, clientSeqs) => later(() => disk.remove(sessionId, clientSeqs)),
      list: () => later(() => disk.list()),
      close: () => undefined,
    };
  }

  /** Its locks go when it dies. */
  #mortal(locks: SessionLocks): SessionLocks {
    return {
      tryHold: async (name) => {
        const release = await locks.tryHold(name);
        if (release !== null) this.#locks.push(release);
        return release;
      },
    };
  }

  #environment(): Environment {
    return {
      isOnline: () => true,
      watch: ({ onOnline, onVisible }) => {
        this.#wake = () => {
          onOnline(true);
          onVisible();
        };
        return () => undefined;
      },
    };
  }
}

/** The markers in the text that an update brings; none in bytes that do not decode. */
export function markersIn(data: Uint8Array): string[] {
  return Y.decodeUpdate(data).structs.flatMap((struct) =>
    struct instanceof Y.Item && struct.content instanceof Y.ContentString
      ? markersOf(struct.content.str)
      : [],
  );
}

/** Markers are characters of the private use area, as lib/core/history.ts types them. */
export const markersOf = (text: string): string[] => text.match(/[\uE000-\uF8FF]/g) ?? [];

async function keptBy(disk: Outbox): Promise<Set<string>> {
  const entries = await disk.list();
  return new Set(entries.flatMap(({ parts }) => parts.flatMap(markersIn)));
}
