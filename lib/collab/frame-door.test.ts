import { expect, test } from "vitest";
import type { AwarenessMessage, Person, SignedFrame } from "../core/protocol.ts";
import { fakeKeys, signedBy } from "./fake-keys.ts";
import { FrameDoor } from "./frame-door.ts";
import { createFrameKeys, type FrameKeys } from "./frame-keys.ts";

const message = (sessionId: string, counter = 1): AwarenessMessage => ({
  sessionId,
  counter,
  head: 0,
  cursor: null,
  typing: false,
  blockId: null,
});

const personWith = (sessionId: string, publicKey: string | null): Person => ({
  sessionId,
  yjsClientId: 1,
  userId: "u",
  name: sessionId,
  color: 1,
  publicKey,
});

function createDoor(keys: FrameKeys, documentId = "d") {
  const people = new Map<string, Person>();
  const heard: AwarenessMessage[] = [];
  const sent: SignedFrame[] = [];
  const strangers: string[] = [];
  const state = { joined: true };
  const door = new FrameDoor({
    documentId,
    keys,
    personOf: (id) => people.get(id),
    onStranger: (id) => strangers.push(id),
    onFrame: (frame) => heard.push(frame),
    send: (frame) => sent.push(frame) > 0,
    canSend: () => state.joined,
  });
  return { door, people, heard, sent, strangers, state };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("FD1 a frame counts only with the signature of its session, in its document (WebCrypto)", async () => {
  const [ada, eve] = [createDoor(createFrameKeys()), createDoor(createFrameKeys())];
  const listed = [
    personWith("ada", await ada.door.publicKey()),
    personWith("eve", await eve.door.publicKey()),
  ];
  ada.door.send(message("ada"));
  eve.door.send(message("ada", 7));
  await Promise.all([ada.door.flush(), eve.door.flush()]);
  const [genuine] = ada.sent;
  const [forged] = eve.sent;
  if (!genuine || !forged) throw new Error("nothing was sent");
  const elsewhere = createDoor(createFrameKeys(), "another document");
  const bad = [
    forged,
    { ...genuine, signature: null },
    { ...genuine, signature: "not base64" },
    { ...genuine, frame: genuine.frame.replace('"counter":1', '"counter":2') },
    // Her own signature, under her own name, on a frame that speaks of another.
    { ...forged, sessionId: "eve" },
  ];
  for (const frame of bad) {
    const bob = createDoor(createFrameKeys());
    for (const person of listed) bob.people.set(person.sessionId, person);
    // Checked one after the other: when the genuine one is heard, the other was judged.
    bob.door.receive(frame);
    bob.door.receive(genuine);
    await expect.poll(() => bob.heard.length).toBeGreaterThan(0);
    await settled();
    expect(bob.heard).toEqual([message("ada")]);
  }
  const carried = createDoor(createFrameKeys(), "another document");
  for (const person of listed) carried.people.set(person.sessionId, person);
  carried.people.set("self", personWith("self", await elsewhere.door.publicKey()));
  carried.door.receive(genuine);
  elsewhere.door.send(message("self"));
  await elsewhere.door.flush();
  carried.door.receive(elsewhere.sent.at(-1) ?? genuine);
  await expect.poll(() => carried.heard).toEqual([message("self")]);
});

test("FD2 who is not on the server's list waits until the list has them; inventing people costs nothing", async () => {
  const { door, people, heard, strangers } = createDoor(fakeKeys("me"));
  door.receive(signedBy("bob", "d", message("bob", 1)));
  door.receive(signedBy("bob", "d", message("bob", 2)));
  for (let phantom = 0; phantom < 20_000; phantom++)
    door.receive(signedBy("eve", "d", message(`phantom ${phantom}`)));
  expect([...door.strangers]).toHaveLength(100);
  door.receive(signedBy("bob", "d", message("bob", 3)));
  await settled();
  expect(heard).toEqual([]);
  expect(new Set(strangers).size).toBe(20_001);
  people.set("bob", personWith("bob", "key of bob"));
  door.peopleChanged();
  await settled();
  expect(heard).toMatchObject([{ sessionId: "bob", counter: 3 }]);
});

test("FD3 whoever floods is heard the less: one check at a time, and only the newest waits", async () => {
  let checks = 0;
  const keys = fakeKeys("me");
  const { door, people, heard } = createDoor({
    ...keys,
    verify: (...asked) => {
      checks++;
      return keys.verify(...asked);
    },
  });
  people.set("eve", personWith("eve", "key of eve"));
  for (let counter = 1; counter <= 1_000; counter++)
    door.receive(signedBy("eve", "d", message("eve", counter)));
  await settled();
  expect(checks).toBe(2);
  expect(heard.map(({ counter }) => counter)).toEqual([1, 1_000]);
});

test("FD4 frames leave in the order of the calls, none without a channel, none too large, and flush waits for them", async () => {
  const { door, sent, state } = createDoor(fakeKeys("me"));
  for (let counter = 1; counter <= 5; counter++) expect(door.send(message("me", counter))).toBe(true);
  await door.flush();
  expect(sent.map(({ frame }) => JSON.parse(frame).counter)).toEqual([1, 2, 3, 4, 5]);
  expect(door.send({ ...message("me"), cursor: { anchor: "x".repeat(5_000), head: null } })).toBe(false);
  state.joined = false;
  expect(door.send(message("me"))).toBe(false);
  expect(sent).toHaveLength(5);
});

test("FD5 without WebCrypto a session says that it cannot sign, and only such a session is believed unsigned", async () => {
  const plain = createDoor(createFrameKeys(null));
  expect(await plain.door.publicKey()).toBeNull();
  plain.door.send(message("plain"));
  await plain.door.flush();
  const [frame] = plain.sent;
  if (!frame) throw new Error("nothing was sent");
  const { door, people, heard } = createDoor(createFrameKeys());
  people.set("plain", personWith("plain", null));
  door.receive(frame);
  door.receive({ ...frame, frame: "{" });
  door.receive({ ...frame, frame: '{"sessionId":"plain"}' });
  await settled();
  expect(heard).toMatchObject([{ sessionId: "plain" }]);
});
