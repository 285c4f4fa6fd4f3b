/**
 * The one connection that listens. When it is lost it is opened again, with pauses, until it is there or
 * closed; what was announced meanwhile is gone, so every listener is then told to look for itself.
 */
import postgres from "postgres";
import { clientOptions } from "./database-native-pool.ts";

export interface ListenerEvents {
  /** Runs on each new connection before it listens; when it throws, the connection counts as failed. */
  readonly onOpen: (client: postgres.Sql) => Promise<void>;
  readonly onLost: () => void;
  readonly onBack: () => void;
}

interface Ear {
  readonly onPayload: (payload: string) => void;
  readonly onReconnect: (() => void) | undefined;
}

interface Channel {
  readonly ears: Set<Ear>;
  /** Resolves when the server was told. */
  readonly heard: Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
const ident = (name: string) => `"${name.replaceAll('"', '""')}"`;

export class Listener {
  readonly #url: string;
  readonly #events: ListenerEvents;
  readonly #channels = new Map<string, Channel>();
  #client: postgres.Sql | null = null;
  #reconnecting: Promise<void> | null = null;
  #isClosed = false;

  private constructor(url: string, events: ListenerEvents) {
    this.#url = url;
    this.#events = events;
  }

  /** Rejects with what is wrong when the first connection fails. */
  static async open(url: string, events: ListenerEvents): Promise<Listener> {
    const listener = new Listener(url, events);
    await listener.#connect();
    return listener;
  }

  /** Resolves when the channel is listened to; resolves to the way to stop. */
  async listen(
    name: string,
    onPayload: Ear["onPayload"],
    onReconnect?: () => void,
  ): Promise<() => Promise<void>> {
    let channel = this.#channels.get(name);
    if (!channel) {
      const heard = Promise.resolve().then(() => this.#say(`listen ${ident(name)}`));
      channel = { ears: new Set(), heard };
      this.#channels.set(name, channel);
    }
    const { ears, heard } = channel;
    const ear: Ear = { onPayload, onReconnect };
    ears.add(ear);
    await heard;
    return async () => {
      if (!ears.delete(ear) || ears.size > 0) return;
      this.#channels.delete(name);
      // A connection that is lost listens to nothing.
      await this.#client?.unsafe(`unlisten ${ident(name)}`).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reconnecting;
    await this.#client?.end({ timeout: 1 });
  }

  async #connect(): Promise<void> {
    const options = {
      ...clientOptions(),
      fetch_types: false,
      onnotify: (name: string, payload: string) => {
        for (const ear of this.#channels.get(name)?.ears ?? []) ear.onPayload(payload);
      },
      onclose: () => {
        if (this.#client === opened) this.#lost();
      },
    };
    const opened = postgres(this.#url, options);
    try {
      await this.#events.onOpen(opened);
      const wanted = [...this.#channels.keys()].map((name) => `listen ${ident(name)}`);
      await opened.unsafe(wanted.length > 0 ? wanted.join(";") : "select 1");
    } catch (error) {
      await opened.end({ timeout: 1 }).catch(() => undefined);
      throw error;
    }
    this.#client = opened;
  }

  #lost(): void {
    this.#client?.end({ timeout: 1 }).catch(() => undefined);
    this.#client = null;
    if (this.#isClosed || this.#reconnecting) return;
    this.#events.onLost();
    this.#reconnecting = this.#reconnect().finally(() => {
      this.#reconnecting = null;
    });
  }

  async #reconnect(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.#isClosed && !this.#client) {
      await new Promise<void>((resolve) => setTimeout(resolve, pause).unref());
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      const isThere = await this.#connect().then(
        () => true,
        () => false,
      );
      if (!isThere) continue;
      this.#events.onBack();
      for (const { ears } of this.#channels.values()) for (const ear of ears) ear.onReconnect?.();
    }
  }

  /** While there is no connection nothing is sent: the next one listens to what is in `#channels` then. */
  async #say(sql: string): Promise<void> {
    while (!this.#isClosed) {
      if (!this.#client) await this.#reconnecting;
      const current: postgres.Sql | null = this.#client;
      if (!current) continue;
      try {
        await current.unsafe(sql);
        return;
      } catch (error) {
        if (this.#client === current) throw error;
      }
    }
  }
}
