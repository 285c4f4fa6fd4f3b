import { expect, test } from "vitest";
import { ChannelKeeper } from "./channel-keeper.ts";
import { type FakeChannel, FakeRealtime } from "./fake-realtime.ts";
import { LiveChannel, type LiveChannelOptions } from "./live-channel.ts";
import type { ChannelSpec } from "./transport.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { WorkspaceChannels, type WorkspaceListener } from "./workspace-channel.ts";

const chance = () => 0.5;

async function createKeeper(
  spec: ChannelSpec = { topic: "topic" },
  prepare?: (realtime: FakeRealtime) => void,
) {
  const clock = new VirtualClock();
  const realtime = new FakeRealtime();
  prepare?.(realtime);
  const heard: string[] = [];
  const keeper = new ChannelKeeper({
    port: realtime.port(),
    spec,
    clock,
    chance,
    onJoined: () => heard.push("joined"),
    onDown: (status) => heard.push(status),
  });
  await clock.run(0);
  const last = () => realtime.channels.at(-1) as FakeChannel;
  return { clock, realtime, heard, keeper, last };
}

test("CK1 CLOSED is final for a channel object: fresh token, new object, after a pause that grows", async () => {
  const { clock, realtime, heard, keeper, last } = await createKeeper();
  expect(keeper.joined).toBe(true);
  const refreshes = realtime.refreshes;
  last().become("CLOSED");
  expect(keeper.joined).toBe(false);
  await clock.run(200);
  expect(realtime.channels).toHaveLength(1);
  await clock.run(500);
  expect(realtime.channels).toHaveLength(2);
  expect(realtime.channels[0]?.hasLeft).toBe(true);
  expect(realtime.refreshes).toBe(refreshes + 1);
  expect(heard).toEqual(["joined", "CLOSED", "joined"]);
});

test("CK2 refused again and again, attempts become rare", async () => {
  const { clock, realtime, last } = await createKeeper();
  const attempts: number[] = [];
  for (let round = 0; round < 12; round++) {
    last().become("CLOSED");
    const before = realtime.channels.length;
    realtime.allowed = () => false;
    const start = clock.now();
    await clock.runUntil(() => realtime.channels.length > before);
    attempts.push(clock.now() - start);
  }
  expect(attempts[0]).toBeLessThan(1_000);
  expect(attempts.at(-1)).toBeGreaterThan(20_000);
});

test("CK3 CHANNEL_ERROR and TIMED_OUT rejoin by themselves; only after 30 s a new object is made", async () => {
  for (const status of ["CHANNEL_ERROR", "TIMED_OUT"] as const) {
    const { clock, realtime, keeper, last } = await createKeeper();
    last().become(status);
    await clock.run(29_000);
    expect(realtime.channels).toHaveLength(1);
    last().become("SUBSCRIBED");
    expect(keeper.joined).toBe(true);
    await clock.run(120_000);
    expect(realtime.channels).toHaveLength(1);
    last().become(status);
    await clock.run(15_000);
    last().become(status);
    await clock.run(16_000);
    expect(realtime.channels).toHaveLength(2);
    expect(keeper.joined).toBe(true);
  }
});

test("CK4 nothing is sent unless the channel is joined", async () => {
  const heard: unknown[] = [];
  const { realtime, keeper } = await createKeeper();
  const other = realtime
    .port()
    .channel({ topic: "topic", events: { say: (payload) => heard.push(payload) } });
  other.subscribe(() => undefined);
  expect(keeper.send("say", { a: 1 })).toBe(true);
  realtime.channels[0]?.become("CHANNEL_ERROR");
  expect(keeper.send("say", { a: 2 })).toBe(false);
  expect(heard).toEqual([{ a: 1 }]);
});

test("CK5 presence is tracked once a join, and never more than four times within 30 s", async () => {
  const presence = { key: "me", onSync: () => undefined, onLeave: () => undefined };
  const { clock, last } = await createKeeper({ topic: "topic", presence });
  for (let flap = 0; flap < 9; flap++) {
    last().become("CHANNEL_ERROR");
    last().become("SUBSCRIBED");
    await clock.run(100);
  }
  expect(last().tracked).toBe(4);
  await clock.run(60_000);
  expect(last().tracked).toBe(5);
});

test("CK6 no session just now: it waits and tries again; closed means closed", async () => {
  const { clock, realtime, keeper } = await createKeeper({ topic: "topic" }, (fake) => {
    fake.refuseRefresh = true;
  });
  expect(realtime.channels).toHaveLength(0);
  realtime.refuseRefresh = false;
  await clock.run(1_000);
  expect(keeper.joined).toBe(true);
  await keeper.close();
  realtime.channels[0]?.become("CLOSED");
  await clock.run(120_000);
  expect(realtime.channels).toHaveLength(1);
  expect(realtime.topics()).toEqual([]);
});

function createLive(more: Partial<LiveChannelOptions> = {}) {
  const clock = new VirtualClock();
  const realtime = new FakeRealtime();
  const heard: unknown[] = [];
  const live = new LiveChannel({
    port: realtime.port(),
    documentId: "d",
    sessionId: "me",
    clock,
    chance,
    onUpdate: (message) => heard.push(message.toSeq),
    onGarbage: () => heard.push("garbage"),
    onSocket: (event) => heard.push(event),
    onAwareness: (message) => heard.push(message.sessionId),
    onAwarenessJoined: () => undefined,
    onPresent: () => undefined,
    onGone: () => undefined,
    ...more,
  });
  return { clock, realtime, heard, live };
}

const frame = { sessionId: "me", frame: "{}", signature: null };

test("LC1 three private topics of the document and the epoch; another epoch leaves all and joins all", async () => {
  const { clock, realtime, live } = createLive();
  live.setEpoch(1);
  await clock.run(0);
  const topics = (epoch: number) =>
    ["awareness", "presence", "updates"].map((kind) => `document:d:${kind}:${epoch}`);
  expect(realtime.topics()).toEqual(topics(1));
  live.setEpoch(1);
  expect(realtime.channels).toHaveLength(3);
  live.setEpoch(2);
  await clock.run(0);
  expect(realtime.topics()).toEqual(topics(2));
  await live.leave();
  expect(realtime.topics()).toEqual([]);
});

test("LC2 what the server sends is parsed; what does not parse is told, a bad frame is dropped", async () => {
  const { clock, realtime, heard, live } = createLive();
  live.setEpoch(1);
  await clock.run(0);
  realtime.broadcast("document:d:updates:1", "update", {
    fromSeq: 1,
    toSeq: 3,
    sessionId: "s",
    yjsClientId: 1,
  });
  realtime.broadcast("document:d:updates:1", "update", { fromSeq: "x" });
  realtime.broadcast("document:d:awareness:1", "state", { ...frame, sessionId: "other" });
  realtime.broadcast("document:d:awareness:1", "state", { nonsense: true });
  expect(heard).toEqual(["moved", "subscribed", 3, "garbage", "other"]);
});

test("LC3 awareness goes out only when joined", async () => {
  const { clock, live } = createLive();
  expect([live.canSendAwareness, live.sendAwareness(frame)]).toEqual([false, false]);
  live.setEpoch(1);
  await clock.run(0);
  expect([live.canSendAwareness, live.sendAwareness(frame)]).toEqual([true, true]);
});

test("LC4 each join and each loss of the updates topic is told, and that another epoch is being joined", async () => {
  const { clock, realtime, heard, live } = createLive();
  live.setEpoch(1);
  await clock.run(0);
  const [updates] = realtime.joined("document:d:updates:1");
  updates?.become("CHANNEL_ERROR");
  updates?.become("SUBSCRIBED");
  expect(heard).toEqual(["moved", "subscribed", "channel-error", "subscribed"]);
});

test("LC5 a join that takes longer than three seconds is told; one in time is not", async () => {
  const { clock, realtime, heard, live } = createLive();
  realtime.silent = true;
  live.setEpoch(1);
  await clock.run(2_900);
  expect(heard).toEqual(["moved"]);
  await clock.run(200);
  expect(heard).toEqual(["moved", "timed-out"]);
  for (const channel of realtime.channels) channel.become("SUBSCRIBED");
  realtime.silent = false;
  live.setEpoch(2);
  await clock.run(60_000);
  expect(heard).toEqual(["moved", "timed-out", "subscribed", "moved", "subscribed"]);
  live.setEpoch(3);
  await live.leave();
  await clock.run(60_000);
  expect(heard.slice(5)).toEqual(["moved"]);
});

function createWorkspace() {
  const clock = new VirtualClock();
  const realtime = new FakeRealtime();
  return { clock, realtime, channels: new WorkspaceChannels(realtime.port(), clock, chance) };
}

test("WC1 one topic a workspace, shared and counted; left a moment after the last one is gone", async () => {
  const { clock, realtime, channels } = createWorkspace();
  const heard: string[] = [];
  const listen = (name: string): WorkspaceListener => ({ onJoined: () => heard.push(name) });
  const first = channels.join("w", 1, listen("first"));
  await clock.run(0);
  const second = channels.join("w", 1, listen("second"));
  expect([realtime.channels.length, heard]).toEqual([1, ["first", "second"]]);
  first.leave();
  first.leave();
  await clock.run(5_000);
  expect(realtime.topics()).toEqual(["workspace:w:tree:1"]);
  second.leave();
  const third = channels.join("w", 1, {});
  await clock.run(5_000);
  expect(realtime.channels).toHaveLength(1);
  third.leave();
  await clock.run(5_000);
  expect(realtime.topics()).toEqual([]);
});

test("WC2 the server's 'epoch' event is told to all and the topic of the new epoch is joined", async () => {
  const { clock, realtime, channels } = createWorkspace();
  const heard: number[] = [];
  const one = channels.join("w", 1, { onEpoch: (epoch) => heard.push(epoch) });
  channels.join("w", 1, { onEpoch: (epoch) => heard.push(epoch) });
  await clock.run(0);
  realtime.broadcast("workspace:w:tree:1", "epoch", { epoch: "two" });
  realtime.broadcast("workspace:w:tree:1", "epoch", { epoch: 2 });
  await clock.run(0);
  expect(heard).toEqual([2, 2]);
  expect(realtime.topics()).toEqual(["workspace:w:tree:2"]);
  one.setEpoch(1);
  await clock.run(0);
  expect(realtime.topics(), "an old answer does not lead back").toEqual(["workspace:w:tree:2"]);
});

test("WC3 changes of the workspace's documents reach every listener", async () => {
  const { clock, realtime, channels } = createWorkspace();
  const heard: string[] = [];
  channels.join("w", 1, { onTreeChange: (change) => heard.push(`a ${change.type}`) });
  channels.join("w", 1, { onTreeChange: (change) => heard.push(`b ${change.type}`) });
  await clock.run(0);
  const { documentsOf } = realtime.channels[0]?.spec ?? {};
  expect(documentsOf?.workspaceId).toBe("w");
  documentsOf?.onChange({ type: "INSERT", row: { id: "1" } });
  expect(heard).toEqual(["a INSERT", "b INSERT"]);
});
