/**
 * `npm run benchmark:live`: how long keys take to others and into the log, beside a relay that stores nothing, on a
 * stand-in that this starts and ends. Clients, relay clients and clock are in this process; both servers are not.
 * Prints tables and writes JSON. About three minutes; nothing here is a test.
 *
 * --out FILE    where the JSON goes (test-results/benchmark-live.json)
 * --starts      also how long starts take (about two minutes more)
 * --quick       a tenth of the keys, to see that it works
 *
 * Hocuspocus and y-websocket run beside it once `npm ci --prefix scripts/rivals` brought them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { measureAppends, measureOpening } from "./benchmark-live-calls.ts";
import { type Crash, crashHere, crashRival } from "./benchmark-live-crash.ts";
import type { KeyFigures, Script } from "./benchmark-live-keys.ts";
import { disconnect, gatherTeam, type Team } from "./benchmark-live-people.ts";
import { type Relay, startRelay } from "./benchmark-live-relay.ts";
import { RIVALS, Rival, type RivalName, whyNoRivals } from "./benchmark-live-rivals.ts";
import { type Measured, measureRoom } from "./benchmark-live-room.ts";
import { measureDevStarts, measureStandInStarts, type Start } from "./benchmark-live-starts.ts";
import { type Figure, ms, tableOf } from "./benchmark-live-stats.ts";
import { runBenchmark, say } from "./benchmark-run.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

type Scene = {
  readonly name: string;
  readonly people: number;
  readonly script: Script;
  readonly here: Measured;
  readonly relay: KeyFigures;
  readonly rivals: readonly { readonly name: RivalName; readonly figures: KeyFigures }[];
};

type Bench = {
  readonly standIn: StandIn;
  readonly team: Team;
  readonly relay: Relay;
  readonly rivals: readonly Rival[];
  readonly share: number;
};

const PEOPLE = 10;
const PER_SECOND = 5;
const TRIAL: Script = { typists: 1, keys: 3, perSecond: 20 };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: "string" }, starts: { type: "boolean" }, quick: { type: "boolean" } },
  });
  const out = resolve(values.out ?? join(import.meta.dirname, "../test-results/benchmark-live.json"));
  const before = loadavg();
  const measured = await onStandIn((bench) => measure(bench), values.quick ? 0.1 : 1);
  const crashes = await measureCrashes(values.quick ? 0.2 : 1);
  const starts = values.starts ? await measureStarts() : [];
  const machine = { node: process.version, processors: availableParallelism(), load: [before, loadavg()] };
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify({ machine, ...measured, crashes, starts }, null, 2)}\n`);
  if (starts.length > 0) say(tableOf(["start, s", "first", "second"], starts.map(startRow)));
  say(
    `load ${before[0]?.toFixed(1)} → ${loadavg()[0]?.toFixed(1)} on ${machine.processors} processors; ${out}\n`,
  );
}

async function onStandIn<Value>(work: (bench: Bench) => Promise<Value>, share: number): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "benchmark-"));
  const standIn = await step("stand-in", () => startStandIn({ dataFolder: folder }));
  const relay = await startRelay();
  const rivals: Rival[] = [];
  try {
    if (whyNoRivals === null) for (const name of RIVALS) rivals.push(await Rival.start(name));
    else say(`Rivals were left out: ${whyNoRivals}`);
    const team = await step(`${PEOPLE} people`, () => gatherTeam(standIn, PEOPLE));
    try {
      return await work({ standIn, team, relay, rivals, share });
    } finally {
      await disconnect(team);
    }
  } finally {
    for (const rival of rivals) await rival.stop();
    await relay.stop();
    await standIn.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(bench: Bench) {
  const { team, standIn, share } = bench;
  const appends = await step("appends", () => measureAppends(team, standIn, Math.ceil(400 * share)));
  const scenes = [
    await play(bench, "1 types, 1 watches", 2, { typists: 1, keys: 100, perSecond: PER_SECOND }),
    await play(bench, "1 types, 9 watch", 10, { typists: 1, keys: 100, perSecond: PER_SECOND }),
    await play(bench, "10 type", 10, { typists: 10, keys: 60, perSecond: PER_SECOND }),
  ];
  say(tableOf(["key → shown, ms", "keys", ...shownHead], scenes.map(shownRow)));
  say(
    tableOf(
      ["key → acknowledged, ms", "p50", "p95", "max", "ms/key server + functions", "client"],
      scenes.map(storedRow),
    ),
  );
  const rivalRows = scenes.flatMap(rivalRowsOf);
  if (rivalRows.length > 0) say(tableOf(rivalHead, rivalRows));
  const cpu = appends.serverCpuMs;
  say(
    tableOf(["call, ms", "calls", "p50", "p95", "max"], [figureRow("append_updates, one key", appends.rpc)]) +
      (cpu ? `server CPU an append: ${ms(cpu.own)} ms, functions ${ms(cpu.below)} ms\n` : ""),
  );
  const opening = await step("opening", () => measureOpening(team, 1_000, Math.ceil(20 * share)));
  say(
    tableOf(
      [`open ${opening.blocks} blocks, ms`, "times", "p50", "p95", "max"],
      [
        figureRow("all", opening.all),
        figureRow("  session.ready", opening.ready),
        figureRow("  block map", opening.blockMap),
        figureRow("  projection", opening.projection),
        figureRow("open_document alone", opening.rpc),
      ],
    ) +
      `answer ${opening.answerBytes} bytes: snapshot of ${opening.snapshotSeq} rows, then ${opening.headSeq - opening.snapshotSeq}\n`,
  );
  return { appends, scenes, opening };
}

/** The others first and then the product, with frames of the size that the product's had in a short trial. */
async function play(
  { team, standIn, relay, rivals, share }: Bench,
  name: string,
  people: number,
  full: Script,
): Promise<Scene> {
  const script = { ...full, keys: Math.ceil(full.keys * share) };
  const trial = await measureRoom(team, 2, TRIAL, standIn.process.pid);
  const floor = await relay.measure(people, script, trial.frameBytes);
  const beside: Scene["rivals"][number][] = [];
  for (const rival of rivals) {
    const figures = await step(`${name}, ${rival.name}`, () => rival.measure(people, script));
    beside.push({ name: rival.name, figures });
  }
  const here = await step(name, () => measureRoom(team, people, script, standIn.process.pid));
  return { name, people, script, here, relay: floor, rivals: beside };
}

async function measureCrashes(share: number): Promise<Crash[]> {
  const keys = Math.ceil(99 * share);
  const crashes = [await step("crash", () => crashHere(keys))];
  if (whyNoRivals === null) for (const name of RIVALS) crashes.push(await crashRival(name, keys));
  const rows = crashes.map(({ name, seen, lost }) => [name, String(seen), String(lost)]);
  say(tableOf(["kill -9 while someone types", "keys another had seen", "gone"], rows));
  return crashes;
}

async function measureStarts(): Promise<Start[]> {
  return [await measureStandInStarts(true), await measureStandInStarts(false), await measureDevStarts()];
}

const shownHead = ["p50", "p95", "max", "relay p50", "p95", "× p50", "× p95"];

function shownRow({ name, here, relay }: Scene): string[] {
  const ratio = (part: "p50" | "p95") => (here.shown[part] / relay.shown[part]).toFixed(1);
  const { count, p50, p95, max } = here.shown;
  const floor = [ms(relay.shown.p50), ms(relay.shown.p95)];
  return [name, String(count), ms(p50), ms(p95), ms(max), ...floor, ratio("p50"), ratio("p95")];
}

function storedRow({ name, here, script }: Scene): string[] {
  const { serverCpu, clientCpu } = here;
  const { p50 = Number.NaN, p95 = Number.NaN, max = Number.NaN } = here.stored ?? {};
  const keys = script.typists * script.keys;
  const each = (seconds: number) => ms((seconds * 1_000) / keys);
  const server = serverCpu ? `${each(serverCpu.own)} + ${each(serverCpu.below)}` : "–";
  return [name, ms(p50), ms(p95), ms(max), server, each(clientCpu)];
}

const rivalHead = ["beside it, ms", "shown p50", "p95", "stored p50", "p95"];

function rivalRowsOf({ name, here, rivals }: Scene): string[][] {
  const row = (who: string, { shown, stored }: KeyFigures) => {
    const { p50 = Number.NaN, p95 = Number.NaN } = stored ?? {};
    return [`${name}: ${who}`, ms(shown.p50), ms(shown.p95), ms(p50), ms(p95)];
  };
  if (rivals.length === 0) return [];
  return [row("here", here), ...rivals.map((rival) => row(rival.name, rival.figures))];
}

const figureRow = (name: string, { count, p50, p95, max }: Figure): string[] => [
  name,
  String(count),
  ms(p50),
  ms(p95),
  ms(max),
];

const startRow = ({ what, first, second }: Start): string[] => [
  what,
  (first / 1_000).toFixed(1),
  (second / 1_000).toFixed(1),
];

/** Says on stderr what goes on: nobody looks at an empty screen for minutes. */
async function step<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
  const from = performance.now();
  const value = await work();
  process.stderr.write(`${name}: ${((performance.now() - from) / 1_000).toFixed(1)} s\n`);
  return value;
}

await runBenchmark(main);
