/**
 * The stand-in for a Supabase project: one process on one data folder, on 127.0.0.1.
 *
 * Prints `Supabase stand-in listening on http://127.0.0.1:PORT` when it is ready, and nothing else on stdout
 * (with `--announce` also `Supabase stand-in opening …` before; until it is ready it answers 503).
 * On SIGTERM, SIGINT, or the end of the process that started it (`--with-parent`), it closes the database and
 * leaves nothing behind. A failure is one sentence on stderr and exit code 1, or 2 when the folder is in use.
 */
import { enableCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";
import type { StandIn } from "./stand-in.ts";

// Before the large imports: compiled code from the last start saves a third of this one.
enableCompileCache();
// V8 optimises a function of PGlite after some 13 MB of its code have run, most of them for nothing: that is half of the
// processor time of a start and of a short life. Fifteen times later, a long life is as fast.
setFlagsFromString("--wasm-tiering-budget=200000000");
const { DatabaseClosed } = await import("./database.ts");
const { isConnectionLost } = await import("./database-native-errors.ts");
const { FolderInUse } = await import("./lock.ts");
const { parseOptions } = await import("./options.ts");
const { start } = await import("./stand-in.ts");
const { watchDisk } = await import("./start-errors.ts");

process.env.DO_NOT_TRACK = "1";
process.env.LITE_TELEMETRY = "0";
const PARENT_CHECK_MS = 500;
const SHUTDOWN_MS = 5_000;

/**
 * lite prints each error of the database that it answers; they are the callers' business, not the log's. A server
 * that went away is told once (database-native.ts), and what comes too late for a closed database is nobody's.
 */
function quieten(): void {
  const print = console.error;
  console.error = (...parts: unknown[]) => {
    const error = parts[0] as { code?: unknown; relation?: unknown } | null;
    const isAnswered = /^[0-9A-Z]{5}$/.test(String(error?.code)) || typeof error?.relation === "string";
    const isKnown = parts.some((part) => part instanceof DatabaseClosed || isConnectionLost(part));
    if (!isAnswered && !isKnown) print(...parts);
  };
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof FolderInUse ? 2 : 1);
}

/**
 * postgres.js asks for the array types of a new connection in a promise that nobody holds; a server that crashes
 * just then would take this process along. Who wanted the connection hears of it in its own way.
 */
function outliveLostConnections(): void {
  process.on("unhandledRejection", (reason) => {
    if (!isConnectionLost(reason)) throw reason;
  });
}

function stopOnce(started: Promise<StandIn>): (code: number) => void {
  let stopping = false;
  return (code) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(code), SHUTDOWN_MS).unref();
    started.then((standIn) => standIn.stop()).then(() => process.exit(code), fail);
  };
}

/** The pipe closes when the parent ends, however it ends; a changed parent says so where there is no pipe. */
function endWithParent(stop: (code: number) => void): void {
  const parent = process.ppid;
  process.stdin
    .on("end", () => stop(0))
    .on("error", () => stop(0))
    .resume();
  setInterval(() => process.ppid !== parent && stop(0), PARENT_CHECK_MS).unref();
}

quieten();
outliveLostConnections();
try {
  const options = parseOptions(process.argv.slice(2));
  const started = start(options);
  const stop = stopOnce(started);
  process
    .on("SIGTERM", () => stop(0))
    .on("SIGINT", () => stop(0))
    .on("SIGHUP", () => stop(0));
  // A reader that went away is no reason to fall over.
  process.stdout.on("error", () => stop(0));
  if (options.withParent) endWithParent(stop);
  process.stdout.write(`Supabase stand-in listening on ${(await started).url}\n`);
  if (!options.databaseUrl) {
    watchDisk(options.dataFolder, (sentence) => {
      process.stderr.write(`${sentence}\n`);
      stop(1);
    });
  }
} catch (error) {
  fail(error);
}
