/**
 * `npm test`: everything, one runner after the other, each in a process of its own; those that need one core only run,
 * in turn, beside the next that waits more than it works. A failing runner does not stop the next. The very last line
 * is `N passed, N failed` (`, N skipped`); the exit code is 1 when anything failed. `npm test -- unit property` runs only
 * these.
 */
import type { StdioOptions } from "node:child_process";
import { closeSync, globSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { endMarked, runChild, runMark } from "./child.ts";
import { installPostgres, startCluster, whyNoNativePostgres } from "./native-cluster.ts";
import {
  addTallies,
  closingLine,
  skippedWhole,
  type Tally,
  tallyFile,
  tallyPlaywright,
  tallyVitest,
} from "./tally.ts";

type Runner = {
  name: string;
  /** What people read, where the name alone does not say it. */
  title?: string;
  args: string[];
  limitMs: number;
  report?: string;
  count?: (json: unknown) => Tally;
  /** A sentence when it cannot run here. */
  whyNot?: () => string | null;
  /** It needs one core only: it runs beside the next without this mark, which waits more than it works. */
  isBesideNext?: boolean;
  /** Makes what it runs on; `env` is added to its environment. */
  prepare?: () => Promise<{ env: Record<string, string>; stop: () => Promise<void> }>;
};

const reports = "test-results";
const minute = 60_000;

/**
 * Once is enough for files that choose their engines themselves, and for what hardly comes near the engine: accounts
 * (auth.test.ts stands for them), sockets, files, and what kills and starts servers again. The rest of these on
 * Postgres: `DATABASE_URL=… npx vitest run --project contract`.
 */
const onceEnough = [
  "backup,benchmark,chaos,chaos-planted,deletable,differences,native,parts,phase4,planted,runbook,soak,travel,types",
  "auth-admin-links,auth-limits,auth-otp,functions,realtime-quota,storage-signed",
  "auth-admin,auth-gateway,auth-off,auth-person,auth-sessions,auth-sign-up,auth-tokens",
  "faults-workers,health,process,robust,robust-disk,robust-process,session,storage-crash,storage-refusals",
  "realtime-faults,realtime-presence,realtime-rooms,realtime-wire",
].flatMap((names) => names.split(","));
const onAnyEngine = globSync("supabase/tests/*.test.ts").filter(
  (file) => !onceEnough.some((name) => file.endsWith(`/${name}.test.ts`)),
);

/** Where there is a Postgres 17, these run on it alone: rights and requests are one SQL, whatever engine reads it. */
const onPostgresIfThere = [
  ...[
    "access-*",
    "accounts",
    "backlinks",
    "documents",
    "invitations",
    "lint",
    "log-keeping",
    "operations",
    "partitions",
  ],
  ...["rest", "rest-*", "schema", "storage", "storage-access"],
].map((name) => `supabase/tests/${name}.test.ts`);
const onPGlite = whyNoNativePostgres
  ? []
  : globSync("supabase/{tests,local}/*.test.ts", { exclude: onPostgresIfThere });

const runners: Runner[] = [
  { name: "typecheck", args: ["node_modules/typescript/bin/tsc", "--noEmit"], limitMs: 5 * minute },
  { name: "lint", args: ["node_modules/@biomejs/biome/bin/biome", "check", "."], limitMs: 5 * minute },
  vitest("rooms", 2 * minute),
  vitest("unit", 15 * minute),
  {
    ...vitest("contract", 40 * minute, {
      report: "contract-native",
      only: onAnyEngine,
    }),
    name: "contract-native",
    title: "contract on Postgres 17",
    isBesideNext: true,
    whyNot: () => whyNoNativePostgres,
    prepare: async () => {
      const { url, stop } = await startCluster();
      return { env: { DATABASE_URL: url }, stop };
    },
  },
  { ...vitest("property", 20 * minute, { isAlone: true }), isBesideNext: true },
  vitest("contract", 40 * minute, { only: onPGlite }),
  {
    name: "playwright",
    args: ["node_modules/@playwright/test/cli.js", "test"],
    limitMs: 40 * minute,
    report: `${reports}/playwright.json`,
    count: tallyPlaywright,
  },
];

/** One project; `only` narrows it to these files, `isAlone` to one worker. */
function vitest(
  name: string,
  limitMs: number,
  { report = name, only = [] as string[], isAlone = false } = {},
): Runner {
  const reporters = ["default", "./scripts/skip-reasons.ts", "json", "junit"].map(
    (reporter) => `--reporter=${reporter}`,
  );
  const files = ["json", "junit"].map(
    (kind) => `--outputFile.${kind}=${reports}/${report}.${kind === "json" ? "json" : "xml"}`,
  );
  const started = ["run", "--project", name, ...(isAlone ? ["--maxWorkers=1"] : [])];
  const args = ["node_modules/vitest/vitest.mjs", ...started, ...reporters, ...files, ...only];
  return { name, args, limitMs, report: `${reports}/${report}.json`, count: tallyVitest };
}

/** Where the output goes to a file, it is shown whole at the end: two that write at once cannot be read. */
async function run(runner: Runner, output?: string): Promise<Tally> {
  const title = runner.title ?? runner.name;
  console.log(`\n── ${title} ──${output ? " (beside the next; its output follows at its end)" : ""}`);
  const started = performance.now();
  const tally = await tallyOf(runner, output);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (output) console.log(`\n── ${title}: its output ──\n${readFileSync(output, "utf8")}`);
  console.log(`${title}: ${closingLine(tally)} (${seconds} s)`);
  return { ...tally, problems: tally.problems.map((problem) => `${title}: ${problem}`) };
}

async function tallyOf(runner: Runner, output?: string): Promise<Tally> {
  const file = output === undefined ? undefined : openSync(output, "w");
  const reason = runner.whyNot?.();
  if (reason) return skippedWhole(runner.title ?? runner.name, reason);
  try {
    const ground = await runner.prepare?.();
    try {
      return await runOn(runner, ground?.env ?? {}, file ?? "inherit");
    } finally {
      await ground?.stop();
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { passed: 0, failed: 1, skipped: [], problems: [problem] };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

async function runOn(
  runner: Runner,
  ground: Record<string, string>,
  output: number | "inherit",
): Promise<Tally> {
  const mark = crypto.randomUUID();
  // Hundreds of processes read the same files: each is compiled once.
  const cache = { NODE_COMPILE_CACHE: resolve("node_modules/.cache/node-compile") };
  const env = { ...cache, ...process.env, ...ground, [runMark]: mark };
  const stdio: StdioOptions = ["ignore", output, output];
  const outcome = await runChild(process.execPath, runner.args, { env, stdio, limitMs: runner.limitMs });
  endMarked(mark);
  const isGood = outcome.code === 0;
  const tally =
    runner.report && runner.count
      ? tallyFile(runner.report, runner.count)
      : { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: [], problems: [] };
  const why = outcome.timedOut
    ? `was stopped after ${runner.limitMs / minute} minutes`
    : `ended with code ${outcome.code}`;
  // A runner that counts no failure and yet fails broke somewhere outside its tests.
  if (!isGood && (tally.failed === 0 || outcome.timedOut || !runner.report)) tally.problems.push(why);
  if (!isGood && tally.failed === 0) tally.failed = 1;
  return tally;
}

function chooseRunners(names: string[]): Runner[] {
  const unknown = names.filter((name) => !runners.some((runner) => runner.name === name));
  if (unknown.length > 0) {
    const known = runners.map((runner) => runner.name).join(", ");
    throw new Error(`There is no runner ${unknown.join(", ")}: the runners are ${known}.`);
  }
  return names.length > 0 ? runners.filter((runner) => names.includes(runner.name)) : runners;
}

const chosen = chooseRunners(process.argv.slice(2));
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });
const needsPostgres = ({ name }: Runner) => name.startsWith("contract");
// It takes a minute on a new machine, and the tests that start one do not wait so long.
const isInstalled =
  !whyNoNativePostgres && chosen.some(needsPostgres) ? installPostgres() : Promise.resolve();
const tallies: Promise<Tally>[] = [];
let beside: Promise<unknown> = Promise.resolve();
for (const runner of chosen) {
  if (needsPostgres(runner)) await isInstalled;
  if (runner.isBesideNext === true && runner !== chosen.at(-1)) {
    const tally = beside.then(() => run(runner, `${reports}/${runner.name}.log`));
    tallies.push(tally);
    beside = tally;
  } else {
    const tally = run(runner);
    tallies.push(tally);
    await Promise.all([tally, beside]);
  }
}

const total = addTallies(await Promise.all(tallies));
if (total.skipped.length > 0) console.log("\nSkipped:");
for (const { name, reason } of total.skipped) console.log(`  ${name}: ${reason}`);
if (total.problems.length > 0) console.log("\nProblems:");
for (const problem of total.problems) console.log(`  ${problem}`);
writeFileSync(`${reports}/closing-line`, `${closingLine(total)}\n`);
console.log(`\n${closingLine(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
