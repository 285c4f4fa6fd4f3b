/**
 * For tests: errors put into the model on purpose, one at a time, as a server or a client might have them. Histories of
 * model-history.ts prove by them that they notice.
 */
import * as Y from "yjs";
import { AppError } from "../core/errors.ts";
import type { Appended, LogRow } from "../core/protocol.ts";
import { sha256Hex } from "../core/sha256.ts";
import { FakeServer } from "./fake-network.ts";
import type { FakeTab } from "./fake-tab.ts";
import { LOG_ORIGIN, type Quarantined } from "./log-reader.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export type ModelPlant = {
  createServer?(clock: VirtualClock): FakeServer;
  readonly skipsPullOnRejoin?: boolean;
  /** What a tab does with a row that the guard refused. */
  onQuarantine?(tab: FakeTab, row: Quarantined, server: FakeServer): void;
};

type Update = Parameters<FakeServer["append"]>[2][number];

const rolledBack = () => new AppError("unavailable", "The transaction was rolled back.");

/** Acknowledges and tells everybody, and loses one transaction in twenty after all. */
class ForgetfulServer extends FakeServer {
  override forgets = 5;
}

/** Shows rows before they are committed; one transaction in ten then fails. */
class HastyServer extends FakeServer {
  override append(userId: string, sessionId: string, updates: readonly Update[]): Appended {
    const before = this.rows.length;
    const answer = super.append(userId, sessionId, updates) as Appended;
    if (this.dice(10) > 0) return answer;
    this.rows.length = before;
    throw rolledBack();
  }
}

/** Looks for a repeated call first and takes the lock then: two attempts at one call may both be stored. */
class RacingServer extends FakeServer {
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    super();
    this.#clock = clock;
  }

  override async append(userId: string, sessionId: string, updates: readonly Update[]): Promise<Appended> {
    this.mayAppend(userId, sessionId, updates);
    const known = updates.map(({ clientSeq }) => this.find(sessionId, clientSeq)?.seq);
    await this.#clock.wait(this.dice(500));
    const first = this.rows.length;
    const accepted = updates.map((update, index) => {
      const seq = known[index] ?? this.#storeAgain(sessionId, update);
      return { clientSeq: update.clientSeq, seq };
    });
    if (this.rows.length > first) this.broadcast(sessionId, this.rows.slice(first));
    return { headSeq: this.rows.length, epoch: this.epoch, accepted };
  }

  #storeAgain(sessionId: string, { clientSeq, data }: Update): number {
    const yjsClientId = this.sessions.get(sessionId)?.yjsClientId ?? 0;
    const seq = this.rows.length + 1;
    this.rows.push({ seq, sessionId, yjsClientId, clientSeq, data, sha256: sha256Hex(data) });
    return seq;
  }
}

/** Takes each seq from a sequence, which no transaction that fails gives back and no lock keeps in the order of commits. */
class SequenceServer extends FakeServer {
  #next = 1;

  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    super();
    this.#clock = clock;
  }

  override async append(userId: string, sessionId: string, updates: readonly Update[]): Promise<Appended> {
    this.mayAppend(userId, sessionId, updates);
    const rows = updates
      .filter(({ clientSeq }) => this.find(sessionId, clientSeq) === undefined)
      .map((update) => this.#row(sessionId, update));
    await this.#clock.wait(this.dice(30));
    if (this.dice(20) === 0) throw rolledBack();
    this.rows.push(...rows);
    this.rows.sort((a, b) => a.seq - b.seq);
    if (rows.length > 0) this.broadcast(sessionId, rows);
    const accepted = updates.map(({ clientSeq }) => ({
      clientSeq,
      seq: this.find(sessionId, clientSeq)?.seq ?? 0,
    }));
    return { headSeq: this.#next - 1, epoch: this.epoch, accepted };
  }

  #row(sessionId: string, { clientSeq, data }: Update): LogRow {
    const yjsClientId = this.sessions.get(sessionId)?.yjsClientId ?? 0;
    return { seq: this.#next++, sessionId, yjsClientId, clientSeq, data, sha256: sha256Hex(data) };
  }
}

/** Its compaction could not load the document, and keeps the empty one as the state. */
class BlankingServer extends FakeServer {
  override compact(): void {
    const state = Y.encodeStateAsUpdate(new Y.Doc());
    this.snapshot = { uptoSeq: this.rows.length, state, sha256: sha256Hex(state) };
  }
}

/** Lets old rows go and does not remember whose they were: a late retry is stored again. */
class AmnesicServer extends FakeServer {
  override forgetsPruned = true;
}

/** Applies what the guard refused. */
function applyAllTheSame(tab: FakeTab, { seq }: Quarantined, server: FakeServer): void {
  const row = server.rows[seq - 1];
  if (row === undefined) return;
  try {
    Y.applyUpdate(tab.doc, row.data, LOG_ORIGIN);
  } catch {
    // bytes that do not even decode do no harm
  }
}

export const MODEL_PLANTS: Readonly<Record<string, ModelPlant>> = {
  "acknowledge-before-commit": { createServer: () => new ForgetfulServer() },
  "show-before-commit": { createServer: () => new HastyServer() },
  "duplicate-check-before-lock": { createServer: (clock) => new RacingServer(clock) },
  "seq-from-a-sequence": { createServer: (clock) => new SequenceServer(clock) },
  "blank-overwrite": { createServer: () => new BlankingServer() },
  "pruned-and-forgotten": { createServer: () => new AmnesicServer() },
  "no-pull-after-rejoin": { skipsPullOnRejoin: true },
  "guard-off": { onQuarantine: applyAllTheSame },
};
