/** What the rest of the code relies on in Supabase Realtime, asked of the stand-in by the unmodified client. */
import type { RealtimeChannel, RealtimeChannelOptions } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { KEYS, makeToken, startTestServer, type TestServer } from "./realtime-test-server.ts";
import { joined, subscribe, until } from "./test-waiting.ts";

const POLICIES = `
  create policy "members hear rooms" on realtime.messages for select to authenticated
    using (realtime.topic() like 'room:%' and not coalesce((auth.jwt() ->> 'banned')::boolean, false));
  create policy "writers speak in rooms" on realtime.messages for insert to authenticated
    with check (realtime.topic() like 'room:%' and auth.jwt() ->> 'sub' like 'writer%');
  create policy "people may only be present" on realtime.messages for select to authenticated
    using (realtime.topic() = 'presence only' and extension = 'presence');
  create table public.notes (id int primary key, owner text, size int, secret text);
  alter table public.notes enable row level security;
  revoke all on public.notes from authenticated;
  grant select (id, owner, size) on public.notes to authenticated;
  create policy "owners read" on public.notes for select to authenticated using (owner = auth.jwt() ->> 'sub');
  alter publication supabase_realtime add table public.notes;
`;

let server: TestServer;
let topics = 0;
const freshTopic = () => `room:${++topics}`;
const PRIVATE: RealtimeChannelOptions = { config: { private: true } };

beforeAll(async () => {
  server = await startTestServer();
  await server.database.exec(POLICIES);
});
afterAll(() => server.stop());

const person = (name: string) => server.client({ token: makeToken(name) });

/** Joins and collects the payloads of every broadcast. */
async function listen(channel: RealtimeChannel): Promise<unknown[]> {
  const heard: unknown[] = [];
  channel.on("broadcast", { event: "*" }, ({ payload }) => heard.push(payload));
  await joined(channel);
  return heard;
}

const say = (channel: RealtimeChannel, payload: unknown) =>
  channel.send({ type: "broadcast", event: "said", payload });

const sendFromDatabase = (topic: string, payload: unknown, isPrivate = true) =>
  server.database.query("select realtime.send($1::jsonb, 'stored', $2, $3)", [
    JSON.stringify(payload),
    topic,
    isPrivate,
  ]);

describe("broadcast", () => {
  it("RT1 reaches every other channel of the room, in both serializers", async () => {
    const topic = freshTopic();
    const sender = server.client();
    const heardNew = await listen(server.client().channel(topic));
    const heardOld = await listen(server.client({ vsn: "1.0.0" }).channel(topic));
    const own = sender.channel(topic);
    const heardByMyself = await listen(own);
    await say(own, { text: "hé 🙂" });
    await until(() => heardNew.length > 0 && heardOld.length > 0, "both to hear it");
    expect(heardNew).toEqual([{ text: "hé 🙂" }]);
    expect(heardOld).toEqual([{ text: "hé 🙂" }]);
    expect(heardByMyself).toEqual([]);

    const old = server.client({ vsn: "1.0.0" }).channel(topic);
    await joined(old);
    await say(old, { text: "from an old client" });
    await until(() => heardNew.length > 1 && heardByMyself.length > 0, "the new ones to hear the old");
    expect(heardNew[1]).toEqual({ text: "from an old client" });
  });

  it("RT2 comes back to the sender with `self` and is acknowledged with `ack`", async () => {
    const channel = server
      .client()
      .channel(freshTopic(), { config: { broadcast: { self: true, ack: true } } });
    const heard = await listen(channel);
    expect(await say(channel, { n: 1 })).toBe("ok");
    await until(() => heard.length === 1, "my own message");
  });

  it("RT3 carries raw bytes unchanged", async () => {
    const topic = freshTopic();
    const heard = await listen(server.client().channel(topic));
    const sender = await joined(server.client().channel(topic));
    await say(sender, Uint8Array.from([0, 255, 7]).buffer);
    await until(() => heard.length === 1, "the bytes");
    expect([...new Uint8Array(heard[0] as ArrayBuffer)]).toEqual([0, 255, 7]);
  });

  it("RT4 over HTTP reaches the room, and a private room only by those who may write", async () => {
    const topic = freshTopic();
    const heard = await listen(person("reader").channel(topic, PRIVATE));
    const viaHttp = (name: string, n: number) => person(name).channel(topic, PRIVATE).httpSend("said", { n });
    await server.client().channel(topic).httpSend("said", { n: 0 });
    await expect(viaHttp("reader", 1)).rejects.toThrow("Unauthorized");
    await viaHttp("writer", 2);
    await until(() => heard.length > 0, "the writer's message");
    expect(heard).toEqual([{ n: 2 }]);
    const refused = await fetch(`${server.url}/realtime/v1/api/broadcast`, { method: "POST", body: "{}" });
    expect(refused.status).toBe(401);
  });
});

describe("private rooms", () => {
  it("RT5 refuse whoever the policies do not let read, and say so", async () => {
    const refusal = (topic: string) =>
      `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`;
    const ask = (client = server.client(), topic = "room:x") => subscribe(client.channel(topic, PRIVATE));
    expect(await ask()).toEqual({ status: "CHANNEL_ERROR", message: refusal("room:x") });
    expect(await ask(person("reader"), "other")).toEqual({
      status: "CHANNEL_ERROR",
      message: refusal("other"),
    });
    const forged = server.client({ token: makeToken("writer").replace(/.{4}$/, "AAAA") });
    expect((await ask(forged)).message).toContain("JwtSignatureError");
    const expired = server.client({ token: makeToken("writer", -5) });
    expect((await ask(expired)).message).toMatch(/^InvalidJWTToken: Token has expired \d+ seconds ago$/);
    expect((await ask(person("reader"))).status).toBe("SUBSCRIBED");
    expect((await ask(server.client({ key: KEYS.secretKey }))).status).toBe("SUBSCRIBED");
  });

  it("RT6 leave no probe row behind", async () => {
    const { rows } = await server.database.query("select from realtime.messages where event is null");
    expect(rows).toEqual([]);
  });

  it("RT7 are apart from the public room of the same name", async () => {
    const topic = freshTopic();
    const heardInside = await listen(person("reader").channel(topic, PRIVATE));
    const heardOutside = await listen(server.client().channel(topic));
    await sendFromDatabase(topic, { where: "outside" }, false);
    await sendFromDatabase(topic, { where: "inside" }, true);
    await until(() => heardInside.length > 0 && heardOutside.length > 0, "both rooms to hear theirs");
    expect(heardInside).toMatchObject([{ where: "inside" }]);
    expect(heardOutside).toMatchObject([{ where: "outside" }]);
  });

  it("RT8 drop what a person may not send, without a word", async () => {
    const topic = freshTopic();
    const heard = await listen(person("listener").channel(topic, PRIVATE));
    const reader = await joined(
      person("reader").channel(topic, { config: { private: true, broadcast: { ack: true } } }),
    );
    const denied = reader.send(
      { type: "broadcast", event: "said", payload: { by: "reader" } },
      { timeout: 300 },
    );
    const writer = await joined(person("writer").channel(topic, PRIVATE));
    await say(writer, { by: "writer" });
    await until(() => heard.length > 0, "the writer's message");
    expect(await denied).toBe("timed out");
    expect(heard).toEqual([{ by: "writer" }]);
  });

  it("RT9 judge broadcast and presence apart", async () => {
    const channel = person("writer").channel("presence only", PRIVATE);
    channel.on("presence", { event: "sync" }, () => undefined);
    const heard = await listen(channel);
    await sendFromDatabase("presence only", { n: 1 });
    const outsider = await listen(server.client({ key: KEYS.secretKey }).channel("presence only", PRIVATE));
    await sendFromDatabase("presence only", { n: 2 });
    await until(() => outsider.length > 0, "the service to hear it");
    expect(heard).toEqual([]);
    expect(await channel.track({ here: true })).toBe("error");
  });

  it("RT10 end when a new token takes the right to read, telling why first", async () => {
    let token = makeToken("reader");
    const client = server.client({ token: () => token });
    const channel = client.channel(freshTopic(), PRIVATE);
    const seen: string[] = [];
    channel.on("system", {}, ({ message }) => seen.push(message));
    await client.realtime.setAuth();
    channel.subscribe((status) => seen.push(status));
    await until(() => seen.includes("SUBSCRIBED"), "the join");
    token = makeToken("reader", 3600, { banned: true });
    await client.realtime.setAuth();
    await until(() => seen.includes("CLOSED"), "the end");
    expect(seen[1]).toContain("You do not have permissions to read from this Channel topic");
    expect(seen[2]).toBe("CLOSED");
  });

  it("RT11 end when the token expires, telling why first", async () => {
    const channel = server.client({ token: makeToken("reader", 2) }).channel(freshTopic(), PRIVATE);
    const seen: string[] = [];
    channel.on("system", {}, ({ message }) => seen.push(message));
    await channel.socket.setAuth();
    channel.subscribe((status) => seen.push(status));
    await until(() => seen.includes("CLOSED"), "the end");
    expect(seen).toEqual(["SUBSCRIBED", "Token has expired 0 seconds ago", "CLOSED"]);
  });
});

describe("broadcast from the database", () => {
  it("RT12 is heard after the commit only, in the order of the commits", async () => {
    const topic = freshTopic();
    const heard = (await listen(person("reader").channel(topic, PRIVATE))) as { n: number }[];
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

  it("RT13 carries the id and event that the client library expects", async () => {
    const topic = freshTopic();
    const channel = person("reader").channel(topic, PRIVATE);
    const seen: { meta?: { id: string }; event: string; payload: { id: string } }[] = [];
    channel.on("broadcast", { event: "stored" }, (message) => seen.push(message as never));
    await joined(channel);
    await sendFromDatabase(topic, { n: 1 });
    await until(() => seen.length > 0, "the message");
    expect(seen[0]).toMatchObject({ type: "broadcast", event: "stored", payload: { n: 1 } });
    expect(seen[0]?.meta?.id).toBe(seen[0]?.payload.id);
  });
});

describe("realtime.broadcast_changes", () => {
  it("RT31 broadcasts a row from its trigger", async () => {
    await server.database.exec(`
      create table public.told (id int primary key, word text);
      create function public.tell() returns trigger language plpgsql as $$ begin
        perform realtime.broadcast_changes('room:told', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);
        return null;
      end $$;
      create trigger tell after insert or update or delete on public.told
        for each row execute function public.tell();`);
    const heard = await listen(person("reader").channel("room:told", PRIVATE));
    await server.database.exec("insert into public.told values (1, 'a')");
    await server.database.exec("update public.told set word = 'b'");
    await until(() => heard.length === 2, "both");
    expect(heard).toMatchObject([
      {
        operation: "INSERT",
        table: "told",
        schema: "public",
        record: { id: 1, word: "a" },
        old_record: null,
      },
      { operation: "UPDATE", record: { word: "b" }, old_record: { word: "a" } },
    ]);
  });
});

describe("presence", () => {
  const keys = (channel: RealtimeChannel) => Object.keys(channel.presenceState()).sort().join();
  const present = async (name: string, topic: string, onLeave: () => void = () => undefined) => {
    const channel = person(name).channel(topic, { config: { private: true, presence: { key: name } } });
    channel.on("presence", { event: "leave" }, onLeave);
    await joined(channel);
    await channel.track({ name });
    return channel;
  };

  it("RT14 tells who is there, who comes, who changes and who leaves", async () => {
    const topic = freshTopic();
    const first = await present("writer-1", topic);
    const second = await present("writer-2", topic);
    await until(
      () => [first, second].every((channel) => keys(channel) === "writer-1,writer-2"),
      "both lists",
    );
    await second.track({ name: "renamed" });
    await until(
      () =>
        first.presenceState()["writer-2"]?.length === 1 &&
        JSON.stringify(first.presenceState()).includes("renamed"),
      "the change",
    );
    await second.untrack();
    await until(() => keys(first) === "writer-1", "the leave");
  });

  it("RT15 drops a dead socket's people at once", async () => {
    const topic = freshTopic();
    const left: number[] = [];
    const first = await present("writer-1", topic, () => left.push(performance.now()));
    await present("writer-doomed", topic);
    await until(() => keys(first) === "writer-1,writer-doomed", "the arrival");
    const killedAt = performance.now();
    await server.fault({ kill: "writer-doomed" });
    await until(() => left.length > 0, "the leave");
    expect((left[0] ?? Number.POSITIVE_INFINITY) - killedAt).toBeLessThan(1000);
  });

  it("RT16 closes a channel at the sixth call in 30 seconds, where the plan says so", async () => {
    const strict = await startTestServer({ profile: "free" });
    try {
      const channel = strict.client().channel("calls");
      const seen: string[] = [];
      channel.on("system", {}, ({ message }) => seen.push(message));
      channel.subscribe((status) => seen.push(status));
      await until(() => seen.includes("SUBSCRIBED"), "the join");
      for (let call = 0; call < 6; call += 1) void channel.track({ call });
      await until(() => seen.includes("CLOSED"), "the end");
      expect(seen).toEqual(["SUBSCRIBED", "Client presence rate limit exceeded", "CLOSED"]);
    } finally {
      await strict.stop();
    }
  });
});

describe("change events", () => {
  type Seen = { eventType: string; new: Record<string, unknown>; old: Record<string, unknown> };

  async function watch(name: string, filter?: string): Promise<Seen[]> {
    const seen: Seen[] = [];
    const channel = person(name).channel(`changes:${name}:${++topics}`);
    const systems: unknown[] = [];
    channel.on("system", {}, (message) => systems.push(message));
    const wanted = { event: "*", schema: "public", table: "notes" } as const;
    channel.on("postgres_changes", filter ? { ...wanted, filter } : wanted, (change) =>
      seen.push(change as never),
    );
    await joined(channel);
    await until(() => systems.length > 0, "the subscription");
    expect(systems).toMatchObject([
      {
        extension: "postgres_changes",
        status: "ok",
        message: "Subscribed to PostgreSQL",
        channel: channel.subTopic,
      },
    ]);
    return seen;
  }

  it("RT17 show each person their own rows, without columns they may not select; DELETE has the key only", async () => {
    const [mine, yours] = [await watch("me"), await watch("you")];
    await server.database.exec(`
      insert into public.notes values (1, 'me', 5, 's'), (2, 'you', 6, 's');
      update public.notes set size = 7 where id = 1;`);
    await until(() => mine.length === 2 && yours.length === 1, "the rows to be seen");
    await server.database.exec("delete from public.notes where id = 2; delete from public.notes");
    await until(() => mine.length === 4 && yours.length === 3, "all events");
    expect(mine.map(({ eventType, new: now, old }) => [eventType, now, old])).toEqual([
      ["INSERT", { id: 1, owner: "me", size: 5 }, {}],
      ["UPDATE", { id: 1, owner: "me", size: 7 }, { id: 1 }],
      ["DELETE", {}, { id: 2 }],
      ["DELETE", {}, { id: 1 }],
    ]);
    expect(yours.map(({ eventType }) => eventType)).toEqual(["INSERT", "DELETE", "DELETE"]);
  });

  it("RT18 follow the filter", async () => {
    const big = await watch("me", "size=gt.10,owner=eq.me");
    const some = await watch("me", "id=in.(101,103)");
    await server.database.exec(
      "insert into public.notes values (101,'me',5,''), (102,'me',50,''), (103,'me',60,'')",
    );
    await until(() => big.length === 2 && some.length === 2, "the matching rows");
    expect(big.map((change) => change.new.id)).toEqual([102, 103]);
    expect(some.map((change) => change.new.id)).toEqual([101, 103]);
  });

  it("RT19 say what is wrong with a subscription", async () => {
    const channel = person("me").channel(freshTopic());
    const systems: { status: string; message: string }[] = [];
    channel.on("system", {}, (message) => systems.push(message));
    channel.on("postgres_changes", { event: "*", schema: "public", table: "absent" }, () => undefined);
    await joined(channel);
    await until(() => systems.length > 0, "the complaint");
    expect(systems[0]).toMatchObject({ status: "error" });
    expect(systems[0]?.message).toBe(
      "Unable to subscribe to changes with given parameters. Please check Realtime is enabled for the given connect parameters: [event: *, schema: public, table: absent, filters: [], select: nil]",
    );
  });

  it("RT29 can be waited for, and a bad subscription then refuses the join", async () => {
    const config = { config: { postgres_changes_options: { wait: true } } };
    const wanted = { event: "INSERT", schema: "public" } as const;
    const good = person("me").channel(freshTopic(), config);
    const seen: unknown[] = [];
    good.on("postgres_changes", { ...wanted, table: "notes" }, (change) => seen.push(change.new));
    await joined(good);
    await server.database.exec("insert into public.notes values (201, 'me', 1, '')");
    await until(() => seen.length === 1, "the row");
    const bad = person("me").channel(freshTopic(), config);
    bad.on("postgres_changes", { ...wanted, table: "notes", filter: "secret=eq.1" }, () => undefined);
    expect(await subscribe(bad)).toMatchObject({
      status: "CHANNEL_ERROR",
      message: expect.stringContaining("invalid column for filter secret"),
    });
  });

  it("RT30 follow a table that joins the publication later, and stop when it leaves", async () => {
    await server.database.exec(`create table public.late (id int primary key);
      alter publication supabase_realtime add table public.late;`);
    const seen: unknown[] = [];
    const channel = server.client({ key: KEYS.secretKey }).channel(freshTopic(), {
      config: { postgres_changes_options: { wait: true } },
    });
    channel.on("postgres_changes", { event: "*", schema: "public", table: "late" }, ({ new: row }) =>
      seen.push(row),
    );
    await joined(channel);
    await server.database.exec("insert into public.late values (1)");
    await until(() => seen.length === 1, "the row");
    await server.database.exec("alter publication supabase_realtime drop table public.late");
    const { rows } = await server.database.query(
      "select from pg_trigger where tgrelid = 'public.late'::regclass",
    );
    expect(rows).toEqual([]);
  });

  it("RT20 leave nothing in the outbox", async () => {
    await until(async () => {
      const { rows } = await server.database.query("select from realtime.changes");
      return rows.length === 0;
    }, "the outbox to be empty");
  });
});

describe("the socket", () => {
  const address = (key = KEYS.publishableKey) =>
    `${server.url.replace("http", "ws")}/realtime/v1/websocket?vsn=2.0.0&apikey=${key}`;
  const open = (socket: WebSocket) => new Promise((resolve) => socket.once("open", resolve));

  it("RT21 needs a key", async () => {
    const refused = new WebSocket(address("sb_publishable_wrong"));
    const status = await new Promise((resolve) =>
      refused.on("unexpected-response", (_, response) => resolve(response.statusCode)),
    );
    expect(status).toBe(401);
    refused.on("error", () => undefined);
    refused.terminate();
  });

  it("RT22 answers heartbeats, and says when a topic is not joined", async () => {
    const socket = new WebSocket(address());
    const frames: unknown[] = [];
    socket.on("message", (data) => frames.push(JSON.parse(String(data))));
    await open(socket);
    socket.send(JSON.stringify([null, "1", "phoenix", "heartbeat", {}]));
    socket.send(JSON.stringify(["2", "3", "realtime:nowhere", "broadcast", {}]));
    await until(() => frames.length === 2, "two answers");
    expect(frames).toEqual([
      [null, "1", "phoenix", "phx_reply", { status: "ok", response: {} }],
      [
        "2",
        "3",
        "realtime:nowhere",
        "phx_reply",
        { status: "error", response: { reason: "unmatched topic" } },
      ],
    ]);
    socket.close();
  });

  it.each([
    ["text that is no JSON", "{"],
    ["an object instead of five", "{}"],
    ["an unknown binary kind", Buffer.from([9, 0, 0, 0, 0, 0, 0])],
    ["lengths beyond the end", Buffer.from([3, 200, 1, 1, 1, 1, 1, 65])],
    ["an empty frame", Buffer.alloc(0)],
  ])("RT23 ends at a malformed frame (%s), and no other does", async (_, frame) => {
    const topic = freshTopic();
    const bystander = await listen(server.client().channel(topic));
    const socket = new WebSocket(address());
    await open(socket);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.send(frame);
    expect(await closed).toBe(1011);
    await sendFromDatabase(topic, { still: "here" }, false);
    await until(() => bystander.length > 0, "the bystander to hear");
  });

  it("RT24 is cut when its reader falls 8 MB behind, and no other is", async () => {
    const topic = freshTopic();
    const slow = new WebSocket(address());
    await open(slow);
    const joinedFrame = new Promise((resolve) => slow.once("message", resolve));
    slow.send(JSON.stringify(["1", "1", `realtime:${topic}`, "phx_join", { config: {} }]));
    await joinedFrame;
    slow.pause();
    const closed = new Promise((resolve) => slow.once("close", resolve));
    const heard = await listen(server.client().channel(topic));
    const sender = await joined(server.client().channel(topic, { config: { broadcast: { ack: true } } }));
    const payload = { text: "x".repeat(1_000_000) };
    for (let sent = 0; sent < 24; sent += 1) await say(sender, payload);
    await until(() => heard.length === 24, "the fast reader to hear all");
    slow.resume();
    expect(await closed).toBe(1006);
  });

  it("RT25 joins a topic once: the earlier join is closed", async () => {
    const socket = new WebSocket(address());
    const frames: unknown[][] = [];
    socket.on("message", (data) => frames.push(JSON.parse(String(data))));
    await open(socket);
    const topic = `realtime:${freshTopic()}`;
    const join = (ref: string) => socket.send(JSON.stringify([ref, ref, topic, "phx_join", { config: {} }]));
    join("1");
    await until(() => frames.length === 1, "the first answer");
    join("2");
    await until(() => frames.length >= 3, "both answers and the close");
    expect(frames.map(([joinRef, ref, , event]) => [joinRef, ref, event])).toEqual([
      ["1", "1", "phx_reply"],
      ["2", "2", "phx_reply"],
      ["1", "1", "phx_close"],
    ]);
    socket.close();
  });
});

describe("the fault switch", () => {
  it("RT26 needs the secret key, and test mode", async () => {
    const ask = (url: string, apikey: string) =>
      fetch(`${url}/realtime/v1/test/fault`, { method: "POST", headers: { apikey }, body: '{"kill":"all"}' });
    expect((await ask(server.url, KEYS.publishableKey)).status).toBe(401);
    const plain = await startTestServer({ testMode: false });
    try {
      expect((await ask(plain.url, KEYS.secretKey)).status).toBe(404);
    } finally {
      await plain.stop();
    }
  });

  it("RT27 drops the share of messages it is told to, of the topics it is told to", async () => {
    const [dropped, spared] = [freshTopic(), "public-topic"];
    const client = server.client();
    const lost = await listen(client.channel(dropped));
    const kept = await listen(client.channel(spared));
    await server.fault({ rules: [{ topicPrefix: dropped, drop: 1 }] });
    await sendFromDatabase(dropped, { n: 1 }, false);
    await sendFromDatabase(spared, { n: 2 }, false);
    await until(() => kept.length === 1, "the spared topic");
    await server.fault({ rules: [] });
    await sendFromDatabase(dropped, { n: 3 }, false);
    await until(() => lost.length > 0, "the healed topic");
    expect(lost).toMatchObject([{ n: 3 }]);
  });

  it("RT28 a killed client comes back by itself", async () => {
    const topic = freshTopic();
    const channel = person("comes-back").channel(topic);
    const heard: unknown[] = [];
    const statuses: string[] = [];
    channel.on("broadcast", { event: "*" }, ({ payload }) => heard.push(payload));
    await channel.socket.setAuth();
    channel.subscribe((status) => statuses.push(status));
    await until(() => statuses.includes("SUBSCRIBED"), "the join");
    await server.fault({ kill: "comes-back" });
    await until(() => statuses.filter((status) => status === "SUBSCRIBED").length === 2, "the second join");
    await sendFromDatabase(topic, { n: 1 }, false);
    await until(() => heard.length > 0, "a message after it");
  });
});
