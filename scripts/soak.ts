/**
 * Whether the stand-in's memory stays steady: 200 sockets on the product's topics, with edits, cursors, presence
 * and sockets that come and go, for ten minutes.
 *
 *     node scripts/soak.ts [--seconds 600] [--sockets 200]
 *
 * Prints a sample every few seconds, taken after a garbage collection (over the inspector): heap and buffers of
 * the process, and its resident memory, which holds PGlite's, too. Then the slopes, without the first third, in
 * which caches fill. Exit code 1 when heap and buffers grow by more than 1 MB a minute.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findFreePort } from "./free-port.ts";
import { type Crowd, gatherCrowd } from "./soak-crowd.ts";
import { type Memory, openInspector } from "./soak-inspector.ts";
import { startStandIn } from "./stand-in.ts";

export interface SoakOptions {
  readonly seconds: number;
  readonly sockets: number;
  report?(line: string): void;
}

export interface SoakFigures {
  readonly samples: readonly Sample[];
  /** Growth a minute, in MB, without the first third. */
  readonly heapSlope: number;
  readonly rssSlope: number;
  /** What was done meanwhile, as counts. */
  readonly done: Crowd["done"];
}

export interface Sample extends Memory {
  readonly second: number;
}

const SAMPLES = 40;
export const STEADY_MB_A_MINUTE = 1;

export async function soak({ seconds, sockets, report }: SoakOptions): Promise<SoakFigures> {
  const folder = await mkdtemp(join(tmpdir(), "soak-"));
  const inspectorPort = await findFreePort(9300);
  const inherited = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `${inherited ?? ""} --inspect=127.0.0.1:${inspectorPort}`;
  const standIn = await startStandIn({ dataFolder: folder, databaseUrl: null }).finally(() => {
    if (inherited === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = inherited;
  });
  try {
    const inspector = await openInspector(inspectorPort);
    const crowd = await gatherCrowd(standIn, sockets);
    report?.(`${sockets} sockets have joined`);
    const samples = await sampleFor(seconds, () => inspector.memory(), report);
    await crowd.leave();
    inspector.close();
    const late = samples.slice(Math.floor(samples.length / 3));
    const heapSlope = slopeOf(late.map((sample) => [sample.second, sample.heapMb + sample.buffersMb]));
    const rssSlope = slopeOf(late.map((sample) => [sample.second, sample.rssMb]));
    return { samples, heapSlope, rssSlope, done: crowd.done };
  } finally {
    await standIn.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function sampleFor(
  seconds: number,
  memory: () => Promise<Memory>,
  report: SoakOptions["report"],
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const began = performance.now();
  for (let n = 0; n <= SAMPLES; n++) {
    const due = began + (n * seconds * 1000) / SAMPLES;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const sample = { second: (performance.now() - began) / 1000, ...(await memory()) };
    samples.push(sample);
    const { second, heapMb, buffersMb, rssMb } = sample;
    report?.(
      `${second.toFixed(0).padStart(4)} s  heap ${heapMb.toFixed(1)}  buffers ${buffersMb.toFixed(1)}  rss ${rssMb.toFixed(0)} MB`,
    );
  }
  return samples;
}

/** Least squares, in units a minute. */
export function slopeOf(points: readonly (readonly [second: number, value: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([second]) => second));
  const y = mean(points.map(([, value]) => value));
  const over = points.reduce((sum, [second, value]) => sum + (second - x) * (value - y), 0);
  const under = points.reduce((sum, [second]) => sum + (second - x) ** 2, 0);
  return under === 0 ? 0 : (over / under) * 60;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { seconds: { type: "string", default: "600" }, sockets: { type: "string", default: "200" } },
  });
  const report = (line: string) => process.stdout.write(`${line}\n`);
  const figures = await soak({ seconds: Number(values.seconds), sockets: Number(values.sockets), report });
  const isSteady = figures.heapSlope < STEADY_MB_A_MINUTE;
  report(JSON.stringify(figures.done));
  report(
    `heap and buffers ${figures.heapSlope.toFixed(2)} MB a minute, rss ${figures.rssSlope.toFixed(2)}: ${isSteady ? "steady" : "it grows"}`,
  );
  process.exitCode = isSteady ? 0 : 1;
}
