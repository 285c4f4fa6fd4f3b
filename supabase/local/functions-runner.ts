/**
 * One edge function: its current worker, and those that are about to end. A worker starts with the first
 * request, and anew when the last one was retired, ended, or runs an old version of a file.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "./functions-answers.ts";
import type { FunctionConfig } from "./functions-config.ts";
import { type EnvironmentOptions, hostsOf, readEnvironment } from "./functions-env.ts";
import { forward, IdleTimeout } from "./functions-forward.ts";
import { type Limits, type Supervised, supervise } from "./functions-supervisor.ts";
import { BootError, startWorker } from "./functions-worker.ts";

export interface RunnerOptions extends EnvironmentOptions {
  readonly name: string;
  readonly config: FunctionConfig;
  readonly dataFolder: string;
  readonly prefix: string;
  readonly limits: Limits;
  log(line: string): void;
}

export interface Runner {
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

interface Running {
  readonly worker: Promise<Supervised>;
  /** What its files looked like when it started. */
  readonly version: string;
}

const LOOK_AGAIN_MS = 250;

export function createRunner(options: RunnerOptions): Runner {
  const { limits, log } = options;
  const alive = new Set<Supervised>();
  let running: Running | null = null;
  let lookedAt = 0;
  let isStopped = false;

  const boot = (version: string): Running => {
    const worker = start(options).then(async (started) => {
      alive.add(started);
      void started.worker.exited.then(() => {
        alive.delete(started);
        if (running === next) running = null;
      });
      if (isStopped) await started.worker.kill();
      return started;
    });
    const next: Running = { worker, version };
    worker.catch(() => {
      if (running === next) running = null;
    });
    return next;
  };
  const current = async (): Promise<Supervised> => {
    if (!running || Date.now() - lookedAt >= LOOK_AGAIN_MS) {
      lookedAt = Date.now();
      const version = await versionOf(options.name, options.functionsFolder);
      if (running && running.version !== version) {
        running.worker.then((outdated) => outdated.retire()).catch(() => undefined);
        running = null;
      }
      running ??= boot(version);
    }
    const mine = running;
    const worker = await mine.worker;
    if (!worker.isRetired() && !worker.worker.hasExited()) return worker;
    if (running === mine) running = null;
    return current();
  };
  return {
    async fetch(request) {
      const body = request.body ? await request.arrayBuffer() : null;
      const worker = await current().catch((error: unknown) => {
        if (!(error instanceof BootError)) throw error;
        log(error.message);
        return null;
      });
      return worker ? ask(worker, request, body, options) : failure("BOOT_ERROR");
    },
    async stop() {
      isStopped = true;
      await Promise.all([...alive].map(({ worker }) => worker.kill()));
      await running?.worker.then(({ worker }) => worker.kill()).catch(() => undefined);
      log("stopped");
    },
  };

  async function start({ name, config, dataFolder }: RunnerOptions): Promise<Supervised> {
    const begun = performance.now();
    const env = await readEnvironment(options, log);
    const started = await startWorker({
      name,
      entry: config.entry,
      importMap: config.importMap,
      env,
      allowNet: hostsOf(env),
      cacheFolder: join(dataFolder, "deno"),
      memoryMb: limits.memoryMb,
      log,
    });
    log(`booted (time: ${Math.round(performance.now() - begun)}ms)`);
    return supervise(started, limits, log);
  }
}

async function ask(
  supervised: Supervised,
  request: Request,
  body: ArrayBuffer | null,
  { limits, prefix, log }: RunnerOptions,
): Promise<Response> {
  const { worker } = supervised;
  const onEnd = supervised.begin();
  const { port, executionId } = worker;
  try {
    return await forward(request, body, { port, executionId, idleMs: limits.idleMs, prefix, onEnd });
  } catch (error) {
    if (error instanceof IdleTimeout) {
      const seconds = Math.round(limits.idleMs / 1000);
      return failure("IDLE_TIMEOUT", `Request idle timeout limit (${seconds}s) reached`);
    }
    if (request.signal.aborted) return failure("WORKER_ERROR");
    // It broke the connection: then it is ending, or it is in a state that nobody should ask again.
    await worker.kill();
    if (supervised.exceeded()) return failure("WORKER_RESOURCE_LIMIT");
    log(`shutdown: ${error instanceof Error ? error.message : error}`);
    return failure("WORKER_ERROR");
  }
}

/** Changes when a file of the function does, or one shared by all, or a secret. */
async function versionOf(name: string, folder: string): Promise<string> {
  const found: string[] = [];
  const note = async (path: string) => {
    const { mtimeMs, size } = await stat(join(folder, path));
    found.push(`${path} ${mtimeMs} ${size}`);
  };
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) await note(entry.name);
    else if (entry.name === name || entry.name.startsWith("_")) {
      for (const file of await readdir(join(folder, entry.name), { recursive: true })) {
        await note(join(entry.name, file));
      }
    }
  }
  return found.sort().join("\n");
}
