/**
 * One replay: a recording typed into the block map, each edit a transaction whose raw update goes through guard,
 * queue and log; then a second replica from the log alone. Throws when anything differs from the recording.
 */
import { setImmediate } from "node:timers/promises";
import * as Y from "yjs";
import { BlockMap } from "../lib/core/block-map.ts";
import type { BlockId } from "../lib/core/ids.ts";
import { projectDocument } from "../lib/core/projection.ts";
import { type CpuSeconds, cpuBetween } from "./benchmark-live-cpu.ts";
import type { ReplayLog } from "./replay-log.ts";
import type { Recording } from "./replay-paper.ts";
import { type Kind, type Spent, Typist, textOfBlocks } from "./replay-typist.ts";
import { openReplica, type Replica, type Traffic } from "./replay-writer.ts";

export type Replayed = {
  readonly doc: Y.Doc;
  readonly edits: number;
  readonly blocks: number;
  readonly seconds: number;
  /** Of this process, and of the log's if it is another one. */
  readonly cpuSeconds: number;
  readonly serverCpu: CpuSeconds | null;
  /** Of the raw updates. */
  readonly updateBytes: number;
  readonly traffic: Traffic;
  readonly spent: ReadonlyMap<Kind, Spent>;
  readonly arrangeMs: number;
  readonly second: { readonly ms: number; readonly pulls: number };
  /** From the last acknowledgement until the rows of `blocks` say the same; null when the log makes none. */
  readonly projectedMs: number | null;
};

export type ReplayOptions = {
  readonly onEdit?: (typist: Typist, count: number) => void;
  /** For the same run again: ids decide between equal order keys. */
  readonly makeId?: () => BlockId;
};

/** Edits between two looks at what the log answered. */
const STRIDE = 64;
/** Entries that wait for the log before the typist waits for it. */
const MOST_UNSENT = 100;
const PROJECTION_MS = 60_000;

export async function replay(
  recording: Recording,
  log: ReplayLog,
  { onEdit, makeId }: ReplayOptions = {},
): Promise<Replayed> {
  const replica = await openReplica(log);
  const { doc } = replica;
  try {
    let updateBytes = 0;
    doc.on("update", (data: Uint8Array) => {
      updateBytes += data.length;
    });
    const from = { ms: performance.now(), cpu: process.cpuUsage(), server: log.cpu() };
    const typist = new Typist(doc, recording.start, makeId);
    await type(recording, typist, replica, onEdit);
    await replica.log.whenSaved();
    const cpu = process.cpuUsage(from.cpu);
    const seconds = (performance.now() - from.ms) / 1_000;
    assertEqual("the outline after the last edit", textOfBlocks(typist.map), recording.end);
    const second = await checkSecondReplica(log, replica, recording.end);
    const projectedMs = await waitForProjection(log, doc);
    return {
      doc,
      edits: recording.patches.length,
      blocks: typist.map.outline().items.length,
      seconds,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      serverCpu: cpuBetween(from.server, log.cpu()),
      updateBytes,
      traffic: replica.traffic,
      spent: typist.spent,
      arrangeMs: typist.arrangeMs,
      second,
      projectedMs,
    };
  } finally {
    replica.log.destroy();
  }
}

async function type(
  { patches }: Recording,
  typist: Typist,
  { log }: Replica,
  onEdit: ReplayOptions["onEdit"],
): Promise<void> {
  for (const [at, patch] of patches.entries()) {
    typist.edit(patch);
    onEdit?.(typist, at + 1);
    if (at % STRIDE === 0) await setImmediate();
    if (log.unsent > MOST_UNSENT) await log.whenSaved();
  }
}

async function checkSecondReplica(log: ReplayLog, first: Replica, end: string) {
  const from = performance.now();
  const second = await openReplica(log);
  try {
    const ms = performance.now() - from;
    const refused = [...first.refused, ...second.refused];
    if (refused.length > 0) throw new Error(`The guard refused rows of the log: ${refused.join("; ")}.`);
    if (!Y.equalSnapshots(Y.snapshot(first.doc), Y.snapshot(second.doc)))
      throw new Error("The second replica does not hold the same structs and deletions as the first.");
    const map = new BlockMap(second.doc);
    assertEqual("the outline of the second replica", textOfBlocks(map), end);
    map.destroy();
    return { ms, pulls: second.traffic.pulls };
  } finally {
    second.log.destroy();
  }
}

async function waitForProjection(log: ReplayLog, doc: Y.Doc): Promise<number | null> {
  const wanted = new Map(projectDocument(doc).rows.map((row) => [row.id, row.plainText]));
  const from = performance.now();
  for (;;) {
    const found = await log.readProjection();
    const ms = performance.now() - from;
    if (found === null) return null;
    if (isSame(found, wanted)) return ms;
    if (ms > PROJECTION_MS) throw new Error("The rows of blocks did not become those of the document.");
  }
}

function isSame(found: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): boolean {
  return found.size === wanted.size && [...wanted].every(([id, text]) => found.get(id) === text);
}

/** Says where two texts part: whole papers in an error message help nobody. */
export function assertEqual(what: string, found: string, wanted: string): void {
  if (found === wanted) return;
  let at = 0;
  while (at < found.length && found[at] === wanted[at]) at++;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
  throw new Error(
    `The text of ${what} differs at ${at}: found ${around(found)}, wanted ${around(wanted)} (${found.length} and ${wanted.length} characters).`,
  );
}
