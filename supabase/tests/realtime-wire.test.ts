/** The protocol of Realtime, frame by frame, as the server's source and the client library have it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newTopic, pushFrame, readBroadcast, startRealtimeProject, Wire } from "./realtime-scene.ts";
import type { Project } from "./stand-in.ts";
import { until } from "./waiting.ts";

let project: Project;
beforeAll(async () => {
  project = await startRealtimeProject();
});
afterAll(() => project?.stop());

const OPEN = { config: {} };
/** Two sockets in one public room. */
async function pair(
  configs: Record<string, unknown>[] = [OPEN, OPEN],
  versions: readonly ("1.0.0" | "2.0.0")[] = ["2.0.0", "2.0.0"],
) {
  const topic = newTopic("public").replace(":", "-");
  const [from, to] = await Promise.all(versions.map((version) => Wire.open(project, version)));
  if (!from || !to) throw new Error("two sockets");
  const { ref } = await from.join(topic, configs[0]);
  await to.join(topic, configs[1]);
  return { topic: `realtime:${topic}`, from, to, ref };
}

describe("refs", () => {
  it("RTW1 every answer carries the ref of what it answers, and the join's", async () => {
    const wire = await Wire.open(project);
    const beat = wire.say("phoenix", "heartbeat");
    expect((await wire.answerTo(beat)).json).toEqual([
      null,
      beat,
      "phoenix",
      "phx_reply",
      { status: "ok", response: {} },
    ]);
    const topic = newTopic();
    const { ref } = await wire.join(topic, { config: { broadcast: { ack: true } } });
    expect((await wire.answerTo(ref)).json).toEqual([
      ref,
      ref,
      `realtime:${topic}`,
      "phx_reply",
      { status: "ok", response: { postgres_changes: [] } },
    ]);
    const said = wire.say(
      `realtime:${topic}`,
      "broadcast",
      { type: "broadcast", event: "a", payload: {} },
      ref,
    );
    expect((await wire.answerTo(said)).json).toEqual([
      ref,
      said,
      `realtime:${topic}`,
      "phx_reply",
      { status: "ok", response: {} },
    ]);
    wire.close();
  });

  it("RTW2 in 1.0.0 a frame is the object of event, payload, ref and topic, without a join_ref", async () => {
    const wire = await Wire.open(project, "1.0.0");
    const topic = newTopic();
    const { ref } = await wire.join(topic);
    expect((await wire.answerTo(ref)).json).toEqual({
      event: "phx_reply",
      payload: { status: "ok", response: { postgres_changes: [] } },
      ref,
      topic: `realtime:${topic}`,
    });
    wire.close();
  });

  it("RTW3 a topic that is not joined is unmatched, and so is one that is not Realtime's", async () => {
    const wire = await Wire.open(project);
    const unmatched = { status: "error", response: { reason: "unmatched topic" } };
    const lost = wire.say("realtime:nowhere", "broadcast", {}, "9");
    expect(await wire.answerTo(lost)).toMatchObject({ joinRef: "9", payload: unmatched });
    const foreign = wire.say("lobby", "phx_join");
    expect(await wire.answerTo(foreign)).toMatchObject({ payload: unmatched });
    // Whoever leaves what it is not in has what it wants.
    const gone = wire.say("realtime:nowhere", "phx_leave", {}, "9");
    expect(await wire.answerTo(gone)).toMatchObject({ payload: { status: "ok", response: {} } });
    wire.close();
  });

  it("RTW4 a nameless topic is refused", async () => {
    const wire = await Wire.open(project);
    expect((await wire.join("")).answer).toEqual({
      status: "error",
      response: { reason: "TopicNameRequired: You must provide a topic name" },
    });
    wire.close();
  });
});

describe("ends", () => {
  it("RTW5 a leave is answered first and closed then, both with the join's ref", async () => {
    const wire = await Wire.open(project);
    const { ref } = await wire.join("leaving");
    const left = wire.say("realtime:leaving", "phx_leave", {}, ref);
    await wire.find(({ event }) => event === "phx_close", "the close");
    expect(wire.heard.slice(-2).map(({ json }) => json)).toEqual([
      [ref, left, "realtime:leaving", "phx_reply", { status: "ok", response: {} }],
      [ref, ref, "realtime:leaving", "phx_close", {}],
    ]);
    wire.close();
  });

  it("RTW6 a second join is answered before the first is told its end, and a leave of the first does nothing", async () => {
    const wire = await Wire.open(project);
    const first = await wire.join("twice");
    const second = await wire.join("twice", { config: { broadcast: { ack: true } } });
    await wire.find(({ event }) => event === "phx_close", "the close");
    expect(wire.heard.map(({ joinRef, ref, event }) => [joinRef, ref, event])).toEqual([
      [first.ref, first.ref, "phx_reply"],
      [second.ref, second.ref, "phx_reply"],
      [first.ref, first.ref, "phx_close"],
    ]);
    const stale = wire.say("realtime:twice", "phx_leave", {}, first.ref);
    const said = wire.say("realtime:twice", "broadcast", { event: "a", payload: {} }, second.ref);
    expect(await wire.answerTo(said)).toMatchObject({ payload: { status: "ok" } });
    expect(wire.heard.some(({ ref }) => ref === stale)).toBe(false);
    wire.close();
  });

  it.each([
    ["text that is no JSON", "2.0.0", "{"],
    ["an object instead of an array", "2.0.0", "{}"],
    ["an array of four", "2.0.0", '["1","1","realtime:x","phx_join"]'],
    ["a topic that is no text", "2.0.0", '["1","1",7,"phx_join",{}]'],
    ["an unknown binary kind", "2.0.0", Buffer.from([9, 0, 0, 0, 0, 0, 0])],
    ["lengths beyond the end", "2.0.0", Buffer.from([3, 200, 1, 1, 1, 1, 1, 65])],
    ["an empty frame", "2.0.0", Buffer.alloc(0)],
    ["an array where an object is due", "1.0.0", "[]"],
    ["an object without a ref", "1.0.0", '{"topic":"realtime:x","event":"phx_join","payload":{}}'],
  ] as const)("RTW7 a malformed frame ends its socket and no other: %s", async (_, version, frame) => {
    const bystander = await Wire.open(project);
    await bystander.join("bystander");
    const wire = await Wire.open(project, version);
    wire.socket.send(frame);
    expect(await wire.closed).toBe(1011);
    await bystander.settle();
    bystander.close();
  });

  it("RTW8 an array may be longer than five", async () => {
    const wire = await Wire.open(project);
    wire.socket.send('[null,"77","phoenix","heartbeat",{},"more"]');
    await wire.answerTo("77");
    wire.close();
  });
});

describe("broadcast", () => {
  it("RTW9 as text reaches the others as it came, without refs", async () => {
    const { topic, from, to, ref } = await pair();
    const payload = { type: "broadcast", event: "said", payload: { text: "hé 🙂" }, more: [1] };
    from.say(topic, "broadcast", payload, ref);
    const frame = await to.find(({ event }) => event === "broadcast", "the message");
    expect(frame.json).toEqual([null, null, topic, "broadcast", payload]);
    await from.settle();
    expect(from.heard.some(({ event }) => event === "broadcast")).toBe(false);
    for (const wire of [from, to]) wire.close();
  });

  it("RTW10 as bytes of kind 3 reaches the others as kind 4, the payload untouched, lengths in bytes", async () => {
    const { topic, from, to, ref } = await pair();
    const bytes = Buffer.from([0, 255, 7, 128]);
    const event = "ürgent🙂";
    from.socket.send(pushFrame({ joinRef: ref, ref: "50", topic, event }, 0, bytes));
    from.socket.send(pushFrame({ joinRef: ref, ref: "51", topic, event, meta: '{"a":1}' }, 1, '{ "n":1 }'));
    await until(() => to.heard.filter((frame) => frame.bytes).length === 2, "two frames");
    const [raw, json] = to.heard.flatMap((frame) => (frame.bytes ? [readBroadcast(frame.bytes)] : []));
    expect(raw).toEqual({ kind: 4, encoding: 0, topic, event, meta: "", payload: bytes });
    expect(json).toEqual({ kind: 4, encoding: 1, topic, event, meta: "", payload: Buffer.from('{ "n":1 }') });
    for (const wire of [from, to]) wire.close();
  });

  it("RTW11 of JSON crosses between the serializers both ways; bytes reach no 1.0.0", async () => {
    const { topic, from, to, ref } = await pair([OPEN, OPEN], ["2.0.0", "1.0.0"]);
    from.socket.send(pushFrame({ joinRef: ref, ref: "50", topic, event: "said" }, 0, Buffer.from([1, 2])));
    from.socket.send(pushFrame({ joinRef: ref, ref: "51", topic, event: "said" }, 1, "not JSON"));
    from.socket.send(pushFrame({ joinRef: ref, ref: "52", topic, event: "said" }, 1, '{"n":1}'));
    const frame = await to.find(({ event }) => event === "broadcast", "the message");
    const payload = { event: "said", payload: { n: 1 }, type: "broadcast" };
    expect(frame.json).toEqual({ event: "broadcast", payload, ref: null, topic });
    expect(to.heard.filter(({ event }) => event === "broadcast")).toHaveLength(1);
    to.say(topic, "broadcast", { type: "broadcast", event: "back", payload: { n: 2 } });
    const back = await from.find(({ event }) => event === "broadcast", "the way back");
    expect(back.json).toEqual([
      null,
      null,
      topic,
      "broadcast",
      { type: "broadcast", event: "back", payload: { n: 2 } },
    ]);
    for (const wire of [from, to]) wire.close();
  });

  it("RTW12 comes back with self, is acknowledged with ack, and both may be text", async () => {
    const self = { config: { broadcast: { self: "true", ack: "TRUE" } } };
    const { topic, from, to, ref } = await pair([self, OPEN]);
    from.socket.send(pushFrame({ joinRef: ref, ref: "60", topic, event: "said" }, 1, "{}"));
    expect(await from.answerTo("60")).toMatchObject({
      joinRef: ref,
      payload: { status: "ok", response: {} },
    });
    expect(from.heard.filter((frame) => frame.bytes)).toHaveLength(1);
    for (const wire of [from, to]) wire.close();
  });

  it("RTW13 that is too large is refused to who asked for an answer, and reaches nobody", async () => {
    const ack = { config: { broadcast: { ack: true } } };
    const { topic, from, to, ref } = await pair([ack, OPEN]);
    from.socket.send(
      pushFrame({ joinRef: ref, ref: "60", topic, event: "said" }, 0, Buffer.alloc(3_100_000)),
    );
    expect(await from.answerTo("60")).toMatchObject({
      payload: { status: "error", response: "payload_size_exceeded" },
    });
    await to.settle();
    expect(to.heard.some((frame) => frame.bytes)).toBe(false);
    for (const wire of [from, to]) wire.close();
  });

  it("RTW14 unknown events of a channel are passed over", async () => {
    const { topic, from, to, ref } = await pair();
    from.say(topic, "shout", { any: "thing" }, ref);
    await from.settle();
    await to.settle();
    expect([...from.heard, ...to.heard].some(({ event }) => event === "shout")).toBe(false);
    for (const wire of [from, to]) wire.close();
  });
});

describe("joins", () => {
  it("RTW15 the answer echoes each wish for changes with its id, equal ones with the same, and then tells how it went", async () => {
    const wire = await Wire.open(project, "2.0.0", project.secretKey);
    const wish = { event: "*", schema: "public", table: "rt_open" };
    const wishes = [wish, { ...wish, filter: "id=eq.1" }, wish];
    const { answer } = await wire.join("echo", { config: { postgres_changes: wishes } });
    const response = answer?.response as { postgres_changes: { id: number }[] } | undefined;
    const echoed = response?.postgres_changes ?? [];
    expect(echoed.map(({ id: _, ...rest }) => rest)).toEqual(wishes);
    expect(echoed[0]?.id).toBe(echoed[2]?.id);
    expect(new Set(echoed.map(({ id }) => id)).size).toBe(2);
    const system = await wire.find(({ event }) => event === "system", "how it went");
    expect(system.payload).toEqual({
      extension: "postgres_changes",
      status: "ok",
      message: "Subscribed to PostgreSQL",
      channel: "echo",
    });
    // The same wish has the same id wherever it is asked for.
    const again = await wire.join("echo again", { config: { postgres_changes: [wish] } });
    expect(again.answer?.response).toMatchObject({ postgres_changes: [{ id: echoed[0]?.id }] });
    wire.close();
  });

  it("RTW16 what follows a join: answer, system, presence_state, in this order", async () => {
    const wire = await Wire.open(project);
    const config = { broadcast: { replication_ready: true }, presence: { enabled: true } };
    const { ref } = await wire.join("order", { config });
    await wire.find(({ event }) => event === "presence_state", "who is there");
    expect(wire.heard.map(({ json }) => json)).toEqual([
      [ref, ref, "realtime:order", "phx_reply", { status: "ok", response: { postgres_changes: [] } }],
      [
        ref,
        null,
        "realtime:order",
        "system",
        {
          extension: "system",
          status: "ok",
          message: "Replication connection established",
          channel: "order",
        },
      ],
      [ref, null, "realtime:order", "presence_state", {}],
    ]);
    wire.close();
  });

  it("RTW17 without a config names a table by its topic, and changes then come by their kind", async () => {
    const wire = await Wire.open(project, "1.0.0", project.secretKey);
    const { answer } = await wire.join("public:rt_open:id=eq.4711", {});
    expect(answer).toMatchObject({
      status: "ok",
      response: { postgres_changes: [{ schema: "public", table: "rt_open", filter: "id=eq.4711" }] },
    });
    await wire.find(({ event }) => event === "system", "the subscription");
    const insert = await fetch(`${project.url}/rest/v1/rt_open`, {
      method: "POST",
      headers: { apikey: project.secretKey, "content-type": "application/json" },
      body: JSON.stringify([
        { id: 4712, word: "other" },
        { id: 4711, word: "mine" },
      ]),
    });
    expect(insert.status).toBe(201);
    const change = await wire.find(({ event }) => event === "INSERT", "the change");
    expect(change.payload).toMatchObject({
      type: "INSERT",
      table: "rt_open",
      record: { id: 4711, word: "mine" },
    });
    wire.close();
  });

  it("RTW18 a key is needed to connect at all", async () => {
    const wire = new Wire(project, "2.0.0", "sb_publishable_wrong");
    const status = await new Promise((done) =>
      wire.socket.on("unexpected-response", (_, response) => done(response.statusCode)),
    );
    expect([401, 403]).toContain(status);
    wire.close();
  });
});
