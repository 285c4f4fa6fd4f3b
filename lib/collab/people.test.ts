import { expect, test } from "vitest";
import type { AwarenessMessage, Person, SignedFrame } from "../core/protocol.ts";
import { Directory } from "./directory.ts";
import { fakeKeys, signedBy } from "./fake-keys.ts";
import { Gathering } from "./gathering.ts";
import { groupByUser, type PersonHere } from "./people.ts";
import { VirtualClock } from "./virtual-clock.ts";

const person = (sessionId: string, name: string): Person => ({
  sessionId,
  yjsClientId: 1,
  userId: `user ${name}`,
  name,
  color: 3,
  publicKey: `key of ${sessionId}`,
});

function frame(sessionId: string, more: Partial<AwarenessMessage> = {}): SignedFrame {
  const where = { cursor: null, typing: false, blockId: null };
  return signedBy(sessionId, "d", { sessionId, counter: 1, head: 0, ...where, ...more });
}

function createGathering(known: Person[]) {
  const clock = new VirtualClock();
  let questions = 0;
  const gathering = new Gathering({
    documentId: "d",
    sessionId: "me",
    keys: fakeKeys("me"),
    clock,
    list: () => {
      questions++;
      return Promise.resolve(known);
    },
    send: () => true,
    canSend: () => true,
    head: () => 0,
    onRumour: () => undefined,
    onSilence: () => undefined,
    eventsPerSecond: Number.POSITIVE_INFINITY,
  });
  gathering.know([person("me", "Me")]);
  const names = () => gathering.people.getSnapshot().map(({ name }) => name);
  return { clock, gathering, names, questions: () => questions };
}

test("PE1 names and colours come from the server's list; an unknown session is asked for, an invented one never shown", async () => {
  const { clock, gathering, names, questions } = createGathering([person("bob", "Bob")]);
  gathering.receive(frame("bob", { typing: true }));
  gathering.receive(frame("phantom"));
  expect(names()).toEqual(["Me"]);
  await clock.run(100);
  expect(gathering.people.getSnapshot()).toMatchObject([
    { name: "Me", isSelf: true },
    { name: "Bob", color: 3, typing: true, isSelf: false },
  ]);
  for (let counter = 2; counter < 200; counter++) {
    gathering.receive(frame("phantom", { counter }));
    await clock.run(100);
  }
  expect(names()).not.toContain("phantom");
  expect(questions(), "phantoms are not worth many questions").toBeLessThan(10);
});

test("PE2 who only reads is shown by the frame that greets a newcomer; a closed tab is gone at once, a frozen one after ten seconds", async () => {
  const { clock, gathering, names } = createGathering([]);
  gathering.know([person("bob", "Bob"), person("eve", "Eve")]);
  gathering.setPresent(["me", "bob", "eve"]);
  expect(names(), "presence alone shows nobody: anybody can claim it").toEqual(["Me"]);
  gathering.receive(frame("bob"));
  gathering.receive(frame("eve"));
  await clock.run(0);
  expect(names()).toEqual(["Me", "Bob", "Eve"]);
  gathering.drop("bob");
  expect(names()).toEqual(["Me", "Eve"]);
  await clock.run(9_000);
  expect(names()).toEqual(["Me", "Eve"]);
  await clock.run(3_000);
  expect(names()).toEqual(["Me"]);
  gathering.receive(frame("eve", { counter: 2 }));
  await clock.run(0);
  expect(names()).toEqual(["Me", "Eve"]);
});

test("PE3 the list changes only when something on it changed", async () => {
  const { clock, gathering } = createGathering([]);
  const hear = async (more: Partial<AwarenessMessage>) => {
    gathering.receive(frame("bob", more));
    await clock.run(0);
  };
  gathering.know([person("bob", "Bob")]);
  await hear({});
  let changes = 0;
  gathering.people.subscribe(() => changes++);
  const before = gathering.people.getSnapshot();
  await hear({ counter: 2 });
  gathering.know([person("bob", "Bob")]);
  expect(gathering.people.getSnapshot()).toBe(before);
  await hear({ counter: 3, typing: true });
  expect([changes, gathering.people.getSnapshot() === before]).toEqual([1, false]);
});

test("PE4 several tabs of one person are one entry, in the order of the list", () => {
  const here = (sessionId: string, userId: string | null): PersonHere => ({
    ...person(sessionId, "x"),
    userId,
    isSelf: false,
    cursor: null,
    blockId: null,
    typing: false,
  });
  const groups = groupByUser([
    here("1", "a"),
    here("2", "b"),
    here("3", "a"),
    here("4", null),
    here("5", null),
  ]);
  expect(groups.map((group) => group.map(({ sessionId }) => sessionId))).toEqual([
    ["1", "3"],
    ["2"],
    ["4"],
    ["5"],
  ]);
});

test("PE5 a question that fails is asked again later", async () => {
  const clock = new VirtualClock();
  let fails = true;
  let changes = 0;
  const directory = new Directory({
    clock,
    list: () => (fails ? Promise.reject(new Error("down")) : Promise.resolve([person("bob", "Bob")])),
    onChange: () => changes++,
  });
  directory.askFor(["bob"]);
  await clock.run(100);
  fails = false;
  directory.askFor(["bob"]);
  await clock.run(100);
  expect(changes).toBe(0);
  await clock.run(2_000);
  expect([changes, directory.people.has("bob")]).toEqual([1, true]);
});
