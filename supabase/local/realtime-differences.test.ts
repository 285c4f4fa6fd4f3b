/** What is not as on hosted Realtime, shown: README.md lists it by these titles. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { KEYS, startTestServer, type TestServer } from "./realtime-test-server.ts";
import { joined, until } from "./test-waiting.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.database.exec(`
    create table public.texts (id int primary key, size int, body text);
    alter publication supabase_realtime add table public.texts;`);
});
afterAll(() => server?.stop());

async function watch() {
  const seen: { new: Record<string, unknown>; commit_timestamp: string }[] = [];
  const channel = server.client({ key: KEYS.secretKey }).channel(`texts ${Math.random()}`, {
    config: { postgres_changes_options: { wait: true } },
  });
  channel.on("postgres_changes", { event: "*", schema: "public", table: "texts" }, (change) =>
    seen.push(change as never),
  );
  await joined(channel);
  return seen;
}
const rowsOf = async (sql: string) => (await server.database.query<Record<string, unknown>>(sql)).rows;

describe("unlike hosted Realtime", () => {
  it("RTD1 an UPDATE carries long columns that it did not touch", async () => {
    const seen = await watch();
    const body = Array.from({ length: 4000 }, (_, at) => at * 7919).join();
    await server.database.query("insert into public.texts values (1, 1, $1)", [body]);
    await server.database.exec("alter table public.texts alter body set storage external");
    await server.database.exec("update public.texts set size = 2 where id = 1");
    await until(() => seen.length === 2, "both");
    expect(seen[1]?.new).toEqual({ id: 1, size: 2, body });
  });

  it("RTD2 published tables have a trigger, realtime_capture_change, and the time of a change is that of its writing", async () => {
    const triggers = await rowsOf("select tgname from pg_trigger where tgrelid = 'public.texts'::regclass");
    expect(triggers).toEqual([{ tgname: "realtime_capture_change" }]);
    const seen = await watch();
    await server.database.transaction(async (tx) => {
      await tx.exec("insert into public.texts values (10)");
      await tx.exec("select pg_sleep(0.02)");
      await tx.exec("insert into public.texts values (11)");
    });
    await until(() => seen.length === 2, "both");
    expect(seen[0]?.commit_timestamp).not.toBe(seen[1]?.commit_timestamp);
  });

  it("RTD3 realtime.messages is one table, not one a day, without the columns for kept broadcasts", async () => {
    const columns = await rowsOf(
      `select attname as name from pg_attribute where attrelid = 'realtime.messages'::regclass and attnum > 0 order by 1`,
    );
    expect(columns.map(({ name }) => name)).toEqual(
      "binary_payload event extension id inserted_at payload private topic updated_at".split(" "),
    );
    expect(await rowsOf("select from pg_inherits where inhparent = 'realtime.messages'::regclass")).toEqual(
      [],
    );
  });

  it("RTD4 asking to persist keeps no broadcast, as where that feature is off", async () => {
    const client = server.client({ key: KEYS.secretKey });
    const channel = client.channel("kept", { config: { private: true, broadcast: { ack: true } } });
    await joined(channel);
    const message = { type: "broadcast", event: "a", payload: {}, persist: true } as const;
    expect(await channel.send(message)).toBe("ok");
    expect(await rowsOf("select from realtime.messages where topic = 'kept'")).toEqual([]);
  });

  it("RTD5 there is no long polling and no doors for whoever runs the server", async () => {
    for (const path of ["longpoll", "api/tenants", "api/ping", "metrics"]) {
      const answer = await fetch(`${server.url}/realtime/v1/${path}`, {
        headers: { apikey: KEYS.secretKey },
      });
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  it("RTD6 a binary frame of a kind other than 3 ends its socket; hosted Realtime also reads kind 0", async () => {
    const address = server.url.replace("http", "ws");
    const socket = new WebSocket(`${address}/realtime/v1/websocket?vsn=2.0.0&apikey=${KEYS.publishableKey}`);
    const closed = new Promise((done) => socket.once("close", done));
    await new Promise((done) => socket.once("open", done));
    socket.send(Buffer.from([0, 1, 1, 1, 1, 49, 49, 97, 98]));
    expect(await closed).toBe(1011);
  });
});
