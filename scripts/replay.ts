/**
 * `npm run replay`: plays the recorded editing session of ../shared/data through the block map and the update log,
 * and says what it costs. Ends with exit code 1 when the text at the end is not the recorded one.
 *
 * --edits N   only the first N edits
 * --log       append to a real document of a stand-in that this starts and ends; without it, to a log in memory
 */
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import * as Y from "yjs";
import { BlockMap } from "../lib/core/block-map.ts";
import { projectDocument } from "../lib/core/projection.ts";
import { createMemoryLog, createStandInLog } from "./replay-log.ts";
import { isPaperHere, paperPath, type Recording, readPaper } from "./replay-paper.ts";
import { type Replayed, replay } from "./replay-session.ts";

type Row = readonly [name: string, value: string];

const OPENINGS = 5;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { edits: { type: "string" }, log: { type: "boolean" } } });
  const count = values.edits === undefined ? Number.POSITIVE_INFINITY : Number(values.edits);
  if (!(count > 0)) throw new Error(`--edits ${values.edits} is not a number of edits; give one from 1 up.`);
  if (!isPaperHere()) throw new Error(`The recorded session is not there: ${paperPath}.`);
  const recording = readPaper(count);
  const log = values.log ? await createStandInLog() : createMemoryLog();
  try {
    process.stdout.write(`${recording.patches.length} edits through the block map and ${log.name}\n`);
    const replayed = await replay(recording, log);
    print([...timeRows(replayed), ...byteRows(replayed), ...logRows(replayed), ...openRows(replayed.doc)]);
    print(plainRows(recording, replayed));
    process.stdout.write("The text at the end is the recorded one, in both replicas.\n");
  } finally {
    await log.stop();
  }
}

function timeRows({ edits, seconds, cpuSeconds, serverCpu, blocks, spent, arrangeMs }: Replayed): Row[] {
  return [
    ["edits", String(edits)],
    ["blocks at the end", String(blocks)],
    ["seconds, until all is acknowledged", seconds.toFixed(1)],
    ["CPU seconds, client", cpuSeconds.toFixed(1)],
    [
      "CPU seconds, server + functions",
      serverCpu ? `${fixed(serverCpu.own)} + ${fixed(serverCpu.below)}` : "–",
    ],
    ["edits a second", (edits / seconds).toFixed(0)],
    ...[...spent].map(
      ([kind, { count, ms }]): Row => [`  ${kind}`, `${count} × ${((ms / count) * 1_000).toFixed(0)} µs`],
    ),
    ["  of it in arrange", `${fixed(arrangeMs / 1_000)} s`],
  ];
}

function byteRows({ updateBytes, doc, edits }: Replayed): Row[] {
  const encoded = [Y.encodeStateAsUpdate(doc), Y.encodeStateAsUpdateV2(doc)];
  return [
    ["update bytes, raw", `${updateBytes} (${(updateBytes / edits).toFixed(1)} an edit)`],
    ...encoded.map(
      (bytes, i): Row => [`snapshot bytes, v${i + 1}`, `${bytes.length}, gzipped ${gzipSync(bytes).length}`],
    ),
  ];
}

function logRows({ traffic, second, projectedMs }: Replayed): Row[] {
  const { appends, rows, bytes, appendMs } = traffic;
  return [
    ["log: rows, bytes", `${rows}, ${bytes}`],
    ["log: appends", `${appends}, ${fixed(appendMs / appends)} ms each`],
    ["second replica from the log", `${second.ms.toFixed(0)} ms, ${second.pulls} pulls`],
    ["rows of blocks agree after", projectedMs === null ? "–" : `${projectedMs.toFixed(0)} ms`],
  ];
}

/** Medians, in milliseconds. */
function openRows(doc: Y.Doc): Row[] {
  const state = Y.encodeStateAsUpdate(doc);
  const times = Array.from({ length: OPENINGS }, () => {
    const opened = new Y.Doc();
    const apply = timed(() => Y.applyUpdate(opened, state));
    const map = timed(() => new BlockMap(opened).destroy());
    return [apply, map, timed(() => projectDocument(opened))];
  });
  const median = (at: number) =>
    times.map((row) => row[at] ?? 0).toSorted((a, b) => a - b)[OPENINGS >> 1] ?? 0;
  return [
    ["open: apply the snapshot", `${fixed(median(0))} ms`],
    ["open: block map", `${fixed(median(1))} ms`],
    ["open: projectDocument", `${fixed(median(2))} ms`],
  ];
}

/** The same edits in one Y.Text, which is what Yjs itself costs. */
function plainRows({ start, patches }: Recording, { updateBytes, spent }: Replayed): Row[] {
  const doc = new Y.Doc();
  let bytes = 0;
  doc.on("update", (data: Uint8Array) => {
    bytes += data.length;
  });
  const text = doc.getText("plain");
  text.insert(0, start);
  const ms = timed(() => {
    for (const [position, deleted, inserted] of patches) {
      doc.transact(() => {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted !== "") text.insert(position, inserted);
      });
    }
  });
  const ours = [...spent.values()].reduce((sum, { ms: more }) => sum + more, 0);
  return [
    ["one Y.Text, same edits", `${fixed(ms / 1_000)} s, ${bytes} bytes of updates`],
    [
      "  block map and log client beside it",
      `${fixed(ours / ms)} × time, ${(updateBytes / bytes).toFixed(2)} × bytes`,
    ],
    ["  its snapshot, v1", `${Y.encodeStateAsUpdate(doc).length} bytes`],
  ];
}

function timed(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

const fixed = (value: number) => value.toFixed(1);

function print(rows: readonly Row[]): void {
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(40)}${value}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
