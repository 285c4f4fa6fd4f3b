/** Broadcasts that the database or a request over HTTP sends, and what is told again. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  listenTo,
  newPerson,
  newTopic,
  readBroadcast,
  sendStored,
  startRealtimeProject,
  tokenOf,
  Wire,
} from "./realtime-scene.ts";
import { anonymous, type Person, type Project, service } from "./stand-in.ts";
import { subscribe, until } from "./waiting.ts";

let project: Project;
let reader: Person;
let writer: Person;
const others: SupabaseClient[] = [];
beforeAll(async () => {
  project = await startRealtimeProject();
  reader = await newPerson(project, "Reader");
  writer = await newPerson(project, "Writer");
});
afterEach(() =>
  Promise.all([reader.client, writer.client, ...others].map((client) => client.removeAllChannels())),
);
afterAll(() => project?.stop());
const visitor = (client = anonymous(project)) => {
  others.push(client);
  return client;
};
const numbers = (heard: readonly { payload: Record<string, unknown> }[]) =>
  heard.map(({ payload }) => payload.n);

describe("realtime.send", () => {
  it("RTS1 is heard by the room with its event, the row's id in the payload and in the meta", async () => {
    const topic = newTopic();
    const { heard } = await listenTo(reader.client, topic);
    await sendStored(project, topic, { text: "hé 🙂", nested: { list: [1, "a", null, true] } });
    await until(() => heard.length > 0, "the message");
    const id = heard[0]?.meta?.id;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(heard[0]).toMatchObject({
      type: "broadcast",
      event: "said",
      payload: { id, text: "hé 🙂", nested: { list: [1, "a", null, true] } },
    });
  });

  it("RTS2 keeps an id that the payload has", async () => {
    const topic = newTopic();
    const { heard } = await listenTo(reader.client, topic);
    await sendStored(project, topic, { id: "mine" });
    await until(() => heard.length > 0, "the message");
    expect(heard[0]?.payload).toEqual({ id: "mine" });
    expect(heard[0]?.meta?.id).not.toBe("mine");
  });

  it("RTS3 is heard after the commit only: what is rolled back is never said", async () => {
    const topic = newTopic();
    const { heard } = await listenTo(reader.client, topic);
    const { error } = await service(project).rpc("rt_send_in_vain", { topic });
    expect(error?.message).toBe("in vain");
    await sendStored(project, topic, { n: 1 });
    await until(() => heard.length > 0, "the one that was committed");
    expect(numbers(heard)).toEqual([1]);
  });

  it("RTS4 keeps the order, long messages among short ones", async () => {
    const topic = newTopic();
    const { heard } = await listenTo(reader.client, topic);
    for (const n of [1, 2, 3, 4]) {
      await sendStored(project, topic, { n, pad: n % 2 ? "" : "x".repeat(100_000) });
    }
    await call(project, "rt_send_many", { topic, amount: 50, private: true });
    await until(() => heard.length === 54, "all");
    expect(numbers(heard)).toEqual([1, 2, 3, 4, ...Array.from({ length: 50 }, (_, at) => at + 1)]);
  });

  it("RTS5 reaches both serializers with the same message", async () => {
    const topic = newTopic().replace(":", "-");
    const wires = [await Wire.open(project, "1.0.0"), await Wire.open(project, "2.0.0")];
    for (const wire of wires) await wire.join(topic);
    await sendStored(project, topic, { n: 1 }, false);
    const [old, young] = await Promise.all(
      wires.map((wire) => wire.find(({ event }) => event === "broadcast", "the message")),
    );
    expect(old?.payload).toEqual(young?.payload);
    expect(old?.payload).toMatchObject({ event: "said", payload: { n: 1 }, type: "broadcast" });
    for (const wire of wires) wire.close();
  });

  it("RTS6 by a person whom the policies do not let is a warning and no message", async () => {
    const topic = newTopic();
    const { heard } = await listenTo(reader.client, topic);
    for (const person of [reader, writer]) {
      const { error } = await person.client.rpc("rt_send_as_myself", { topic });
      expect(error).toBeNull();
    }
    await until(() => heard.length > 0, "the writer's");
    await sendStored(project, topic, { n: 2 });
    await until(() => numbers(heard).includes(2), "the last");
    expect(numbers(heard)).toEqual([1, 2]);
  });
});

describe("realtime.send_binary", () => {
  it("RTS7 brings bytes to the client, short and long", async () => {
    const topic = newTopic();
    const { heard } = await listenTo(reader.client, topic);
    const long = "00ff80".repeat(30_000);
    for (const payload of ["", "00ff80", long]) {
      await call(project, "rt_send_binary", { topic, event: "bytes", payload, private: true });
    }
    await until(() => heard.length === 3, "three");
    const bytes = heard.map(({ payload }) => Buffer.from(payload as unknown as ArrayBuffer).toString("hex"));
    expect(bytes).toEqual(["", "00ff80", long]);
    expect(heard[1]?.meta?.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("RTS8 is a frame of kind 4 with the id as meta, and no 1.0.0 hears it", async () => {
    const topic = newTopic().replace(":", "-");
    const [old, young] = [await Wire.open(project, "1.0.0"), await Wire.open(project, "2.0.0")];
    for (const wire of [old, young]) await wire.join(topic);
    await call(project, "rt_send_binary", { topic, event: "bytes", payload: "0102", private: false });
    await sendStored(project, topic, { n: 1 }, false);
    await old.find(({ event }) => event === "broadcast", "what it can hear");
    const frame = await young.find(({ bytes }) => bytes !== undefined, "the bytes");
    const said = readBroadcast(frame.bytes ?? Buffer.alloc(0));
    expect(said).toMatchObject({ kind: 4, encoding: 0, topic: `realtime:${topic}`, event: "bytes" });
    expect(JSON.parse(said.meta)).toEqual({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect([...said.payload]).toEqual([1, 2]);
    expect(old.heard.filter(({ event }) => event === "broadcast")).toHaveLength(1);
    for (const wire of [old, young]) wire.close();
  });
});

describe("realtime.broadcast_changes", () => {
  it("RTS9 tells rows as their trigger does", async () => {
    const { heard } = await listenTo(reader.client, "room:told");
    const admin = service(project);
    await admin.from("rt_told").insert({ id: 1, word: "a" });
    await admin.from("rt_told").update({ word: "b" }).eq("id", 1);
    await admin.from("rt_told").delete().eq("id", 1);
    await until(() => heard.length === 3, "three");
    expect(heard.map(({ event }) => event)).toEqual(["INSERT", "UPDATE", "DELETE"]);
    expect(heard.map(({ payload }) => payload)).toMatchObject([
      {
        operation: "INSERT",
        schema: "public",
        table: "rt_told",
        record: { id: 1, word: "a" },
        old_record: null,
      },
      { operation: "UPDATE", record: { word: "b" }, old_record: { word: "a" } },
      { operation: "DELETE", record: null, old_record: { id: 1, word: "b" } },
    ]);
  });
});

describe("replay", () => {
  const replay = (wanted: unknown) => ({ broadcast: { replay: wanted } });

  it("RTS10 tells the newest again, oldest first, marked, and nothing twice", async () => {
    const topic = newTopic();
    await call(project, "rt_send_many", { topic, amount: 5, private: true });
    for (const n of [6, 7, 8]) await sendStored(project, topic, { n });
    const { heard } = await listenTo(reader.client, topic, replay({ since: 0, limit: 3 }));
    await until(() => heard.length === 3, "three");
    expect(numbers(heard)).toEqual([6, 7, 8]);
    expect(heard.every(({ meta }) => meta?.replayed === true)).toBe(true);
    await sendStored(project, topic, { n: 9 });
    await until(() => heard.length === 4, "the next");
    expect(heard[3]).toMatchObject({ payload: { n: 9 } });
    expect(heard[3]?.meta).not.toHaveProperty("replayed");
  });

  it("RTS11 holds ten when not told how many, 25 at most, and one at least", async () => {
    const topic = newTopic();
    for (let n = 1; n <= 27; n += 1) await sendStored(project, topic, { n });
    const amounts = [];
    for (const wanted of [{ since: 0 }, { since: 0, limit: 1000 }, { since: 0, limit: -5 }]) {
      const { heard, channel } = await listenTo(visitor(service(project)), topic, replay(wanted));
      await sendStored(project, newTopic(), {});
      await until(() => numbers(heard).includes(27), "the newest");
      amounts.push(heard.length);
      await channel.unsubscribe();
    }
    expect(amounts).toEqual([10, 25, 1]);
  });

  it("RTS12 begins at the time it is told, in milliseconds", async () => {
    const topic = newTopic();
    await sendStored(project, topic, { n: 1 });
    const since = Date.now() + 1;
    await until(() => Date.now() > since + 1, "the next millisecond");
    await sendStored(project, topic, { n: 2 });
    const { heard } = await listenTo(reader.client, topic, replay({ since }));
    await until(() => heard.length > 0, "the second");
    expect(numbers(heard)).toEqual([2]);
  });

  it("RTS13 knows private messages of its topic only, bytes too", async () => {
    const topic = newTopic();
    await sendStored(project, topic, { n: 1 }, false);
    await sendStored(project, `${topic}-other`, { n: 2 });
    await call(project, "rt_send_binary", { topic, event: "bytes", payload: "07", private: true });
    const { heard } = await listenTo(reader.client, topic, replay({ since: 0 }));
    await until(() => heard.length > 0, "the bytes");
    expect(heard).toHaveLength(1);
    expect(Buffer.from(heard[0]?.payload as unknown as ArrayBuffer).toString("hex")).toBe("07");
    expect(heard[0]?.meta).toMatchObject({ replayed: true });
  });

  it("RTS14 is refused to public channels, without the right to hear, and for what is no number", async () => {
    const wire = await Wire.open(project);
    const access_token = await tokenOf(reader.client);
    const ask = async (topic: string, wanted: unknown, isPrivate = true) => {
      const config = { private: isPrivate, presence: { enabled: true }, ...replay(wanted) };
      const { answer } = await wire.join(topic, { config, access_token });
      const response = answer?.response as { reason?: string } | undefined;
      return answer?.status === "ok" ? "ok" : response?.reason;
    };
    expect(await ask(newTopic(), { since: 0 }, false)).toBe(
      "UnableToReplayMessages: Replay is not allowed for public channels",
    );
    const present = newTopic("present");
    expect(await ask(present, { since: 0 })).toBe(
      `Unauthorized: You do not have permissions to read from this Channel topic: ${present}`,
    );
    for (const wanted of [{ since: "yesterday" }, { limit: 1.5 }, { since: 1e18 }]) {
      expect(await ask(newTopic(), wanted)).toBe("UnableToReplayMessages: Replay params are not valid");
    }
    expect(await ask(newTopic(), "all")).toBe("ok");
    wire.close();
  });
});

describe("over HTTP", () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${project.url}/realtime/v1/api/broadcast${path}`, {
      method: "POST",
      headers: { apikey: project.publishableKey, "content-type": "application/json", ...headers },
      body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
    });
  const asPerson = async ({ client }: Person) => ({ authorization: `Bearer ${await tokenOf(client)}` });

  it("RTS15 a batch reaches public rooms of all, private ones only of who may speak there", async () => {
    const topic = newTopic();
    const inside = await listenTo(visitor(service(project)), topic);
    const outside = await listenTo(visitor(), topic, { private: false });
    const batch = (n: number) => ({
      messages: [
        { topic, event: "said", payload: { n } },
        { topic, event: "said", payload: { n: n + 1 }, private: true },
      ],
    });
    for (const [at, person] of [reader, writer].entries()) {
      const answer = await post("", batch(10 * at), await asPerson(person));
      expect([answer.status, await answer.text()]).toEqual([202, ""]);
    }
    await until(() => inside.heard.length > 0 && outside.heard.length === 2, "both rooms");
    expect(numbers(outside.heard)).toEqual([0, 10]);
    expect(numbers(inside.heard)).toEqual([11]);
  });

  it("RTS16 one message goes by the path, JSON or bytes; without the right it is 403", async () => {
    const topic = newTopic();
    const { heard } = await listenTo(visitor(service(project)), topic);
    const path = `/${encodeURIComponent(topic)}/events/sa%C3%AFd?private=true`;
    const denied = await post(path, { n: 1 }, await asPerson(reader));
    expect([denied.status, await denied.json()]).toEqual([403, { message: "Unauthorized" }]);
    const mine = await asPerson(writer);
    expect((await post(path, { n: 2 }, mine)).status).toBe(202);
    const bytes = { ...mine, "content-type": "application/octet-stream" };
    expect((await post(path, Uint8Array.of(1, 2), bytes)).status).toBe(202);
    await until(() => heard.length === 2, "both");
    expect(heard[0]).toMatchObject({ event: "saïd", payload: { n: 2 } });
    expect(Buffer.from(heard[1]?.payload as unknown as ArrayBuffer).toString("hex")).toBe("0102");
  });

  it("RTS17 the client's httpSend is the same", async () => {
    const topic = newTopic();
    const { heard } = await listenTo(visitor(service(project)), topic);
    const config = { config: { private: true } };
    await writer.client.realtime.setAuth();
    await writer.client.channel(topic, config).httpSend("said", { n: 1 });
    await reader.client.realtime.setAuth();
    await expect(reader.client.channel(topic, config).httpSend("said", { n: 2 })).rejects.toThrow(
      "Unauthorized",
    );
    await until(() => heard.length > 0, "the writer's");
    expect(numbers(heard)).toEqual([1]);
  });

  it("RTS18 says what is wrong with a request", async () => {
    const bare = await fetch(`${project.url}/realtime/v1/api/broadcast`, { method: "POST", body: "{}" });
    expect(bare.status).toBe(401);
    const complaint = async (path: string, body: unknown, headers = {}) => {
      const answer = await post(path, body, headers);
      return [answer.status, await answer.json()];
    };
    expect(await complaint("", {})).toEqual([422, { errors: { messages: ["can't be blank"] } }]);
    const half = {
      messages: [
        { topic: "a", event: "b", payload: {} },
        { event: "b", payload: 1 },
      ],
    };
    expect(await complaint("", half)).toEqual([
      422,
      { errors: { messages: [{}, { topic: ["can't be blank"], payload: ["is invalid"] }] } },
    ]);
    const large = { messages: [{ topic: "a", event: "b", payload: { pad: "x".repeat(3_100_000) } }] };
    expect(await complaint("", large)).toEqual([
      422,
      { errors: { messages: [{ payload: ["Payload size exceeds tenant limit"] }] } },
    ]);
    expect(await complaint("/a/events/b", {}, { "content-type": "text/plain" })).toEqual([
      415,
      { error: "Unsupported Media Type. Use application/json or application/octet-stream" },
    ]);
  });

  it("RTS19 a channel that is not joined sends that way by itself", async () => {
    const topic = newTopic().replace(":", "-");
    const { heard } = await listenTo(visitor(), topic, { private: false });
    const unjoined = visitor().channel(topic);
    expect(await unjoined.send({ type: "broadcast", event: "said", payload: { n: 1 } })).toBe("ok");
    await until(() => heard.length > 0, "the message");
    expect(numbers(heard)).toEqual([1]);
    expect((await subscribe(unjoined)).status).toBe("SUBSCRIBED");
  });
});
