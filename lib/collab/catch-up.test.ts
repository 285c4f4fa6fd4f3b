import { expect, test } from "vitest";
import * as Y from "yjs";
import { toBase64 } from "../core/base64.ts";
import { createDice } from "../core/guard-fixtures.ts";
import { UpdateMessage } from "../core/protocol.ts";
import { sha256Hex } from "../core/sha256.ts";
import { CATCH_UP_MS, type Trigger } from "./catch-up.ts";
import type { ConnectionEvent } from "./connection.ts";
import { FakeServer } from "./fake-network.ts";
import { FakeDisk, FakeTab } from "./fake-tab.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Ada writes rows that Bob does not hear of; Bob's calls are counted. */
async function createScene() {
  const clock = new VirtualClock();
  const server = new FakeServer();
  const dice = createDice(5);
  const openTab = async (userId: string) => {
    server.roles.set(userId, "editor");
    const disk = new FakeDisk(clock, dice);
    const tab = new FakeTab({ server, clock, dice, userId, name: userId, disk });
    void tab.open();
    await clock.runUntil(() => tab.isReady);
    return tab;
  };
  const [ada, bob] = [await openTab("ada"), await openTab("bob")];
  await clock.run(1_000);
  bob.line.faults = { ...bob.line.faults, lostMessages: 100 };
  for (const word of ["a", "b", "c"]) {
    ada.doc.getText("text").insert(0, word);
    await clock.run(100);
  }
  return { clock, server, ada, bob };
}

type Scene = Awaited<ReturnType<typeof createScene>>;

function messageOf({ server }: Scene, seq: number, more: object = {}): UpdateMessage {
  const row = server.rows[seq - 1];
  if (row === undefined) throw new Error("no such row");
  const { sessionId, yjsClientId, clientSeq, data, sha256 } = row;
  const updates = [{ seq, clientSeq, data: toBase64(data), sha256 }];
  return UpdateMessage.parse({ fromSeq: seq, toSeq: seq, sessionId, yjsClientId, updates, ...more });
}

/** An update that Yjs cannot place, as if it had slipped past the guard. */
function makePending(doc: Y.Doc): void {
  const other = new Y.Doc();
  other.getText("text").insert(0, "x");
  const start = Y.encodeStateVector(other);
  other.getText("text").insert(1, "y");
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other, start), "test");
}

/** How each trigger comes about. Total: a trigger without a test does not compile. */
const CAUSES: Record<Exclude<Trigger, "poll-joined" | "poll-blocked">, (scene: Scene) => unknown> = {
  gap: (scene) => scene.bob.log.receive(messageOf(scene, 2)),
  "missing-bytes": (scene) => scene.bob.log.receive(messageOf(scene, 1, { updates: undefined })),
  "wrong-sum": (scene) => {
    const message = messageOf(scene, 1);
    const [row] = message.updates ?? [];
    if (row !== undefined) row.sha256 = sha256Hex(Uint8Array.of(9));
    scene.bob.log.receive(message);
  },
  // What LiveChannel and DocumentSession make of a message that does not parse: LC2, DS11.
  undecodable: ({ bob }) => bob.log.pullNow("undecodable"),
  subscribed: ({ bob }) => bob.log.tell("subscribed"),
  lost: ({ bob }) => bob.log.tell("channel-error"),
  online: ({ bob }) => bob.log.tell("online"),
  visible: ({ bob }) => bob.log.tell("visible"),
  epoch: ({ bob }) => bob.log.tell("epoch-changed"),
  refusal: ({ bob, server }) => {
    server.trashed = true;
    bob.doc.getText("text").insert(0, "refused");
  },
  // Awareness says so (AW5), DocumentSession passes it on: DS14.
  silence: ({ bob }) => bob.log.pullNow("silence"),
  asked: ({ bob }) => bob.log.pullNow(),
  head: ({ bob }) => bob.doc.getText("text").insert(0, "own"),
  rumour: ({ bob }) => bob.log.hearRumour(3),
  pending: (scene) => {
    makePending(scene.bob.doc);
    scene.bob.log.receive(messageOf(scene, 1));
  },
};

/** An append goes there and back before its answer says anything. */
const ROUND_TRIP_MS = 40;

const causes = Object.entries(CAUSES) as [keyof typeof CAUSES, (scene: Scene) => unknown][];
test.each(causes)("CU1 within its time a pull follows on: %s", async (trigger, cause) => {
  const scene = await createScene();
  const { clock, bob } = scene;
  const pulls: number[] = [];
  const pull = bob.line.pull.bind(bob.line);
  bob.line.pull = (...asked) => {
    pulls.push(clock.now());
    return pull(...asked);
  };
  await clock.run(3_000);
  expect(pulls, "nothing is asked without a reason").toEqual([]);
  const at = clock.now();
  cause(scene);
  await clock.run(3_000);
  const [first = Number.POSITIVE_INFINITY] = pulls;
  expect(first - at).toBeLessThanOrEqual(CATCH_UP_MS[trigger] + ROUND_TRIP_MS);
  if (CATCH_UP_MS[trigger] > 0 && trigger !== "rumour")
    expect(first - at).toBeGreaterThanOrEqual(CATCH_UP_MS[trigger]);
  if (trigger !== "refusal") expect(bob.log.seq).toBeGreaterThanOrEqual(3);
});

const polls: [Trigger, ConnectionEvent][] = [
  ["poll-joined", "subscribed"],
  ["poll-blocked", "closed"],
];
test.each(polls)("CU2 without any hint the log is asked: %s", async (trigger, event) => {
  const { clock, bob } = await createScene();
  bob.log.tell(event);
  await clock.run(100);
  const { calls } = bob.line;
  await clock.run(CATCH_UP_MS[trigger] - 200);
  expect(bob.line.calls).toBe(calls);
  await clock.run(250);
  expect(bob.line.calls).toBe(calls + 1);
});

test("CU3 a storm of hints makes one pull at a time and one after it", async () => {
  const scene = await createScene();
  const { clock, bob } = scene;
  let under = 0;
  let most = 0;
  let pulls = 0;
  const pull = bob.line.pull.bind(bob.line);
  bob.line.pull = async (...asked) => {
    pulls++;
    most = Math.max(most, ++under);
    try {
      await clock.wait(50);
      return await pull(...asked);
    } finally {
      under--;
    }
  };
  const storm: ConnectionEvent[] = ["visible", "subscribed", "online", "closed", "epoch-changed"];
  for (let gust = 0; gust < 200; gust++) bob.log.tell(storm[gust % storm.length] ?? "visible");
  bob.log.tell("subscribed");
  await clock.run(1_000);
  expect([most, pulls]).toEqual([1, 2]);
  bob.log.tell("destroyed");
  for (const event of storm) bob.log.tell(event);
  await clock.run(120_000);
  expect(pulls).toBe(2);
});

test("CU4 a rumour that waits does not make the server's word wait", async () => {
  const scene = await createScene();
  const { clock, bob } = scene;
  bob.log.pullNow();
  await clock.run(100);
  const { calls } = bob.line;
  bob.log.hearRumour(1e15);
  scene.ada.doc.getText("text").insert(0, "d");
  await clock.run(50);
  bob.doc.getText("text").insert(0, "own");
  await clock.run(ROUND_TRIP_MS + CATCH_UP_MS.head + 50);
  // One append, one pull.
  expect(bob.line.calls).toBe(calls + 2);
  expect(bob.log.seq).toBe(5);
});
