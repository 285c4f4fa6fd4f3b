import { expect, test } from "vitest";
import * as Y from "yjs";
import { toBase64 } from "../core/base64.ts";
import { createDice } from "../core/guard-fixtures.ts";
import { MAX_TITLE_LENGTH } from "../core/projection.ts";
import { CollabClient, type CollabClientOptions } from "./collab-client.ts";
import { createIdentity, type DocumentSession } from "./document-session.ts";
import type { Environment } from "./environment.ts";
import { fakeKeys } from "./fake-keys.ts";
import { FakeLine, FakeServer, type Message } from "./fake-network.ts";
import { FakeRealtime } from "./fake-realtime.ts";
import { createMemoryOutbox, type Outbox } from "./outbox.ts";
import { setTitle } from "./rename-document.ts";
import { createMemoryLocks } from "./session-locks.ts";
import { Registry } from "./session-registry.ts";
import { createStore, isShallowEqual } from "./store.ts";
import { VirtualClock } from "./virtual-clock.ts";

type Handlers = Parameters<Environment["watch"]>[0];

function createWorld() {
  const clock = new VirtualClock();
  const server = new FakeServer();
  const realtime = new FakeRealtime();
  const dice = createDice(3);
  const { documentId } = server;
  for (const person of ["ada", "bob"]) server.roles.set(person, "editor");
  realtime.allowed = (topic) => topic.endsWith(`:${server.epoch}`);
  const send = ({ epoch, payload }: Message) =>
    realtime.broadcast(`document:${documentId}:updates:${epoch}`, "update", payload);
  server.listeners.add(send);
  const createClient = (userId: string, more: Partial<CollabClientOptions> = {}) => {
    const page: { handlers: Handlers | null; line: FakeLine } = {
      handlers: null,
      line: new FakeLine(server, clock, dice, userId),
    };
    const environment: Environment = {
      isOnline: () => true,
      watch(handlers) {
        page.handlers = handlers;
        return () => {
          page.handlers = null;
        };
      },
    };
    const client = new CollabClient({
      userId,
      log: page.line,
      realtime: realtime.port(),
      openOutbox: () => Promise.resolve(createMemoryOutbox()),
      locks: createMemoryLocks(),
      environment,
      clock,
      chance: () => 0.5,
      keys: fakeKeys(userId),
      ...more,
    });
    return { client, page };
  };
  const open = async (userId: string, more: Partial<CollabClientOptions> = {}) => {
    const { client, page } = createClient(userId, more);
    const { value: session, release } = client.holdDocument(documentId);
    await clock.run(300);
    return { client, page, session, release };
  };
  return { clock, server, realtime, documentId, createClient, open };
}

const type = (session: DocumentSession, words: string) => session.doc.getText("text").insert(0, words);
const textOf = (session: DocumentSession) => session.doc.getText("text").toString();
const statusOf = (session: DocumentSession) => session.status.getSnapshot();

test("DS1 opening joins log, topics and people; edits of one reach the other by the live topic", async () => {
  const { clock, realtime, documentId, open } = createWorld();
  const [ada, bob] = [await open("ada"), await open("bob")];
  await clock.run(1_000);
  expect(statusOf(ada.session)).toMatchObject({
    phase: "open",
    isWritable: true,
    connection: "live",
    problem: null,
  });
  expect(realtime.topics()).toEqual([
    `document:${documentId}:awareness:1`,
    `document:${documentId}:presence:1`,
    `document:${documentId}:updates:1`,
    "workspace:w:tree:1",
  ]);
  const calls = bob.page.line.calls;
  type(ada.session, "hello");
  ada.session.setCursor({ anchor: 1, head: 2 }, "block");
  ada.session.keyPressed();
  await clock.run(200);
  expect([textOf(bob.session), bob.page.line.calls]).toEqual(["hello", calls]);
  expect(bob.session.people.getSnapshot()).toMatchObject([
    { isSelf: true, name: "Name of bob" },
    { isSelf: false, name: "Name of ada", typing: true, cursor: { anchor: 1, head: 2 }, blockId: "block" },
  ]);
});

test("DS2 'open' is told only when what this person left unsent is in the document", async () => {
  const { clock, server, documentId, createClient } = createWorld();
  const outbox = createMemoryOutbox();
  const left = new Y.Doc();
  left.clientID = 77;
  left.getText("text").insert(0, "left");
  server.sessions.set("dead", { yjsClientId: 77, userId: "ada", publicKey: null });
  await outbox.put({
    sessionId: "dead",
    yjsClientId: 77,
    clientSeq: 1,
    parts: [Y.encodeStateAsUpdate(left)],
  });
  const slow: Outbox = { ...outbox, list: () => clock.wait(500).then(() => outbox.list()) };
  const { client } = createClient("ada", { openOutbox: () => Promise.resolve(slow) });
  const { value: session } = client.holdDocument(documentId);
  const seen: [string, string][] = [];
  session.status.subscribe(() => seen.push([statusOf(session).phase, textOf(session)]));
  await clock.run(400);
  expect(statusOf(session)).toMatchObject({ phase: "opening", isWritable: false });
  await clock.run(3_000);
  await session.ready;
  expect(seen.filter(([phase, text]) => phase === "open" && text !== "left")).toEqual([]);
  expect(session.hasUnsent()).toBe(false);
  expect(server.replay().getText("text").toString()).toBe("left");
});

test("DS3 a new epoch: the old topics are left, the new ones joined, and what came meanwhile is there", async () => {
  const { clock, server, realtime, documentId, open } = createWorld();
  const [ada, bob] = [await open("ada"), await open("bob")];
  server.epoch = 2;
  realtime.broadcast("workspace:w:tree:1", "epoch", { epoch: 2 });
  type(ada.session, "meanwhile");
  await clock.run(1_500);
  expect(realtime.topics()).toEqual([
    `document:${documentId}:awareness:2`,
    `document:${documentId}:presence:2`,
    `document:${documentId}:updates:2`,
    "workspace:w:tree:2",
  ]);
  expect(textOf(bob.session)).toBe("meanwhile");
  expect(statusOf(bob.session)).toMatchObject({ phase: "open", connection: "live" });
});

test("DS4 whoever is removed leaves all topics within two seconds, reads no more and keeps their words", async () => {
  const { clock, server, realtime, open } = createWorld();
  const [ada, bob] = [await open("ada"), await open("bob")];
  server.roles.delete("bob");
  server.epoch = 2;
  realtime.broadcast("workspace:w:tree:1", "epoch", { epoch: 2 });
  type(bob.session, "unsent");
  await clock.run(2_000);
  expect(statusOf(bob.session)).toMatchObject({ phase: "ended", isWritable: false, problem: "no-access" });
  type(ada.session, "secret ");
  await clock.run(5_000);
  expect(textOf(bob.session)).toBe("unsent");
  expect(bob.session.saveState.getSnapshot().status).toBe("not-saved");
  expect(bob.session.unsentUpdates()).toHaveLength(1);
  expect(realtime.topics().filter((topic) => topic.endsWith(":1"))).toEqual([]);
  expect(realtime.joined(`document:${server.documentId}:updates:2`)).toHaveLength(1);
});

test("DS5 without the socket the log is asked every two seconds and says so; with it back, it is live", async () => {
  const { clock, realtime, server, open } = createWorld();
  const [ada, bob] = [await open("ada"), await open("bob")];
  for (const channel of realtime.channels) if (channel.isJoined) channel.become("CHANNEL_ERROR");
  expect(statusOf(bob.session).connection).toBe("polling");
  type(ada.session, "by pull");
  await clock.run(2_500);
  expect(textOf(bob.session)).toBe("by pull");
  realtime.allowed = (topic) => topic.endsWith(`:${server.epoch}`);
  await clock.run(40_000);
  expect(statusOf(bob.session).connection).toBe("live");
});

test("DS6 a page that wakes takes a fresh token, then asks the log", async () => {
  const { clock, realtime, server, open } = createWorld();
  const bob = await open("bob");
  const { refreshes } = realtime;
  const { calls } = bob.page.line;
  realtime.refuseRefresh = true;
  for (let times = 0; times < 3; times++) bob.page.handlers?.onVisible();
  await clock.run(50);
  expect([realtime.refreshes, bob.page.line.calls], "once").toEqual([refreshes + 1, calls + 1]);
  bob.page.handlers?.onOnline(false);
  expect(bob.session.saveState.getSnapshot().status).toBe("offline");
  expect(statusOf(bob.session).connection).toBe("offline");
  bob.page.handlers?.onOnline(true);
  expect(bob.session.saveState.getSnapshot().status).toBe("saved");
  await clock.run(50);
  expect([realtime.refreshes, bob.page.line.calls], "back online").toEqual([refreshes + 2, calls + 2]);
  expect(server.rows).toHaveLength(0);
});

test("DS7 closing says goodbye, leaves everything and asks nothing any more", async () => {
  const { clock, realtime, open } = createWorld();
  const [ada, bob] = [await open("ada"), await open("bob")];
  await clock.run(1_000);
  expect(ada.session.people.getSnapshot()).toHaveLength(2);
  bob.release();
  await clock.run(2_100);
  expect(ada.session.people.getSnapshot()).toHaveLength(1);
  expect(bob.page.handlers).toBeNull();
  const { calls } = bob.page.line;
  await clock.run(120_000);
  expect(bob.page.line.calls).toBe(calls);
  ada.release();
  await clock.run(5_000);
  expect(realtime.topics()).toEqual([]);
});

test("DS8 a refusal to open rejects 'ready' and is in the status", async () => {
  const { clock, documentId, createClient } = createWorld();
  const { client } = createClient("stranger");
  const { value: session } = client.holdDocument(documentId);
  const refused = expect(session.ready).rejects.toMatchObject({ code: "not_found" });
  await clock.run(500);
  await refused;
  expect(statusOf(session)).toMatchObject({ phase: "ended", problem: "no-access", access: null });
});

test("DS9 a row the guard refuses and a broken outbox are reported", async () => {
  const { clock, server, open } = createWorld();
  const reports: string[] = [];
  const broken = { openOutbox: () => Promise.reject(new Error("denied")) };
  const ada = await open("ada", { ...broken, onReport: (event) => reports.push(event) });
  server.sessions.set("foe", { yjsClientId: 5, userId: "bob", publicKey: null });
  server.append("bob", "foe", [
    { clientSeq: 1, data: Uint8Array.from([1, 1, 99, 5, 4, 1, 1, 116, 1, 120, 0]) },
  ]);
  type(ada.session, "fine");
  await clock.run(500);
  expect(reports).toEqual(["outbox broken", "row refused"]);
  expect(ada.session.saveState.getSnapshot()).toMatchObject({ status: "saved", onlyInThisTab: true });
  const [row, ...more] = ada.session.refused.getSnapshot();
  expect([row, more]).toMatchObject([{ seq: 1, reason: "foreign_client", isOwn: false }, []]);
  const bob = await open("bob");
  await clock.run(500);
  expect(bob.session.refused.getSnapshot()).toMatchObject([{ seq: 1, author: { name: "Name of bob" } }]);
  expect(bob.session.authorOf(ada.session.doc.clientID)).toMatchObject({ userId: "ada" });
  expect(bob.session.authorOf(123_456)).toBeNull();
});

test("DS10 a session's ids are new each time, and of the right kind", () => {
  const ids = Array.from({ length: 50 }, createIdentity);
  expect(new Set(ids.map(({ sessionId }) => sessionId)).size).toBe(50);
  for (const { sessionId, yjsClientId } of ids) {
    expect(sessionId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(yjsClientId).toBeGreaterThan(0);
    expect(yjsClientId).toBeLessThan(2 ** 32);
  }
});

test("DS11 a message that does not parse and a new epoch on the workspace's topic ask the log", async () => {
  const { clock, realtime, documentId, open } = createWorld();
  const bob = await open("bob");
  await clock.run(1_000);
  const { calls } = bob.page.line;
  realtime.broadcast(`document:${documentId}:updates:1`, "update", { fromSeq: "x" });
  await clock.run(50);
  expect(bob.page.line.calls).toBe(calls + 1);
  realtime.broadcast("workspace:w:tree:1", "epoch", { epoch: 1 });
  await clock.run(50);
  expect(bob.page.line.calls).toBe(calls + 2);
  expect(statusOf(bob.session).connection, "the epoch is the same").toBe("live");
});

test("DS12 closed with words unsent: not saved, and whoever waits for it is told", async () => {
  const { clock, open } = createWorld();
  const ada = await open("ada");
  ada.page.line.cut = true;
  type(ada.session, "unsent");
  const outcome = ada.session.whenSaved().then(
    () => "saved",
    () => "not saved",
  );
  await clock.run(100);
  void ada.session.destroy();
  await clock.run(100);
  expect(await outcome).toBe("not saved");
  expect(ada.session.saveState.getSnapshot()).toMatchObject({ status: "not-saved", reason: null, unsent: 1 });
  expect(statusOf(ada.session).connection).toBe("ended");
});

test("RG1 what is held twice is made once, and closed a moment after the last one let go", async () => {
  const clock = new VirtualClock();
  const closed: string[] = [];
  const registry = new Registry<string>({ clock, lingerMs: 1_000, close: (value) => closed.push(value) });
  let made = 0;
  const hold = () => registry.hold("key", () => `value ${++made}`);
  const [one, two] = [hold(), hold()];
  expect([one.value, two.value]).toEqual(["value 1", "value 1"]);
  one.release();
  one.release();
  await clock.run(5_000);
  expect(closed).toEqual([]);
  two.release();
  await clock.run(500);
  const three = hold();
  await clock.run(5_000);
  expect([three.value, closed]).toEqual(["value 1", []]);
  three.release();
  await clock.run(1_500);
  expect([closed, registry.find("key")]).toEqual([["value 1"], null]);
  expect(hold().value).toBe("value 2");
  registry.drop("key");
  expect(closed).toEqual(["value 1", "value 2"]);
});

test("RG2 what is expected is made at once, is the same for who comes in time, and closed when nobody does", async () => {
  const clock = new VirtualClock();
  const closed: string[] = [];
  const registry = new Registry<string>({ clock, lingerMs: 1_000, close: (value) => closed.push(value) });
  let made = 0;
  const make = () => `value ${++made}`;
  registry.expect("key", make, 3_000);
  registry.expect("key", make, 3_000);
  expect(registry.find("key")).toBe("value 1");
  await clock.run(2_000);
  const { value, release } = registry.hold("key", make);
  await clock.run(5_000);
  expect([value, closed]).toEqual(["value 1", []]);
  // one that is held, or was until a moment ago, is nothing to wait for
  release();
  registry.expect("key", make, 3_000);
  await clock.run(1_500);
  expect(closed).toEqual(["value 1"]);
  registry.expect("key", make, 3_000);
  await clock.run(3_500);
  expect([made, closed]).toEqual([2, ["value 1", "value 2"]]);
});

test("RN1 a rename from the tree is stored, in an open document and without one", async () => {
  const { clock, server, documentId, createClient, open } = createWorld();
  const title = () => server.replay().getText("title").toString();
  const closed = createClient("ada").client.renameDocument(documentId, "First 😀 title");
  await clock.run(1_000);
  await closed;
  expect(title()).toBe("First 😀 title");
  const bob = await open("bob");
  const opened = bob.client.renameDocument(documentId, "First 😃 title");
  await clock.run(1_000);
  await opened;
  expect(title()).toBe("First 😃 title");
  expect(new Set(server.rows.map((row) => row.sessionId)).size).toBe(2);
});

test("RN2 who may not rename, too long a title and no server are refused, and nothing is stored", async () => {
  const { clock, server, documentId, createClient } = createWorld();
  const rename = async (userId: string, title: string, cut = false) => {
    const { client, page } = createClient(userId);
    page.line.cut = cut;
    const outcome = client.renameDocument(documentId, title).then(
      () => "stored",
      (error: { code: string }) => error.code,
    );
    await clock.run(20_000);
    return outcome;
  };
  server.roles.set("viewer", "viewer");
  expect(await rename("viewer", "x")).toBe("forbidden");
  expect(await rename("stranger", "x")).toBe("not_found");
  expect(await rename("ada", "x".repeat(MAX_TITLE_LENGTH + 1))).toBe("invalid_input");
  expect(await rename("ada", "x", true)).toBe("unavailable");
  expect(server.rows).toHaveLength(0);
});

test("RN3 only what differs is written, whole characters at a time", () => {
  const pairs = [
    ["Plan", "Plan B"],
    ["a😀b", "a😃b"],
    ["", "x"],
    ["aaa", "aa"],
    ["😀", "😀😀"],
    ["same", "same"],
  ] as const;
  for (const [before, after] of pairs) {
    const doc = new Y.Doc();
    doc.getText("title").insert(0, before);
    const start = Y.encodeStateVector(doc);
    setTitle(doc, after);
    expect(doc.getText("title").toString()).toBe(after);
    const replica = new Y.Doc();
    Y.applyUpdate(replica, Y.encodeStateAsUpdate(doc));
    expect(replica.getText("title").toString()).toBe(after);
    const written = Y.encodeStateAsUpdate(doc, start);
    if (before === after) expect(Y.decodeUpdate(written).structs).toEqual([]);
    expect(toBase64(written).length).toBeLessThan(100);
  }
});

test("SO1 a store keeps its snapshot and stays silent until its value differs", () => {
  const store = createStore({ a: 1, b: "x" }, isShallowEqual);
  let heard = 0;
  const stop = store.subscribe(() => heard++);
  const before = store.getSnapshot();
  store.set({ a: 1, b: "x" });
  expect([store.getSnapshot() === before, heard]).toEqual([true, 0]);
  store.set({ a: 2, b: "x" });
  expect([store.getSnapshot().a, heard]).toEqual([2, 1]);
  stop();
  store.set({ a: 3, b: "x" });
  expect(heard).toBe(1);
});

test("DS13 whoever missed a new epoch while the workspace's topic was away hears of it soon after", async () => {
  const { clock, server, realtime, documentId, open } = createWorld();
  const bob = await open("bob");
  await clock.run(1_000);
  for (const channel of realtime.joined("workspace:w:tree:1")) channel.become("CLOSED");
  await clock.run(100);
  server.roles.set("bob", "viewer");
  server.epoch = 2;
  expect(
    realtime.joined(`document:${documentId}:updates:1`),
    "the old topic is silent, not closed",
  ).toHaveLength(1);
  await clock.run(1_000);
  expect(statusOf(bob.session)).toMatchObject({ isWritable: false, connection: "live" });
  expect(realtime.topics()).toContain(`document:${documentId}:updates:2`);
});

test("DS14 a new epoch that nobody told is noticed when the others go without a goodbye, not after a minute", async () => {
  const { clock, server, realtime, documentId, open } = createWorld();
  const [ada, bob] = [await open("ada"), await open("bob")];
  await clock.run(3_000);
  expect(bob.session.people.getSnapshot()).toHaveLength(2);
  server.epoch = 2;
  // Ada's append tells her; the message on the workspace's topic is dropped.
  type(ada.session, "moved on");
  await clock.run(1_000);
  expect(textOf(bob.session)).toBe("moved on");
  expect(realtime.joined(`document:${documentId}:updates:2`)).toHaveLength(2);
  expect(statusOf(bob.session).connection).toBe("live");
  await clock.run(3_000);
  const { calls } = bob.page.line;
  ada.release();
  await clock.run(5_000);
  expect([bob.session.people.getSnapshot().length, bob.page.line.calls], "a goodbye asks nothing").toEqual([
    1,
    calls,
  ]);
});

test("DS15 a document opens although IndexedDB never answers, and says that it keeps words in the tab only", async () => {
  const { clock, documentId, createClient } = createWorld();
  const { client } = createClient("ada", { openOutbox: () => new Promise<Outbox>(() => undefined) });
  const { value: session } = client.holdDocument(documentId);
  await clock.run(4_000);
  expect(statusOf(session).phase).toBe("opening");
  await clock.run(2_000);
  await session.ready;
  type(session, "words");
  await clock.run(500);
  expect(session.saveState.getSnapshot()).toMatchObject({ status: "saved", onlyInThisTab: true });
});

test("DS16 a dead tab's words that stand on what the living one has not heard of yet are sent all the same", async () => {
  const { clock, server, realtime, open } = createWorld();
  const [outbox, locks] = [createMemoryOutbox(), createMemoryLocks()];
  const shared = { openOutbox: () => Promise.resolve(outbox), locks };
  const [bob, living, dying] = [await open("bob"), await open("ada", shared), await open("ada", shared)];
  await clock.run(1_000);
  // The living one is deaf: it hears neither the rows nor, from others, how far the log reaches.
  for (const kind of ["updates", "awareness"]) {
    const [, ears] = realtime.joined(`document:${server.documentId}:${kind}:1`);
    Object.assign(ears?.spec ?? {}, { events: {} });
  }
  type(bob.session, "bob ");
  await clock.run(100);
  dying.page.line.cut = true;
  dying.session.doc.getText("text").insert(4, "ada");
  await clock.run(100);
  expect([textOf(living.session), textOf(dying.session)]).toEqual(["", "bob ada"]);
  void dying.session.destroy();
  await clock.run(20_000);
  expect(server.replay().getText("text").toString()).toBe("bob ada");
  expect(statusOf(living.session).leftovers).toBe(0);
});

test("DS17 of two tabs without a network one closes, the other writes on in its words and closes, too: a third sends all", async () => {
  const { clock, server, open } = createWorld();
  const [outbox, locks] = [createMemoryOutbox(), createMemoryLocks()];
  const shared = { openOutbox: () => Promise.resolve(outbox), locks };
  const [bob, lasting, first] = [await open("bob"), await open("ada", shared), await open("ada", shared)];
  await clock.run(1_000);
  for (const { page } of [lasting, first]) page.line.cut = true;
  type(lasting.session, "before ");
  type(first.session, "of the first ");
  await clock.run(100);
  void first.session.destroy();
  await clock.run(20_000);
  expect(textOf(lasting.session)).toContain("of the first ");
  const text = lasting.session.doc.getText("text");
  text.insert(textOf(lasting.session).indexOf("first"), "very ");
  await clock.run(100);
  void lasting.session.destroy();
  await clock.run(1_000);
  expect(server.rows).toEqual([]);
  const third = await open("ada", shared);
  await clock.run(20_000);
  expect(statusOf(third.session).leftovers).toBe(0);
  const all = server.replay().getText("text").toString();
  expect([textOf(third.session), textOf(bob.session)]).toEqual([all, all]);
  expect(all).toContain("of the very first ");
  expect(all).toContain("before ");
  expect(await outbox.list()).toEqual([]);
  expect(bob.session.refused.getSnapshot()).toEqual([]);
});

test("DS18 a document that one has left goes on sending what was written in it, and is closed once that is stored", async () => {
  const { clock, server, open } = createWorld();
  const outbox = createMemoryOutbox();
  const { client, page, session, release } = await open("ada", { openOutbox: () => Promise.resolve(outbox) });
  await clock.run(1_000);
  page.line.cut = true;
  type(session, "written and left");
  release();
  await clock.run(60_000);
  expect([client.hasUnsent(), server.rows.length]).toEqual([true, 0]);
  page.line.cut = false;
  await clock.run(20_000);
  expect(server.replay().getText("text").toString()).toBe("written and left");
  expect([client.hasUnsent(), await outbox.list(), page.handlers]).toEqual([false, [], null]);
});

test("DS19 one whose words the server refuses is closed: they are kept on the device; where they are not, it stays", async () => {
  for (const isKept of [true, false]) {
    const { clock, server, open } = createWorld();
    const openOutbox = () =>
      isKept ? Promise.resolve(createMemoryOutbox()) : Promise.reject<Outbox>(new Error("denied"));
    const { client, page, session, release } = await open("ada", { openOutbox });
    await clock.run(1_000);
    server.roles.set("ada", "viewer");
    type(session, "refused");
    await clock.run(1_000);
    release();
    await clock.run(60_000);
    expect([client.hasUnsent(), page.handlers === null]).toEqual(isKept ? [false, true] : [true, false]);
  }
});

test("DS20 what a closed tab left in a document is sent from the page of another, and nobody is shown as being there", async () => {
  const { clock, server, createClient, documentId, open } = createWorld();
  const [outbox, locks] = [createMemoryOutbox(), createMemoryLocks()];
  const shared = { openOutbox: () => Promise.resolve(outbox), locks };
  const bob = await open("bob");
  const { page, session } = await open("ada", shared);
  await clock.run(1_000);
  page.line.cut = true;
  type(session, "left behind");
  await clock.run(100);
  void session.destroy();
  await clock.run(1_000);
  expect(await outbox.list()).toHaveLength(1);
  const { client, page: next } = createClient("ada", shared);
  next.line.cut = true;
  const vain = client.sendLeftBehind([documentId]);
  await clock.run(60_000);
  await vain;
  expect([(await outbox.list()).length, next.handlers]).toEqual([1, null]);
  next.line.cut = false;
  const sent = client.sendLeftBehind([documentId]);
  await clock.run(2_000);
  await sent;
  expect([server.replay().getText("text").toString(), await outbox.list()]).toEqual(["left behind", []]);
  expect(bob.session.people.getSnapshot().map(({ name }) => name)).toEqual(["Name of bob"]);
  expect(next.handlers).toBeNull();
});
