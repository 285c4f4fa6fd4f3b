/** What the server says about old, fast, full and newer: the client loses nothing over it. */
import { expect, test } from "vitest";
import * as Y from "yjs";
import { createDice } from "../core/guard-fixtures.ts";
import { CALM, FakeServer } from "./fake-network.ts";
import { FakeDisk, FakeTab, type FakeTabOptions } from "./fake-tab.ts";
import { VirtualClock } from "./virtual-clock.ts";

function createWorld() {
  const clock = new VirtualClock();
  const server = new FakeServer();
  const dice = createDice(7);
  for (const person of ["ada", "bob"]) server.roles.set(person, "editor");
  const openTab = async (name: string, schemaVersion = 1, more: Partial<FakeTabOptions> = {}) => {
    const disk = new FakeDisk(clock, dice);
    const log = { schemaVersion };
    const tab = new FakeTab({ ...{ server, clock, dice, userId: name, name, disk, log }, ...more });
    const opened = tab.open();
    await clock.run(100);
    await opened;
    await clock.run(100);
    return tab;
  };
  const newDisk = () => new FakeDisk(clock, dice);
  return { clock, server, openTab, newDisk };
}

const type = (tab: FakeTab, words: string) =>
  tab.doc.getText("text").insert(tab.doc.getText("text").length, words);
const textOf = (tab: FakeTab) => tab.doc.getText("text").toString();
const stateOf = (tab: FakeTab) => tab.log.saveState.getSnapshot();
const isWritable = (tab: FakeTab) => tab.log.status.getSnapshot().isWritable;
function copyOf(tab: FakeTab): string {
  const copy = new Y.Doc();
  for (const update of tab.log.unsentUpdates()) Y.applyUpdate(copy, update);
  return copy.getText("text").toString();
}

test("KP1 a retry of what was pruned is acknowledged with seq 0: saved, stored once, nothing offered", async () => {
  const { clock, server, openTab, newDisk } = createWorld();
  const disk = newDisk();
  const dying = await openTab("ada", 1, { disk });
  dying.line.faults = { ...CALM, lostAnswers: 100 };
  type(dying, "once");
  await clock.run(1_000);
  expect(server.rows).toHaveLength(1);
  server.prune();
  dying.line.faults = CALM;
  await clock.run(10_000);
  expect(server.promised.at(-1)).toMatchObject({ clientSeq: 1, seq: 0 });
  expect(stateOf(dying)).toMatchObject({ status: "saved", unsent: 0 });
  expect([server.rows.length, dying.log.seq, dying.log.unsentUpdates()]).toEqual([1, 1, []]);
  type(dying, " more");
  await clock.run(1_000);
  const bob = await openTab("bob");
  expect([textOf(dying), textOf(bob), server.rows.length]).toEqual(["once more", "once more", 2]);
});

test("KP3 a session that the server forgot is opened again and its words go out, its own and a dead tab's", async () => {
  const { clock, server, openTab, newDisk } = createWorld();
  const disk = newDisk();
  const dead = await openTab("ada", 1, { disk });
  dead.line.cut = true;
  type(dead, "dead ");
  await clock.run(500);
  dead.crash();
  const ada = await openTab("ada", 1, { disk: newDisk() });
  server.sessions.clear();
  type(ada, "own ");
  ada.log.adopt(await disk.memory.list());
  await clock.run(2_000);
  expect(stateOf(ada)).toMatchObject({ status: "saved", unsent: 0 });
  expect(server.replay().getText("text").toString().split(" ").sort()).toEqual(["", "dead", "own"]);
  expect(server.rows.map((row) => row.sessionId).sort()).toEqual([dead.sessionId, ada.sessionId].sort());
});

test("KP3 a session that stays refused is opened again once only", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  server.sessions.set(ada.sessionId, { yjsClientId: 5, userId: "bob", publicKey: null });
  const { calls } = ada.line;
  type(ada, "kept");
  await clock.run(500);
  expect(stateOf(ada)).toMatchObject({ status: "not-saved", reason: "refused", unsent: 1 });
  // The append, the opening that is refused, and the pull that looks at the rights.
  expect(ada.line.calls - calls).toBe(3);
  expect(copyOf(ada)).toBe("kept");
});

test("KP4 who is asked to slow down waits as long as asked, shows 'saving', and loses nothing", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  server.tooFastMs = 8_000;
  const { calls } = ada.line;
  type(ada, "a");
  await clock.run(7_900);
  type(ada, "b");
  expect(ada.line.calls - calls).toBe(1);
  expect(stateOf(ada)).toMatchObject({ status: "saving", reason: null });
  expect(isWritable(ada)).toBe(true);
  server.tooFastMs = 0;
  await clock.run(1_000);
  expect(stateOf(ada).status).toBe("saved");
  expect(server.replay().getText("text").toString()).toBe("ab");
});

test.each([1, 2, 3])("VS1 a program of version %i and a document of version 2", async (version) => {
  const { clock, server, openTab } = createWorld();
  server.schemaVersion = 2;
  const tab = await openTab("ada", version);
  type(tab, "words");
  await clock.run(5_000);
  const isOlder = version < 2;
  expect(server.rows.length).toBe(isOlder ? 0 : 1);
  expect(isWritable(tab)).toBe(!isOlder);
  expect(stateOf(tab)).toMatchObject(
    isOlder ? { status: "not-saved", reason: "newer-version", unsent: 1 } : { status: "saved" },
  );
  expect(server.schemaVersion).toBe(2);
  if (isOlder) expect(copyOf(tab)).toBe("words");
});

test("VS2 a document raised while it is open: the older tab is read-only within the second, its words are kept", async () => {
  const { clock, server, openTab } = createWorld();
  const [older, newer] = [await openTab("ada", 1), await openTab("bob", 2)];
  type(older, "before ");
  await clock.run(1_000);
  server.raiseSchemaVersion(2);
  await clock.run(200);
  expect([isWritable(older), isWritable(newer)]).toEqual([false, true]);
  expect(older.log.status.getSnapshot().problem).toBe("newer-version");
  type(older, "too late");
  type(newer, "after ");
  await clock.run(5_000);
  expect(server.replay().getText("text").toString()).toBe("before after ");
  const merged = server.replay();
  for (const update of older.log.unsentUpdates()) Y.applyUpdate(merged, update);
  expect(merged.getText("text").toString()).toContain("too late");
  expect(server.rows.filter((row) => row.sessionId === older.sessionId)).toHaveLength(1);
});

test("VS2 an append that crosses the raising is refused by the server, and that says the same", async () => {
  const { clock, server, openTab } = createWorld();
  const older = await openTab("ada", 1);
  older.disconnect();
  await clock.run(1_000);
  server.schemaVersion = 2;
  type(older, "crossing");
  await clock.run(50);
  expect(stateOf(older)).toMatchObject({ status: "not-saved", reason: "newer-version", unsent: 1 });
  const { calls } = older.line;
  await clock.run(1_500);
  expect([server.rows.length, older.line.calls - calls]).toEqual([0, 0]);
});

test("VS3 what an older program's tab left unsent, a newer program sends, and an older one keeps", async () => {
  const { clock, server, openTab, newDisk } = createWorld();
  const disk = newDisk();
  const dead = await openTab("ada", 1, { disk });
  dead.line.cut = true;
  type(dead, "left behind");
  await clock.run(500);
  dead.crash();
  server.schemaVersion = 2;
  const older = await openTab("ada", 1, { disk });
  await clock.run(5_000);
  expect([server.rows.length, stateOf(older).reason, textOf(older)]).toEqual([
    0,
    "newer-version",
    "left behind",
  ]);
  older.crash();
  const newer = await openTab("ada", 2, { disk });
  await clock.run(1_000);
  expect([server.rows.length, stateOf(newer).status]).toEqual([1, "saved"]);
  expect(server.replay().getText("text").toString()).toBe("left behind");
});

test("KP5 a full document: said, nothing is sent again, the words are kept and offered", async () => {
  const { clock, server, openTab } = createWorld();
  const ada = await openTab("ada");
  type(ada, "fits ");
  await clock.run(500);
  server.isFull = true;
  type(ada, "too much");
  await clock.run(500);
  expect(stateOf(ada)).toMatchObject({ status: "not-saved", reason: "full", unsent: 1 });
  expect([isWritable(ada), ada.log.unsentUpdates().length]).toEqual([false, 1]);
  const { calls } = ada.line;
  await clock.run(50_000);
  expect([server.rows.length, ada.line.calls - calls]).toEqual([1, 0]);
});
