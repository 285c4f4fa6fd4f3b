/** The quotas of the free plan, which the stand-in keeps to with `--realtime-profile free`. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { needsStandIn, newTopic, pushFrame, startRealtimeProject, Wire } from "./realtime-scene.ts";
import { anonymous, type Project } from "./stand-in.ts";
import { until } from "./waiting.ts";

let project: Project;
const wires: Wire[] = [];
beforeAll(async () => {
  project = await startRealtimeProject("--realtime-profile", "free");
});
afterAll(async () => {
  for (const wire of wires) wire.close();
  await project?.stop();
});

async function connect(): Promise<Wire> {
  const wire = await Wire.open(project);
  wires.push(wire);
  return wire;
}
const reasonOf = (answer: { response?: unknown } | undefined) =>
  (answer?.response as { reason?: string } | undefined)?.reason;
const systemOf = (wire: Wire) => wire.heard.find(({ event }) => event === "system")?.payload?.message;
const http = (payload: unknown) =>
  fetch(`${project.url}/realtime/v1/api/broadcast`, {
    method: "POST",
    headers: { apikey: project.publishableKey, "content-type": "application/json" },
    body: JSON.stringify({ messages: [{ topic: "http", event: "a", payload }] }),
  });

// They use the counters of the whole project up: the order matters.
describe("the free plan", () => {
  // A hosted project has one plan, and its quotas are not there to be exhausted by tests.
  beforeEach((context) => needsStandIn(project, context));

  it("RTQ1 closes a channel at the sixth presence call in 30 seconds, telling why first", async () => {
    const client = anonymous(project);
    const channel = client.channel("calls");
    const seen: string[] = [];
    channel.on("system", {}, ({ message }) => seen.push(message));
    channel.subscribe((status) => seen.push(status));
    await until(() => seen.includes("SUBSCRIBED"), "the join");
    for (let call = 0; call < 6; call += 1) void channel.track({ call });
    await until(() => seen.includes("CLOSED"), "the end");
    expect(seen).toEqual(["SUBSCRIBED", "Client presence rate limit exceeded", "CLOSED"]);
    await client.removeAllChannels();
  });

  it("RTQ2 refuses a broadcast above 256 KB", async () => {
    const wire = await connect();
    const { ref } = await wire.join("large", { config: { broadcast: { ack: true } } });
    const push = (id: string, size: number) =>
      wire.socket.send(
        pushFrame({ joinRef: ref, ref: id, topic: "realtime:large", event: "a" }, 0, Buffer.alloc(size)),
      );
    push("90", 256_000);
    push("91", 257_000);
    expect((await wire.answerTo("90")).payload?.status).toBe("ok");
    expect((await wire.answerTo("91")).payload?.status).toBe("error");
    expect((await http({ pad: "x".repeat(257_000) })).status).toBe(422);
  });

  it("RTQ3 refuses the 101st channel of a socket after five seconds, in which the socket is deaf", async () => {
    const wire = await connect();
    for (let at = 0; at < 100; at += 1) expect((await wire.join(`many:${at}`)).answer?.status).toBe("ok");
    const askedAt = performance.now();
    const one = wire.join("many:100");
    const beat = wire.say("phoenix", "heartbeat");
    expect(reasonOf((await one).answer)).toBe("ChannelRateLimitReached: Too many channels");
    await wire.answerTo(beat);
    expect(performance.now() - askedAt).toBeGreaterThan(4900);
    const events = wire.heard.slice(-2).map(({ topic }) => topic);
    expect(events).toEqual(["realtime:many:100", "phoenix"]);
    wire.close();
  });

  it("RTQ4 has room for 200 connections", async () => {
    const room = await Promise.all(Array.from({ length: 210 }, connect));
    const answers = await Promise.all(room.map((wire) => wire.join("crowd")));
    const reasons = answers.map(({ answer }) => reasonOf(answer)).filter((reason) => reason !== undefined);
    // One more, of RTQ2, is still there.
    expect(reasons).toHaveLength(11);
    expect(new Set(reasons)).toEqual(new Set(["ConnectionRateLimitReached: Too many connected users"]));
    for (const wire of room) wire.close();
  });

  it("RTQ5 ends channels when there is too much presence a second", async () => {
    const topic = newTopic("busy");
    const crowd = await Promise.all(Array.from({ length: 30 }, connect));
    const refs = await Promise.all(
      crowd.map((wire) => wire.join(topic, { config: { presence: { enabled: true } } })),
    );
    await until(async () => {
      for (const [at, wire] of crowd.entries()) {
        const track = { event: "track", payload: { at: performance.now() } };
        wire.say(`realtime:${topic}`, "presence", track, refs[at]?.ref ?? "");
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
      return crowd.some((wire) => systemOf(wire) === "Too many presence messages per second");
    }, "the first to be closed");
    for (const wire of crowd) wire.close();
  });

  it("RTQ6 ends the channels that hear too many messages, not the one that says them", async () => {
    const [speaker, listener] = [await connect(), await connect()];
    const { ref } = await speaker.join("loud");
    await listener.join("loud");
    const frame = pushFrame({ joinRef: ref, ref: "1", topic: "realtime:loud", event: "a" }, 1, "{}");
    await until(async () => {
      for (let said = 0; said < 1000; said += 1) speaker.socket.send(frame);
      await speaker.settle();
      return listener.heard.some(({ event }) => event === "phx_close");
    }, "the end");
    expect(systemOf(listener)).toBe("Too many messages per second");
    expect(speaker.heard.some(({ event }) => event === "phx_close")).toBe(false);
    const refused = await http({});
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { message: "You have exceeded your rate limit" },
    ]);
  });

  it("RTQ7 refuses joins when there are too many a second, and ends the socket", async () => {
    const wire = await connect();
    let refused: string | undefined;
    await until(
      async () => {
        const asked = Array.from({ length: 500 }, () => wire.join("again"));
        refused = await Promise.race([
          Promise.all(asked).then(() => undefined),
          wire
            .find(({ payload }) => payload?.status === "error", "a refusal")
            .then(({ payload }) => reasonOf(payload)),
        ]);
        for (const one of asked) one.catch(() => undefined);
        return refused !== undefined;
      },
      "a refusal",
      30_000,
    );
    expect(refused).toBe("ClientJoinRateLimitReached: Too many joins per second");
    expect(await wire.closed).toBe(1000);
  });
});
