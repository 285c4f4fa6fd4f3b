/** Who is there: state, diffs, keys and leaves. */
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPerson, newTopic, startRealtimeProject, Wire } from "./realtime-scene.ts";
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

function visitor(): SupabaseClient {
  const client = anonymous(project);
  clients.push(client);
  return client;
}
const keys = (channel: RealtimeChannel) => Object.keys(channel.presenceState()).sort().join();

interface Change {
  event: "join" | "leave";
  key: string;
}
async function present(key: string, topic: string, state?: Record<string, unknown>) {
  const channel = visitor().channel(topic, { config: { presence: { key } } });
  const seen: Change[] = [];
  channel.on("presence", { event: "join" }, (change) => seen.push({ event: "join", key: change.key }));
  channel.on("presence", { event: "leave" }, (change) => seen.push({ event: "leave", key: change.key }));
  await joined(channel);
  if (state) expect(await channel.track(state)).toBe("ok");
  return { channel, seen };
}
/** A socket in a public room with presence. */
async function wired(topic: string, presence: Record<string, unknown> = { enabled: true }) {
  const wire = await Wire.open(project);
  const { ref } = await wire.join(topic, { config: { presence } });
  const track = (payload: unknown) =>
    wire.say(`realtime:${topic}`, "presence", { type: "presence", event: "track", payload }, ref);
  return { wire, ref, track };
}

describe("presence", () => {
  it("RTP1 tells who is there, who comes, who changes, and who leaves by untracking", async () => {
    const topic = newTopic();
    const first = await present("one", topic, { name: "first" });
    const second = await present("two", topic, { name: "second" });
    await until(() => [first, second].every(({ channel }) => keys(channel) === "one,two"), "both lists");
    await second.channel.track({ name: "renamed" });
    await until(() => JSON.stringify(first.channel.presenceState()).includes("renamed"), "the change");
    expect(first.channel.presenceState().two).toHaveLength(1);
    expect(await second.channel.untrack()).toBe("ok");
    await until(() => keys(first.channel) === "one", "the leave");
    expect(first.seen.filter(({ key }) => key === "two").map(({ event }) => event)).toEqual([
      "join",
      "join",
      "leave",
      "leave",
    ]);
  });

  it("RTP2 a leave is told when the channel is left and when the socket is lost", async () => {
    const topic = newTopic();
    const watcher = await present("watcher", topic);
    for (const end of ["leave", "disconnect", "cut"] as const) {
      const { wire, ref, track } = await wired(topic, { enabled: true, key: end });
      await wire.answerTo(track({}));
      await until(() => keys(watcher.channel) === end, `${end} to come`);
      if (end === "leave") wire.say(`realtime:${topic}`, "phx_leave", {}, ref);
      else if (end === "disconnect") wire.socket.close();
      else wire.socket.terminate();
      await until(() => keys(watcher.channel) === "", `${end} to be gone`, 2000);
      wire.close();
    }
    expect(watcher.seen.filter(({ event }) => event === "leave").map(({ key }) => key)).toEqual([
      "leave",
      "disconnect",
      "cut",
    ]);
  });

  it("RTP3 one key may be there several times", async () => {
    const topic = newTopic();
    const watcher = await present("watcher", topic);
    const tabs = await Promise.all([1, 2].map((tab) => present("same", topic, { tab })));
    await until(() => watcher.channel.presenceState().same?.length === 2, "both tabs");
    await tabs[0]?.channel.untrack();
    await until(() => watcher.channel.presenceState().same?.length === 1, "one tab");
  });

  it("RTP4 state and diffs have Phoenix' form, with a ref for each track and the one before", async () => {
    const topic = newTopic();
    const { wire, ref, track } = await wired(topic, { enabled: true, key: "me" });
    const address = `realtime:${topic}`;
    expect((await wire.find(({ event }) => event === "presence_state", "the state")).json).toEqual([
      ref,
      null,
      address,
      "presence_state",
      {},
    ]);
    await wire.answerTo(track({ n: 1 }));
    const came = await wire.find(({ event }) => event === "presence_diff", "the diff");
    const phxRef = expect.any(String);
    expect(came.json).toEqual([
      null,
      null,
      address,
      "presence_diff",
      { joins: { me: { metas: [{ n: 1, phx_ref: phxRef }] } }, leaves: {} },
    ]);
    await wire.answerTo(track({ n: 2 }));
    await until(() => wire.heard.filter(({ event }) => event === "presence_diff").length === 2, "the change");
    const [before, after] = wire.heard.filter(({ event }) => event === "presence_diff");
    const metasOf = (side: unknown) => (side as { me: { metas: Record<string, string>[] } }).me.metas;
    const [first] = metasOf(before?.payload?.joins);
    expect(metasOf(after?.payload?.joins)).toEqual([{ n: 2, phx_ref: phxRef, phx_ref_prev: first?.phx_ref }]);
    expect(metasOf(after?.payload?.leaves)).toEqual([first]);
    const later = await wired(topic);
    const state = await later.wire.find(({ event }) => event === "presence_state", "the later state");
    expect(state.payload).toEqual({ me: { metas: metasOf(after?.payload?.joins) } });
    for (const one of [wire, later.wire]) one.close();
  });

  it("RTP5 the same state again is answered and told to nobody", async () => {
    const topic = newTopic();
    const { wire, track } = await wired(topic);
    for (const state of [{ n: 1 }, { n: 1 }]) {
      expect(await wire.answerTo(track(state))).toMatchObject({ payload: { status: "ok", response: {} } });
    }
    await wire.settle();
    expect(wire.heard.filter(({ event }) => event === "presence_diff")).toHaveLength(1);
    wire.close();
  });

  it("RTP6 tracking asks for presence where the join did not, and the list follows", async () => {
    const topic = newTopic();
    const other = await present("other", topic, { here: true });
    const { wire, track } = await wired(topic, { enabled: false });
    await wire.settle();
    expect(wire.heard.some(({ event }) => event === "presence_state")).toBe(false);
    await wire.answerTo(track({}));
    const state = await wire.find(({ event }) => event === "presence_state", "the list");
    expect(Object.keys(state.payload ?? {})).toContain("other");
    expect(keys(other.channel)).toContain("other");
    wire.close();
  });

  it("RTP7 a state that is no object, and an unknown wish, are refused", async () => {
    const topic = newTopic();
    const { wire, ref, track } = await wired(topic);
    expect(await wire.answerTo(track([1]))).toMatchObject({
      payload: { status: "error", response: { reason: "Presence track payload must be a map" } },
    });
    const wish = wire.say(`realtime:${topic}`, "presence", { event: "dance" }, ref);
    expect(await wire.answerTo(wish)).toMatchObject({ payload: { status: "error", response: {} } });
    wire.close();
  });

  it("RTP8 a state that is too large ends the channel", async () => {
    const topic = newTopic();
    const { wire, track } = await wired(topic);
    track({ pad: "x".repeat(3_200_000) });
    await wire.find(({ event }) => event === "phx_close", "the end");
    expect(wire.heard.at(-2)?.payload).toMatchObject({
      status: "error",
      message: "Track message size exceeded",
    });
    wire.close();
  });

  it("RTP9 without a key everybody is somebody else", async () => {
    const topic = newTopic();
    const watcher = await present("watcher", topic);
    const wires = await Promise.all([1, 2].map(() => wired(topic)));
    for (const { wire, track } of wires) await wire.answerTo(track({}));
    await until(() => Object.keys(watcher.channel.presenceState()).length === 2, "two strangers");
    for (const { wire } of wires) wire.close();
  });

  it("RTP10 in a private room who may not hear presence is told of nobody", async () => {
    const topic = newTopic("heard");
    const person = await newPerson(project, "Reader");
    clients.push(person.client);
    const channel = person.client.channel(topic, { config: { private: true } });
    let syncs = 0;
    channel.on("presence", { event: "sync" }, () => {
      syncs += 1;
    });
    await joined(channel);
    const strong = await Wire.open(project, "2.0.0", project.secretKey);
    const { ref } = await strong.join(topic, { config: { private: true, presence: { enabled: true } } });
    await strong.answerTo(strong.say(`realtime:${topic}`, "presence", { event: "track", payload: {} }, ref));
    await strong.find(({ event }) => event === "presence_diff", "the service's own arrival");
    expect(syncs).toBe(0);
    strong.close();
  });
});
