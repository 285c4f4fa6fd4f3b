/** For tests: a browser tab with one open document. Its outbox survives a crash, as far as it was written by then. */
import * as Y from "yjs";
import type { Dice } from "../core/guard-fixtures.ts";
import { type FakeLine, type FakeServer, FakeLine as Line } from "./fake-network.ts";
import { createMemoryOutbox, type Outbox, type OutboxEntry } from "./outbox.ts";
import { UpdateLog, type UpdateLogOptions } from "./update-log.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A disk: writes take a while, in order; what is under way at a crash is lost. */
export class FakeDisk {
  readonly memory = createMemoryOutbox();
  #last: Promise<unknown> = Promise.resolve();
  #clock: VirtualClock;
  #dice: Dice;

  constructor(clock: VirtualClock, dice: Dice) {
    this.#clock = clock;
    this.#dice = dice;
  }

  outbox(isAlive: () => boolean): Outbox {
    const write = (work: () => Promise<void>): Promise<void> => {
      const delay = this.#clock.wait(this.#dice(15));
      const written = Promise.all([this.#last, delay]).then(() => (isAlive() ? work() : undefined));
      this.#last = written;
      return written;
    };
    return {
      put: (entry: OutboxEntry) => write(() => this.memory.put(entry)),
      remove: (sessionId, clientSeqs) => write(() => this.memory.remove(sessionId, clientSeqs)),
      list: () => this.memory.list(),
      close: () => undefined,
    };
  }
}

export type FakeTabOptions = {
  readonly server: FakeServer;
  readonly clock: VirtualClock;
  readonly dice: Dice;
  readonly userId: string;
  readonly disk: FakeDisk;
  readonly name: string;
  readonly log?: Partial<UpdateLogOptions>;
  /** Planted bug: a new socket is not followed by a pull. */
  readonly skipsPullOnRejoin?: boolean;
};

let sessions = 0;

export class FakeTab {
  /** Without a name made by chance: making one costs more than a whole edit. */
  readonly doc = new Y.Doc({ guid: "tab" });
  readonly line: FakeLine;
  readonly log: UpdateLog;
  readonly sessionId: string;
  readonly undo: Y.UndoManager;
  isReady = false;
  isAlive = true;
  /** Set when 'saved' was shown although the log lacked something. */
  lied: string | null = null;
  #options: FakeTabOptions;
  #unlisten: (() => void) | null = null;
  #epoch = 0;

  constructor(options: FakeTabOptions) {
    this.#options = options;
    const { server, clock, dice, userId, disk } = options;
    this.line = new Line(server, clock, dice, userId);
    this.sessionId = `${options.name}-${++sessions}`;
    const yjsClientId = 1 + dice(2 ** 31);
    this.log = new UpdateLog({
      documentId: server.documentId,
      session: { sessionId: this.sessionId, yjsClientId },
      doc: this.doc,
      transport: this.line,
      outbox: disk.outbox(() => this.isAlive),
      clock,
      chance: () => dice(1_000) / 1_000,
      ...options.log,
    });
    this.undo = new Y.UndoManager([this.doc.getText("text"), this.doc.getMap("blocks")], {
      captureTimeout: 0,
    });
    this.log.saveState.subscribe(() => this.#checkSaved());
    this.log.status.subscribe(() => this.#followEpoch());
  }

  /** Opens, takes over what dead tabs left on this disk, and listens. */
  async open(): Promise<void> {
    await this.log.open();
    if (!this.isAlive) return;
    const left = (await this.#options.disk.memory.list()).filter(
      (entry) => entry.sessionId !== this.sessionId,
    );
    this.log.adopt(left);
    this.connect();
    this.isReady = true;
  }

  connect(): void {
    this.#epoch = this.log.status.getSnapshot().access?.epoch ?? this.#options.server.epoch;
    this.#unlisten ??= this.line.listen((message) => this.log.receive(message), this.#epoch);
    if (!this.isReady || this.#options.skipsPullOnRejoin !== true) this.log.tell("subscribed");
  }

  disconnect(): void {
    this.#unlisten?.();
    this.#unlisten = null;
    if (this.#options.skipsPullOnRejoin !== true) this.log.tell("closed");
  }

  /** Killed: nothing is flushed, nothing is said. */
  crash(): void {
    this.isAlive = false;
    this.disconnect();
    // A call under way may still arrive.
    this.log.destroy();
  }

  /** Topics of another epoch are other topics. */
  #followEpoch(): void {
    const epoch = this.log.status.getSnapshot().access?.epoch;
    if (this.#unlisten === null || epoch === undefined || epoch === this.#epoch) return;
    this.#unlisten();
    this.#unlisten = null;
    this.connect();
  }

  #checkSaved(): void {
    if (this.log.saveState.getSnapshot().status !== "saved" || !this.isAlive) return;
    const own = this.doc.clientID;
    const stored = this.#options.server.truth.clocks.get(own) ?? 0;
    const written = Y.getState(this.doc.store, own);
    if (stored < written) this.lied = `'saved' at clock ${written}, the log has ${stored}`;
  }
}
