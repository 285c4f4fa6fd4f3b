/** What the checklist asks of this checkout and its build: each a sentence when it is not so. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { leaks } from "../built-client.ts";
import type { Verdict } from "./database.ts";

/** The reports that a whole run of `npm test` leaves. */
const REPORTS = ["rooms", "unit", "property", "contract", "playwright"];
const DAY_MS = 86_400_000;

/** When the checkout became what it is; 0 where git does not know. */
function committedAt(root: string): number {
  const { stdout } = spawnSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" });
  return Number(stdout?.trim() || 0) * 1000;
}

const isOlder = (file: string, than: number) => statSync(file).mtimeMs < than;

export function checkTypes(root: string): Verdict {
  const { status, stdout } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "--noEmit"], {
    cwd: root,
    encoding: "utf8",
  });
  return status === 0 ? null : `npm run typecheck fails: ${stdout.split("\n")[0]}`;
}

/** Reads what the last `npm test` left: it takes too long to be run here. */
export function checkTests(root: string): Verdict {
  const folder = join(root, "test-results");
  const closing = join(folder, "closing-line");
  if (!existsSync(closing)) return "npm test has not been run.";
  const line = readFileSync(closing, "utf8").trim();
  if (!/^\d+ passed, 0 failed/.test(line)) return `The last npm test says: ${line}.`;
  const missing = REPORTS.filter((name) => !existsSync(join(folder, `${name}.json`)));
  if (missing.length > 0) return `The last npm test ran only a part, without ${missing.join(", ")}.`;
  return isOlder(closing, committedAt(root)) ? "npm test was last run before the last commit." : null;
}

export function checkBuild(root: string): Verdict {
  const file = join(root, ".next/BUILD_ID");
  if (!existsSync(file)) return "There is no build: npm run build.";
  return isOlder(file, committedAt(root)) ? "The build is older than the last commit: npm run build." : null;
}

/** Whether anything that browsers get holds a secret key, or a public variable does. */
export function checkSecrets(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
  secretKey: string,
): Verdict {
  const open = Object.entries(env).find(
    ([name, value]) =>
      name.startsWith("NEXT_PUBLIC_") && value && (value === secretKey || value.startsWith("sb_secret_")),
  );
  if (open) return `${open[0]} holds a secret key, and browsers get what begins with NEXT_PUBLIC_.`;
  const build = join(root, ".next");
  if (!existsSync(join(build, "BUILD_ID"))) return "There is no build to look into: npm run build.";
  const [found] = leaks(build, secretKey);
  return found === undefined ? null : `${found}.`;
}

export function checkBenchmark(root: string, now = Date.now()): Verdict {
  const file = join(root, "test-results/benchmark.json");
  if (!existsSync(file)) return "npm run benchmark -- $WORKSPACE_ID has not been run.";
  const { at, missed } = JSON.parse(readFileSync(file, "utf8")) as { at: string; missed: string[] };
  if (now - Date.parse(at) > DAY_MS) return `The benchmark was last run at ${at}.`;
  return missed.length > 0 ? `The last benchmark missed: ${missed.join(" ")}` : null;
}
