/**
 * `npm test`: everything, one runner after the other, each in a process of its own. A failing runner does
 * not stop the next. The very last line is `N passed, N failed` (`, N skipped`); the exit code is 1 when
 * anything failed. `npm test -- unit property` runs only these.
 */
import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { endMarked, runChild, runMark } from "./child.ts";
import { startCluster, whyNoNativePostgres } from "./native-cluster.ts";
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
  /** Makes what it runs on; `env` is added to its environment. */
  prepare?: () => Promise<{ env: Record<string, string>; stop: () => Promise<void> }>;
};

const reports = "test-results";
const minute = 60_000;

/** Once is enough for files that choose their engines themselves, and for what never comes near the engine. */
const onceEnough = [
  "chaos,deletable,differences,native,planted,soak,travel,types",
  "auth-admin-links,auth-limits,auth-otp,functions,realtime-quota,storage-signed",
].flatMap((names) => names.split(","));
const onAnyEngine = globSync("supabase/tests/*.test.ts").filter(
  (file) => !onceEnough.some((name) => file.endsWith(`/${name}.test.ts`)),
);

const runners: Runner[] = [
  { name: "typecheck", args: ["node_modules/typescript/bin/tsc", "--noEmit"], limitMs: 5 * minute },
  { name: "lint", args: ["node_modules/@biomejs/biome/bin/biome", "check", "."], limitMs: 5 * minute },
  vitest("rooms", 2 * minute),
  vitest("unit", 5 * minute),
  vitest("property", 10 * minute),
  vitest("contract", 40 * minute),
  {
    ...vitest("contract", 40 * minute, {
      report: "contract-native",
      only: onAnyEngine,
    }),
    name: "contract-native",
    title: "contract on Postgres 17",
    whyNot: () => whyNoNativePostgres,
    prepare: async () => {
      const { url, stop } = await startCluster();
      return { env: { DATABASE_URL: url }, stop };
    },
  },
  {
    name: "playwright",
    args: ["node_modules/@playwright/test/cli.js", "test"],
    limitMs: 20 * minute,
    report: `${reports}/playwright.json`,
    count: tallyPlaywright,
  },
];

/** One project; `only` narrows it to these files. */
function vitest(name: string, limitMs: number, { report = name, only = [] as string[] } = {}): Runner {
  const reporters = ["default", "./scripts/skip-reasons.ts", "json", "junit"].map(
    (reporter) => `--reporter=${reporter}`,
  );
  const files = ["json", "junit"].map(
    (kind) => `--outputFile.${kind}=${reports}/${report}.${kind === "json" ? "json" : "xml"}`,
  );
  const args = ["node_modules/vitest/vitest.mjs", "run", "--project", name, ...reporters, ...files, ...only];
  return { name, args, limitMs, report: `${reports}/${report}.json`, count: tallyVitest };
}

async function run(runner: Runner): Promise<Tally> {
  const title = runner.title ?? runner.name;
  console.log(`\n── ${title} ──`);
  const started = performance.now();
  const tally = await tallyOf(runner);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${title}: ${closingLine(tally)} (${seconds} s)`);
  return { ...tally, problems: tally.problems.map((problem) => `${title}: ${problem}`) };
}

async function tallyOf(runner: Runner): Promise<Tally> {
  const reason = runner.whyNot?.();
  if (reason) return skippedWhole(runner.title ?? runner.name, reason);
  try {
    const ground = await runner.prepare?.();
    try {
      return await runOn(runner, ground?.env ?? {});
    } finally {
      await ground?.stop();
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { passed: 0, failed: 1, skipped: [], problems: [problem] };
  }
}

async function runOn(runner: Runner, ground: Record<string, string>): Promise<Tally> {
  const mark = crypto.randomUUID();
  const env = { ...process.env, ...ground, [runMark]: mark };
  const outcome = await runChild(process.execPath, runner.args, { env, limitMs: runner.limitMs });
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
const tallies: Tally[] = [];
for (const runner of chosen) tallies.push(await run(runner));

const total = addTallies(tallies);
if (total.skipped.length > 0) console.log("\nSkipped:");
for (const { name, reason } of total.skipped) console.log(`  ${name}: ${reason}`);
if (total.problems.length > 0) console.log("\nProblems:");
for (const problem of total.problems) console.log(`  ${problem}`);
writeFileSync(`${reports}/closing-line`, `${closingLine(total)}\n`);
console.log(`\n${closingLine(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
