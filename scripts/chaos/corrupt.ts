/**
 * One person reads through storage that changes bytes: rows and snapshots flipped, cut, swapped and missing in the
 * answers and messages, and entries on the own disk. It must be noticed, the document stands still and read-only at the
 * last good state, nobody else notices, nothing damaged is ever sent, and all comes right once whole bytes come back.
 */
import * as Y from "yjs";
import { FakeLine, FakeServer } from "../../lib/collab/fake-network.ts";
import { FakeDisk, FakeTab } from "../../lib/collab/fake-tab.ts";
import { changedLine, damage, damageMessage, damagePull } from "../../lib/collab/model-damage.ts";
import { markersIn } from "../../lib/collab/model-world.ts";
import type { OutboxEntry } from "../../lib/collab/outbox.ts";
import { settlePromises, VirtualClock } from "../../lib/collab/virtual-clock.ts";
import { createDice, type Dice } from "../../lib/core/guard-fixtures.ts";
import { History, Peer } from "../../lib/core/history.ts";
import {
  flawsOfAttempts,
  flawsOfLog,
  flawsOfMarkers,
  flawsOfReplicas,
  replayLog,
} from "../../lib/core/invariants.ts";
import type { Pull, Snapshot } from "../../lib/core/protocol.ts";
import { sha256Hex } from "../../lib/core/sha256.ts";
import type { GroundOptions, Outcome, Suite } from "./suite.ts";

type Repair = (pull: Pull, damaged: Pull) => Pull;

/** What a careless client makes of a damaged answer. */
const PLANTS: Readonly<Record<string, Repair>> = {
  /** A load that failed counts as an empty document. */
  "blank-overwrite": (_pull, damaged) => {
    const state = Y.encodeStateAsUpdate(new Y.Doc());
    const blank = (upto: Snapshot): Snapshot => ({ ...upto, state, sha256: sha256Hex(state) });
    const rows = damaged.updates.filter(({ data, sha256 }) => sha256Hex(data) === sha256);
    return { ...damaged, snapshot: damaged.snapshot && blank(damaged.snapshot), updates: rows };
  },
  "sums-not-checked": (_pull, damaged) => ({
    ...damaged,
    snapshot: damaged.snapshot && { ...damaged.snapshot, sha256: sha256Hex(damaged.snapshot.state) },
    updates: damaged.updates.map((row) => ({ ...row, sha256: sha256Hex(row.data) })),
  }),
};

class World {
  readonly dice: Dice;
  readonly clock = new VirtualClock(settlePromises);
  readonly server = new FakeServer();
  readonly book: History;
  readonly writer: FakeTab;
  readonly peer: Peer;
  readonly disk: FakeDisk;
  readerLine: FakeLine;
  isDamaging = true;
  /** Answers that were damaged. */
  damaged = 0;
  readonly #plant: Repair | undefined;

  constructor(seed: number, plant: Repair | undefined) {
    this.#plant = plant;
    this.dice = createDice(seed);
    this.book = new History(seed);
    for (const person of ["writer", "reader"]) this.server.roles.set(person, "editor");
    this.disk = new FakeDisk(this.clock, this.dice);
    this.readerLine = new FakeLine(this.server, this.clock, this.dice, "reader");
    this.writer = this.openTab("writer", new FakeDisk(this.clock, this.dice));
    this.peer = new Peer(this.writer.doc);
  }

  openTab(userId: string, disk: FakeDisk): FakeTab {
    const { server, clock, dice } = this;
    const line = new FakeLine(server, clock, dice, userId);
    if (userId === "reader") this.readerLine = line;
    const log = userId === "reader" ? { transport: changedLine(line, (pull) => this.#change(pull)) } : {};
    const tab = new FakeTab({ server, clock, dice, userId, disk, name: userId, log });
    void tab.open();
    return tab;
  }

  #change(pull: Pull): Pull {
    if (!this.isDamaging) return pull;
    const damaged = damagePull(pull, this.dice);
    if (damaged === pull) return pull;
    this.damaged++;
    return this.#plant?.(pull, damaged) ?? damaged;
  }

  async write(edits: number): Promise<void> {
    for (; edits > 0; edits--) {
      this.book.act(this.peer, this.book.draw(true));
      await this.clock.run(40 + this.dice(40));
    }
  }
}

/** What must hold of the reader while its bytes are wrong. */
function flawsWhileDamaged({ server }: World, reader: FakeTab): string[] {
  const { problem, isWritable } = reader.log.status.getSnapshot();
  const lastGood = replayLog(server.rows.slice(0, reader.log.seq));
  const own = server.rows.filter(({ sessionId }) => sessionId === reader.sessionId).length;
  return [
    ...(problem === "corrupt" && !isWritable
      ? []
      : [`I6 damage was not noticed: ${problem}, at ${reader.log.seq}`]),
    ...flawsOfReplicas([
      { name: "the last good state", doc: lastGood },
      { name: "what the reader sees", doc: reader.doc },
    ]),
    ...flawsOfAttempts([{ who: "the reader", what: "with wrong bytes", bytesRead: 0, rowsWritten: own }]),
  ];
}

async function runAnswers(world: World): Promise<string[]> {
  const { clock, server, dice, writer } = world;
  await clock.run(100);
  await world.write(4 + dice(12));
  if (dice(2) === 0) server.compact();
  await world.write(dice(6));
  await clock.run(200);
  const reader = world.openTab("reader", world.disk);
  await clock.runUntil(() => world.damaged > 0 && reader.isReady, 20_000);
  const flaws = world.damaged > 0 ? flawsWhileDamaged(world, reader) : [];
  await world.write(3);
  await clock.run(300);
  const writers = writer.log.saveState.getSnapshot();
  if (writers.status !== "saved") flaws.push(`I1 the writer was kept from saving: ${writers.reason}`);
  return [...flaws, ...(await recover(world, reader))];
}

async function recover(world: World, reader: FakeTab): Promise<string[]> {
  const { clock, server, writer, book } = world;
  world.isDamaging = false;
  reader.log.pullNow();
  await clock.runUntil(() => reader.log.seq === server.rows.length && reader.log.unsent === 0, 70_000);
  await clock.run(500);
  const truth = replayLog(server.rows);
  const { status, reason } = reader.log.saveState.getSnapshot();
  return [
    ...(status === "saved" ? [] : [`I1 the reader does not recover: ${reason}`]),
    ...flawsOfLog(server.rows),
    ...flawsOfReplicas([
      { name: "the log", doc: truth },
      { name: "the writer", doc: writer.doc },
      { name: "the reader", doc: reader.doc },
    ]),
    ...flawsOfMarkers({ typed: book.typed.keys(), removed: book.removed, found: markersIn(truth) }),
  ];
}

/** Live messages are damaged on their way: a pull brings the rows. */
async function runMessages(world: World): Promise<string[]> {
  const { clock, dice, server } = world;
  world.isDamaging = false;
  await clock.run(100);
  const reader = world.openTab("reader", world.disk);
  const { receive } = reader.log;
  reader.log.receive = (message) => {
    world.damaged++;
    receive.call(reader.log, damageMessage(message, dice));
  };
  await world.write(6);
  await clock.run(1_000);
  const late =
    reader.log.seq === server.rows.length ? [] : [`I2 the reader has read ${reader.log.seq} rows only`];
  return [...late, ...(await recover(world, reader))];
}

/** A tab dies with words on its disk, and the disk changes them: they are not sent. */
async function runDisk(world: World): Promise<string[]> {
  const { clock, dice, disk, server, book } = world;
  world.isDamaging = false;
  await clock.run(100);
  const dying = world.openTab("reader", disk);
  await clock.run(200);
  world.readerLine.cut = true;
  const peer = new Peer(dying.doc);
  for (let edits = 0; edits < 6; edits++) {
    book.act(peer, edits === 0 ? "create" : book.draw(false));
    await clock.run(100);
  }
  dying.crash();
  // A call under way may not bring the whole bytes after all.
  await clock.run(100);
  const entries = await disk.memory.list();
  const at = dice(Math.max(1, entries.length));
  const hit = entries[at];
  if (hit === undefined) return ["I1 words typed without a network are not on the disk"];
  await disk.memory.put(damageEntry(hit, dice));
  world.readerLine.cut = false;
  world.damaged++;
  const next = world.openTab("reader", disk);
  await clock.run(2_000);
  const sent = server.rows.filter(
    ({ sessionId, clientSeq }) => sessionId === hit.sessionId && clientSeq === hit.clientSeq,
  );
  const flaws = flawsOfAttempts([
    { who: "the reader", what: "changed on the disk", bytesRead: 0, rowsWritten: sent.length },
  ]);
  const lost = [...book.typed.keys()].filter((marker) => !markersIn(next.doc).has(marker));
  for (const marker of lost) book.removed.add(marker);
  return [...flaws, ...(await recover(world, next))];
}

function damageEntry(entry: OutboxEntry, dice: Dice): OutboxEntry {
  const at = dice(entry.parts.length);
  return { ...entry, parts: entry.parts.map((part, index) => (index === at ? damage(part, dice) : part)) };
}

async function run(seed: number, plant: Repair | undefined): Promise<Outcome> {
  const world = new World(seed, plant);
  const kinds = [runAnswers, runAnswers, runMessages, runDisk];
  const broken = await (kinds[seed % kinds.length] ?? runAnswers)(world);
  return {
    broken: [...broken, ...world.book.broken],
    counts: { damaged: world.damaged, rows: world.server.rows.length },
  };
}

export const corrupt: Suite = {
  name: "corrupt",
  unit: "documents",
  full: 2_000,
  share: 120,
  plants: Object.keys(PLANTS),
  open({ plant }: GroundOptions) {
    const chosen = plant === null ? undefined : PLANTS[plant];
    return Promise.resolve({ run: (seed: number) => run(seed, chosen), close: () => Promise.resolve() });
  },
};
