/**
 * One job: a document's log becomes its rows of `blocks`.
 *
 *   snapshot + rows after it → guard → document → rows → only those whose hash changed are written
 *
 * Rows that the guard refuses are named to the database (quarantine) and touch nothing. Bytes whose sum is
 * wrong stop the job: better no new rows than wrong ones. A damaged snapshot is passed over for an older one, and
 * another is written as soon as there are newer rows. Of a document that is newer than this function, what it knows
 * is projected, and no row goes of a block that it does not find in the document at all.
 */
import { createHash } from "node:crypto";
// @ts-types="../_shared/core.gen.d.ts"
import * as core from "../_shared/core.gen.js";
import type { Rpc } from "../_shared/database.ts";
import { type HashedRow, hashRow } from "./row.ts";

export type Job = { readonly documentId: string; readonly lease: string };
export type Outcome = { readonly written: number; readonly deleted: number; readonly done: boolean };

type Snapshot = { uptoSeq: number; state: string; sha256: string };
type LogRow = { seq: number; yjsClientId: number; data: string; sha256: string };
type LogPage = {
  headSeq: number;
  snapshotSeq: number;
  schemaVersion: number;
  snapshot: Snapshot | null;
  updates: LogRow[];
  more: boolean;
};
type Refused = { seq: number; reason: string };

type Loaded = {
  readonly doc: core.Doc;
  /** The last row taken into account. */
  readonly seq: number;
  readonly snapshotSeq: number;
  readonly schemaVersion: number;
  readonly refused: readonly Refused[];
  /** Clocks of the snapshot it started from. */
  readonly base: core.GuardState;
  readonly isSnapshotDue: boolean;
};

/** A snapshot is written after so many rows, or so many bytes of rows. */
export type SnapshotLimits = { readonly rows: number; readonly bytes: number };
const SNAPSHOT_LIMITS: SnapshotLimits = { rows: 500, bytes: 4_000_000 };
/** One call holds at most this much text and so many rows, so that none is huge and the others' calls come in between. */
const CHUNK_CHARS = 4_000_000;
const CHUNK_ROWS = 500;

export async function projectJob(rpc: Rpc, job: Job, limits = SNAPSHOT_LIMITS): Promise<Outcome> {
  const steps = projectInSteps(rpc, job, limits);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

/** Stops after each call that writes rows while others are left; then it holds the rows alone, not the document. */
export async function* projectInSteps(
  rpc: Rpc,
  job: Job,
  limits = SNAPSHOT_LIMITS,
): AsyncGenerator<void, Outcome, void> {
  return yield* write(rpc, job, await prepare(rpc, job, limits));
}

/** What is to be written of a document. */
type Prepared = {
  readonly seq: number;
  readonly refused: readonly Refused[];
  readonly title: string;
  readonly rows: readonly HashedRow[];
  /** Of a newer document: all blocks that it names, known or not. */
  readonly named: ReadonlySet<string> | null;
};

async function prepare(rpc: Rpc, job: Job, limits: SnapshotLimits): Promise<Prepared> {
  const loaded = await load(rpc, job.documentId, limits);
  const { doc, seq, refused, schemaVersion } = loaded;
  try {
    const { title, rows } = core.projectDocument(doc);
    if (loaded.isSnapshotDue) await keepSnapshot(rpc, job, loaded);
    const named = schemaVersion > core.SCHEMA_VERSION ? core.namedBlocks(doc) : null;
    return { seq, refused, title, rows: rows.map(hashRow), named };
  } finally {
    doc.destroy();
  }
}

async function load(rpc: Rpc, documentId: string, limits: SnapshotLimits): Promise<Loaded> {
  const { page, doc, snapshotSeq } = await loadSnapshot(rpc, documentId, null);
  const { schemaVersion } = page;
  const accepted = core.createGuardState(core.encodeStateVector(doc));
  const base: core.GuardState = new Map(accepted);
  const refused: Refused[] = [];
  const from = page.snapshot?.uptoSeq ?? 0;
  let seq = from;
  let bytes = 0;
  for (let at = page; ; at = await rpc("read_document_log", { p_document_id: documentId, p_after: seq })) {
    core.transact(doc, () => {
      for (const row of at.updates) {
        if (row.seq !== seq + 1) throw new Error(`The log goes on with ${row.seq} after ${seq}.`);
        bytes += takeRow(doc, accepted, row, refused);
        seq = row.seq;
      }
    });
    if (!at.more) break;
    // Rows that are not there must not be taken for blocks that are not there.
    if (at.updates.length === 0) throw new Error(`The log ends at ${seq} of ${at.headSeq}.`);
  }
  const isLong = seq - snapshotSeq >= limits.rows || bytes >= limits.bytes;
  const isSnapshotDue = seq > snapshotSeq && (isLong || from < snapshotSeq);
  return { doc, seq, snapshotSeq, schemaVersion, refused, base, isSnapshotDue };
}

/** The row's bytes, counted. */
function takeRow(doc: core.Doc, accepted: core.GuardState, row: LogRow, refused: Refused[]): number {
  const data = checked(row.data, row.sha256, `row ${row.seq}`);
  const verdict = core.admitUpdate(accepted, { yjsClientId: row.yjsClientId, data });
  if (verdict.ok) core.applyUpdate(doc, data);
  else refused.push({ seq: row.seq, reason: verdict.reason });
  return data.length;
}

/** The newest snapshot that is whole, and the first rows after it. */
async function loadSnapshot(rpc: Rpc, documentId: string, before: number | null) {
  const page = await rpc<LogPage>("read_document_log", {
    p_document_id: documentId,
    p_after: 0,
    p_snapshot_before: before,
  });
  const doc = new core.Doc();
  core.readAsWritten(doc);
  const { snapshot, snapshotSeq } = page;
  if (snapshot === null) return { page, doc, snapshotSeq };
  try {
    core.applyUpdate(doc, checked(snapshot.state, snapshot.sha256, `snapshot ${snapshot.uptoSeq}`));
    return { page, doc, snapshotSeq };
  } catch (error) {
    console.error("process-block: passed over a snapshot:", error instanceof Error ? error.message : error);
    doc.destroy();
    return loadSnapshot(rpc, documentId, snapshot.uptoSeq);
  }
}

function checked(base64: string, sha256: string, what: string): Uint8Array<ArrayBuffer> {
  const bytes = core.fromBase64(base64);
  if (createHash("sha256").update(bytes).digest("hex") !== sha256)
    throw new Error(`The bytes of ${what} changed.`);
  return bytes;
}

/** Keeps the state when it gives the same document again; that it cannot be kept never stops the rows. */
async function keepSnapshot(rpc: Rpc, job: Job, { doc, seq, base, refused }: Loaded): Promise<void> {
  try {
    const state = core.encodeStateAsUpdate(doc);
    if (!givesSame(doc, state, base)) throw new Error("it would not give the same document");
    await rpc("write_snapshot", {
      p_document_id: job.documentId,
      p_lease: job.lease,
      p_upto_seq: seq,
      p_state: core.toBase64(state),
      p_sha256: createHash("sha256").update(state).digest("hex"),
      p_quarantine: refused,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason.includes("lease_lost")) throw error;
    console.error(`process-block: no snapshot of ${job.documentId} at ${seq}: ${reason}`);
  }
}

/** Whether the state, read back, has all that the document and the snapshot before it (its clocks) have. */
export function givesSame(doc: core.Doc, state: Uint8Array, base: core.GuardState): boolean {
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) return false;
  const copy = new core.Doc();
  core.readAsWritten(copy);
  try {
    core.applyUpdate(copy, state);
    const vector = core.encodeStateVector(copy);
    const clocks = core.createGuardState(vector);
    return (
      [...base].every(([client, clock]) => (clocks.get(client) ?? 0) >= clock) &&
      core.toBase64(vector) === core.toBase64(core.encodeStateVector(doc)) &&
      contentOf(copy) === contentOf(doc)
    );
  } finally {
    copy.destroy();
  }
}

function contentOf(doc: core.Doc): string {
  const { title, rows } = core.projectDocument(doc);
  return title + rows.map((row) => hashRow(row).hash).join();
}

async function* write(
  rpc: Rpc,
  job: Job,
  { seq, refused, title, rows, named }: Prepared,
): AsyncGenerator<void, Outcome, void> {
  const stored = await rpc<Record<string, string>>("read_block_hashes", { p_document_id: job.documentId });
  const present = new Set(rows.map((row) => row.id));
  const gone = Object.keys(stored).filter((id) => !present.has(id) && named?.has(id) !== false);
  const chunks = inChunks(rows.filter((row) => stored[row.id] !== row.hash));
  const last = chunks.pop() ?? [];
  let written = 0;
  const send = (upserts: readonly HashedRow[], isLast: boolean) =>
    rpc<Outcome>("write_projection", {
      p_document_id: job.documentId,
      p_lease: job.lease,
      p_upto_seq: seq,
      p_title: title.toWellFormed().replaceAll("\ufffd", ""),
      p_upserts: upserts,
      p_deletes: isLast ? gone : [],
      p_quarantine: isLast ? refused : [],
      p_final: isLast,
    });
  for (const chunk of chunks) {
    written += (await send(chunk, false)).written;
    yield;
  }
  const end = await send(last, true);
  return { written: written + end.written, deleted: end.deleted, done: end.done };
}

export function inChunks<Row extends Pick<HashedRow, "size">>(rows: readonly Row[]): Row[][] {
  const chunks: Row[][] = [];
  let room = 0;
  for (const row of rows) {
    if (room <= 0 || chunks.at(-1)?.length === CHUNK_ROWS) {
      chunks.push([]);
      room = CHUNK_CHARS;
    }
    chunks.at(-1)?.push(row);
    room -= row.size;
  }
  return chunks;
}
