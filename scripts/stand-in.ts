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
  /** A Postgres 17 server; null means PGlite, whatever the environment says; absent leaves it to DATABASE_URL. */
  readonly databaseUrl?: string | null;
  /** Secrets of edge functions, such as where the model of vectors is. */
  readonly functionSecrets?: Readonly<Record<string, string>>;
  /** Further arguments, such as `--test` or `--confirm-email`. */
  readonly args?: readonly string[];
  /** Another stand-in's main.ts: a copy with an error planted in it. */
  readonly main?: string;
}

const OPENING = /^Supabase stand-in opening (\S+)$/m;
const READY = /^Supabase stand-in listening on \S+$/m;
const STOP_MS = 10_000;
/** Another one (a copy with an error planted in it) by STAND_IN_MAIN. */
const main = process.env.STAND_IN_MAIN ?? resolve(import.meta.dirname, "../supabase/local/main.ts");

/** Resolves when it serves. */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const standIn = await openStandIn(options);
  await standIn.ready;
  return standIn;
}

/** Resolves as soon as address and keys are known; it serves from `ready` on, and answers 503 before. */
export async function openStandIn(options: StandInOptions): Promise<StandIn & { ready: Promise<void> }> {
  const site = options.siteUrl ? ["--site-url", options.siteUrl] : [];
  const own = ["--data", options.dataFolder, "--with-parent", "--announce", ...site];
  const child = spawn(process.execPath, [options.main ?? main, ...own, ...(options.args ?? [])], {
    stdio: ["pipe", "pipe", "pipe"],
    env: environmentOf(options),
  });
  const ended = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  const { opening, ready } = listenTo(child, ended);
  const url = await opening;
  const keys = JSON.parse(await readFile(join(options.dataFolder, "keys.json"), "utf8"));
  return {
    url,
    publishableKey: keys.publishableKey,
    secretKey: keys.secretKey,
    process: child,
    ended,
    ready,
    stop: () => stop(child, ended),
  };
}

/** By the environment, because passwords may be in it and everybody can read a command line. */
function environmentOf({ databaseUrl, functionSecrets }: StandInOptions): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  if (databaseUrl !== undefined) env.DATABASE_URL = databaseUrl ?? "";
  if (functionSecrets !== undefined) env.FUNCTION_SECRETS = JSON.stringify(functionSecrets);
  return env;
}

/** What it says on stdout, as promises; when it ends before, they reject with what it complained of. */
function listenTo(child: ChildProcess, ended: Promise<number | null>) {
  const opening = Promise.withResolvers<string>();
  const ready = Promise.withResolvers<void>();
  let said = "";
  let complaint = "";
  let isReady = false;
  child.stdout?.on("data", (part: Buffer) => {
    said = (said + part).slice(-1_000);
    const url = OPENING.exec(said)?.[1];
    if (url) opening.resolve(url);
    isReady ||= READY.test(said);
    if (isReady) ready.resolve();
  });
  child.stderr?.on("data", (part: Buffer) => {
    if (isReady) process.stderr.write(part);
    else complaint += part;
  });
  const fail = (error: Error) => {
    opening.reject(error);
    ready.reject(error);
  };
  child.once("error", fail);
  void ended.then((code) => fail(new Error(complaint.trim() || `The stand-in ended with code ${code}.`)));
  // Whoever waits for one of them hears it; the other must not count as unheard.
  ready.promise.catch(() => undefined);
  return { opening: opening.promise, ready: ready.promise };
}

async function stop(child: ChildProcess, ended: Promise<number | null>): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}
