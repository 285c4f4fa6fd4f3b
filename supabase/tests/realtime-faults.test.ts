/** Realtime's own fault switch, `POST /realtime/v1/test/fault`, seen from clients. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  call,
  listenTo,
  needsStandIn,
  newPerson,
  newTopic,
  sendStored,
  startRealtimeProject,
  Wire,
} from "./realtime-scene.ts";
import { anonymous, type Project } from "./stand-in.ts";
import { joined, until } from "./waiting.ts";

let project: Project;
const clients: SupabaseClient[] = [];
beforeAll(async () => {
  project = await startRealtimeProject();
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.removeAllChannels()));
  await project?.stop();
});
beforeEach((context) => needsStandIn(project, context));
afterEach(() => cause({ clear: true }));

const ask = (body: unknown, apikey = project.secretKey) =>
  fetch(`${project.url}/realtime/v1/test/fault`, {
    method: "POST",
    headers: { apikey, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
async function cause(body: unknown): Promise<unknown> {
  const answer = await ask(body);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
function visitor(): SupabaseClient {
  const client = anonymous(project);
  clients.push(client);
  return client;
}
const publicTopic = () => newTopic().replace(":", "-");
/** Somebody in a public room, and what they heard. */
async function listener(topic: string) {
  const { heard, channel } = await listenTo(visitor(), topic);
  return { channel, numbers: () => heard.map(({ payload }) => payload.n) };
}
const sendMany = (topic: string, amount: number) =>
  call(project, "rt_send_many", { topic, amount, private: false });
const upTo = (amount: number) => Array.from({ length: amount }, (_, at) => at + 1);

describe("the switch", () => {
  it("RTF1 wants the secret key and known words", async () => {
    expect((await ask({ kill: "all" }, project.publishableKey)).status).toBe(401);
    expect((await ask({ explode: true })).status).toBe(422);
    expect((await ask({ rules: [{ topicPrefix: "a", drop: 2 }] })).status).toBe(422);
    expect(await cause({})).toEqual({ killed: 0, expired: 0, closed: 0 });
  });

  it("RTF2 drops a share of the messages of a topic, the same ones for the same seed", async () => {
    const [topic, spared] = [publicTopic(), publicTopic()];
    const fates: unknown[] = [];
    for (const seed of [7, 7, 8]) {
      const [hit, whole] = [await listener(topic), await listener(spared)];
      await cause({ rules: [{ topicPrefix: topic, drop: 0.5 }], seed });
      await sendMany(topic, 40);
      await sendMany(spared, 40);
      await until(() => whole.numbers().length === 40, "the spared topic");
      fates.push(hit.numbers());
      await cause({ clear: true });
      await Promise.all([hit.channel.unsubscribe(), whole.channel.unsubscribe()]);
    }
    const [first, again, other] = fates as number[][];
    expect(first?.length).toBeGreaterThan(8);
    expect(first?.length).toBeLessThan(32);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("RTF3 duplicates, delays in order, and reorders without loss", async () => {
    const topic = publicTopic();
    const room = await listener(topic);
    const hear = async (rule: Record<string, unknown>, amount: number) => {
      const before = room.numbers().length;
      await cause({ rules: [{ topicPrefix: topic, ...rule }], seed: 3 });
      await sendMany(topic, 20);
      await until(() => room.numbers().length === before + amount, "all of them");
      return room.numbers().slice(before) as number[];
    };
    expect(await hear({ duplicate: 1 }, 40)).toEqual(upTo(20).flatMap((n) => [n, n]));
    const startedAt = performance.now();
    expect(await hear({ delayMs: 200 }, 20)).toEqual(upTo(20));
    expect(performance.now() - startedAt).toBeGreaterThan(195);
    const swapped = await hear({ reorder: 0.5, holdMs: 50 }, 20);
    expect(swapped).not.toEqual(upTo(20));
    expect(swapped.toSorted((a, b) => a - b)).toEqual(upTo(20));
    const late = await hear({ delayMs: [0, 100] }, 20);
    expect(late).not.toEqual(upTo(20));
    expect(late.toSorted((a, b) => a - b)).toEqual(upTo(20));
  });

  it("RTF4 hits what clients say, too, and leaves joins and heartbeats alone", async () => {
    const topic = publicTopic();
    await cause({ rules: [{ topicPrefix: topic, direction: "in", drop: 1 }] });
    const room = await listener(topic);
    const wire = await Wire.open(project);
    const { ref } = await wire.join(topic, { config: { broadcast: { ack: true } } });
    const lost = wire.say(`realtime:${topic}`, "broadcast", { event: "a", payload: { n: 0 } }, ref);
    await wire.settle();
    await sendMany(topic, 1);
    await until(() => room.numbers().length === 1, "what the database says");
    expect(wire.heard.some((frame) => frame.ref === lost)).toBe(false);
    await cause({ clear: true });
    await wire.answerTo(wire.say(`realtime:${topic}`, "broadcast", { event: "a", payload: { n: 2 } }, ref));
    await until(() => room.numbers().length === 2, "what is said after it");
    expect(room.numbers()).toEqual([1, 2]);
    wire.close();
  });

  it("RTF5 hits presence and change events as well", async () => {
    const topic = publicTopic();
    const wire = await Wire.open(project, "2.0.0", project.secretKey);
    const wish = { event: "INSERT", schema: "public", table: "rt_open" };
    const config = {
      presence: { enabled: true },
      postgres_changes: [wish],
      postgres_changes_options: { wait: true },
    };
    const { ref } = await wire.join(topic, { config });
    await cause({ rules: [{ topicPrefix: topic, drop: 1 }] });
    await wire.answerTo(wire.say(`realtime:${topic}`, "presence", { event: "track", payload: {} }, ref));
    const insert = (id: number) =>
      fetch(`${project.url}/rest/v1/rt_open`, {
        method: "POST",
        headers: { apikey: project.secretKey, "content-type": "application/json" },
        body: JSON.stringify({ id }),
      });
    await insert(1);
    const other = await listener(publicTopic());
    await sendMany(other.channel.subTopic, 1);
    await until(() => other.numbers().length === 1, "a topic without a rule");
    await cause({ clear: true });
    await insert(2);
    await wire.find(({ event }) => event === "postgres_changes", "the second row");
    expect(wire.heard.filter(({ event }) => event === "presence_diff")).toEqual([]);
    expect(JSON.stringify(wire.heard.filter(({ event }) => event === "postgres_changes"))).not.toContain(
      '"id":1}',
    );
    wire.close();
  });
});

describe("ends", () => {
  /** A person in a room, with what becomes of the channel. */
  async function watched(name: string, topic: string) {
    const { client, id } = await newPerson(project, name);
    clients.push(client);
    const seen: string[] = [];
    const heard: unknown[] = [];
    const channel = client.channel(topic, { config: { private: true } });
    channel.on("system", {}, ({ message }) => seen.push(message));
    channel.on("broadcast", { event: "*" }, (message) => heard.push(message));
    await client.realtime.setAuth();
    channel.subscribe((status) => seen.push(status));
    await until(() => seen.includes("SUBSCRIBED"), "the join");
    const times = (status: string) => seen.filter((one) => one === status).length;
    return { id, seen, heard, times };
  }

  it("RTF6 a killed socket comes back by itself, and nobody else's is killed", async () => {
    const topic = newTopic();
    const [doomed, spared] = [await watched("Doomed", topic), await watched("Spared", topic)];
    expect(await cause({ kill: doomed.id })).toMatchObject({ killed: 1 });
    await until(() => doomed.times("SUBSCRIBED") === 2, "the second join");
    await sendStored(project, topic, { n: 1 });
    await until(() => doomed.heard.length === 1 && spared.heard.length === 1, "a message after it");
    expect(spared.seen).toEqual(["SUBSCRIBED"]);
    await cause({ kill: "all" });
    await until(
      () => doomed.times("SUBSCRIBED") === 3 && spared.times("SUBSCRIBED") === 2,
      "both to be back",
    );
  });

  it("RTF7 an expired token ends a person's channels with Realtime's words", async () => {
    const topic = newTopic();
    const [doomed, spared] = [await watched("Doomed", topic), await watched("Spared", topic)];
    expect(await cause({ expire: doomed.id })).toMatchObject({ expired: 1 });
    await until(() => doomed.seen.includes("CLOSED"), "the end");
    expect(doomed.seen).toEqual(["SUBSCRIBED", "Token has expired 0 seconds ago", "CLOSED"]);
    expect(spared.seen).toEqual(["SUBSCRIBED"]);
  });

  it("RTF8 a closed channel is closed, others of its socket are not", async () => {
    const [closed, open] = [publicTopic(), publicTopic()];
    const client = visitor();
    const channels = [client.channel(closed), client.channel(open)];
    for (const channel of channels) await joined(channel);
    expect(await cause({ close: closed })).toMatchObject({ closed: 1 });
    await until(() => channels[0]?.state === "closed", "the end");
    expect(channels[1]?.state).toBe("joined");
  });

  it("RTF9 while Realtime is down nobody is connected and nobody can; afterwards all is well", async () => {
    const topic = publicTopic();
    const room = await listener(topic);
    const wire = await Wire.open(project);
    expect(await cause({ downMs: 60_000 })).toMatchObject({ killed: expect.any(Number) });
    expect(await wire.closed).toBe(1006);
    const late = new Wire(project);
    const status = await new Promise((done) =>
      late.socket.on("unexpected-response", (_, response) => done(response.statusCode)),
    );
    expect(status).toBe(503);
    const http = await fetch(`${project.url}/realtime/v1/api/broadcast`, {
      method: "POST",
      body: "{}",
      headers: { apikey: project.publishableKey },
    });
    expect(http.status).toBe(503);
    await cause({ downMs: 0 });
    await until(() => room.channel.state === "joined", "the way back", 20_000);
    await sendMany(topic, 1);
    await until(() => room.numbers().length === 1, "a message");
    late.close();
  });
});
