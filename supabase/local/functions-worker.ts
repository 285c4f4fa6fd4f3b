/**
 * One edge function as one sandboxed Deno process. It may read no file but its own modules, write nothing,
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
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface WorkerOptions {
  readonly name: string;
  /** Absolute path of the function's index.ts. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** `host:port` that it may talk to beside its own port. */
  readonly allowNet: readonly string[];
  readonly cacheFolder: string;
  readonly memoryMb: number;
  log(line: string): void;
}

export interface Worker {
  readonly port: number;
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  hasExited(): boolean;
  ranOutOfMemory(): boolean;
  kill(): Promise<void>;
}

export class BootError extends Error {}

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
  const child = spawnGuarded(findDeno(), denoArguments(options, port), {
    ...options.env,
    DENO_DIR: options.cacheFolder,
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
    DENO_NO_UPDATE_CHECK: "1",
    DO_NOT_TRACK: "1",
    NO_COLOR: "1",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
      for (const line of text.trimEnd().split("\n")) if (!line.startsWith("Listening on ")) options.log(line);
    });
  }
  const { exited, hasExited, kill } = watchExit(child);
  return {
    port,
    exited,
    hasExited,
    kill,
    output: () => output,
    ranOutOfMemory: () => output.includes("out of memory"),
    ready: waitForPort(
      port,
      hasExited,
      () => new BootError(`${options.name} did not start: ${output.trim()}`),
    ),
  };
}

function denoArguments({ entry, allowNet, memoryMb }: WorkerOptions, port: number): string[] {
  return [
    "run",
    "--no-prompt",
    "--no-check",
    "--no-lock",
    "--no-remote",
    "--cached-only",
    "--node-modules-dir=manual",
    "--allow-env",
    `--allow-net=${[`127.0.0.1:${port}`, ...allowNet].join()}`,
    `--v8-flags=--max-old-space-size=${memoryMb}`,
    `--preload=${fileURLToPath(new URL("./functions-preload.ts", import.meta.url))}`,
    entry,
  ];
}

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
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
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
