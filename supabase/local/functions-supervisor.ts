/**
 * Watches one worker as hosted Supabase's supervisor does.
 *
 *   fresh ─▶ retired (1 s of CPU in all, or half of its time, or outdated: takes no new request)
 *     │         └─▶ dropped as soon as nothing is under way
 *     └─▶ killed: more than 2 s of CPU for a request, more than 256 MB, 400 s of life
 *
 * A request's CPU time is what the worker used while it was under way: with several at once they share it.
 * Background tasks count like requests. At 90 % of a limit `beforeunload` is dispatched in the function.
 */
import { readUsage, type Usage } from "./functions-usage.ts";
import type { Worker } from "./functions-worker.ts";

export interface Limits {
  readonly cpuSoftMs: number;
  readonly cpuHardMs: number;
  readonly memoryMb: number;
  readonly wallMs: number;
  /** How long a request may wait for its answer, and for each further part of it. */
  readonly idleMs: number;
}

/** Hosted Supabase's, on a paid plan. */
export const LIMITS: Limits = {
  cpuSoftMs: 1_000,
  cpuHardMs: 2_000,
  memoryMb: 256,
  wallMs: 400_000,
  idleMs: 150_000,
};

/** Deno itself, without a function: 10 MB measured, and some air. */
const RUNTIME_MB = 24;
const LOOK_EVERY_MS = 50;
const WARNING = 0.9;
/** For what it does on `beforeunload`. */
const LAST_WORDS_MS = 100;

export type Limit = "cpu" | "memory" | "wall_clock";

const WORDS: Record<Limit, string> = {
  cpu: "CPU Time exceeded",
  memory: "Memory limit exceeded",
  wall_clock: "Wall clock time limit reached",
};

export interface Supervised {
  readonly worker: Worker;
  /** No new request may go there. */
  isRetired(): boolean;
  /** Which limit it was killed for, if for one. */
  exceeded(): Limit | null;
  /** A request begins; call the answer when it is over. */
  begin(): () => void;
  retire(): void;
}

export async function supervise(
  worker: Worker,
  limits: Limits,
  log: (line: string) => void,
): Promise<Supervised> {
  const baseline = await measure(worker);
  const underway = new Set<{ cpuMs: number }>();
  const warned = new Set<Limit>();
  let background: { cpuMs: number } | null = null;
  let cpuMs = 0;
  let retired = false;
  let isDropped = false;
  let exceeded: Limit | null = null;
  let timer: NodeJS.Timeout | null = null;

  const warn = (limit: Limit) => {
    if (warned.has(limit)) return;
    warned.add(limit);
    worker.announceEnd(limit);
  };
  const kill = (limit: Limit) => {
    if (exceeded || worker.hasExited()) return;
    exceeded = limit;
    log(`shutdown: ${WORDS[limit]}`);
    void worker.kill();
  };
  const look = (usage: Usage) => {
    cpuMs = usage.cpuMs - baseline;
    const oldest = Math.min(cpuMs, ...[...underway].map((one) => one.cpuMs));
    if (cpuMs >= limits.cpuSoftMs) retired = true;
    if (cpuMs - oldest >= limits.cpuHardMs * WARNING) warn("cpu");
    if (cpuMs - oldest >= limits.cpuHardMs) kill("cpu");
    const memoryMb = usage.memoryMb - RUNTIME_MB;
    if (memoryMb >= limits.memoryMb * WARNING) warn("memory");
    if (memoryMb >= limits.memoryMb) kill("memory");
  };
  const drop = () => {
    if (!retired || isDropped || underway.size > 0 || worker.hasExited()) return;
    isDropped = true;
    log("shutdown: EarlyDrop");
    worker.announceEnd("early_drop");
    setTimeout(() => void worker.kill(), LAST_WORDS_MS).unref();
  };
  const watch = () => {
    timer ??= setTimeout(async () => {
      timer = null;
      if (worker.hasExited()) return;
      const usage = worker.pid() === null ? null : await readUsage(worker.pid() ?? 0);
      if (usage) look(usage);
      if (underway.size > 0) watch();
      else drop();
    }, LOOK_EVERY_MS).unref();
  };
  const retire = () => {
    retired = true;
    watch();
  };
  worker.onTasks((count) => {
    if (count > 0 && !background) {
      background = { cpuMs };
      underway.add(background);
    } else if (count === 0 && background) {
      underway.delete(background);
      background = null;
    }
    watch();
  });
  const halfTime = setTimeout(retire, limits.wallMs / 2).unref();
  const warning = setTimeout(() => warn("wall_clock"), limits.wallMs * WARNING).unref();
  const end = setTimeout(() => kill("wall_clock"), limits.wallMs).unref();
  void worker.exited.then(() => {
    for (const one of [halfTime, warning, end, timer]) if (one) clearTimeout(one);
  });
  return {
    worker,
    isRetired: () => retired,
    exceeded: () => exceeded ?? (worker.ranOutOfMemory() ? "memory" : null),
    begin() {
      const request = { cpuMs };
      underway.add(request);
      watch();
      return () => {
        underway.delete(request);
        watch();
      };
    },
    retire,
  };
}

/** What starting took is not the function's. */
async function measure(worker: Worker): Promise<number> {
  const pid = worker.pid();
  return pid === null ? 0 : ((await readUsage(pid))?.cpuMs ?? 0);
}
