/**
 * For tests: people with tabs, disks and lines around one log, and what they wrote. Everything that happens follows
 * from the seed. model-history.ts lets things happen.
 */
import * as Y from "yjs";
import { createDice, type Dice } from "../core/guard-fixtures.ts";
import { History, Peer } from "../core/history.ts";
import { readAsWritten } from "../core/read-as-written.ts";
import { FakeServer, type Faults } from "./fake-network.ts";
import { FakeDisk, FakeTab } from "./fake-tab.ts";
import type { ModelPlant } from "./model-plants.ts";
import { settlePromises, VirtualClock } from "./virtual-clock.ts";

/** One person's place: a disk that stays, and a tab that may be killed and opened anew. */
export type Seat = {
  readonly userId: string;
  readonly disk: FakeDisk;
  tab: FakeTab;
  peer: Peer;
  undo: Y.UndoManager;
};

export class ModelWorld {
  readonly dice: Dice;
  readonly clock = new VirtualClock(settlePromises);
  readonly server: FakeServer;
  readonly seats: Seat[];
  /** Draws operations on blocks, and books their markers. */
  readonly book: History;
  /** Markers typed outside of blocks, with the tab that typed each. */
  readonly plain = new Map<string, FakeTab>();
  /** Markers that a crash took before they were on the disk: nobody promised to keep them. */
  readonly mayBeLost = new Set<string>();
  readonly counts = { rows: 0, markers: 0, removed: 0, unkept: 0, crashes: 0, refusals: 0, forged: 0 };
  readonly #plant: ModelPlant;

  constructor(seed: number, people: number, plant: ModelPlant) {
    this.#plant = plant;
    this.dice = createDice(seed);
    this.book = new History(seed);
    this.server = plant.createServer?.(this.clock) ?? new FakeServer();
    this.server.dice = this.dice;
    this.server.pageRows = 3 + this.dice(20);
    this.seats = Array.from({ length: people }, (_, place) => this.#sit(`person${place}`));
  }

  #sit(userId: string): Seat {
    this.server.roles.set(userId, "editor");
    const disk = new FakeDisk(this.clock, this.dice);
    return { userId, disk, ...this.#openTab(userId, disk) };
  }

  #openTab(userId: string, disk: FakeDisk): Pick<Seat, "tab" | "peer" | "undo"> {
    const { server, clock, dice } = this;
    const { skipsPullOnRejoin = false, onQuarantine } = this.#plant;
    const tab: FakeTab = new FakeTab({
      ...{ server, clock, dice, userId, disk, skipsPullOnRejoin },
      name: userId,
      log: { onQuarantine: (row) => onQuarantine?.(tab, row, server) },
    });
    tab.line.faults = this.randomFaults();
    // A refusal shows in the tab's status.
    const opened = () => undefined;
    void tab.open().then(opened, opened);
    return { tab, peer: new Peer(tab.doc), undo: tab.undo };
  }

  randomFaults(): Faults {
    const { dice } = this;
    return {
      lostCalls: dice(25),
      lostAnswers: dice(25),
      lateCalls: dice(10),
      lostMessages: dice(40),
      doubledMessages: dice(30),
      delayMs: 1 + dice(60),
    };
  }

  /** Kills the tab: what is neither in the log nor on the disk is gone. Another one opens in its place. */
  async replaceTab(seat: Seat): Promise<void> {
    const { tab, peer, disk } = seat;
    const kept = new Y.Doc({ guid: "kept" });
    readAsWritten(kept);
    Y.applyUpdate(kept, Y.encodeStateAsUpdate(this.server.truth.doc));
    for (const { parts } of await disk.memory.list()) for (const part of parts) Y.applyUpdate(kept, part);
    tab.crash();
    const safe = markersIn(kept);
    const isOwn = (author: FakeTab | Peer) => author === tab || author === peer;
    for (const [marker, author] of [...this.plain, ...this.book.typed])
      if (isOwn(author) && !safe.has(marker)) this.mayBeLost.add(marker);
    this.counts.crashes++;
    Object.assign(seat, this.#openTab(seat.userId, disk));
  }
}

/** The markers that show in a document. */
export function markersIn(doc: Y.Doc): Set<string> {
  return new Set(listMarkers(doc));
}

export function listMarkers(doc: Y.Doc): string[] {
  const reader = new Peer(doc);
  const inBlocks = [...reader.text()].filter((character) => character !== "\n");
  reader.undo.destroy();
  reader.map.destroy();
  return [...doc.getArray<string>("markers").toArray(), ...inBlocks];
}
