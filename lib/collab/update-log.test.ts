import { expect, test, vi } from "vitest";
import * as Y from "yjs";
import { toBase64 } from "../core/base64.ts";
import { AppError } from "../core/errors.ts";
import { createDice } from "../core/guard-fixtures.ts";
import { UpdateMessage } from "../core/protocol.ts";
import { sha256Hex } from "../core/sha256.ts";
import { appendWindowMs, HOSTED_EVENTS_PER_SECOND } from "./budget.ts";
import { FakeServer } from "./fake-network.ts";
import { FakeDisk, FakeTab, type FakeTabOptions } from "./fake-tab.ts";
import { VirtualClock } from "./virtual-clock.ts";

function createWorld() {
  const clock = new VirtualClock();
  const server = new FakeServer();
  const dice = createDice(5);
  for (const person of ["ada", "bob"]) server.roles.set(person, "editor");
  const disk = new FakeDisk(clock, dice);
  const openTab = async (userId: string, more: Partial<FakeTabOptions> = {}) => {
    const tab = new FakeTab({
      server,
      clock,
      dice,
      userId,
      name: userId,
      disk: new FakeDisk(clock, dice),
      ...more,
    });
    const opened = tab.open();
    await clock.run(100);
    await opened;
    await clock.run(100);
    return tab;
  };
  return { clock, server, dice, disk, openTab };
}

const type = (tab: FakeTab, words: string) =>
  tab.doc.getText("text").insert(tab.doc.getText("text").length, words);
const textOf = (tab: FakeTab) => tab.doc.getText("text").toString();
const stateOf = (tab: FakeTab) => tab.log.saveState.getSnapshot();

test("UL4 'saving' until the server has acknowledged, then 'saved'; the others see it only then", async () => {
  const { clock, server, openTab } = createWorld();
  const [ada, bob] = [await openTab("ada"), await openTab("bob")];
  expect(stateOf(ada).status).toBe("saved");
  type(ada, "x");
  expect(stateOf(ada)).toMatchObject({ status: "saving", unsent: 1 });
  expect([textOf(ada), textOf(bob), server.rows.length]).toEqual(["x", "", 0]);
  const saved = ada.log.whenSaved();
  await clock.run(30);
  await saved;
  expect(stateOf(ada).status).toBe("saved");
  expect(server.rows).toHaveLength(1);
  await clock.run(100);
  expect(textOf(bob)).toBe("x");
});

test("UL5 one append at a time; what is typed meanwhile is merged into the next", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  ada.line.faults = { ...ada.line.faults, delayMs: 1 };
  const calls = ada.line.calls;
  for (const key of "hello world") type(ada, key);
  await clock.run(1_000);
  expect(server.rows.map((row) => row.clientSeq)).toEqual([1, 2]);
  expect(ada.line.calls - calls).toBe(2);
  expect(server.replay().getText("text").toString()).toBe("hello world");
});

test("UL6 a lost answer: the same bytes under the same number, one row, the same seq", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  ada.line.faults = { ...ada.line.faults, lostAnswers: 100 };
  type(ada, "once");
  await clock.run(3_000);
  expect(stateOf(ada)).toMatchObject({ status: "not-saved", reason: "unreachable" });
  expect(server.promised.length).toBeGreaterThan(1);
  ada.line.faults = { ...ada.line.faults, lostAnswers: 0 };
  await clock.run(10_000);
  expect(stateOf(ada).status).toBe("saved");
  expect(server.rows).toHaveLength(1);
  expect(new Set(server.promised.map(({ seq, sha256 }) => `${seq} ${sha256}`)).size).toBe(1);
});

function takeSessions({ sessions }: FakeServer): void {
  for (const [id, session] of sessions) sessions.set(id, { ...session, userId: "bob" });
}

test("UL7 a final refusal: not saved with its reason, nothing is sent again, the words are kept and offered", async () => {
  const cases: [string, (server: FakeServer) => void][] = [
    ["read-only", (server) => server.roles.set("ada", "viewer")],
    ["trashed", (server) => Object.assign(server, { trashed: true })],
    ["no-access", (server) => server.roles.delete("ada")],
    ["refused", (server) => takeSessions(server)],
  ];
  for (const [reason, change] of cases) {
    const { clock, server, openTab } = createWorld();
    const ada = await openTab("ada");
    change(server);
    type(ada, "kept");
    await clock.run(500);
    expect(stateOf(ada)).toMatchObject({ status: "not-saved", reason, unsent: 1 });
    expect(ada.log.status.getSnapshot().isWritable).toBe(false);
    const copy = new Y.Doc();
    for (const update of ada.log.unsentUpdates()) Y.applyUpdate(copy, update);
    expect(copy.getText("text").toString()).toBe("kept");
    await expect(ada.log.whenSaved()).rejects.toMatchObject({ reason });
    const { calls } = ada.line;
    await clock.run(1_900);
    expect(ada.line.calls - calls, reason).toBeLessThanOrEqual(1);
    expect(server.rows).toHaveLength(0);
  }
});

test("UL8 a reused number and an update over the cap are final too", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  server.append("ada", ada.sessionId, [{ clientSeq: 1, data: Uint8Array.of(0, 0) }]);
  type(ada, "x");
  await clock.run(500);
  expect(stateOf(ada)).toMatchObject({ status: "not-saved", reason: "refused" });
  const bob = await openTab("bob");
  type(bob, "y".repeat(1_000_001));
  await clock.run(500);
  expect(stateOf(bob)).toMatchObject({ status: "not-saved", reason: "too-large", unsent: 1 });
  expect(server.rows).toHaveLength(1);
});

test("UL9 rights that come back let the waiting words go out", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  server.trashed = true;
  type(ada, "patient");
  await clock.run(500);
  expect(stateOf(ada).status).toBe("not-saved");
  server.trashed = false;
  ada.log.pullNow();
  await clock.run(5_000);
  expect(stateOf(ada).status).toBe("saved");
  expect(server.replay().getText("text").toString()).toBe("patient");
});

test("UL9 whoever was removed and let in again before the next pull goes on", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  const { append } = ada.line;
  ada.line.append = (...call) => {
    server.roles.delete("ada");
    return append.apply(ada.line, call).finally(() => server.roles.set("ada", "editor"));
  };
  type(ada, "patient");
  await clock.run(100);
  expect(stateOf(ada)).toMatchObject({ status: "not-saved", reason: "no-access", unsent: 1 });
  ada.line.append = append;
  // Not only with the pull of every minute.
  await clock.run(5_000);
  expect(stateOf(ada).status).toBe("saved");
  expect(server.replay().getText("text").toString()).toBe("patient");
});

test("UL10 a message that follows is applied at once; a gap, missing bytes and a damaged message are pulled", async () => {
  const { clock, server, openTab } = createWorld();
  const [ada, bob] = [await openTab("ada"), await openTab("bob")];
  for (const word of ["a", "b", "c", "d"]) {
    type(ada, word);
    bob.line.faults = { ...bob.line.faults, lostMessages: 100 };
    await clock.run(50);
  }
  expect(textOf(bob)).toBe("");
  const message = (seq: number, more: object = {}) => {
    const { sessionId, yjsClientId, clientSeq, data, sha256 } = server.rows[seq - 1] ?? fail();
    const updates = [{ seq, clientSeq, data: toBase64(data), sha256 }];
    return UpdateMessage.parse({ fromSeq: seq, toSeq: seq, sessionId, yjsClientId, updates, ...more });
  };
  const { calls } = bob.line;
  bob.log.receive(message(1));
  expect([textOf(bob), bob.line.calls]).toEqual(["a", calls]);
  const damaged = message(2);
  const [update] = damaged.updates ?? [];
  if (update !== undefined) update.sha256 = sha256Hex(Uint8Array.of(1));
  bob.log.receive(damaged);
  expect(textOf(bob)).toBe("a");
  await clock.run(100);
  expect(textOf(bob)).toBe("abcd");
  type(ada, "e");
  type(ada, "f");
  await clock.run(50);
  bob.log.receive(message(6));
  await clock.run(50);
  expect(textOf(bob)).toBe("abcdef");
  type(ada, "g");
  await clock.run(50);
  bob.log.receive(message(7, { updates: undefined }));
  await clock.run(50);
  expect(textOf(bob)).toBe("abcdefg");
});

function fail(): never {
  throw new Error("no such row");
}

test("UL11 own acknowledged rows count in order: another's row before them is waited for, or pulled", async () => {
  const { clock, openTab } = createWorld();
  const [ada, bob] = [await openTab("ada"), await openTab("bob")];
  bob.line.faults = { ...bob.line.faults, lostMessages: 100 };
  type(ada, "A");
  await clock.run(50);
  type(bob, "B");
  await clock.runUntil(() => bob.log.unsent === 0);
  expect([bob.log.seq, stateOf(bob).status]).toEqual([0, "saved"]);
  await clock.run(300);
  expect(bob.log.seq).toBe(2);
  expect(textOf(bob)).toContain("A");
});

test("UL12 pulls: every minute with a socket, every two seconds without, at once when it is back or the page wakes", async () => {
  const { clock, openTab } = createWorld();
  const ada = await openTab("ada");
  await clock.run(2_000);
  const pullsWithin = async (ms: number, act?: () => void) => {
    const before = ada.line.calls;
    act?.();
    await clock.run(ms);
    return ada.line.calls - before;
  };
  expect(await pullsWithin(120_000)).toBe(2);
  const polled = await pullsWithin(20_000, () => ada.disconnect());
  expect(polled).toBeGreaterThanOrEqual(9);
  expect(polled).toBeLessThanOrEqual(11);
  expect(await pullsWithin(50, () => ada.connect())).toBe(1);
  expect(await pullsWithin(50, () => ada.log.tell("visible"))).toBe(1);
  expect(await pullsWithin(50, () => ada.log.tell("online"))).toBe(1);
});

test("UL13 a head heard from another is a rumour: it pulls, but at most once a second", async () => {
  const { clock, server, openTab } = createWorld();
  const [ada, bob] = [await openTab("ada"), await openTab("bob")];
  bob.line.faults = { ...bob.line.faults, lostMessages: 100 };
  type(ada, "missed");
  await clock.run(2_000);
  bob.log.hearRumour(server.rows.length);
  await clock.run(300);
  expect(textOf(bob)).toBe("missed");
  const { calls } = bob.line;
  for (let liar = 0; liar < 200; liar++) {
    bob.log.hearRumour(1e15);
    await clock.run(50);
  }
  expect(bob.line.calls - calls).toBeLessThanOrEqual(11);
});

test("UL14 a reader sends nothing, whatever Yjs tidies up in their document", async () => {
  const { clock, server, openTab } = createWorld();
  server.roles.set("bob", "viewer");
  const [ada, bob] = [await openTab("ada"), await openTab("bob")];
  type(bob, "mine alone");
  type(ada, "text");
  await clock.run(500);
  expect(stateOf(bob)).toMatchObject({ status: "saved", unsent: 0 });
  expect(bob.log.status.getSnapshot()).toMatchObject({ isWritable: false, problem: "read-only" });
  expect(server.rows.every((row) => row.sessionId === ada.sessionId)).toBe(true);
});

test("UL15 another epoch in an answer is told at once", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  server.epoch = 2;
  type(ada, "x");
  await clock.run(100);
  expect(ada.log.status.getSnapshot().access?.epoch).toBe(2);
  expect(stateOf(ada).status).toBe("saved");
});

test("UL16 refused reading ends it: nothing is applied, sent or asked any more", async () => {
  const { clock, server, openTab } = createWorld();
  const [ada, bob] = [await openTab("ada"), await openTab("bob")];
  server.roles.delete("bob");
  bob.log.pullNow();
  await clock.run(100);
  expect(bob.log.status.getSnapshot()).toMatchObject({
    phase: "ended",
    isWritable: false,
    problem: "no-access",
  });
  const { calls } = bob.line;
  type(ada, "secret");
  type(bob, "too late");
  await clock.run(120_000);
  expect(textOf(bob)).toBe("too late");
  expect(bob.line.calls).toBe(calls);
  server.roles.set("eve", "viewer");
  const eve = await openTab("eve");
  expect(eve.log.status.getSnapshot().problem).toBe("read-only");
  server.roles.delete("eve");
  eve.log.pullNow();
  await clock.run(100);
  expect(eve.log.status.getSnapshot(), "a reader, too").toMatchObject({ problem: "no-access" });
  expect(stateOf(eve)).toMatchObject({ status: "not-saved", reason: "no-access" });
  const stranger = new FakeTab({ ...tabOptions(clock, server), userId: "stranger" });
  const refused = expect(stranger.log.open()).rejects.toMatchObject({ code: "not_found" });
  await clock.run(100);
  await refused;
});

function tabOptions(clock: VirtualClock, server: FakeServer): FakeTabOptions {
  const dice = createDice(9);
  return { clock, server, dice, disk: new FakeDisk(clock, dice), name: "tab", userId: "ada" };
}

test("UL17 damaged rows and snapshots: the document stands still at the last good row, read-only", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  for (const word of ["good ", "bad ", "after"]) {
    type(ada, word);
    await clock.run(100);
  }
  const [, second] = server.rows;
  if (second === undefined) throw new Error("no row");
  server.rows[1] = { ...second, data: Uint8Array.of(0, 0) };
  const bob = await openTab("bob");
  expect(textOf(bob)).toBe("good ");
  expect(bob.log.status.getSnapshot()).toMatchObject({
    phase: "open",
    isWritable: false,
    problem: "corrupt",
  });
  expect(stateOf(bob)).toMatchObject({ status: "not-saved", reason: "corrupt" });
  server.rows[1] = second;
  await clock.run(61_000);
  expect(textOf(bob)).toBe("good bad after");
  expect(bob.log.status.getSnapshot().isWritable).toBe(true);
  server.compact();
  if (server.snapshot !== null) server.snapshot = { ...server.snapshot, sha256: sha256Hex(Uint8Array.of(1)) };
  const late = await openTab("bob");
  expect([textOf(late), late.log.status.getSnapshot().problem]).toEqual(["", "corrupt"]);
});

test("UL17 an answer that lacks a row, or the end of the log, is damaged too", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  for (const word of ["one ", "two ", "three"]) {
    type(ada, word);
    await clock.run(100);
  }
  const whole = server.pull.bind(server);
  for (const [missing, read] of [
    [1, "one "],
    [2, "one two "],
  ] as const) {
    server.pull = (...call) => {
      const pull = whole(...call);
      return { ...pull, updates: pull.updates.filter(({ seq }) => seq !== missing + 1) };
    };
    const bob = await openTab("bob");
    expect([textOf(bob), bob.log.status.getSnapshot().problem]).toEqual([read, "corrupt"]);
    server.pull = whole;
    await clock.run(61_000);
    expect([textOf(bob), bob.log.status.getSnapshot().problem]).toEqual(["one two three", null]);
  }
});

test("UL18 a document of a newer program is read-only, 0 bytes are sent", async () => {
  const { clock, server, openTab } = createWorld();
  server.schemaVersion = 2;
  const ada = await openTab("ada");
  type(ada, "x");
  await clock.run(5_000);
  expect(server.rows).toHaveLength(0);
  expect(ada.log.status.getSnapshot()).toMatchObject({ isWritable: false, problem: "newer-version" });
  server.schemaVersion = 1;
  ada.log.pullNow();
  await clock.run(500);
  expect(ada.log.status.getSnapshot()).toMatchObject({ isWritable: true, problem: null });
});

test("UL19 edits inside observers, of local edits and of the log's, are sent once and reach everybody", async () => {
  const { clock, server, openTab } = createWorld();
  const [ada, bob] = [await openTab("ada"), await openTab("bob")];
  const map = ada.doc.getMap("map");
  ada.doc.getText("text").observe((_event, transaction) => {
    if (transaction.local) ada.doc.transact(() => map.set("nested", map.size));
    else map.set(`inside ${map.size}`, true);
  });
  const before = ada.doc.clientID;
  type(ada, "local ");
  await clock.run(500);
  type(bob, "remote ");
  await clock.run(500);
  type(ada, "again");
  await clock.run(500);
  expect(ada.doc.clientID).toBe(before);
  expect([stateOf(ada).status, stateOf(bob).status]).toEqual(["saved", "saved"]);
  for (const doc of [bob.doc, server.replay()]) {
    expect(doc.getMap("map").toJSON()).toEqual(map.toJSON());
    expect(doc.getText("text").toString()).toBe(textOf(ada));
  }
  expect(map.size).toBeGreaterThan(1);
});

test("UL30 only what is written here is encoded: not what the log brings, as it opens or later", async () => {
  const { clock, server, dice, openTab } = createWorld();
  const ada = await openTab("ada");
  type(ada, "before ");
  await clock.run(500);
  const bob = new FakeTab({
    server,
    clock,
    dice,
    userId: "bob",
    name: "bob",
    disk: new FakeDisk(clock, dice),
  });
  const told = vi.spyOn(bob.doc, "emit");
  const encoded = () => told.mock.calls.filter(([name]) => name === "update").length;
  const opened = bob.open();
  await clock.run(100);
  await opened;
  type(ada, "later ");
  await clock.run(500);
  expect([textOf(bob), encoded()]).toEqual(["before later ", 0]);
  type(bob, "own ");
  await clock.run(500);
  expect([textOf(ada), encoded()]).toEqual(["before later own ", 1]);
  type(ada, "after");
  await clock.run(500);
  expect([textOf(bob), encoded()]).toEqual(["before later own after", 1]);
});

test("UL20 a dead tab's words are shown and sent first, under their own session; own edits may stand on them", async () => {
  const { clock, server, disk, openTab } = createWorld();
  const dying = await openTab("ada", { disk });
  dying.line.cut = true;
  type(dying, "left behind ");
  await clock.run(1_000);
  dying.crash();
  const next = await openTab("ada", { disk });
  expect(textOf(next)).toBe("left behind ");
  type(next, "and on");
  await clock.run(1_000);
  expect(server.rows.map((row) => row.sessionId)).toEqual([dying.sessionId, next.sessionId]);
  expect(server.replay().getText("text").toString()).toBe("left behind and on");
  expect(await disk.memory.list()).toEqual([]);
});

test("UL21 words of a dead tab that the log has already are not sent again, also when it has more of them", async () => {
  const { clock, server, disk, openTab } = createWorld();
  const dying = await openTab("ada", { disk });
  const base = Y.encodeStateVector(dying.doc);
  type(dying, "stored");
  const stored = Y.encodeStateAsUpdate(dying.doc, base);
  await clock.run(1_000);
  dying.crash();
  const entry = {
    sessionId: dying.sessionId,
    yjsClientId: dying.doc.clientID,
    clientSeq: 1,
    parts: [stored],
  };
  await disk.memory.put(entry);
  // Compacted: the row is gone, the clocks tell.
  server.compact();
  const next = await openTab("ada", { disk });
  await clock.run(1_000);
  expect(textOf(next)).toBe("stored");
  expect([server.rows.length, (await disk.memory.list()).length, stateOf(next).status]).toEqual([
    1,
    0,
    "saved",
  ]);
});

test("UL22 entries that can never be sent are given back, the rest goes on", async () => {
  const { clock, openTab } = createWorld();
  const ada = await openTab("ada");
  const parts = [Uint8Array.of(1, 1, 255, 255, 255)];
  const gap = Uint8Array.from([1, 1, 9, 5, 4, 1, 1, 116, 1, 120, 0]);
  const entries = [
    { sessionId: "dead", yjsClientId: 9, clientSeq: 1, parts },
    { sessionId: "dead", yjsClientId: 9, clientSeq: 2, parts: [gap] },
  ];
  expect(ada.log.adopt(entries)).toEqual(entries);
  const dead = new Y.Doc();
  dead.clientID = 10;
  dead.getText("text").insert(0, "words");
  const words = Y.encodeStateAsUpdate(dead);
  const changed = words.map((byte) => (byte === 119 ? 115 : byte));
  const swords = {
    sessionId: "dead",
    yjsClientId: 10,
    clientSeq: 1,
    parts: [changed],
    sums: [sha256Hex(words)],
  };
  expect(ada.log.adopt([swords])).toEqual([swords]);
  type(ada, "fine");
  await clock.run(500);
  expect(stateOf(ada).status).toBe("saved");
});

test("UL23 a session that ran out: not saved, tried again, and saved once it is back", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  const roleOf = server.roleOf.bind(server);
  server.roleOf = () => {
    throw new AppError("unauthenticated", "JWT expired");
  };
  type(ada, "x");
  await clock.run(2_000);
  expect(stateOf(ada)).toMatchObject({ status: "not-saved", reason: "signed-out" });
  server.roleOf = roleOf;
  await clock.run(15_000);
  expect(stateOf(ada).status).toBe("saved");
});

test("UL24 offline says so, and coming back retries at once", async () => {
  const { clock, openTab } = createWorld();
  const ada = await openTab("ada");
  ada.line.cut = true;
  ada.log.tell("offline");
  type(ada, "x");
  await clock.run(60_000);
  expect(stateOf(ada)).toMatchObject({ status: "offline", unsent: 1 });
  ada.line.cut = false;
  ada.log.tell("online");
  await clock.run(50);
  expect(stateOf(ada).status).toBe("saved");
  // The browser is wrong: there is an answer. But one that was asked for before says nothing of the time since.
  ada.log.pullNow();
  ada.log.tell("offline");
  await clock.run(200);
  expect(stateOf(ada).status, "the last breath").toBe("offline");
  ada.log.pullNow();
  await clock.run(200);
  expect(stateOf(ada).status).toBe("saved");
});

test("UL25 nobody waits between appends who is alone or with one other; more people share the budget", () => {
  const eventsPerSecond = HOSTED_EVENTS_PER_SECOND;
  const windowOf = (others: number, othersTyping: number, roundTripMs = 20, budget = eventsPerSecond) =>
    appendWindowMs({ others, othersTyping, roundTripMs, eventsPerSecond: budget });
  expect([windowOf(0, 0, 5_000), windowOf(1, 0, 5_000), windowOf(1, 1, 5_000)]).toEqual([0, 0, 0]);
  for (let present = 3; present <= 23; present++)
    for (let typing = 1; typing <= present; typing++) {
      const cost = typing * (present + 1) * (1_000 / windowOf(present - 1, typing - 1));
      expect(cost, `${typing} of ${present}`).toBeLessThanOrEqual(0.5 * eventsPerSecond + 1e-9);
    }
  // Fluent among twenty: who types alone hardly waits, and nobody ever longer than this.
  expect(windowOf(19, 0)).toBeLessThan(100);
  expect(windowOf(19, 4)).toBeLessThan(500);
  expect(windowOf(200, 200, 5_000)).toBe(2_500);
  // A server of one's own: only a slow one makes typists wait.
  const own = [3, 5, 10, 20, 40].map((typing) => windowOf(50, typing, 20, Number.POSITIVE_INFINITY));
  expect(own).toEqual([...own].sort((a, b) => a - b));
  expect(windowOf(50, 1, 500, Number.POSITIVE_INFINITY)).toBe(0);
  expect(windowOf(50, 2, 1_000, Number.POSITIVE_INFINITY)).toBe(30);
  expect(windowOf(50, 50, 500, Number.POSITIVE_INFINITY)).toBe(250);
});

test("UL26 with several typing, appends keep the window and merge what comes within it", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada", { log: { windowMs: () => 100 } });
  for (let key = 0; key < 50; key++) {
    type(ada, "k");
    await clock.run(20);
  }
  await clock.run(1_000);
  expect(server.replay().getText("text").length).toBe(50);
  expect(server.rows.length).toBeLessThan(20);
});

test("UL27 a snapshot and pages bring a long log in; nothing is asked twice", async () => {
  const { clock, server, openTab } = createWorld();
  server.pageRows = 4;
  const ada = await openTab("ada");
  for (let word = 0; word < 20; word++) {
    type(ada, `${word} `);
    await clock.run(50);
    if (word === 9) server.compact();
  }
  const bob = await openTab("bob");
  expect(textOf(bob)).toBe(textOf(ada));
  expect(bob.log.seq).toBe(server.rows.length);
});

test("UL28 an outbox that breaks is said, and saving goes on", async () => {
  const { clock, dice, openTab } = createWorld();
  const disk = new FakeDisk(clock, dice);
  const ada = await openTab("ada", { disk });
  expect(stateOf(ada).onlyInThisTab).toBe(false);
  disk.memory.put = () => Promise.reject(new Error("full"));
  type(ada, "x");
  await clock.run(500);
  expect(stateOf(ada)).toMatchObject({ status: "saved", onlyInThisTab: true });
});

test("UL29 while others' edits are held, own ones are saved and nothing is asked again and again", async () => {
  const { clock, openTab } = createWorld();
  const [ada, bob] = [await openTab("ada"), await openTab("bob")];
  ada.log.hold(true);
  for (let key = 0; key < 10; key++) {
    type(bob, "b");
    type(ada, "a");
    await clock.run(200);
  }
  const { calls } = ada.line;
  await clock.run(5_000);
  expect([textOf(ada), stateOf(ada).status, ada.line.calls]).toEqual(["a".repeat(10), "saved", calls]);
  ada.log.hold(false);
  await clock.run(500);
  expect(textOf(ada)).toBe(textOf(bob));
  expect(textOf(ada)).toHaveLength(20);
});
