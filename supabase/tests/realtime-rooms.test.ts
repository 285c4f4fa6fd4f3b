/** Who may hear and speak where, and for how long: rooms, policies and tokens. */
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  call,
  listenTo,
  mintToken,
  needsStandIn,
  newPerson,
  newTopic,
  PRIVATE,
  sendStored,
  startRealtimeProject,
  tokenOf,
  Wire,
} from "./realtime-scene.ts";
import { anonymous, type Person, type Project, service } from "./stand-in.ts";
import { joined, subscribe, until } from "./waiting.ts";

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
const refusal = (topic: string) => ({
  status: "CHANNEL_ERROR",
  message: `Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`,
});
const say = (channel: RealtimeChannel, payload: Record<string, unknown>) =>
  channel.send({ type: "broadcast", event: "said", payload });
/** Joins a private topic with a token by hand; resolves to the answer. */
async function joinWith(token: string | undefined, topic = newTopic()) {
  const wire = await Wire.open(project);
  const payload = { config: { private: true }, ...(token === undefined ? {} : { access_token: token }) };
  const { answer, ref } = await wire.join(topic, payload);
  return { wire, answer, ref, topic };
}
const reasonOf = (answer: { response?: unknown } | undefined) =>
  (answer?.response as { reason?: string } | undefined)?.reason;

describe("joining a private room", () => {
  it("RTR1 the policies decide, at the join: a person they refuse is told so, one they let in is in", async () => {
    const topic = newTopic();
    expect(await subscribe(reader.client.channel(topic, PRIVATE))).toMatchObject({ status: "SUBSCRIBED" });
    expect(await subscribe(visitor().channel(topic, PRIVATE))).toEqual(refusal(topic));
    expect(await subscribe(reader.client.channel("elsewhere", PRIVATE))).toEqual(refusal("elsewhere"));
    expect((await subscribe(visitor(service(project)).channel("elsewhere", PRIVATE))).status).toBe(
      "SUBSCRIBED",
    );
  });

  it("RTR2 a refused person hears nothing of what is said there", async () => {
    const topic = newTopic("club");
    const heard: unknown[] = [];
    const channel = reader.client.channel(topic, PRIVATE);
    channel.on("broadcast", { event: "*" }, (message) => heard.push(message));
    expect(await subscribe(channel)).toEqual(refusal(topic));
    const inside = await listenTo(visitor(service(project)), topic);
    await sendStored(project, topic, { n: 1 });
    await until(() => inside.heard.length > 0, "the message");
    expect(heard).toEqual([]);
  });

  it("RTR3 a policy that fails lets nobody in", async () => {
    const topic = newTopic("broken");
    expect(await subscribe(reader.client.channel(topic, PRIVATE))).toEqual(refusal(topic));
  });

  it("RTR4 says what is wrong with a token", async () => {
    const good = await tokenOf(reader.client);
    const [head = "", body = ""] = good.split(".");
    const refused = async (token: string) => {
      const { wire, answer } = await joinWith(token);
      wire.close();
      return reasonOf(answer);
    };
    expect(await refused("no token")).toBe("MalformedJWT: The token provided is not a valid JWT");
    expect(await refused("")).toBe("MalformedJWT: The token provided is not a valid JWT");
    expect(await refused(`${head}.${body}.${"A".repeat(86)}`)).toBe(
      "JwtSignatureError: Failed to validate JWT signature",
    );
  });

  it("RTR5 an expired token is refused with its age", async (context) => {
    needsStandIn(project, context);
    const { answer, wire } = await joinWith(await mintToken(project, reader.client, -5));
    expect(reasonOf(answer)).toMatch(/^InvalidJWTToken: Token has expired [5-9] seconds ago$/);
    wire.close();
  });

  it("RTR6 a key instead of a token lets the connection's key speak", async () => {
    const { answer, wire, topic } = await joinWith(project.publishableKey);
    expect(reasonOf(answer)).toBe(refusal(topic).message);
    const strong = await Wire.open(project, "2.0.0", project.secretKey);
    const config = { private: true };
    expect((await strong.join(topic, { config, access_token: project.publishableKey })).answer?.status).toBe(
      "ok",
    );
    for (const one of [wire, strong]) one.close();
  });

  it("RTR7 leaves no probe row behind", async () => {
    const topic = newTopic();
    await joined(writer.client.channel(topic, PRIVATE));
    await writer.client.channel(topic).track({ here: true });
    expect(await call(project, "rt_stored_rows", { topic_name: topic })).toBe(0);
  });
});

describe("rooms", () => {
  it("RTR8 a private and a public room of one name are two", async () => {
    const topic = newTopic();
    const inside = await listenTo(reader.client, topic);
    const outside = await listenTo(visitor(), topic, { private: false });
    await sendStored(project, topic, { where: "outside" }, false);
    await sendStored(project, topic, { where: "inside" }, true);
    await until(() => inside.heard.length > 0 && outside.heard.length > 0, "both to hear theirs");
    expect(inside.heard).toMatchObject([{ payload: { where: "inside" } }]);
    expect(outside.heard).toMatchObject([{ payload: { where: "outside" } }]);
  });

  it("RTR9 what a person may not say is dropped without a word, and what follows is heard", async () => {
    const topic = newTopic();
    const { heard } = await listenTo(visitor(service(project)), topic);
    const silent = await joined(
      reader.client.channel(topic, { config: { private: true, broadcast: { ack: true } } }),
    );
    const denied = silent.send({ type: "broadcast", event: "said", payload: {} }, { timeout: 300 });
    const loud = await joined(writer.client.channel(topic, PRIVATE));
    await say(loud, { by: "writer" });
    await until(() => heard.length > 0, "the writer");
    expect(await denied).toBe("timed out");
    expect(heard).toMatchObject([{ payload: { by: "writer" } }]);
    expect(silent.state).toBe("joined");
  });

  it("RTR10 the right to broadcast and the right to be present are two", async () => {
    const present = newTopic("present");
    // Without a wish for presence there is nothing to read.
    expect(await subscribe(reader.client.channel(present, PRIVATE))).toEqual(refusal(present));
    await reader.client.removeAllChannels();
    const channel = reader.client.channel(present, PRIVATE);
    const heard: unknown[] = [];
    channel.on("presence", { event: "sync" }, () => undefined);
    channel.on("broadcast", { event: "*" }, (message) => heard.push(message));
    await joined(channel);
    expect(await channel.track({ here: true })).toBe("ok");
    const all = await listenTo(visitor(service(project)), present);
    await sendStored(project, present, { n: 1 });
    await until(() => all.heard.length > 0, "the service");
    expect(heard).toEqual([]);

    const broadcast = newTopic("heard");
    const listener = reader.client.channel(broadcast, PRIVATE);
    listener.on("presence", { event: "sync" }, () => undefined);
    await joined(listener);
    expect(await listener.track({ here: true })).toBe("error");
  });
});

describe("tokens", () => {
  /** A joined channel that tells what becomes of it. */
  async function watched(client: SupabaseClient, topic: string) {
    const seen: string[] = [];
    const channel = client.channel(topic, PRIVATE);
    channel.on("system", {}, ({ message }) => seen.push(message));
    await client.realtime.setAuth();
    channel.subscribe((status) => seen.push(status));
    await until(() => seen.includes("SUBSCRIBED"), "the join");
    return { channel, seen };
  }

  it("RTR11 the end of a token ends its channels, telling why first", async (context) => {
    needsStandIn(project, context);
    const { wire, ref, topic } = await joinWith(await mintToken(project, reader.client, 2));
    await wire.find(({ event }) => event === "phx_close", "the end");
    const address = `realtime:${topic}`;
    const message = "Token has expired 0 seconds ago";
    expect(wire.heard.slice(-2).map(({ json }) => json)).toEqual([
      [ref, null, address, "system", { extension: "system", status: "error", message, channel: topic }],
      [ref, ref, address, "phx_close", {}],
    ]);
    wire.close();
  });

  it("RTR12 a newer token keeps a channel open", async (context) => {
    needsStandIn(project, context);
    const { wire, ref, topic } = await joinWith(await mintToken(project, reader.client, 2));
    wire.say(`realtime:${topic}`, "access_token", { access_token: await tokenOf(reader.client) }, ref);
    const gone = await Promise.race([
      wire.find(({ event }) => event === "phx_close", "an end").catch(() => null),
      new Promise((resolve) => setTimeout(resolve, 3000, "still there")),
    ]);
    expect(gone).toBe("still there");
    wire.close();
  });

  it("RTR13 a token that came by itself is looked at at once: a bad one ends the channel", async () => {
    const { wire, ref, topic } = await joinWith(await tokenOf(reader.client));
    wire.say(`realtime:${topic}`, "access_token", { access_token: "no token" }, ref);
    await wire.find(({ event }) => event === "phx_close", "the end");
    expect(wire.heard.at(-2)?.payload).toMatchObject({
      status: "error",
      message: "The token provided is not a valid JWT",
    });
    wire.close();
  });

  it("RTR14 the same token again, a key, or none change nothing", async () => {
    const token = await tokenOf(reader.client);
    const { wire, ref, topic } = await joinWith(token);
    for (const access_token of [token, project.publishableKey, null]) {
      wire.say(`realtime:${topic}`, "access_token", { access_token }, ref);
    }
    const left = wire.say(`realtime:${topic}`, "phx_leave", {}, ref);
    await wire.answerTo(left);
    expect(wire.heard.map(({ event }) => event).slice(0, 2)).toEqual(["phx_reply", "phx_reply"]);
    expect(wire.heard.some(({ event }) => event === "system")).toBe(false);
    wire.close();
  });

  it("RTR15 rights are looked at again with a new token only, and losing them ends the channel", async () => {
    const member = await newPerson(project, "Member");
    const admin = visitor(service(project));
    visitor(member.client);
    await admin.from("rt_members").insert({ user_id: member.id });
    const topic = newTopic("club");
    const { seen, channel } = await watched(member.client, topic);
    await admin.from("rt_members").delete().eq("user_id", member.id);
    const heard: unknown[] = [];
    channel.on("broadcast", { event: "*" }, ({ payload }) => heard.push(payload));
    await sendStored(project, topic, { n: 1 });
    await until(() => heard.length > 0, "what is said after the removal, as the token is the old one");
    await member.client.auth.refreshSession();
    await member.client.realtime.setAuth();
    await until(() => seen.includes("CLOSED"), "the end");
    expect(seen.slice(1)).toEqual([refusal(topic).message.replace("Unauthorized: ", ""), "CLOSED"]);
  });

  it("RTR16 a second new token within ten seconds waits", async (context) => {
    needsStandIn(project, context);
    const { wire, ref, topic } = await joinWith(await tokenOf(reader.client));
    const offer = (access_token: string) =>
      wire.say(`realtime:${topic}`, "access_token", { access_token }, ref);
    offer(await mintToken(project, reader.client, 600));
    offer("no token");
    // The bad one is not looked at yet: the channel goes on.
    await wire.settle();
    const { heard } = await listenTo(visitor(service(project)), topic);
    await sendStored(project, topic, { n: 1 });
    await until(() => heard.length > 0, "the service");
    await wire.find(({ event }) => event === "broadcast", "the message");
    expect(wire.heard.some(({ event }) => event === "phx_close")).toBe(false);
    wire.close();
  });
});
