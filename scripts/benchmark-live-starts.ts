/**
 * How long the first and the second start take: of the stand-in until it serves, and of `npm run dev` until the
 * first page answers. The latter runs in a copy of this folder, so that it starts without what was compiled before
 * and beside a server that may run here.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endGroup, startChild } from "./child.ts";
import { startStandIn } from "./stand-in.ts";

/** Milliseconds. */
export type Start = { readonly what: string; readonly first: number; readonly second: number };

const root = resolve(import.meta.dirname, "..");
const START_MS = 180_000;
/** Next keeps what it compiled only after some idle seconds: whoever ends it at once starts as the first time. */
const COMPILED_MS = 10_000;

async function inFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "benchmark-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** First with a new folder, then on it again. Without a template also the empty database is made. */
export function measureStandInStarts(withTemplate: boolean): Promise<Start> {
  return inFolder(async (folder) => {
    const before = process.env.XDG_CACHE_HOME;
    if (!withTemplate) process.env.XDG_CACHE_HOME = join(folder, "cache");
    try {
      const data = join(folder, "data");
      const first = await startOnce(data);
      const second = await startOnce(data);
      return { what: `stand-in, ${withTemplate ? "template there" : "no template yet"}`, first, second };
    } finally {
      if (before === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = before;
    }
  });
}

async function startOnce(dataFolder: string): Promise<number> {
  const from = performance.now();
  const standIn = await startStandIn({ dataFolder });
  const took = performance.now() - from;
  await standIn.stop();
  return took;
}

export function measureDevStarts(): Promise<Start> {
  return inFolder(async (folder) => {
    const copy = join(folder, "copy");
    copyProject(copy);
    const first = await startDev(copy, join(folder, "data"), COMPILED_MS);
    const second = await startDev(copy, join(folder, "data"), 0);
    return { what: "npm run dev, until the page answers", first, second };
  });
}

/** What is or would be in the repository; the packages as hard links, because Next follows no link out of its root. */
function copyProject(to: string): void {
  const list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const paths = execFileSync("git", list, { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean);
  for (const path of paths) if (existsSync(join(root, path))) cpSync(join(root, path), join(to, path));
  const packages = join(root, "node_modules");
  try {
    execFileSync("cp", ["-al", packages, to], { stdio: "ignore" });
  } catch {
    // Another file system.
    execFileSync("cp", ["-a", packages, to]);
  }
}

/** @param stayMs how long it runs on. */
async function startDev(folder: string, data: string, stayMs: number): Promise<number> {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(env)) if (/SUPABASE/.test(name)) delete env[name];
  const from = performance.now();
  const args = [join(folder, "scripts/dev.ts"), "--port", "0", "--data", data, "--url-only"];
  // Beside npm, which starts Node from the folder's packages in the same way.
  env.PATH = `${dirname(process.execPath)}:${env.PATH ?? ""}`;
  const child = startChild(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  try {
    const url = await new Promise<string>((done, fail) => {
      let complaint = "";
      child.stdout?.once("data", (line: Buffer) => done(String(line).trim()));
      child.stderr?.on("data", (part: Buffer) => {
        complaint = (complaint + part).slice(-2_000);
      });
      void ended.then(() => fail(new Error(`npm run dev ended: ${complaint.trim()}`)));
      setTimeout(() => fail(new Error("npm run dev was not ready in time.")), START_MS).unref();
    });
    // The first page leads on to signing in: that one is what a person waits for.
    const page = await fetch(url);
    await page.text();
    if (!page.ok) throw new Error(`${page.url} answered ${page.status}.`);
    const took = performance.now() - from;
    await sleep(stayMs);
    return took;
  } finally {
    if (child.exitCode === null) child.kill("SIGTERM");
    const timer = setTimeout(() => endGroup(child, "SIGKILL"), 15_000);
    await ended;
    clearTimeout(timer);
  }
}
