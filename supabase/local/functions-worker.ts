/**
 * One worker of an edge function: a sandboxed Deno process. It may read no file but its own modules, write nothing,
 * start nothing, and reach the network at its own port and the stand-in only; its environment holds what it is
 * given and nothing of ours.
 *
 *   spawned ─▶ accepts connections ─▶ answers ─▶ killed (SIGKILL: a spinning isolate ignores anything else)
 *        └──▶ exits: `boot` rejects with BootError
 *
 * The process never outlives the stand-in, not even kill -9 of it: a shell beside it waits for the end of a
 * pipe that only the stand-in holds open, and then kills it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface WorkerOptions {
  readonly name: string;
  /** Absolute path of the function's index.ts. */
  readonly entry: string;
  /** Absolute path of its deno.json or import map, if it has one. */
  readonly importMap: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** `host:port` that it may talk to beside its own port. */
  readonly allowNet: readonly string[];
  readonly cacheFolder: string;
  readonly memoryMb: number;
  log(line: string): void;
}

export interface Worker {
  readonly port: number;
  readonly executionId: string;
  /** Deno's process, once it has said which; the child itself is the shell beside it. */
  pid(): number | null;
  /** Calls back with the number of tasks handed to `EdgeRuntime.waitUntil` that are under way. */
  onTasks(callback: (count: number) => void): void;
  /** Dispatches `beforeunload` in the function. A spinning one does not hear it. */
  announceEnd(reason: EndReason): void;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  hasExited(): boolean;
  ranOutOfMemory(): boolean;
  kill(): Promise<void>;
}

export class BootError extends Error {}

/** As the preload script understands them. */
const SIGNALS = {
  cpu: "SIGXCPU",
  memory: "SIGXFSZ",
  wall_clock: "SIGALRM",
  early_drop: "SIGUSR2",
  termination: "SIGTERM",
} as const;
export type EndReason = keyof typeof SIGNALS;

const BOOT_TIMEOUT_MS = 15_000;
const RETRY_MS = 10;
const KEPT_OUTPUT = 8_000;

const GUARD = `exec 3<&0
"$@" </dev/null 3<&- &
child=$!
( cat <&3 >/dev/null; kill -9 "$child" ) 2>/dev/null &
wait "$child"`;

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const worker = spawnWorker(options, port);
    try {
      await worker.ready;
      return worker;
    } catch (error) {
      await worker.kill();
      // Somebody took the port between our asking and its listening.
      if (attempt > 2 || !worker.output().includes("AddrInUse")) throw error;
    }
  }
}

function spawnWorker(options: WorkerOptions, port: number) {
  const word = randomUUID();
  const executionId = options.env.SB_EXECUTION_ID ?? randomUUID();
  const child = spawnGuarded(findDeno(), denoArguments(options, port), {
    ...options.env,
    STAND_IN_WORD: word,
    ...(exportsHandler(options.entry) ? { STAND_IN_ENTRY: pathToFileURL(options.entry).href } : {}),
    DENO_DIR: options.cacheFolder,
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
    DENO_NO_UPDATE_CHECK: "1",
    DO_NOT_TRACK: "1",
    NO_COLOR: "1",
  });
  const told = listenTo(child, word, options.log);
  const { exited, hasExited, kill } = watchExit(child);
  return {
    port,
    executionId,
    exited,
    hasExited,
    kill,
    output: told.output,
    pid: told.pid,
    onTasks: told.onTasks,
    announceEnd: (reason: EndReason) => {
      const pid = told.pid();
      if (pid !== null && !hasExited()) signal(pid, SIGNALS[reason]);
    },
    ranOutOfMemory: () => told.output().includes("out of memory"),
    ready: waitForPort(
      port,
      hasExited,
      () => new BootError(`did not start: ${told.output().trim() || "it serves nothing"}`),
    ),
  };
}

/** Sorts what it says into the log and into what the preload script has to tell. */
function listenTo(child: ChildProcess, word: string, log: (line: string) => void) {
  let output = "";
  let pid: number | null = null;
  let tasks = 0;
  let onTasks: (count: number) => void = () => undefined;

  const hear = (line: string) => {
    const at = line.indexOf(word);
    const own = at < 0 ? line : line.slice(0, at);
    const [, what, value] = at < 0 ? [] : line.slice(at).split(" ");
    if (what === "pid") pid = Number(value);
    if (what === "tasks") {
      tasks = Number(value);
      onTasks(tasks);
    }
    if (own === "" || own.startsWith("Listening on ")) return;
    output = `${output}${own}\n`.slice(-KEPT_OUTPUT);
    log(own);
  };
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) hear(line);
    });
    stream?.once("end", () => hear(rest));
  }
  return {
    output: () => output,
    pid: () => pid,
    onTasks: (callback: (count: number) => void) => {
      onTasks = callback;
      if (tasks > 0) callback(tasks);
    },
  };
}

function denoArguments({ entry, importMap, allowNet, memoryMb }: WorkerOptions, port: number): string[] {
  const isConfig = importMap !== null && /deno\.jsonc?$/.test(importMap);
  return [
    "run",
    "--no-prompt",
    "--no-check",
    "--no-lock",
    "--no-remote",
    "--cached-only",
    "--node-modules-dir=manual",
    ...(importMap === null ? [] : [`--${isConfig ? "config" : "import-map"}=${importMap}`]),
    "--allow-env",
    // The preload script imports what exports its handler, and that counts as reading.
    ...(exportsHandler(entry) ? [`--allow-read=${dirname(dirname(entry))}`] : []),
    `--allow-net=${[`127.0.0.1:${port}`, ...allowNet].join()}`,
    `--v8-flags=--max-old-space-size=${memoryMb}`,
    `--preload=${fileURLToPath(new URL("./functions-preload.ts", import.meta.url))}`,
    entry,
  ];
}

/** `export default { fetch }` in place of Deno.serve. */
const exportsHandler = (entry: string) => /^\s*export\s+default\b/m.test(readFileSync(entry, "utf8"));

/** The binary itself: the package's bin.cjs would be one more process, one that cannot be killed through. */
function findDeno(): string {
  const folder = dirname(createRequire(import.meta.url).resolve("deno/package.json"));
  return join(folder, process.platform === "win32" ? "deno.exe" : "deno");
}

function spawnGuarded(file: string, args: readonly string[], given: Record<string, string>): ChildProcess {
  // Next.js declares NODE_ENV as always there; here nothing is that was not given.
  const env = { ...given, PATH: "/usr/bin:/bin" } as unknown as NodeJS.ProcessEnv;
  const stdio = ["pipe", "pipe", "pipe"] as const;
  if (process.platform === "win32") return spawn(file, args, { env, stdio: [...stdio] });
  const command = ["-c", GUARD, "sh", file, ...args];
  return spawn("/bin/sh", command, {
    env,
    stdio: [...stdio],
    detached: true,
  });
}

function watchExit(child: ChildProcess) {
  let isGone = false;
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      isGone = true;
      killGroup(child);
      child.stdin?.destroy();
    };
    child.once("exit", end);
    child.once("error", end);
    // 'close' comes when its last words have been read as well.
    child.once("close", () => resolve());
  });
  return {
    exited,
    hasExited: () => isGone,
    kill: () => {
      killGroup(child);
      return exited;
    },
  };
}

/** The shell, Deno and whatever they started, in one stroke. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") child.kill("SIGKILL");
  else signal(-child.pid, "SIGKILL");
}

/** Whom it finds no more needs it no more. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function waitForPort(port: number, hasExited: () => boolean, failure: () => Error): Promise<void> {
  const deadline = Date.now() + BOOT_TIMEOUT_MS;
  while (!hasExited() && Date.now() < deadline) {
    if (await canConnect(port)) return;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  throw failure();
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => finish(true));
    socket.once("error", () => finish(false));
  });
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
