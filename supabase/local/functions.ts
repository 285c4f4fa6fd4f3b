/**
 * Edge functions: `/functions/v1/<name>` runs `supabase/functions/<name>/index.ts` in Deno, one sandboxed
 * process per function. A function starts at its first request, again after it ended, and anew after one of
 * its files (or of `_shared`) changed.
 *
 * Answers beside the function's own, with hosted Supabase's codes: 401 without a valid token (unless
 * config.toml says `verify_jwt = false`), 404 NOT_FOUND, 500 WORKER_ERROR, 503 BOOT_ERROR, 504 after 150 s,
 * 546 WORKER_LIMIT out of memory. Known differences: no CPU limit, no `Supabase.ai`, no other region, and the
 * network of a function ends at the stand-in.
 */
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { parseEnv } from "node:util";
import { type FunctionConfig, readFunctionConfig } from "./functions-config.ts";
import { BootError, startWorker, type Worker } from "./functions-worker.ts";

export interface FunctionsOptions {
  /** Absolute path of supabase/functions. */
  readonly functionsFolder: string;
  readonly dataFolder: string;
  readonly url: string;
  readonly keys: {
    readonly publishableKey: string;
    readonly secretKey: string;
    readonly functionsSecret?: string;
  };
  verifyToken(token: string): unknown;
  readonly timeoutMs?: number;
  readonly memoryMb?: number;
}

export interface Functions {
  readonly prefix: "/functions/v1";
  /** Functions decide for themselves who may call without a key. */
  readonly open: true;
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

const PREFIX = "/functions/v1";
const TIMEOUT_MS = 150_000;
const MEMORY_MB = 256;
const LOOK_AGAIN_MS = 250;
const GRACE_MS = 10_000;
const HOP_HEADERS = new Set(["host", "connection", "keep-alive", "content-length", "transfer-encoding"]);
const NAME = /^[A-Za-z][\w-]*$/;

export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const configOf = await readFunctionConfig(join(options.functionsFolder, "..", "config.toml"));
  const env = await environmentOf(options);
  const runners = new Map<string, Runner>();
  return {
    prefix: PREFIX,
    open: true,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const name = pathname.slice(PREFIX.length + 1).split("/")[0] ?? "";
      const entry = join(options.functionsFolder, name, "index.ts");
      const config = configOf(name);
      if (!NAME.test(name) || !config.isEnabled || !existsSync(entry)) {
        return failure(404, "NOT_FOUND", "Requested function was not found");
      }
      const refusal = await refuseUnknown(request, config, options);
      if (refusal) return refusal;
      const runner = runners.get(name) ?? createRunner(name, entry, env, options);
      runners.set(name, runner);
      return runner.fetch(request);
    },
    async stop() {
      await Promise.all([...runners.values()].map((runner) => runner.stop()));
    },
  };
}

async function environmentOf(options: FunctionsOptions): Promise<Record<string, string>> {
  const { publishableKey, secretKey } = options.keys;
  const file = join(options.functionsFolder, ".env");
  const own = existsSync(file) ? parseEnv(await readFile(file, "utf8")) : {};
  return {
    ...(own as Record<string, string>),
    SUPABASE_URL: options.url,
    SUPABASE_ANON_KEY: publishableKey,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishableKey }),
    SUPABASE_SERVICE_ROLE_KEY: secretKey,
    SUPABASE_SECRET_KEY: secretKey,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: secretKey }),
  };
}

async function refuseUnknown(
  request: Request,
  config: FunctionConfig,
  { verifyToken }: FunctionsOptions,
): Promise<Response | null> {
  if (!config.verifyJwt || request.method === "OPTIONS") return null;
  const token = /^Bearer\s+(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (!token) return failure(401, "UNAUTHORIZED_NO_AUTH_HEADER", "Missing authorization header");
  return (await verifyToken(token)) ? null : failure(401, "UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT");
}

function failure(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status, headers: { "sb-error-code": code } });
}

interface Runner {
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

interface Running {
  readonly worker: Promise<Worker>;
  /** What its files looked like when it started. */
  readonly version: string;
}

function createRunner(
  name: string,
  entry: string,
  env: Record<string, string>,
  options: FunctionsOptions,
): Runner {
  const alive = new Set<Worker>();
  let running: Running | null = null;
  let lookedAt = 0;
  let isStopped = false;

  const boot = (version: string): Running => {
    const worker = startWorker({
      name,
      entry,
      env,
      allowNet: [new URL(options.url).host],
      cacheFolder: join(options.dataFolder, "deno"),
      memoryMb: options.memoryMb ?? MEMORY_MB,
      log: (line) => process.stderr.write(`[${name}] ${line}\n`),
    }).then(async (started) => {
      alive.add(started);
      void started.exited.then(() => {
        alive.delete(started);
        if (running === next) running = null;
      });
      if (isStopped) await started.kill();
      return started;
    });
    const next: Running = { worker, version };
    worker.catch(() => {
      if (running === next) running = null;
    });
    return next;
  };

  const current = async (): Promise<Worker> => {
    if (running && Date.now() - lookedAt < LOOK_AGAIN_MS) return running.worker;
    lookedAt = Date.now();
    const version = await versionOf(name, options.functionsFolder);
    if (running && running.version !== version) {
      retire(running.worker);
      running = null;
    }
    running ??= boot(version);
    return running.worker;
  };

  return {
    async fetch(request) {
      const body = request.body ? await request.arrayBuffer() : null;
      const worker = await current().catch((error: unknown) => {
        // What a function says while it fails to start is in the log already.
        if (!(error instanceof BootError)) throw error;
        return null;
      });
      if (!worker) return failure(503, "BOOT_ERROR", "Function failed to start (please check logs)");
      return ask(worker, request, body, options.timeoutMs ?? TIMEOUT_MS);
    },
    async stop() {
      isStopped = true;
      await Promise.all([...alive].map((worker) => worker.kill()));
      await running?.worker.then((worker) => worker.kill()).catch(() => undefined);
    },
  };
}

/** Lets an outdated process finish what it is doing. */
function retire(worker: Promise<Worker>): void {
  worker
    .then((outdated) => {
      const timer = setTimeout(() => void outdated.kill(), GRACE_MS);
      void outdated.exited.then(() => clearTimeout(timer));
    })
    .catch(() => undefined);
}

async function ask(
  worker: Worker,
  request: Request,
  body: ArrayBuffer | null,
  timeoutMs: number,
): Promise<Response> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await forward(worker.port, request, body, signal);
  } catch (error) {
    if (!signal.aborted) return explainDeath(worker, error);
    await worker.kill();
    return failure(504, "WORKER_TIMEOUT", `The function did not answer within ${timeoutMs / 1000} s`);
  }
}

/** A connection of its own for each request: a kept one could end just as it is used again. */
function forward(
  port: number,
  request: Request,
  body: ArrayBuffer | null,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(request.url);
  const headers = Object.fromEntries([...request.headers].filter(([name]) => !HOP_HEADERS.has(name)));
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path: url.pathname.slice(PREFIX.length) + url.search,
        method: request.method,
        headers: { ...headers, ...(body ? { "content-length": body.byteLength } : {}) },
        agent: false,
        signal,
      },
      (incoming) => resolve(toResponse(incoming)),
    );
    outgoing.once("error", reject);
    outgoing.end(body ? Buffer.from(body) : undefined);
  });
}

function toResponse(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 500;
  const headers = new Headers();
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    const [name = "", value = ""] = incoming.rawHeaders.slice(at, at + 2);
    if (!HOP_HEADERS.has(name.toLowerCase())) headers.append(name, value);
  }
  const hasNoBody = status === 204 || status === 205 || status === 304;
  if (hasNoBody) incoming.resume();
  const body = hasNoBody ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array>);
  return new Response(body, { status, headers });
}

async function explainDeath(worker: Worker, error: unknown): Promise<Response> {
  // It broke the connection: then it is ending, or it is in a state that nobody should ask again.
  await worker.kill();
  if (worker.ranOutOfMemory()) {
    return failure(546, "WORKER_LIMIT", "Function failed due to not having enough compute resources");
  }
  process.stderr.write(`functions: ${error instanceof Error ? error.message : error}\n`);
  return failure(500, "WORKER_ERROR", "Function exited due to an error (please check logs)");
}

/** Changes when a file of the function, or one shared by all, does. */
async function versionOf(name: string, folder: string): Promise<string> {
  const shared = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name.startsWith("_"))
    .map((entry) => entry.name);
  const found: string[] = [];
  for (const part of [name, ...shared]) {
    for (const file of await readdir(join(folder, part), { recursive: true })) {
      const { mtimeMs, size } = await stat(join(folder, part, file));
      found.push(`${part}/${file} ${mtimeMs} ${size}`);
    }
  }
  return found.sort().join("\n");
}
