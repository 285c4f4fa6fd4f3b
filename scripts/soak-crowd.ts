/** Many people on few documents, over sockets of their own: they type, point, come and go until told to leave. */
import { randomUUID } from "node:crypto";
import { createClient, type RealtimeChannel, type SupabaseClient } from "@supabase/supabase-js";
import type { StandIn } from "./stand-in.ts";

export interface Crowd {
  readonly done: Record<"edits" | "cursors" | "tracks" | "reconnects" | "heard" | "refused", number>;
  leave(): Promise<void>;
}

interface Seat {
  readonly client: SupabaseClient;
  readonly documentId: string;
  readonly number: number;
  channels: RealtimeChannel[];
}

interface Writer {
  readonly client: SupabaseClient;
  readonly documentId: string;
  readonly sessionId: string;
  clientSeq: number;
}

const SEATS_A_DOCUMENT = 10;
const JOINING_AT_ONCE = 16;
/** Each of these is done this often, by whoever is next. */
const EVERY_MS = { edits: 200, cursors: 25, tracks: 1_000, reconnects: 2_000 } as const;

const quiet = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };

/** Resolves when all sockets have joined and the traffic runs. */
export async function gatherCrowd(standIn: StandIn, sockets: number): Promise<Crowd> {
  const owner = createClient(standIn.url, standIn.publishableKey, quiet);
  const account = { email: `soak-${randomUUID()}@example.com`, password: randomUUID() };
  const { data, error } = await owner.auth.signUp(account);
  const token = data.session?.access_token;
  if (error || !token) throw new Error(`sign-up failed: ${error?.message}`);
  const { workspaceId } = (await call(owner, "ensure_account", {})) as { workspaceId: string };
  const writers = await openWriters(owner, workspaceId, Math.ceil(sockets / SEATS_A_DOCUMENT));
  const epoch = Number((await owner.from("workspaces").select("access_epoch").single()).data?.access_epoch);
  const seats = Array.from({ length: sockets }, (_, number): Seat => {
    const documentId = writers[number % writers.length]?.documentId ?? "";
    const client = createClient(standIn.url, standIn.publishableKey, {
      ...quiet,
      accessToken: async () => token,
    });
    return { client, documentId, number, channels: [] };
  });
  const done = { edits: 0, cursors: 0, tracks: 0, reconnects: 0, heard: 0, refused: 0 };
  const join = (seat: Seat) => joinTopics(seat, epoch, () => (done.heard += 1));
  await inTurns(seats, JOINING_AT_ONCE, join);
  const traffic = startTraffic({ seats, writers, done, join });
  return {
    done,
    async leave() {
      await traffic.stop();
      await Promise.all(seats.map(({ client }) => client.removeAllChannels()));
      for (const { client } of seats) await client.realtime.disconnect();
    },
  };
}

async function inTurns<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const lane = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

async function call(client: SupabaseClient, name: string, values: Record<string, unknown>): Promise<unknown> {
  const { data, error } = await client.rpc(name, values);
  if (error) throw new Error(`${name}: ${error.message}`);
  return data;
}

async function openWriters(owner: SupabaseClient, workspaceId: string, count: number): Promise<Writer[]> {
  const writers: Writer[] = [];
  for (let n = 0; n < count; n++) {
    const values = { p_workspace_id: workspaceId, p_parent_id: null, p_title: `Soak ${n}` };
    const { id } = (await call(owner, "create_document", { ...values, p_id: null, p_after_id: null })) as {
      id: string;
    };
    const sessionId = randomUUID();
    const session = { p_document_id: id, p_session_id: sessionId, p_yjs_client_id: n + 1 };
    await call(owner, "open_document", session);
    writers.push({ client: owner, documentId: id, sessionId, clientSeq: 0 });
  }
  return writers;
}

/** Updates and awareness for all, presence for every fourth. */
async function joinTopics(seat: Seat, epoch: number, onHeard: () => void): Promise<void> {
  const kinds = ["updates", "awareness", ...(seat.number % 4 === 0 ? ["presence"] : [])];
  await seat.client.realtime.setAuth();
  seat.channels = kinds.map((kind) => {
    const config = { private: true, presence: { key: String(seat.number) } };
    const channel = seat.client.channel(`document:${seat.documentId}:${kind}:${epoch}`, { config });
    if (kind === "presence") channel.on("presence", { event: "sync" }, onHeard);
    return channel.on("broadcast", { event: "*" }, onHeard);
  });
  await Promise.all(
    seat.channels.map(
      (channel) =>
        new Promise<void>((resolve, reject) => {
          channel.subscribe((status, error) => {
            if (status === "SUBSCRIBED") resolve();
            else if (status === "CHANNEL_ERROR") reject(error ?? new Error(channel.topic));
          }, 60_000);
        }),
    ),
  );
}

interface Traffic {
  readonly seats: readonly Seat[];
  readonly writers: readonly Writer[];
  readonly done: Crowd["done"];
  join(seat: Seat): Promise<void>;
}

/** One of each kind is under way at a time; a slow machine then does less, and nothing piles up. */
function startTraffic({ seats, writers, done, join }: Traffic): { stop(): Promise<void> } {
  let isOver = false;
  const next = <Item>(items: readonly Item[]): (() => Item) => {
    let place = 0;
    return () => {
      const item = items[place++ % items.length];
      if (item === undefined) throw new Error("nobody is there");
      return item;
    };
  };
  const nextSeat = next(seats);
  const nextPresent = next(seats.filter(({ number }) => number % 4 === 0));
  const nextLeaver = next(seats.filter(({ number }) => number % 4 === 1));
  const nextWriter = next(writers);
  const deeds = {
    edits: () => append(nextWriter()),
    cursors: () => send(nextSeat().channels[1], done.cursors),
    tracks: async () => {
      await nextPresent().channels[2]?.track({ at: Date.now() });
    },
    reconnects: async () => {
      const seat = nextLeaver();
      await seat.client.removeAllChannels();
      await seat.client.realtime.disconnect();
      await join(seat);
    },
  };
  const loops = Object.entries(deeds).map(async ([name, deed]) => {
    const kind = name as keyof typeof deeds;
    while (!isOver) {
      const began = performance.now();
      await deed().then(
        () => (done[kind] += 1),
        () => (done.refused += 1),
      );
      const rest = EVERY_MS[kind] - (performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, rest)));
    }
  });
  return {
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

async function append(writer: Writer): Promise<void> {
  writer.clientSeq += 1;
  const data = Buffer.alloc(60, writer.clientSeq % 256).toString("base64");
  await call(writer.client, "append_updates", {
    p_document_id: writer.documentId,
    p_session_id: writer.sessionId,
    p_updates: [{ clientSeq: writer.clientSeq, data }],
  });
}

async function send(channel: RealtimeChannel | undefined, counter: number): Promise<void> {
  // Whoever is just coming back says nothing: unjoined, the client would ask REST to say it.
  if (channel?.state !== "joined") return;
  await channel.send({ type: "broadcast", event: "state", payload: { counter, text: "x".repeat(200) } });
}
