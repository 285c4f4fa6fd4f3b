/**
 * Child processes that leave nothing behind. Each runs in a process group of its own, and the whole group
 * ends with it, when its time is up, and when this process ends or is told to.
 */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

export type ChildOutcome = { code: number | null; timedOut: boolean };

const running = new Set<ChildProcess>();
let isWatchingExit = false;

/** Starts a program of its own group. Its standard input is closed. */
export function startChild(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcess {
  endChildrenWithThisProcess();
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options, detached: true });
  running.add(child);
  child.once("exit", () => endGroup(child, "SIGKILL"));
  return child;
}

/** Runs a program to its end. `code` is null when it could not start or a signal ended it. */
export function runChild(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { limitMs: number },
): Promise<ChildOutcome> {
  const { limitMs, ...spawnOptions } = options;
  return new Promise((resolve) => {
    const child = startChild(command, args, spawnOptions);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      endGroup(child, "SIGKILL");
    }, limitMs);
    const finish = (code: number | null) => {
      clearTimeout(timer);
      resolve({ code, timedOut });
    };
    child.once("error", () => finish(null));
    child.once("close", finish);
  });
}

/** Sends a signal to a child and to everything it started. */
export function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (signal === "SIGKILL") running.delete(child);
  if (child.pid !== undefined) sendSignal(-child.pid, signal);
}

/** A negative id means the group of that id. That nobody is left there is what was asked for. */
function sendSignal(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Name of an environment variable that every process below a runner inherits. */
export const runMark = "COMMAND_CENTER_RUN_MARK";

/**
 * Ends every process that carries the mark, also those in groups of their own whose starter was killed.
 * Reads /proc, so it does nothing where there is none; the groups are ended everywhere.
 */
export function endMarked(mark: string): void {
  if (!existsSync("/proc/self/environ")) return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (environmentOf(pid).includes(`${runMark}=${mark}`)) sendSignal(Number(pid), "SIGKILL");
  }
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    // It ended in the meantime, or belongs to somebody else.
    return "";
  }
}

function endChildrenWithThisProcess(): void {
  if (isWatchingExit) return;
  isWatchingExit = true;
  process.once("exit", () => {
    for (const child of [...running]) endGroup(child, "SIGKILL");
  });
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}
