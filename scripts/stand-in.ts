/**
 * Starts the stand-in for Supabase as a process of its own and says how to reach it.
 *
 * It ends when `stop` is called, when this process ends in whatever way (its pipe closes), or by itself. When it
 * cannot start, the promise rejects with the one sentence it gave.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

export interface StandIn {
  readonly url: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly process: ChildProcess;
  /** Asks it to end and waits until it has; kills it when it does not within ten seconds. */
  stop(): Promise<void>;
  /** Resolves to the exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

export interface StandInOptions {
  readonly dataFolder: string;
  /** Where the product's pages are; links in mails lead there. */
  readonly siteUrl?: string;
  /** Further arguments, such as `--test` or `--confirm-email`. */
  readonly args?: readonly string[];
}

const READY = /^Supabase stand-in listening on (\S+)$/m;
const STOP_MS = 10_000;
const main = resolve(import.meta.dirname, "../supabase/local/main.ts");

export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const site = options.siteUrl ? ["--site-url", options.siteUrl] : [];
  const args = [main, "--data", options.dataFolder, "--with-parent", ...site, ...(options.args ?? [])];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  const url = await ready(child, ended);
  const keys = JSON.parse(await readFile(join(options.dataFolder, "keys.json"), "utf8"));
  child.stderr.pipe(process.stderr, { end: false });
  return {
    url,
    publishableKey: keys.publishableKey,
    secretKey: keys.secretKey,
    process: child,
    ended,
    stop: () => stop(child, ended),
  };
}

function ready(child: ChildProcess, ended: Promise<number | null>): Promise<string> {
  let said = "";
  let complaint = "";
  return new Promise((done, failed) => {
    child.stdout?.on("data", (part: Buffer) => {
      said += part;
      const url = READY.exec(said)?.[1];
      if (url) done(url);
    });
    child.stderr?.on("data", (part: Buffer) => {
      complaint += part;
    });
    child.once("error", failed);
    ended.then((code) => failed(new Error(complaint.trim() || `The stand-in ended with code ${code}.`)));
  });
}

async function stop(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}
