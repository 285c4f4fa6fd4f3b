import { afterEach, expect, test, vi } from "vitest";
import * as Y from "yjs";
import { toBase64 } from "../core/base64.ts";
import { createDice } from "../core/guard-fixtures.ts";
import { sha256Hex } from "../core/sha256.ts";
import { DocumentSession } from "./document-session.ts";
import { fakeKeys } from "./fake-keys.ts";
import { FakeLine, FakeServer } from "./fake-network.ts";
import { FakeTabs } from "./fake-tabs.ts";
import { createMemoryOutbox } from "./outbox.ts";
import { createMemoryLocks } from "./session-locks.ts";
import { type OpenTabLine, openBrowserTabLine, TabChannel, tabLineName } from "./tab-channel.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Tabs without any websocket: what they hear is from each other, or by a pull every two seconds. */
function createWorld() {
  const clock = new VirtualClock();
  const server = new FakeServer();
  const tabs = new FakeTabs(clock);
  const dice = createDice(4);
  for (const person of ["ada", "bob"]) server.roles.set(person, "editor");
  const open = async (userId: string, openTabLine: OpenTabLine | undefined = tabs.open) => {
    const line = new FakeLine(server, clock, dice, userId);
    const session = new DocumentSession({
      documentId: server.documentId,
      userId,
      log: line,
      outbox: Promise.resolve(createMemoryOutbox()),
      locks: createMemoryLocks(),
      keys: fakeKeys(userId),
      clock,
      chance: () => 0.5,
      ...(openTabLine === undefined ? {} : { openTabLine }),
    });
    await clock.run(100);
    await session.ready;
    return { session, line };
  };
  const name = tabLineName("ada", server.documentId);
  return { clock, server, tabs, open, name };
}

type World = ReturnType<typeof createWorld>;

const type = (session: DocumentSession, words: string) => session.doc.getText("text").insert(0, words);
const textOf = (session: DocumentSession) => session.doc.getText("text").toString();

afterEach(() => {
  vi.unstubAllGlobals();
});

test("TB1 another tab shows an edit as soon as it is stored, without asking, and never before", async () => {
  const { clock, server, tabs, open } = createWorld();
  const [one, two] = [await open("ada"), await open("ada")];
  one.line.faults = { ...one.line.faults, lostCalls: 100 };
  type(one.session, "words");
  await clock.run(1_500);
  expect([tabs.said, textOf(two.session), server.rows]).toEqual([[], "", []]);
  one.line.faults = { ...one.line.faults, lostCalls: 0 };
  await clock.runUntil(() => !one.session.hasUnsent());
  const { calls } = two.line;
  await clock.run(5);
  expect([textOf(two.session), two.line.calls]).toEqual(["words", calls]);
});

test("TB2 by the door of the live messages: a wrong sum, a gap, a foreign row and nonsense show nothing", async () => {
  const world = createWorld();
  const { clock, server, tabs, open, name } = world;
  const { session, line } = await open("ada");
  server.sessions.set("other", { yjsClientId: 77, userId: "ada", publicKey: null });
  const { calls } = line;
  const good = rowOf("good");
  const say = (more: object, row: object = {}) =>
    tabs.say(name, { ...fromOf(1), ...more, updates: [{ ...good, ...row }] });
  say({ fromSeq: "x" });
  say({ yjsClientId: 78 }, { seq: 1 });
  await clock.run(10);
  expect([textOf(session), line.calls], "nonsense, another session's name").toEqual(["", calls]);
  // The refused row took its place in the order: the log says what really stands there.
  await session.destroy();

  const next = await open("ada");
  const asked = next.line.calls;
  say({}, { sha256: sha256Hex(Uint8Array.of(1)) });
  await clock.run(100);
  expect([textOf(next.session), next.line.calls], "a wrong sum is asked about").toEqual(["", asked + 1]);
  say({ fromSeq: 3, toSeq: 3 }, { seq: 3 });
  await clock.run(100);
  expect([textOf(next.session), next.line.calls], "and a gap").toEqual(["", asked + 2]);
});

test("TB2 a large paste goes without its bytes and is pulled", async () => {
  const { clock, tabs, open } = createWorld();
  const [one, two] = [await open("ada"), await open("ada")];
  type(one.session, "x".repeat(300_000));
  await clock.runUntil(() => !one.session.hasUnsent());
  expect(JSON.stringify(tabs.said).length).toBeLessThan(1_000);
  await clock.run(50);
  expect(textOf(two.session)).toHaveLength(300_000);
});

function rowOf(words: string) {
  const doc = new Y.Doc();
  doc.clientID = 77;
  doc.getText("text").insert(0, words);
  const data = Y.encodeStateAsUpdate(doc);
  return { seq: 1, clientSeq: 1, data: toBase64(data), sha256: sha256Hex(data) };
}

const fromOf = (seq: number) => ({ fromSeq: seq, toSeq: seq, sessionId: "other", yjsClientId: 77 });

test("TB3 another person and another document hear nothing", async () => {
  const { clock, tabs, open, server, name } = createWorld();
  const [ada, bob] = [await open("ada"), await open("bob")];
  type(ada.session, "for ada");
  await clock.runUntil(() => !ada.session.hasUnsent());
  await clock.run(20);
  expect(tabs.said.map((said) => said.name)).toEqual([name]);
  expect(textOf(bob.session)).toBe("");
  const names = [name, tabLineName("bob", server.documentId), tabLineName("ada", "another")];
  expect(new Set(names).size).toBe(3);
});

test("TB4 a closed or refused document neither hears nor says anything", async () => {
  const world = createWorld();
  const { clock, tabs, open, server } = world;
  const [closed, refused] = [await open("ada"), await open("ada")];
  expect(tabs.listeners.size).toBe(2);
  void closed.session.destroy();
  server.roles.delete("ada");
  refused.session.check();
  await clock.run(100);
  expect(refused.session.status.getSnapshot().phase).toBe("ended");
  expect(tabs.listeners.size).toBe(0);
  sayGood(world);
  type(closed.session, "late ");
  await clock.run(5_000);
  expect([textOf(closed.session), textOf(refused.session)]).toEqual(["late ", ""]);
  expect(tabs.said).toHaveLength(1);
});

function sayGood({ tabs, name }: World): void {
  tabs.say(name, { ...fromOf(1), updates: [rowOf("good")] });
}

test("TB5 without BroadcastChannel tabs hear of each other by the server", async () => {
  const { clock, open } = createWorld();
  vi.stubGlobal("BroadcastChannel", undefined);
  const [one, two] = [await open("ada", openBrowserTabLine), await open("ada", undefined)];
  type(one.session, "words");
  await clock.run(1_000);
  expect(one.session.saveState.getSnapshot().status).toBe("saved");
  expect(textOf(two.session)).toBe("");
  await clock.run(1_500);
  expect(textOf(two.session)).toBe("words");
});

test("TB1 over the browser's own channel: told to the others, not to itself, and closed for good", async () => {
  const heard: string[] = [];
  const channelOf = (who: string) =>
    new TabChannel({
      open: openBrowserTabLine,
      userId: "u",
      documentId: "d",
      onUpdate: (message) => heard.push(`${who} ${message.toSeq}`),
    });
  const [one, two, three] = [channelOf("one"), channelOf("two"), channelOf("three")];
  const row = { seq: 4, clientSeq: 1, sessionId: "s", yjsClientId: 7, data: Uint8Array.of(0, 0) };
  three.close();
  one.tell([row]);
  three.tell([{ ...row, seq: 9 }]);
  one.tell([]);
  await vi.waitUntil(() => heard.length > 0);
  two.tell([{ ...row, seq: 5 }]);
  await vi.waitUntil(() => heard.length > 1);
  expect(heard).toEqual(["two 4", "one 5"]);
  one.close();
  two.close();
});
