/** Each kind of topic for each kind of person, as permissions.ts says, through the Realtime client. */
import type { RealtimeChannel } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccessScene, buildAccessScene } from "./access-scene.ts";
import { ACTORS, type Actor, TOPICS } from "./permissions.ts";
import { joined, subscribe, until } from "./waiting.ts";

let at: AccessScene;
let epoch: number;
beforeAll(async () => {
  at = await buildAccessScene({ removed: true });
  const { data } = await at.scene.service
    .from("workspaces")
    .select("access_epoch")
    .eq("id", at.scene.workspaceId)
    .single();
  epoch = Number(data?.access_epoch);
});
afterAll(() => at?.stop());

const topicOf = (kind: string, of: number) => {
  const [noun, part] = kind.split(":");
  return `${noun}:${noun === "document" ? at.document.id : at.scene.workspaceId}:${part}:${of}`;
};

async function tryJoin(actor: Actor, topic: string): Promise<string> {
  const client = at.clientOf(actor);
  const channel = client.channel(topic, { config: { private: true } });
  const { status } = await subscribe(channel);
  await client.removeChannel(channel);
  return status;
}

const kinds = Object.keys(TOPICS);
const cases = Object.entries(TOPICS).flatMap(([kind, { listen }]) =>
  ACTORS.map((actor) => ({ kind, listen, actor })),
);

describe("topics", () => {
  it.each(cases)("$kind of the present epoch for the $actor", async ({ kind, listen, actor }) => {
    const may = listen.broadcast.includes(actor) || listen.presence.includes(actor);
    expect(await tryJoin(actor, topicOf(kind, epoch))).toBe(may ? "SUBSCRIBED" : "CHANNEL_ERROR");
  });

  it.each(ACTORS)("of another epoch are closed, even to the %s", async (actor) => {
    for (const kind of kinds) {
      for (const other of [epoch - 1, epoch + 1]) {
        const topic = topicOf(kind, other);
        expect([topic, await tryJoin(actor, topic)]).toEqual([topic, "CHANNEL_ERROR"]);
      }
    }
  });

  it.each([
    () => `document:${at.document.id}:updates`,
    () => `document:${at.document.id}:updates:`,
    () => `document:${at.document.id}:updates:${epoch}x`,
    () => `document:${at.document.id}:updates:0${epoch}`,
    () => `document:${at.document.id}:updates:99999999999999999999999`,
    () => `document:${at.document.id}:secrets:${epoch}`,
    () => `document:${at.document.id.toUpperCase()}:updates:${epoch}`,
    () => `document:not-a-uuid:updates:${epoch}`,
    () => `x document:${at.document.id}:updates:${epoch}`,
    () => `document:${at.document.id}:updates:${epoch}\n`,
    () => `workspace:${at.document.id}:tree:${epoch}`,
    () => "anything",
  ])("nobody joins a topic that is none (%#)", async (topic) => {
    expect(await tryJoin("owner", topic())).toBe("CHANNEL_ERROR");
  });
});

describe("sending to topics", () => {
  const heard: string[] = [];
  const mine: RealtimeChannel[] = [];
  beforeAll(async () => {
    const { client } = at.scene.people.owner;
    for (const kind of kinds) {
      const channel = client
        .channel(topicOf(kind, epoch), { config: { private: true } })
        .on("broadcast", { event: "*" }, ({ payload }) => heard.push(`${kind} ${payload.from}`));
      mine.push(await joined(channel));
    }
  });
  afterAll(async () => {
    for (const channel of mine) await at.scene.people.owner.client.removeChannel(channel);
  });

  it.each(ACTORS.filter((actor) => actor !== "owner"))("what the %s sends", async (actor) => {
    const client = at.clientOf(actor);
    const expected = kinds.filter((kind) => TOPICS[kind]?.send.broadcast.includes(actor));
    const before = heard.length;
    const channels: RealtimeChannel[] = [];
    // What may be sent goes last: once that is heard, the rest would have been, too.
    for (const kind of [...kinds.filter((kind) => !expected.includes(kind)), ...expected]) {
      const channel = client.channel(topicOf(kind, epoch), { config: { private: true } });
      channels.push(channel);
      const { status } = await subscribe(channel);
      if (status === "SUBSCRIBED") {
        await channel.send({ type: "broadcast", event: "state", payload: { from: actor } });
      }
      await channel.httpSend("state", { from: actor }).catch(() => null);
    }
    const told = () => [...new Set(heard.filter((line) => line.endsWith(` ${actor}`)))].sort();
    await until(() => told().length >= expected.length, `what the ${actor} may send`);
    const marker = mine[kinds.indexOf("document:awareness")];
    await marker?.httpSend("state", { from: "owner" });
    await until(() => heard.slice(before).includes("document:awareness owner"), "the owner's own word");
    expect(told()).toEqual(expected.map((kind) => `${kind} ${actor}`).sort());
    for (const channel of channels) await client.removeChannel(channel);
  });
});
