/** What only a server in this process can show: commits seen from inside, a reader that is stuck, what stays behind. */
import type { RealtimeChannel } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { KEYS, makeToken, startTestServer, type TestServer } from "./realtime-test-server.ts";
import { joined, until } from "./test-waiting.ts";

let server: TestServer;
let topics = 0;
const newTopic = () => `room:${++topics}`;

beforeAll(async () => {
  server = await startTestServer();
  await server.database.exec(`
    create policy "members hear rooms" on realtime.messages for select to authenticated
      using (realtime.topic() like 'room:%');
    create table public.notes (id int primary key, owner text);
    alter publication supabase_realtime add table public.notes;`);
});
afterAll(() => server?.stop());

async function listen(channel: RealtimeChannel): Promise<Record<string, unknown>[]> {
  const heard: Record<string, unknown>[] = [];
  channel.on("broadcast", { event: "*" }, ({ payload }) => heard.push(payload));
  await joined(channel);
  return heard;
}

async function watch(table: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  const channel = server.client({ key: KEYS.secretKey }).channel(newTopic(), {
    config: { postgres_changes_options: { wait: true } },
  });
  channel.on("postgres_changes", { event: "*", schema: "public", table }, (change) => seen.push(change));
  await joined(channel);
  return seen;
}

describe("a commit", () => {
  it("RT1 is heard when it is made and not before, each message in its place", async () => {
    const topic = newTopic();
    const heard = await listen(
      server.client({ token: makeToken("reader") }).channel(topic, { config: { private: true } }),
    );
    const send = "select realtime.send(jsonb_build_object('n', $1::int, 'pad', $2::text), 'stored', $3)";
    const undone = server.database.transaction(async (tx) => {
      await tx.query(send, [0, "", topic]);
      throw new Error("rolled back");
    });
    await expect(undone).rejects.toThrow("rolled back");
    await server.database.transaction(async (tx) => {
      await tx.query(send, [1, "", topic]);
      await tx.query(send, [2, "x".repeat(200_000), topic]);
      await tx.query(send, [3, "", topic]);
      expect(heard).toEqual([]);
    });
    await until(() => heard.length === 3, "three messages");
    expect(heard.map(({ n }) => n)).toEqual([1, 2, 3]);
  });
});

describe("the publication", () => {
  it("RT2 is followed: a table that joins it later, its kinds of change, and the end", async () => {
    await server.database.exec(`create table public.late (id int primary key);
      alter publication supabase_realtime add table public.late;`);
    const seen = await watch("late");
    await server.database.exec("alter publication supabase_realtime set (publish = 'insert, delete')");
    await server.database.exec(
      "insert into public.late values (1); update public.late set id = 2; delete from public.late",
    );
    await until(() => seen.length === 2, "two of three");
    expect(seen).toMatchObject([{ eventType: "INSERT" }, { eventType: "DELETE", old: { id: 2 } }]);
    await server.database.exec(
      "alter publication supabase_realtime set (publish = 'insert, update, delete, truncate')",
    );
    await server.database.exec("alter publication supabase_realtime drop table public.late");
    const { rows } = await server.database.query(
      "select from pg_trigger where tgrelid = 'public.late'::regclass",
    );
    expect(rows).toEqual([]);
  });

  it("RT3 nothing stays in the outbox of changes, and nothing is caught that nobody asked for", async () => {
    const outbox = async () => (await server.database.query("select from realtime.changes")).rows.length;
    await server.database.exec("create table public.unheard (id int primary key)");
    await server.database.exec("alter publication supabase_realtime add table public.unheard");
    await server.database.exec("insert into public.unheard values (1)");
    expect(await outbox()).toBe(0);
    const seen = await watch("notes");
    await server.database.exec("insert into public.notes values (1, 'me')");
    await until(() => seen.length === 1, "the row");
    await until(async () => (await outbox()) === 0, "the outbox to be empty");
  });
});

describe("a socket", () => {
  it("RT4 is cut when its reader falls 8 MB behind, and no other is", async () => {
    const topic = newTopic();
    const address = server.url.replace("http", "ws");
    const slow = new WebSocket(`${address}/realtime/v1/websocket?vsn=2.0.0&apikey=${KEYS.publishableKey}`);
    await new Promise((resolve) => slow.once("open", resolve));
    const answered = new Promise((resolve) => slow.once("message", resolve));
    slow.send(JSON.stringify(["1", "1", `realtime:${topic}`, "phx_join", { config: {} }]));
    await answered;
    slow.pause();
    const closed = new Promise((resolve) => slow.once("close", resolve));
    const heard = await listen(server.client().channel(topic));
    const sender = await joined(server.client().channel(topic, { config: { broadcast: { ack: true } } }));
    const payload = { text: "x".repeat(1_000_000) };
    for (let sent = 0; sent < 24; sent += 1) {
      await sender.send({ type: "broadcast", event: "said", payload });
    }
    await until(() => heard.length === 24, "the fast reader to hear all");
    slow.resume();
    expect(await closed).toBe(1006);
  });
});

describe("the fault switch", () => {
  it("RT5 is not there without test mode", async () => {
    const plain = await startTestServer({ testMode: false });
    try {
      expect((await plain.fault({ kill: "all" })).status).toBe(404);
      expect((await server.fault({ kill: "nobody" })).status).toBe(200);
    } finally {
      await plain.stop();
    }
  });
});
