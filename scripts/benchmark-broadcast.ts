/**
 * What a delivery costs the server's processor: broadcasts of a client and of the database, to 10 and 50 sockets,
 * beside a relay that passes frames on and does nothing else. Both servers are processes of their own, measured by
 * turns in the same run. Then how long a join takes that the policies are asked for.
 *
 *   npx node scripts/benchmark-broadcast.ts            PGlite; with DATABASE_URL on that server
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath, resolve } from "node:path";
import { createClient } from "@supabase/supabase-js";
import type { WebSocket } from "ws";
import { broadcastFrame, type Cost, connect, join, measure } from "./benchmark-broadcast-room.ts";
import { startStandIn } from "./stand-in.ts";

const SIZES = [10, 50] as const;
const ROUNDS = 3;
const DELIVERIES = 60_000;
/** Messages under way: a crowd that types at once, and one message after the other. */
const CROWD = 64;
const STORED = 3000;
const JOINS = 300;
const PAYLOAD = Buffer.from(JSON.stringify({ pad: "x".repeat(200) }));

const MIGRATION = `
  create policy "all who signed in hear" on realtime.messages for select to authenticated
    using (realtime.topic() like 'private:%' and (select auth.uid()) is not null);
  create function public.say(amount int, topic text, payload jsonb) returns void language sql as $$
    select realtime.send(payload, 'said', topic, false) from generate_series(1, amount)
  $$;
  revoke execute on function public.say from public, anon, authenticated;
`;

interface Row {
  readonly what: string;
  readonly size: number;
  readonly perSecond: number;
}

const median = (values: readonly number[]) =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
const rate = (costs: readonly Cost[]) =>
  median(costs.map(({ deliveries, cpuSeconds }) => deliveries / cpuSeconds));

async function startRelay() {
  const program = resolve(import.meta.dirname, "benchmark-live-relay-server.ts");
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  const stop = async () => {
    child.stdin.end();
    await once(child, "close");
  };
  return { url: `ws://127.0.0.1:${String(port).trim()}`, pid: child.pid ?? 0, stop };
}

async function openRoom(url: string, size: number, enter: (socket: WebSocket) => Promise<unknown>) {
  const sockets = await Promise.all(Array.from({ length: size }, () => connect(url)));
  for (const socket of sockets) await enter(socket);
  return sockets;
}

const relay = await startRelay();
const folder = await mkdtemp(joinPath(tmpdir(), "broadcast-"));
const migrations = await mkdtemp(joinPath(tmpdir(), "broadcast-sql-"));
await writeFile(joinPath(migrations, "20260101000000_say.sql"), MIGRATION);
const databaseUrl = process.env.DATABASE_URL;
const standIn = await startStandIn({
  dataFolder: folder,
  args: ["--migrations", migrations, ...(databaseUrl ? ["--database-url", databaseUrl] : [])],
});
const { url, publishableKey, secretKey } = standIn;
const pid = standIn.process.pid ?? 0;
const address = `${url.replace("http", "ws")}/realtime/v1/websocket?vsn=2.0.0&apikey=${publishableKey}`;
const service = createClient(url, secretKey, { auth: { persistSession: false } });
const rows: Row[] = [];

async function compare(size: number): Promise<void> {
  const topic = `room:${size}`;
  const frame = broadcastFrame(topic, PAYLOAD);
  const there = await openRoom(relay.url, size, async () => undefined);
  const here = await openRoom(address, size, (socket) => join(socket, topic, { config: {} }));
  const messages = Math.ceil(DELIVERIES / (size - 1));
  const burst = (of: readonly WebSocket[], server: number, window: number) => {
    const [speaker, ...listeners] = of;
    const say = (amount: number) => {
      for (let said = 0; said < amount; said += 1) speaker?.send(frame);
    };
    const count = window === 1 ? Math.ceil(messages / 2) : messages;
    return measure({ pid: server, listeners, messages: count, window, say });
  };
  const say = async (amount: number) => {
    const { error } = await service.rpc("say", { amount, topic, payload: JSON.parse(String(PAYLOAD)) });
    if (error) throw new Error(error.message);
  };
  const stored = (window: number, count: number) =>
    measure({ pid, listeners: here, messages: count, window, say });
  const ways = {
    "raw ws relay, 64 at once": () => burst(there, relay.pid, CROWD),
    "broadcast of a client, 64 at once": () => burst(here, pid, CROWD),
    "raw ws relay, one by one": () => burst(there, relay.pid, 1),
    "broadcast of a client, one by one": () => burst(here, pid, 1),
    "realtime.send, 32 a commit": () => stored(CROWD, STORED),
    "realtime.send, an RPC each": () => stored(1, STORED / 10),
  };
  const costs = new Map<string, Cost[]>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [what, measureOne] of Object.entries(ways)) {
      const cost = await measureOne();
      // The first round only warms up.
      if (round > 0) costs.set(what, [...(costs.get(what) ?? []), cost]);
    }
  }
  for (const [what, all] of costs) rows.push({ what, size, perSecond: rate(all) });
  for (const socket of [...there, ...here]) socket.terminate();
}

async function timeJoins(): Promise<number[]> {
  const person = createClient(url, publishableKey, { auth: { persistSession: false } });
  const email = `${crypto.randomUUID()}@example.com`;
  const { data, error } = await person.auth.signUp({ email, password: crypto.randomUUID() });
  if (!data.session) throw new Error(error?.message ?? "no session");
  const payload = { config: { private: true }, access_token: data.session.access_token };
  const socket = await connect(address);
  const times: number[] = [];
  for (let joined = 0; joined < JOINS; joined += 1)
    times.push(await join(socket, `private:${joined}`, payload));
  socket.terminate();
  return times.sort((left, right) => left - right);
}

try {
  for (const size of SIZES) await compare(size);
  /** The relay in the same rhythm. */
  const floorOf = ({ what, size }: Row) => {
    const rhythm = what.endsWith("one by one") || what.endsWith("each") ? "one by one" : "64 at once";
    const floor = rows.find((row) => row.size === size && row.what === `raw ws relay, ${rhythm}`);
    return floor?.perSecond ?? Number.NaN;
  };
  console.log(
    `deliveries per server CPU-second, ${databaseUrl ? "native Postgres" : "PGlite"}, median of ${ROUNDS}`,
  );
  console.table(
    rows.map((row) => ({
      what: row.what,
      sockets: row.size,
      "deliveries / CPU-s": Math.round(row.perSecond),
      ratio: (row.perSecond / floorOf(row)).toFixed(2),
    })),
  );
  const times = await timeJoins();
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? Number.NaN).toFixed(1);
  console.log(`authorized join, ${JOINS} one after the other: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`);
} finally {
  await standIn.stop();
  await relay.stop();
  for (const made of [folder, migrations]) await rm(made, { recursive: true, force: true });
}
