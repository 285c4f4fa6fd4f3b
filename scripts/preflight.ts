/**
 * `npm run preflight`: the runbook's checklist before a deployment, looked after by a program. Prints each box, ticked or
 * with what is wrong, and exits with 1 unless all are ticked. Works on the Supabase that the environment names, or on the
 * running stand-in; needs nothing but its keys, and changes nothing.
 *
 * --without application|services|database   leaves that part's boxes out (may be given several times); they stay open
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@supabase/supabase-js";
import { readPublicConfig, readSecretKey } from "../lib/supabase/env.ts";
import { runBenchmark, say } from "./benchmark-run.ts";
import { checkBenchmark, checkBuild, checkSecrets, checkTests, checkTypes } from "./preflight/application.ts";
import { type Check, linesOf, pairUp, readBoxes, tick } from "./preflight/boxes.ts";
import {
  judgeCron,
  judgeExtensions,
  judgeIndexes,
  judgeJobs,
  judgeMigrations,
  judgePublication,
  judgeRowSecurity,
  judgeSettings,
  PreflightReport,
  type Verdict,
} from "./preflight/database.ts";
import { environment, findProject, type ProjectConfig } from "./project.ts";

const root = resolve(import.meta.dirname, "..");
const PARTS = ["application", "services", "database"];
const ANSWER_MS = 10_000;

async function readReport({ url, secretKey }: ProjectConfig): Promise<PreflightReport> {
  const auth = { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false };
  const { data, error } = await createClient(url, secretKey, { auth }).rpc("preflight_report");
  if (error)
    throw new Error(
      `${url} did not say what it has (${error.message}): are the keys right and the migrations applied?`,
    );
  return PreflightReport.parse(data);
}

/** `search` refuses a call without a question, and is there all the same. */
async function checkFunctions({ url }: ProjectConfig): Promise<Verdict> {
  for (const name of ["process-block", "search"]) {
    const answer = await fetch(`${url}/functions/v1/${name}`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch(() => null);
    if (answer === null) return `${name} does not answer.`;
    await answer.body?.cancel();
    if (answer.status === 404 || answer.status >= 500)
      return `${name} answers ${answer.status}: is it deployed?`;
  }
  return null;
}

function checkEnvironment({ dataFolder }: ProjectConfig): Verdict {
  const env = environment();
  // The stand-in has keys of its own, and serves this machine alone.
  if (dataFolder !== null) return null;
  readPublicConfig(env);
  readSecretKey(env);
  return env.SITE_URL ? null : "SITE_URL is not set: links in mails start with it.";
}

function checksOf(project: ProjectConfig): Check[] {
  let asked: Promise<PreflightReport> | null = null;
  const ask = (judge: (report: PreflightReport) => Verdict) => async () => {
    asked ??= readReport(project);
    return judge(await asked);
  };
  return [
    { box: "pg_cron is available", part: "database", run: ask(judgeCron) },
    { box: "All PostgreSQL extensions enabled", part: "database", run: ask(judgeExtensions) },
    {
      box: "Service role key secured",
      part: "application",
      run: () => checkSecrets(root, environment(), project.secretKey),
    },
    { box: "Environment variables set", part: "services", run: () => checkEnvironment(project) },
    {
      box: "Run all Phase 1-4 migrations in order",
      part: "database",
      run: ask((report) => judgeMigrations(report)),
    },
    { box: "Verify indexes exist", part: "database", run: ask(judgeIndexes) },
    { box: "Row security is forced", part: "database", run: ask(judgeRowSecurity) },
    { box: "Realtime publishes", part: "database", run: ask(judgePublication) },
    { box: "Scheduled jobs", part: "database", run: ask(judgeJobs) },
    { box: "The database knows its functions", part: "database", run: ask(judgeSettings) },
    { box: "Edge functions answer", part: "services", run: () => checkFunctions(project) },
    { box: "Run benchmark suite", part: "application", run: () => checkBenchmark(root) },
    { box: "TypeScript compilation passes", part: "application", run: () => checkTypes(root) },
    { box: "All tests pass", part: "application", run: () => checkTests(root) },
    { box: "Build succeeds", part: "application", run: () => checkBuild(root) },
  ];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { without: { type: "string", multiple: true, default: [] } } });
  const unknown = values.without.find((part) => !PARTS.includes(part));
  if (unknown) throw new Error(`--without ${unknown} is none; it is ${PARTS.join(", ")}.`);
  const project = findProject();
  const pairs = pairUp(readBoxes(resolve(root, "RUNBOOK.md")), checksOf(project));
  const ticked = await tick(pairs, values.without);
  say(`Before a deployment, on ${project.url}:${linesOf(ticked).join("\n")}`);
  const open = ticked.filter(({ verdict }) => verdict !== null && verdict !== "skipped").length;
  const skipped = ticked.filter(({ verdict }) => verdict === "skipped").length;
  say(
    `\n${ticked.length - open - skipped} of ${ticked.length} boxes ticked${skipped > 0 ? `, ${skipped} left out` : ""}.`,
  );
  if (open > 0) process.exitCode = 1;
}

await runBenchmark(main);
