/**
 * For tests: histories of up to four people who write in one document while everything fails that can: calls, answers
 * and messages lost, late, doubled and reordered, cuts of minutes, crashes, reloads from the outbox, compaction, rights
 * taken and given back, the trash, changes of epoch, and rows that nobody honest sends. Then the network heals, and
 * the invariants must hold. Same seed, same history.
 */
import { editOnce } from "../core/guard-fixtures.ts";
import {
  flawsOfLog,
  flawsOfMarkers,
  flawsOfPromises,
  flawsOfReplicas,
  flawsOfSnapshot,
  replayLog,
} from "../core/invariants.ts";
import { flawsOfProjection, flawsOfTree, storedAs } from "../core/invariants-of-blocks.ts";
import { projectDocument } from "../core/projection.ts";
import { CALM } from "./fake-network.ts";
import { forge } from "./model-foe.ts";
import type { ModelPlant } from "./model-plants.ts";
import { listMarkers, ModelWorld, type Seat } from "./model-world.ts";

export type ModelOutcome = {
  readonly broken: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
};

const STEPS = 60;

export async function runModelHistory(seed: number, plant: ModelPlant = {}): Promise<ModelOutcome> {
  const world = new ModelWorld(seed, 1 + (seed % 4), plant);
  await world.clock.run(200);
  for (let at = 0; at < STEPS; at++) await step(world);
  await heal(world);
  const { book, server, mayBeLost, plain, counts } = world;
  const broken = flawsOfWorld(world);
  for (const { tab } of world.seats) tab.crash();
  const { length: rows } = server.rows;
  const markers = book.typed.size + plain.size;
  return { broken, counts: { ...counts, rows, markers, removed: book.removed.size, unkept: mayBeLost.size } };
}

async function step(world: ModelWorld): Promise<void> {
  const { dice, clock, server, seats } = world;
  const seat = seats[dice(seats.length)] as Seat;
  const { tab } = seat;
  const action = dice(60);
  if (action < 2) await crash(world, seat);
  else if (action < 4) tab.line.cut = !tab.line.cut;
  else if (action < 6) tab.disconnect();
  else if (action < 8 && tab.isReady) tab.connect();
  else if (action === 8 && server.rows.length % 2 === 0) server.prune();
  else if (action === 8) server.compact();
  else if (action === 9) await spendOffline(world, seat);
  else if (action === 10) changeRights(world, seat);
  else if (action === 11) changeTrash(world);
  else if (action === 12) sendForged(world);
  else if (action < 20) await clock.run(dice(400));
  else edit(world, seat);
  await clock.run(dice(30));
}

/** One edit, when the tab would let its person edit. */
function edit(world: ModelWorld, { tab, peer, undo }: Seat): void {
  const { dice, book, plain } = world;
  if (!tab.isReady || !tab.log.status.getSnapshot().isWritable) return;
  const kind = dice(6);
  if (kind === 0) {
    const marker = `m${plain.size}`;
    plain.set(marker, tab);
    tab.doc.getArray<string>("markers").push([marker]);
  } else if (kind === 1) editOnce({ doc: tab.doc, undo } as Parameters<typeof editOnce>[0], dice);
  else book.act(peer, book.draw(true));
}

async function crash(world: ModelWorld, seat: Seat): Promise<void> {
  for (let edits = world.dice(5); edits > 0; edits--) {
    edit(world, seat);
    await world.clock.run(world.dice(12));
  }
  await world.replaceTab(seat);
}

/** Minutes without a cable, writing now and then. */
async function spendOffline(world: ModelWorld, seat: Seat): Promise<void> {
  seat.tab.line.cut = true;
  for (let edits = 1 + world.dice(5); edits > 0; edits--) {
    edit(world, seat);
    await world.clock.run(world.dice(60_000));
  }
  seat.tab.line.cut = false;
}

/** Less than before begins an epoch; those who are told ask, the others find out. */
function changeRights({ server, dice, seats, clock, counts }: ModelWorld, { userId }: Seat): void {
  const hadMore = server.roles.get(userId) === "editor";
  if (!hadMore) server.roles.set(userId, "editor");
  else if (dice(3) === 0) server.roles.delete(userId);
  else server.roles.set(userId, "viewer");
  if (!hadMore) return;
  counts.refusals++;
  server.epoch++;
  for (const { tab } of seats)
    if (dice(5) > 0) clock.after(dice(500), () => tab.isReady && tab.log.pullNow());
}

function changeTrash({ server, seats, dice, clock }: ModelWorld): void {
  server.trashed = !server.trashed;
  for (const { tab } of seats)
    if (dice(2) > 0) clock.after(dice(500), () => tab.isReady && tab.log.pullNow());
}

/** A member who keeps to no rule but that of the server: an own session, own numbers. */
function sendForged({ server, dice, counts }: ModelWorld): void {
  const [userId, sessionId, foe] = ["mallory", "mallory-1", 666];
  server.roles.set(userId, "editor");
  server.open(userId, { sessionId, yjsClientId: foe }, server.rows.length);
  if (server.trashed) return;
  counts.forged++;
  void server.append(userId, sessionId, [
    { clientSeq: counts.forged, data: forge(server.truth.doc, foe, dice) },
  ]);
}

/** The network heals and rights come back: everybody must come together within seconds. */
async function heal(world: ModelWorld): Promise<void> {
  const { server, seats, clock } = world;
  server.trashed = false;
  for (const { userId } of seats) server.roles.set(userId, "editor");
  for (const { tab } of seats) Object.assign(tab.line, { faults: CALM, cut: false });
  await clock.run(500);
  for (const seat of seats) {
    if (seat.tab.log.status.getSnapshot().phase !== "ended") continue;
    await world.replaceTab(seat);
    seat.tab.line.faults = CALM;
  }
  await clock.runUntil(() => seats.every(({ tab }) => tab.isReady), 60_000);
  for (const { tab } of seats) tab.connect();
  const isQuiet = () => seats.every(({ tab }) => tab.log.unsent === 0 && tab.log.seq === server.rows.length);
  // Less than the pull of every minute: it must not need that.
  await clock.runUntil(isQuiet, 40_000);
  // Calls that were given up arrive by now.
  await clock.run(3_500);
}

function flawsOfWorld(world: ModelWorld): string[] {
  const { server, seats, book, plain, mayBeLost } = world;
  const truth = replayLog(server.rows);
  const replicas = seats.map(({ tab }) => ({ name: tab.sessionId, doc: tab.doc }));
  const typed = [...book.typed.keys(), ...plain.keys()];
  const removed = new Set([...book.removed, ...mayBeLost]);
  const seen = seats[0]?.tab.doc ?? truth;
  const projection = projectDocument(truth);
  return [
    ...book.broken,
    ...flawsOfPromises(server.rows, server.promised),
    ...flawsOfLog(server.rows),
    ...seats.flatMap((seat) => flawsOfSeat(world, seat)),
    ...flawsOfReplicas([{ name: "the log", doc: truth }, ...replicas]),
    ...flawsOfMarkers({ typed, removed, found: listMarkers(truth) }),
    ...flawsOfProjection(seen, storedAs(projection)),
    ...flawsOfTree(projection.rows),
    ...(server.snapshot === null ? [] : flawsOfSnapshot(server.rows, server.snapshot)),
  ];
}

function flawsOfSeat({ server }: ModelWorld, { tab }: Seat): string[] {
  const { status, reason } = tab.log.saveState.getSnapshot();
  const flaws: string[] = [];
  if (tab.lied !== null) flaws.push(`I1 ${tab.sessionId} said ${tab.lied}`);
  if (status !== "saved")
    flaws.push(`I1 ${tab.sessionId} has words that were not saved: ${status} ${reason}`);
  if (tab.log.seq !== server.rows.length)
    flaws.push(`I2 ${tab.sessionId} has read ${tab.log.seq} of ${server.rows.length} rows`);
  return flaws;
}
