/** The worker over storage that gives back other bytes than it was given: it writes what the log says, or nothing. */
import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { damage } from "../../../lib/collab/model-damage.ts";
import { toBase64 } from "../../../lib/core/base64.ts";
import { createDice, type Dice } from "../../../lib/core/guard-fixtures.ts";
import { History } from "../../../lib/core/history.ts";
import { replayLog } from "../../../lib/core/invariants.ts";
import { projectDocument } from "../../../lib/core/projection.ts";
import type { LogRow, Snapshot } from "../../../lib/core/protocol.ts";
import { sha256Hex } from "../../../lib/core/sha256.ts";
import type { Rpc } from "../_shared/database.ts";
import { projectJob } from "./project.ts";

const ROUNDS = 60;

interface Stored {
  readonly rows: LogRow[];
  readonly snapshots: Snapshot[];
  readonly headSeq: number;
}

function writeLog(seed: number): Stored {
  const history = new History(seed);
  const [peer] = history.peers;
  if (peer === undefined) throw new Error("nobody writes");
  const rows: LogRow[] = [];
  peer.doc.on("update", (data: Uint8Array) => {
    const seq = rows.length + 1;
    rows.push({
      seq,
      sessionId: "s",
      yjsClientId: peer.doc.clientID,
      clientSeq: seq,
      data,
      sha256: sha256Hex(data),
    });
  });
  for (let edits = 0; edits < 12; edits++) history.act(peer, edits === 0 ? "create" : history.draw(false));
  const snapshots = [4, 8].map((uptoSeq) => {
    const state = Y.encodeStateAsUpdate(replayLog(rows.slice(0, uptoSeq)));
    return { uptoSeq, state, sha256: sha256Hex(state) };
  });
  return { rows, snapshots, headSeq: rows.length };
}

/** The database's answers, and what was asked to be written. */
function createDatabase({ rows, snapshots, headSeq }: Stored) {
  const written: { name: string; values: Record<string, unknown> }[] = [];
  const rpc = ((name: string, values: Record<string, unknown>) => {
    if (name === "read_block_hashes") return Promise.resolve({});
    if (name === "read_document_log") return Promise.resolve(readLog(values));
    written.push({ name, values });
    return Promise.resolve({ written: 0, deleted: 0, done: true });
  }) as Rpc;
  const readLog = (values: Record<string, unknown>) => {
    const after = Number(values.p_after);
    const before = Number(values.p_snapshot_before ?? Number.POSITIVE_INFINITY);
    const snapshot = after > 0 ? undefined : snapshots.findLast(({ uptoSeq }) => uptoSeq < before);
    const from = Math.max(after, snapshot?.uptoSeq ?? 0);
    const page = rows.filter(({ seq }) => seq > from).slice(0, 5);
    return {
      headSeq,
      snapshotSeq: snapshots.at(-1)?.uptoSeq ?? 0,
      snapshot: snapshot === undefined ? null : { ...snapshot, state: toBase64(snapshot.state) },
      updates: page.map((row) => ({ ...row, data: toBase64(row.data) })),
      more: (page.at(-1)?.seq ?? from) < headSeq,
    };
  };
  return { rpc, written };
}

async function project(stored: Stored) {
  const { rpc, written } = createDatabase(stored);
  const job = { documentId: randomUUID(), lease: randomUUID() };
  const error = await projectJob(rpc, job).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { error, written };
}

function projected(written: Awaited<ReturnType<typeof project>>["written"]) {
  const upserts = written
    .filter(({ name }) => name === "write_projection")
    .flatMap(({ values }) => values.p_upserts as { id: string; plainText: string; parentPath: string }[]);
  return upserts.map(({ id, plainText, parentPath }) => [id, parentPath, plainText]);
}

const wanted = ({ rows }: Stored) =>
  projectDocument(replayLog(rows)).rows.map(({ id, plainText, parentPath }) => [id, parentPath, plainText]);

/** Rows that are read behind the last snapshot: others may be wrong without anybody asking for them. */
function damageRow({ rows, ...others }: Stored, dice: Dice): Stored {
  const at = 8 + dice(rows.length - 8);
  const row = rows[at] as LogRow;
  const other = rows[dice(at)] as LogRow;
  if (dice(4) === 0) return { ...others, rows: rows.toSpliced(at, 1) };
  const data = dice(3) === 0 && other.sha256 !== row.sha256 ? other.data : damage(row.data, dice);
  return { ...others, rows: rows.with(at, { ...row, data }) };
}

describe("the projection of a damaged log", () => {
  it("passes over damaged snapshots, one or all, and writes what the log says", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const dice = createDice(seed);
      const whole = writeLog(seed);
      const hit = 1 + dice(2);
      const snapshots = whole.snapshots.map((snapshot, index) =>
        index >= 2 - hit ? { ...snapshot, state: damage(snapshot.state, dice) } : snapshot,
      );
      const { error, written } = await project({ ...whole, snapshots });
      expect(error, `seed ${seed}`).toBeNull();
      expect(projected(written), `seed ${seed}`).toEqual(wanted(whole));
      expect(log).toHaveBeenCalledTimes(hit);
      log.mockClear();
    }
    log.mockRestore();
  });

  it("writes nothing at all from a log with a changed, swapped or missing row", async () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const whole = writeLog(seed);
      if (whole.rows.length < 10) continue;
      const damaged = damageRow(whole, createDice(seed));
      const { error, written } = await project(damaged);
      expect([String(error), written], `seed ${seed}`).toEqual([expect.stringMatching(/^Error: The /), []]);
    }
  });

  it("deletes no block because the whole log is gone", async () => {
    const { error, written } = await project({ ...writeLog(1), rows: [], snapshots: [] });
    expect([String(error), written]).toEqual([expect.stringMatching(/^Error: The log ends at 0 of/), []]);
  });
});
