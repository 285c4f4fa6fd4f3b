/**
 * The attacker, a process of its own: as an editor, a viewer, somebody removed and a stranger it sends to one document
 * what no client sends, and then floods for a while. Its orders come as JSON on standard input, its report goes out as
 * JSON: how each attempt was answered.
 */
import { text } from "node:stream/consumers";
import { createClient, type RealtimeChannel, type SupabaseClient } from "@supabase/supabase-js";
import * as Y from "yjs";

export interface Orders {
  readonly url: string;
  readonly publishableKey: string;
  readonly documentId: string;
  readonly epoch: number;
  readonly workspaceId: string;
  /** A session that is somebody else's, and its Yjs client. */
  readonly victim: { readonly sessionId: string; readonly yjsClientId: number };
  readonly members: readonly { readonly role: string; readonly token: string }[];
  /** Each thing once, or all at full speed for so long. */
  readonly floodMs: number | null;
}

export interface Report {
  /** By "role attempt": the HTTP status and how often. */
  readonly answers: Record<string, Record<string, number>>;
  readonly joined: readonly string[];
  readonly frames: number;
}

type Payloads = Readonly<Record<string, readonly Uint8Array[]>>;

const base64 = (data: Uint8Array) => Buffer.from(data).toString("base64");
const PHANTOMS = 20_000;

/** Yjs updates of a client, one for each character. */
function updatesOf(client: number, count: number): Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = client;
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  for (let n = 0; n < count; n++) doc.getText("hostile").insert(0, "x");
  return updates;
}

function payloadsOf(own: number, victim: number): Payloads {
  const clock = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...clock(Math.floor(value / 128))];
  const bytes = (...parts: readonly number[]) => Uint8Array.from(parts.flatMap(clock));
  return {
    "another's client": [updatesOf(victim, 1)[0] ?? bytes(0)],
    // One struct in the victim's name behind what they will write next.
    poison: [bytes(1, 1, victim, 5_000, 4, 1, 1, 116, 1, 120, 0)],
    "deletes the future": [bytes(0, 1, victim, 1, 5_000, 100_000)],
    gapped: updatesOf(own, 801).slice(1),
    garbage: [Uint8Array.from({ length: 3_000 }, (_, n) => (n * 73 + 11) % 256)],
  };
}

class Attacker {
  readonly #orders: Orders;
  readonly #answers: Record<string, Record<string, number>> = {};
  readonly #joined: string[] = [];
  #frames = 0;

  constructor(orders: Orders) {
    this.#orders = orders;
  }

  async run(): Promise<Report> {
    const { members } = this.#orders;
    const clients = members.map(({ role, token }) => ({ role, client: this.#client(token) }));
    await Promise.all(clients.map(({ role, client }) => this.#attack(role, client)));
    return { answers: this.#answers, joined: this.#joined, frames: this.#frames };
  }

  #client(token: string): SupabaseClient {
    const { url, publishableKey } = this.#orders;
    return createClient(url, publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      accessToken: async () => token,
    });
  }

  async #attack(role: string, client: SupabaseClient): Promise<void> {
    const { documentId, victim, floodMs } = this.#orders;
    const sessionId = crypto.randomUUID();
    const own = 1 + Math.floor(Math.random() * 4_000_000_000);
    const session = { p_document_id: documentId, p_session_id: sessionId, p_yjs_client_id: own };
    await this.#call(role, "open", client, "open_document", session);
    if (floodMs === null) return this.#tryOnce(role, client, sessionId, payloadsOf(own, victim.yjsClientId));
    const until = performance.now() + floodMs;
    await Promise.all([
      this.#floodAppends(role, client, sessionId, until),
      this.#floodTopics(role, client, until),
      this.#stormPresence(role, client, until),
    ]);
  }

  async #tryOnce(role: string, client: SupabaseClient, sessionId: string, all: Payloads): Promise<void> {
    const { victim } = this.#orders;
    await this.#append(role, "forged session", client, victim.sessionId, [Uint8Array.of(0, 0)], 1);
    await this.#append(role, "10 MB", client, sessionId, [new Uint8Array(10_000_000)], 1);
    let seq = 1;
    for (const [name, payloads] of Object.entries(all)) {
      for (let at = 0; at < payloads.length; at += 100) {
        const batch = payloads.slice(at, at + 100);
        await this.#append(role, name, client, sessionId, batch, seq);
        seq += batch.length;
      }
    }
  }

  async #call(
    role: string,
    what: string,
    client: SupabaseClient,
    name: string,
    values: object,
  ): Promise<void> {
    const { status } = await client.rpc(name, values as Record<string, unknown>);
    const answers = this.#answers[`${role} ${what}`] ?? {};
    answers[status] = (answers[status] ?? 0) + 1;
    this.#answers[`${role} ${what}`] = answers;
  }

  #append(
    role: string,
    what: string,
    client: SupabaseClient,
    sessionId: string,
    payloads: readonly Uint8Array[],
    from: number,
  ): Promise<void> {
    return this.#call(role, what, client, "append_updates", {
      p_document_id: this.#orders.documentId,
      p_session_id: sessionId,
      p_updates: payloads.map((data, at) => ({ clientSeq: from + at, data: base64(data) })),
    });
  }

  /** Rows as fast as they are taken, eight calls at a time; well-formed, and refused by every guard. */
  async #floodAppends(role: string, client: SupabaseClient, sessionId: string, until: number): Promise<void> {
    let seq = 1;
    const lane = async () => {
      while (performance.now() < until) {
        const at = seq;
        seq += 10;
        const rows = Array.from({ length: 10 }, () => Uint8Array.of(1, 1, 7, 9, 4, 1, 1, 116, 1, 120, 0));
        await this.#append(role, "flood", client, sessionId, rows, at);
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
  }

  async #join(role: string, client: SupabaseClient, topic: string): Promise<RealtimeChannel | null> {
    await client.realtime.setAuth();
    const channel = client.channel(topic, {
      config: { private: true, presence: { key: crypto.randomUUID() } },
    });
    const status = await new Promise<string>((resolve) => channel.subscribe((said) => resolve(said)));
    if (status !== "SUBSCRIBED") return null;
    this.#joined.push(`${role} ${topic.split(":")[2]}`);
    return channel;
  }

  /** Garbage on every topic, and people who do not exist. */
  async #floodTopics(role: string, client: SupabaseClient, until: number): Promise<void> {
    const { documentId, epoch, workspaceId, victim } = this.#orders;
    const topics = [
      ...["updates", "awareness"].map((kind) => `document:${documentId}:${kind}:${epoch}`),
      `workspace:${workspaceId}:tree:${epoch}`,
    ];
    const channels = (await Promise.all(topics.map((topic) => this.#join(role, client, topic)))).filter(
      (channel) => channel !== null,
    );
    for (let n = 0; performance.now() < until && channels.length > 0; n++) {
      for (const channel of channels) {
        if (channel.state !== "joined") continue;
        for (const [event, payload] of garbage(n, victim.sessionId)) {
          void channel.send({ type: "broadcast", event, payload });
          this.#frames += 1;
        }
      }
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, n < PHANTOMS / 30 ? 0 : 5));
    }
  }

  async #stormPresence(role: string, client: SupabaseClient, until: number): Promise<void> {
    const { documentId, epoch } = this.#orders;
    while (performance.now() < until) {
      const channel = await this.#join(role, client, `document:${documentId}:presence:${epoch}`);
      if (channel === null) return;
      for (let n = 0; n < 20 && channel.state === "joined"; n++) {
        await channel.track({ sessionId: crypto.randomUUID() });
        this.#frames += 1;
      }
      await client.removeChannel(channel);
    }
  }
}

function garbage(n: number, victim: string): [event: string, payload: object][] {
  const phantom = crypto.randomUUID();
  const state = { counter: 1e12 + n, head: 1e12, cursor: null, blockId: null, typing: true };
  const frame = (sessionId: string) => JSON.stringify({ sessionId, ...state });
  return [
    ["state", { sessionId: phantom, frame: frame(phantom), signature: null }],
    ["state", { sessionId: victim, frame: frame(victim), signature: "AAAA" }],
    ["state", { sessionId: victim, frame: "{".repeat(3_000), signature: base64(new Uint8Array(64)) }],
    ["update", { fromSeq: -1, toSeq: "x", sessionId: victim, updates: [{ data: "%%%" }] }],
    ["epoch", { epoch: 1e15 }],
  ];
}

if (import.meta.main) {
  const report = await new Attacker(JSON.parse(await text(process.stdin)) as Orders).run();
  process.stdout.write(JSON.stringify(report), () => process.exit(0));
}
