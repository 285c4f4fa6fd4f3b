/**
 * `npm run benchmark:stand-in`: what the stand-in costs, on PGlite and, where the tool for it is at hand, on Postgres
 * 17: REST calls, joins, starts, and how many people may type at once. Prints tables and writes JSON. About five
 * minutes; nothing here is a test. What a broadcast costs beside a relay is `npm run benchmark:broadcast`.
 *
 * --out FILE    where the JSON goes (test-results/benchmark-stand-in.json)
 * --quick       fewer calls and shorter typing, to see that it works
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { parentOf } from "./benchmark-live-cpu.ts";
import { disconnect, gatherTeam } from "./benchmark-live-people.ts";
import { measureStandInStarts } from "./benchmark-live-starts.ts";
import { ms, tableOf } from "./benchmark-live-stats.ts";
import { runBenchmark, say } from "./benchmark-run.ts";
import { benchmarkMigrations, type CallFigures, measureCalls } from "./benchmark-stand-in-calls.ts";
import { measureTyping, type Typing } from "./benchmark-stand-in-typists.ts";
import { startCluster, whyNoNativePostgres } from "./native-cluster.ts";
import { startStandIn } from "./stand-in.ts";

type Engine = { readonly name: string; readonly url: string | null; readonly server: number | undefined };
type Measured = { readonly engine: string; readonly calls: CallFigures[]; readonly typing: Typing[] };

/** People in all, and on each document. */
const CROWDS = [
  [20, 2],
  [40, 2],
  [60, 2],
  [10, 10],
  [20, 20],
  [40, 40],
] as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: "string" }, quick: { type: "boolean" } } });
  const out = resolve(values.out ?? join(import.meta.dirname, "../test-results/benchmark-stand-in.json"));
  const before = loadavg();
  const measured = [await measure({ name: "PGlite", url: null, server: undefined }, values.quick ?? false)];
  if (whyNoNativePostgres === null)
    measured.push(await onCluster((native) => measure(native, values.quick ?? false)));
  else say(`Postgres 17 was left out: ${whyNoNativePostgres}\n`);
  const starts = [await measureStandInStarts(true), await measureStandInStarts(false)];
  const startRows = starts.map(({ what, first, second }) => [what, seconds(first), seconds(second)]);
  say(tableOf(["start, s", "first", "second"], startRows));
  const machine = { node: process.version, processors: availableParallelism(), load: [before, loadavg()] };
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify({ machine, measured, starts }, null, 2)}\n`);
  say(
    `load ${before[0]?.toFixed(1)} → ${loadavg()[0]?.toFixed(1)} on ${machine.processors} processors; ${out}\n`,
  );
}

async function onCluster<Value>(work: (engine: Engine) => Promise<Value>): Promise<Value> {
  const cluster = await startCluster();
  try {
    return await work({ name: "Postgres 17", url: cluster.url, server: await serverOf(cluster.url) });
  } finally {
    await cluster.stop();
  }
}

/** The process of the server above its backends; undefined where there is no /proc. */
async function serverOf(url: string): Promise<number | undefined> {
  const client = postgres(url, { max: 1 });
  try {
    const [row] = await client<{ pid: number }[]>`select pg_backend_pid() as pid`;
    return row && parentOf(row.pid);
  } finally {
    await client.end();
  }
}

async function measure(engine: Engine, isQuick: boolean): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "benchmark-"));
  const args = ["--migrations", await benchmarkMigrations(folder)];
  if (engine.url) args.push("--database-url", engine.url);
  const standIn = await startStandIn({ dataFolder: join(folder, "data"), args });
  try {
    const crowds = isQuick ? CROWDS.slice(0, 1) : CROWDS;
    const team = await gatherTeam(standIn, Math.max(...crowds.map(([people]) => people)));
    const [first] = team.people;
    if (!first) throw new Error("A team has at least one person.");
    const processes = { standIn: standIn.process.pid, database: engine.server };
    const calls = await measureCalls(first.client, isQuick ? 50 : 500, processes);
    say(tableOf([engine.name, "p50", "p95", "CPU stand-in", "database, ms"], calls.map(callRow)));
    const typing: Typing[] = [];
    for (const [people, together] of crowds) {
      const figures = await measureTyping(team, people, together, isQuick ? 3 : 10, standIn.process.pid);
      typing.push(figures);
      process.stderr.write(`${people} people: p95 ${ms(figures.shown.p95)} ms\n`);
    }
    say(tableOf(typingHead, typing.map(typingRow)));
    await disconnect(team);
    return { engine: engine.name, calls, typing };
  } finally {
    await standIn.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const callRow = ({ what, time, cpu }: CallFigures): string[] => [
  what,
  ms(time.p50),
  ms(time.p95),
  cpu ? ms(cpu.standIn) : "–",
  cpu ? ms(cpu.database) : "–",
];

const typingHead = [
  "typing, key → stored and shown, ms",
  "p50",
  "p95",
  "appends/s",
  "CPU stand-in",
  "clients",
];
const share = (part: number | null) => (part === null ? "–" : `${Math.round(part * 100)} %`);

function typingRow({
  people,
  together,
  shown,
  appendsPerSecond,
  serverShare,
  clientShare,
}: Typing): string[] {
  const name = `${people}, ${together === people ? "all on one document" : `${together} on each document`}`;
  return [
    name,
    ms(shown.p50),
    ms(shown.p95),
    appendsPerSecond.toFixed(0),
    share(serverShare),
    share(clientShare),
  ];
}

const seconds = (time: number): string => (time / 1_000).toFixed(1);

await runBenchmark(main);
