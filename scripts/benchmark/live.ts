/** What is live: how soon a newcomer is seen, and how soon an edit is with another window. */
import { randomUUID } from "node:crypto";
import { createSupabaseTransport } from "../../lib/collab/supabase-transport.ts";
import type { RealtimeChannelPort, RealtimePort } from "../../lib/collab/transport.ts";
import { OURS } from "../../lib/ops/thresholds.ts";
import { openScratch, sample } from "./calls.ts";
import { type Entry, entry } from "./entries.ts";
import type { Scene } from "./scene.ts";

const LIMIT_MS = 10_000;
const ignore = () => undefined;
/** Joins are limited by hosted plans (100 a second), and each takes a socket's attention. */
const MOST_JOINS = 30;

export async function measureLive(scene: Scene, samples: number): Promise<Entry[]> {
  const { service, scratchId, person, newWindow } = scene;
  const document = await service.from("documents").select("workspace_id").eq("id", scratchId).single();
  const workspace = await service
    .from("workspaces")
    .select("access_epoch")
    .eq("id", document.data?.workspace_id)
    .single();
  const topic = (part: string) => `document:${scratchId}:${part}:${workspace.data?.access_epoch}`;
  const [here, there] = [person, await newWindow()].map(
    (client) => createSupabaseTransport(client).realtime,
  ) as [RealtimePort, RealtimePort];
  await Promise.all([here.refreshAuth(), there.refreshAuth()]);
  return [
    await measureJoins(here, there, topic("presence"), Math.min(samples, MOST_JOINS)),
    await measureRoundTrips(scene, there, topic("updates"), samples),
  ];
}

/** From the moment in which a window joins to the moment in which another one knows of it. */
async function measureJoins(
  here: RealtimePort,
  there: RealtimePort,
  topic: string,
  samples: number,
): Promise<Entry> {
  const waiting = new Map<string, () => void>();
  const onSync = (keys: readonly string[]) => {
    for (const key of keys) waiting.get(key)?.();
  };
  const watcher = here.channel({ topic, presence: { key: randomUUID(), onSync, onLeave: ignore } });
  await joined(watcher, topic);
  watcher.track({});
  const { times, failures } = await sample(samples, async () => {
    const key = randomUUID();
    const from = performance.now();
    const known = within(new Promise<void>((done) => waiting.set(key, done)), "a newcomer to be seen");
    const channel = there.channel({ topic, presence: { key, onSync: ignore, onLeave: ignore } });
    try {
      await joined(channel, topic);
      channel.track({});
      await known;
      return performance.now() - from;
    } finally {
      waiting.delete(key);
      known.catch(ignore);
      // The next one needs the topic: a join over a channel that is still there is refused.
      await channel.leave();
    }
  });
  await watcher.leave();
  return entry("presence, join to seen", "call", times, { failures, ours: null });
}

/** From the moment in which an edit is sent off to the moment in which another window has it, stored. */
async function measureRoundTrips(
  scene: Scene,
  there: RealtimePort,
  topic: string,
  samples: number,
): Promise<Entry> {
  let arrived: () => void = () => undefined;
  const channel = there.channel({ topic, events: { update: () => arrived() } });
  await joined(channel, topic);
  const save = await openScratch(scene);
  const { times, failures } = await sample(samples, async () => {
    const known = within(
      new Promise<void>((done) => {
        arrived = done;
      }),
      "an edit to arrive",
    );
    await Promise.all([save(), known]);
  });
  await channel.leave();
  return entry("broadcast, edit to other window", "call", times, { failures, ours: OURS.saveMs });
}

async function joined(channel: RealtimeChannelPort, topic: string): Promise<void> {
  const answer = new Promise<void>((done, fail) =>
    channel.subscribe((status) => {
      if (status === "SUBSCRIBED") done();
      else fail(new Error(`The topic ${topic} could not be joined: ${status}.`));
    }),
  );
  await within(answer, "a topic to be joined");
}

async function within<Value>(work: Promise<Value>, what: string): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Waited ${LIMIT_MS / 1_000} s in vain for ${what}.`)),
    LIMIT_MS,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
