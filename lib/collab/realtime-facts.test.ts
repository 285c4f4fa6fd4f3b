/**
 * The facts about the Realtime client that bite (SPEC.md has the table), over the real protocols and through the fault
 * switch: what the client does by itself, and that a document loses nothing by it.
 */
import { globSync, readFileSync } from "node:fs";
import type { RealtimeChannel } from "@supabase/supabase-js";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import {
  channelsOf,
  isLive,
  openPage,
  type Page,
  pullsOf,
  textOf,
  type,
  untilLive,
} from "../../supabase/tests/collab-scene.ts";
import { Faults } from "../../supabase/tests/faults.ts";
import { mintToken } from "../../supabase/tests/realtime-scene.ts";
import { createDocument, homeOf, join } from "../../supabase/tests/scene.ts";
import { newPerson, type Person, type Project, startProject } from "../../supabase/tests/stand-in.ts";
import { joined, until } from "../../supabase/tests/waiting.ts";
import { awarenessTopic, presenceTopic, treeTopic, updatesTopic } from "../core/protocol.ts";
import { createSupabaseTransport } from "./supabase-transport.ts";

vi.setConfig({ testTimeout: 60_000 });

let project: Project;
let faults: Faults;
let ada: Person;
let bob: Person;
let workspaceId: string;
const pages: Page[] = [];

beforeAll(async () => {
  project = await startProject({ args: ["--test", "--realtime-profile", "pro"] });
  faults = new Faults(project);
  ada = await newPerson(project, "Ada");
  bob = await newPerson(project, "Bob");
  workspaceId = await homeOf(ada);
  await join(ada, workspaceId, bob, "editor");
}, 120_000);

afterEach(async () => {
  await faults.clear();
  await Promise.all(pages.splice(0).map((page) => page.close()));
});

afterAll(async () => {
  await project?.stop();
}, 30_000);

async function open(person: Person, documentId: string): Promise<Page> {
  const page = await openPage(project, person, documentId);
  pages.push(page);
  return page;
}

/** A new document, open and live with both. */
async function together(): Promise<{ id: string; one: Page; two: Page; epoch: number }> {
  const { id } = await createDocument(ada, workspaceId);
  const [one, two] = [await open(ada, id), await open(bob, id)];
  await untilLive(one, two);
  return { id, one, two, epoch: one.session.status.getSnapshot().access?.epoch ?? 0 };
}

const updatesOf = (page: Page, id: string) => channelsOf(page, `document:${id}:updates`);

/** Words of one reach the other. */
async function expectHeard(from: Page, to: Page, words: string): Promise<void> {
  type(from, words);
  await until(() => textOf(to).includes(words), `"${words}" is shown`);
  await from.session.whenSaved();
}

test("FB1 an expired token closes a channel for good: fresh token, another object, a pull, nothing missed", async () => {
  const { id, one, two } = await together();
  const [before] = updatesOf(two, id) as [RealtimeChannel];
  const pulls = pullsOf(two).length;
  await faults.expireTokens(bob.id);
  await until(() => !isLive(two), "Bob's channels are closed");
  type(one, "meanwhile ");
  expect(before.state).toBe("closed");
  expect(() => before.subscribe()).toThrow("multiple times");
  await until(() => isLive(two) && textOf(two) === "meanwhile ", "Bob is back and sees it");
  const after = updatesOf(two, id);
  expect(after).toHaveLength(1);
  expect(after[0]).not.toBe(before);
  expect(pullsOf(two).length).toBeGreaterThan(pulls);
  await expectHeard(one, two, "after");
});

test("FB2 the sixth presence call closes the presence channel and no other; it comes back as another object", async () => {
  const { id, one, two } = await together();
  const [updates] = updatesOf(two, id);
  const presence = () => channelsOf(two, `document:${id}:presence`);
  const [before] = presence() as [RealtimeChannel];
  for (let call = 0; call < 6; call++) void before.track({ call });
  await until(() => before.state === "closed", "the presence channel is closed");
  expect(two.shown.at(-1)).toBe("live");
  await until(() => presence()[0]?.state === "joined", "presence is joined again");
  expect(presence()).not.toContain(before);
  expect(updatesOf(two, id)).toEqual([updates]);
  await expectHeard(one, two, "words");
});

test("FB3 a lost socket is CHANNEL_ERROR and rejoins by itself: the same objects, a pull after SUBSCRIBED", async () => {
  const { id, one, two } = await together();
  const before = two.client.getChannels();
  expect(before).toHaveLength(4);
  await faults.killSockets(bob.id);
  await until(() => !isLive(two), "Bob's socket is gone");
  expect(updatesOf(two, id)[0]?.state).toBe("errored");
  const pulls = pullsOf(two).length;
  type(one, "meanwhile ");
  await untilLive(two);
  const asked = pullsOf(two).length;
  expect(asked).toBeGreaterThan(pulls);
  await until(() => textOf(two) === "meanwhile ", "what was missed");
  expect(new Set(two.client.getChannels())).toEqual(new Set(before));
  expect(two.shown.slice(-2)).toEqual(["polling", "live"]);
});

test("FB4 the same topic gives the same object: a document held twice has one channel a topic, and hears once", async () => {
  const { id, one, two } = await together();
  const again = two.collab.holdDocument(id);
  expect(again.value).toBe(two.session);
  const topics = two.client.getChannels().map(({ topic }) => topic);
  expect([topics.length, new Set(topics).size]).toEqual([4, 4]);
  const [updates] = updatesOf(two, id) as [RealtimeChannel];
  expect(two.client.channel(updates.subTopic)).toBe(updates);
  again.release();
  const pulls = pullsOf(two).length;
  await expectHeard(one, two, "once");
  expect([textOf(two), pullsOf(two).length]).toEqual(["once", pulls]);
});

test("FB5 send() before the join goes by HTTP and empties bytes: ours sends when joined only, and never bytes", async () => {
  const { id, two } = await together();
  const { client, requests } = two;
  const byHttp = () => requests.filter(({ path }) => path.endsWith("/api/broadcast")).length;
  const body = vi.fn<(text: unknown) => void>();
  const raw = client.channel(`document:${id}:elsewhere`, { config: { private: true } });
  const { realtime } = createSupabaseTransport(client);
  await realtime.refreshAuth();
  vi.spyOn(globalThis, "fetch").mockImplementation((_input, init) => {
    body(init?.body);
    return Promise.resolve(new Response(null, { status: 202 }));
  });
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  try {
    const sent = await raw.send({ type: "broadcast", event: "a", payload: { bytes: new ArrayBuffer(3) } });
    expect([sent, byHttp()]).toEqual(["ok", 1]);
    expect(body.mock.calls[0]?.[0]).toContain('"payload":{"bytes":{}}');
    const ours = realtime.channel({ topic: `document:${id}:nowhere` });
    expect(ours.send("a", { n: 1 })).toBe(false);
    expect(byHttp()).toBe(1);
    await ours.leave();
  } finally {
    vi.restoreAllMocks();
    await client.removeChannel(raw);
  }
  await faults.loseRealtime(60);
  await until(() => !isLive(two), "the socket is gone");
  two.session.setCursor({ anchor: null, head: null }, "block");
  two.session.keyPressed();
  expect(byHttp()).toBe(1);
});

test("FB6 a send that the policies deny is answered 'ok' and reaches nobody", async () => {
  const { id, one, two, epoch } = await together();
  const forger = await open(ada, (await createDocument(ada, workspaceId)).id);
  const channel = await joined(forger.client.channel(updatesTopic(id, epoch), { config: { private: true } }));
  const pulls = pullsOf(two).length;
  const forged = { fromSeq: 1, toSeq: 1, sessionId: one.session.sessionId, yjsClientId: 1 };
  expect(await channel.send({ type: "broadcast", event: "update", payload: forged })).toBe("ok");
  // An honest edit that follows says that the forged one was dropped: it would have been asked about.
  await expectHeard(one, two, "honest");
  expect(pullsOf(two).length).toBe(pulls);
});

test("FB7 a page that wakes with a stale token on its socket takes a fresh one before it asks the log", async () => {
  const { one, two } = await together();
  const stale = await mintToken(project, bob.client, -10);
  // What supabase-js #2613 is about: the socket slept over the refresh, and its channels would rejoin with this.
  await two.client.realtime.setAuth(stale);
  await until(() => !isLive(two), "the stale token closed the channels");
  await two.client.realtime.setAuth(stale);
  type(one, "while asleep ");
  const before = two.requests.length;
  two.handlers.onVisible();
  const asked = () => two.requests.slice(before).find(({ path }) => path.endsWith("/pull_updates"));
  await until(() => asked() !== undefined, "the log is asked");
  const { data } = await two.client.auth.getSession();
  expect(asked()?.socketToken).toBe(data.session?.access_token);
  expect(asked()?.socketToken).not.toBe(stale);
  await until(() => textOf(two) === "while asleep " && isLive(two), "Bob is live with all of it");
  two.handlers.onOnline(false);
  await two.client.realtime.setAuth(stale);
  two.handlers.onOnline(true);
  await until(() => two.client.realtime.accessTokenValue === data.session?.access_token, "again a fresh one");
  await untilLive(two);
  await expectHeard(one, two, "awake");
});

test("FB8 0.8 s without a socket lose messages for good: the pull after SUBSCRIBED brings them", async () => {
  const { id, one, two, epoch } = await together();
  const heard: number[] = [];
  const raw = await open(bob, (await createDocument(ada, workspaceId)).id);
  const channel = raw.client.channel(updatesTopic(id, epoch), { config: { private: true } });
  channel.on("broadcast", { event: "update" }, ({ payload }) => heard.push(Number(payload.toSeq)));
  await joined(channel);
  let pullsAtJoin: number | null = null;
  await faults.loseRealtime(0.8);
  await until(() => !isLive(two), "no socket");
  two.session.status.subscribe(() => {
    if (isLive(two)) pullsAtJoin ??= pullsOf(two).length;
  });
  for (let word = 0; word < 10; word++) {
    type(one, `w${word} `);
    await one.session.whenSaved();
  }
  await until(() => channel.state === "joined" && isLive(two), "both are back", 20_000);
  await until(() => pullsOf(two).length > (pullsAtJoin ?? Number.POSITIVE_INFINITY), "a pull after it", 300);
  await until(() => textOf(two) === textOf(one), "all words");
  await expectHeard(one, two, "end");
  await until(() => heard.length > 0, "the raw listener hears again");
  expect(heard.length, "the raw listener missed what came meanwhile").toBeLessThan(11);
});

test("FB9 topics and events fit into 255 bytes, and what is too large for a message comes by a pull", async () => {
  const { id, one, two, epoch } = await together();
  const most = Number.MAX_SAFE_INTEGER;
  const topics = [
    updatesTopic(id, most),
    awarenessTopic(id, most),
    presenceTopic(id, most),
    treeTopic(id, most),
  ];
  for (const topic of topics) expect(new TextEncoder().encode(`realtime:${topic}`).length).toBeLessThan(255);
  const long = await joined(two.client.channel("a".repeat(255)));
  const send = (event: string) => long.send({ type: "broadcast", event, payload: {} });
  await expect(send("e")).rejects.toThrow("tried to push");
  await two.client.removeChannel(long);
  const sizes: boolean[] = [];
  const [updates] = channelsOf(one, updatesTopic(id, epoch)) as [RealtimeChannel];
  updates.on("broadcast", { event: "update" }, ({ payload }) => sizes.push("updates" in payload));
  const pulls = pullsOf(two).length;
  type(one, "x".repeat(400_000));
  await until(() => textOf(two).length === 400_000, "the large paste", 20_000);
  expect(pullsOf(two).length).toBeGreaterThan(pulls);
  await until(() => sizes.length > 0, "its message");
  expect(sizes).toEqual([false]);
});

test("FB10 change events are asked for on the workspace's topic alone", async () => {
  const { two } = await together();
  const wishes = two.client.getChannels().map(({ subTopic, bindings }) => ({
    kind: subTopic.replace(/[0-9a-f-]{36}|:\d+$/g, ""),
    tables: (bindings.postgres_changes ?? []).map(({ filter }) => `${filter.table} ${filter.filter}`),
  }));
  const byKind = Object.fromEntries(wishes.map(({ kind, tables }) => [kind, tables]));
  expect(byKind).toEqual({
    "document::updates": [],
    "document::awareness": [],
    "document::presence": [],
    "workspace::tree": [`documents workspace_id=eq.${workspaceId}`],
  });
});

test("FB11 with the websocket blocked from the start: it opens, saves, shows others' edits within two seconds, and says so", async () => {
  const { id } = await createDocument(ada, workspaceId);
  const one = await open(ada, id);
  await untilLive(one);
  type(one, "before ");
  await one.session.whenSaved();
  await faults.loseRealtime(600);
  const two = await open(bob, id);
  expect([textOf(two), two.session.status.getSnapshot().isWritable]).toEqual(["before ", true]);
  const startedAt = performance.now();
  await expectHeard(one, two, "there ");
  await expectHeard(two, one, "and back ");
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await until(() => two.shown.at(-1) === "polling", "the page says so", 4_000);
  expect(two.session.saveState.getSnapshot()).toMatchObject({ status: "saved", unsent: 0 });
});

test("FB12 every fact of the table has tests, and every test that it names is there", () => {
  const spec = readFileSync("lib/collab/SPEC.md", "utf8");
  const [, table = ""] = spec.split("### Facts about the Realtime client\n");
  const rows = table.split("\n").filter((line) => /^\| (?!fact|---)/.test(line));
  const sources = globSync(["lib/**/*.test.ts", "supabase/**/*.test.ts"]).map((path) =>
    readFileSync(path, "utf8"),
  );
  const titles = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/\b(?:it|test)(?:\.\w+)*(?:\([^()]*\))?\(\s*["'`]([A-Z]+\d+) /g)].map(
        (title) => title[1],
      ),
    ),
  );
  expect(rows).toHaveLength(9);
  const named = rows.map((row) => row.split("|")[2]?.trim().split(/,\s*/) ?? []);
  for (const [place, ids] of named.entries()) {
    expect(
      ids.filter((id) => id.startsWith("FB")),
      rows[place],
    ).not.toEqual([]);
    expect(
      ids.filter((id) => !titles.has(id)),
      rows[place],
    ).toEqual([]);
  }
  const facts = [...titles].filter((id) => id?.startsWith("FB") && id !== "FB12");
  expect(facts.filter((id) => !named.flat().includes(id ?? ""))).toEqual([]);
});
