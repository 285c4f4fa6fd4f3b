import fc from "fast-check";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { admitUpdate, createGuardState, judgeUpdate } from "../core/guard.ts";
import { createDice, type Dice, editOnce } from "../core/guard-fixtures.ts";
import { CALM, FakeServer, type Faults } from "./fake-network.ts";
import { FakeDisk, FakeTab } from "./fake-tab.ts";
import { VirtualClock } from "./virtual-clock.ts";

const SEED = Number(process.env.SEED ?? 4_711);
const RUNS = Number(process.env.RUNS ?? 150);

type World = {
  readonly server: FakeServer;
  readonly clock: VirtualClock;
  readonly dice: Dice;
  readonly tabs: FakeTab[];
  readonly disks: FakeDisk[];
  /** Markers typed, and those that a crash may have taken: not yet on the disk. */
  readonly typed: Map<string, FakeTab>;
  readonly mayBeLost: Set<string>;
};

type Plant = { readonly forgets?: number; readonly skipsPullOnRejoin?: boolean };

function randomFaults(dice: Dice): Faults {
  return {
    lostCalls: dice(25),
    lostAnswers: dice(25),
    lostMessages: dice(40),
    doubledMessages: dice(30),
    delayMs: 1 + dice(60),
  };
}

function openTab(world: World, place: number, plant: Plant): FakeTab {
  const { server, clock, dice } = world;
  const disk = world.disks[place] as FakeDisk;
  const skips = plant.skipsPullOnRejoin ?? false;
  const options = {
    server,
    clock,
    dice,
    userId: `person${place}`,
    disk,
    name: `tab${place}`,
    skipsPullOnRejoin: skips,
  };
  const tab = new FakeTab(options);
  tab.line.faults = randomFaults(dice);
  void tab.open();
  return tab;
}

function createWorld(seed: number, people: number, plant: Plant): World {
  const dice = createDice(seed);
  const clock = new VirtualClock();
  const server = new FakeServer();
  server.dice = dice;
  server.forgets = plant.forgets ?? 0;
  server.pageRows = 3 + dice(20);
  const disks = Array.from({ length: people }, () => new FakeDisk(clock, dice));
  const world: World = { server, clock, dice, tabs: [], disks, typed: new Map(), mayBeLost: new Set() };
  for (let place = 0; place < people; place++) {
    server.roles.set(`person${place}`, "editor");
    world.tabs.push(openTab(world, place, plant));
  }
  return world;
}

function typeMarker(world: World, tab: FakeTab): void {
  const marker = `m${world.typed.size}`;
  world.typed.set(marker, tab);
  tab.doc.getArray<string>("markers").push([marker]);
}

async function crash(world: World, place: number, plant: Plant): Promise<void> {
  const tab = world.tabs[place] as FakeTab;
  for (let edits = tab.isReady ? world.dice(5) : 0; edits > 0; edits--) {
    typeMarker(world, tab);
    await world.clock.run(world.dice(12));
  }
  const kept = new Y.Doc();
  Y.applyUpdate(kept, Y.encodeStateAsUpdate(world.server.replay()));
  for (const entry of await (world.disks[place] as FakeDisk).memory.list()) {
    for (const part of entry.parts) Y.applyUpdate(kept, part);
  }
  tab.crash();
  const safe = new Set(kept.getArray<string>("markers").toArray());
  for (const [marker, author] of world.typed)
    if (author === tab && !safe.has(marker)) world.mayBeLost.add(marker);
  world.tabs[place] = openTab(world, place, plant);
}

async function step(world: World, plant: Plant): Promise<void> {
  const { dice, tabs, clock, server } = world;
  const place = dice(tabs.length);
  const tab = tabs[place] as FakeTab;
  const action = dice(30);
  if (action === 0) await crash(world, place, plant);
  else if (action === 1) tab.line.cut = !tab.line.cut;
  else if (action === 2) tab.disconnect();
  else if (action === 3 && tab.isReady) tab.connect();
  else if (action === 4 && dice(3) === 0) server.compact();
  else if (action < 10) await clock.run(dice(400));
  else if (tab.isReady && action < 20) typeMarker(world, tab);
  else if (tab.isReady) editOnce({ doc: tab.doc, undo: tab.undo } as Parameters<typeof editOnce>[0], dice);
  await clock.run(dice(30));
}

/** The network heals: everybody must come together within seconds. */
async function heal(world: World): Promise<void> {
  for (const tab of world.tabs) {
    tab.line.faults = CALM;
    tab.line.cut = false;
  }
  await world.clock.runUntil(() => world.tabs.every((tab) => tab.isReady), 60_000);
  for (const tab of world.tabs) tab.connect();
  const isQuiet = () =>
    world.tabs.every((tab) => tab.log.unsent === 0 && tab.log.seq === world.server.rows.length && !tab.lied);
  // Less than the pull of every minute: it must not need that.
  await world.clock.runUntil(isQuiet, 40_000);
  await world.clock.run(1_000);
}

function checkLog({ server }: World): void {
  const state = createGuardState();
  server.rows.forEach((row, index) => {
    expect(row.seq, "I6 seq is gapless").toBe(index + 1);
    expect(judgeUpdate(state, row), `the guard takes row ${row.seq}`).toMatchObject({ ok: true });
    admitUpdate(state, row);
  });
  for (const { sessionId, clientSeq, seq, sum } of server.promised) {
    const found = server.rows.filter((row) => row.sessionId === sessionId && row.clientSeq === clientSeq);
    expect(
      found.map((row) => [row.seq, row.sha256]),
      "I1 acknowledged: in the log, once",
    ).toEqual([[seq, sum]]);
  }
}

function checkReplicas(world: World): void {
  const truth = world.server.replay();
  for (const tab of world.tabs) {
    expect(tab.lied, "saved is true").toBeNull();
    expect(tab.log.saveState.getSnapshot().status).toBe("saved");
    expect(tab.log.seq).toBe(world.server.rows.length);
    expect(tab.doc.getText("text").toDelta(), "I2 same text").toEqual(truth.getText("text").toDelta());
    expect(tab.doc.getMap("blocks").toJSON(), "I2 same blocks").toEqual(truth.getMap("blocks").toJSON());
    const ours = Y.decodeStateVector(Y.encodeStateVector(tab.doc));
    expect(ours, "I2 same state vector").toEqual(Y.decodeStateVector(Y.encodeStateVector(truth)));
  }
  const markers = truth.getArray<string>("markers").toArray();
  expect(new Set(markers).size, "I3 no marker twice").toBe(markers.length);
  const missing = [...world.typed.keys()].filter(
    (marker) => !markers.includes(marker) && !world.mayBeLost.has(marker),
  );
  expect(missing, "I3 no marker lost").toEqual([]);
}

async function runHistory(seed: number, people: number, steps: number, plant: Plant = {}): Promise<World> {
  const world = createWorld(seed, people, plant);
  await world.clock.run(200);
  for (let at = 0; at < steps; at++) await step(world, plant);
  await heal(world);
  checkLog(world);
  checkReplicas(world);
  return world;
}

/** The first of `runs` seeded histories that goes wrong. */
async function findFailure(runs: number, plant: Plant): Promise<string | null> {
  for (let seed = 1; seed <= runs; seed++) {
    try {
      await runHistory(seed, 3, 60, plant);
    } catch (error) {
      return String(error);
    }
  }
  return null;
}

test(`UL1 loss, doubling, reordering, cuts, crashes and reloads: nothing acknowledged is lost, all agree (seed ${SEED}, ${RUNS} histories; replay: SEED=… RUNS=… npx vitest run lib/collab/update-log.property.test.ts)`, async () => {
  let rows = 0;
  let typed = 0;
  let lost = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.integer({ min: 1, max: 4 }),
      async (seed, people) => {
        const world = await runHistory(seed, people, 60);
        rows += world.server.rows.length;
        typed += world.typed.size;
        lost += world.mayBeLost.size;
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
  console.info(`${RUNS} histories, ${rows} rows, ${typed} markers, ${lost} in the air at a crash`);
  expect(rows).toBeGreaterThan(RUNS * 5);
});

test("UL2 a planted 'acknowledge before durable' is found", async () => {
  expect(await findFailure(20, { forgets: 5 })).not.toBeNull();
});

test("UL3 a planted 'no pull after the socket came back' is found", async () => {
  expect(await findFailure(40, { skipsPullOnRejoin: true })).not.toBeNull();
});
