/**
 * The one connection that listens. When it is lost it is opened again, with pauses, until it is there or
 * closed; what was announced meanwhile is gone, so every listener is then told to look for itself.
 */
import postgres from "postgres";
import { clientOptions } from "./database-native-pool.ts";

export interface Listener {
  /** Resolves when the channel is listened to; resolves to the way to stop. */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect?: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

interface Ear {
  readonly onPayload: (payload: string) => void;
  readonly onReconnect: (() => void) | undefined;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
const ident = (name: string) => `"${name.replaceAll('"', '""')}"`;

export interface ListenerEvents {
  /** Runs on each new connection before it listens; when it throws, the connection counts as failed. */
  readonly onOpen: (client: postgres.Sql) => Promise<void>;
  readonly onLost: () => void;
  readonly onBack: () => void;
}

export async function openListener(url: string, events: ListenerEvents): Promise<Listener> {
  const channels = new Map<string, { readonly ears: Set<Ear>; readonly heard: Promise<void> }>();
  let client: postgres.Sql | null = null;
  let reconnecting: Promise<void> | null = null;
  let isClosed = false;

  async function connect(): Promise<void> {
    const options = {
      ...clientOptions(),
      fetch_types: false,
      onnotify: (channel: string, payload: string) => {
        for (const ear of channels.get(channel)?.ears ?? []) ear.onPayload(payload);
      },
      onclose: () => {
        if (client === opened) lost();
      },
    };
    const opened = postgres(url, options);
    try {
      await events.onOpen(opened);
      const wanted = [...channels.keys()].map((channel) => `listen ${ident(channel)}`);
      await opened.unsafe(wanted.length > 0 ? wanted.join(";") : "select 1");
    } catch (error) {
      await opened.end({ timeout: 1 }).catch(() => undefined);
      throw error;
    }
    client = opened;
  }

  function lost(): void {
    client?.end({ timeout: 1 }).catch(() => undefined);
    client = null;
    if (isClosed) return;
    if (!reconnecting) events.onLost();
    reconnecting ??= reconnect().finally(() => {
      reconnecting = null;
    });
  }

  async function reconnect(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!isClosed && !client) {
      await new Promise<void>((resolve) => setTimeout(resolve, pause).unref());
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      const isThere = await connect().then(
        () => true,
        () => false,
      );
      if (!isThere) continue;
      events.onBack();
      for (const { ears } of channels.values()) for (const ear of ears) ear.onReconnect?.();
    }
  }

  /** While there is no connection nothing is sent: the next one listens to what is in `channels` then. */
  async function say(sql: string): Promise<void> {
    while (!isClosed) {
      if (!client) await reconnecting;
      const current: postgres.Sql | null = client;
      if (!current) continue;
      try {
        await current.unsafe(sql);
        return;
      } catch (error) {
        if (client === current) throw error;
      }
    }
  }

  await connect();
  return {
    async listen(channel, onPayload, onReconnect) {
      let heard = channels.get(channel);
      if (!heard) {
        heard = { ears: new Set(), heard: Promise.resolve().then(() => say(`listen ${ident(channel)}`)) };
        channels.set(channel, heard);
      }
      const { ears } = heard;
      const ear: Ear = { onPayload, onReconnect };
      ears.add(ear);
      await heard.heard;
      return async () => {
        if (!ears.delete(ear) || ears.size > 0) return;
        channels.delete(channel);
        // A connection that is lost listens to nothing.
        await client?.unsafe(`unlisten ${ident(channel)}`).catch(() => undefined);
      };
    },
    async close() {
      isClosed = true;
      await reconnecting;
      await client?.end({ timeout: 1 });
    },
  };
}
