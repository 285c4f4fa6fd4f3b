/**
 * Edge functions: `/functions/v1/<name>` runs `supabase/functions/<name>/index.ts` in Deno, one sandboxed
 * process per function (functions-worker.ts), under hosted Supabase's limits (functions-supervisor.ts). It gets
 * each request as it came, whatever key or token is in it, and CORS is the function's own business.
 *
 * Answers beside the function's own (functions-answers.ts): 401 without a valid token unless config.toml says
 * `verify_jwt = false`, 404, 405, 500 WORKER_ERROR, 503 BOOT_ERROR, 504 IDLE_TIMEOUT, 546
 * WORKER_RESOURCE_LIMIT. Known differences: no `Supabase.ai`, one region, no WebSockets, no SUPABASE_DB_URL;
 * the network of a function is the stand-in and the
 * addresses that its secrets name; limits on CPU and memory outside V8 on Linux only.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { failure, refuseMethod, refuseStranger } from "./functions-answers.ts";
import { readFunctionConfig } from "./functions-config.ts";
import { createLog } from "./functions-log.ts";
import { createRunner, type Runner } from "./functions-runner.ts";
import { LIMITS, type Limits } from "./functions-supervisor.ts";

export interface FunctionsOptions {
  /** Absolute path of supabase/functions. */
  readonly functionsFolder: string;
  readonly dataFolder: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly url: string;
  readonly keys: { readonly publishableKey: string; readonly secretKey: string };
  verifyToken(token: string): unknown;
  /** Others than hosted Supabase's. */
  readonly limits?: Partial<Limits>;
}

export interface Functions {
  readonly prefix: "/functions/v1";
  readonly open: "always";
  readonly raw: true;
  fetch(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

const PREFIX = "/functions/v1";
const NAME = /^[A-Za-z][\w-]*$/;

export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const { functionsFolder, dataFolder } = options;
  const configOf = await readFunctionConfig(join(functionsFolder, "..", "config.toml"), functionsFolder);
  const limits = { ...LIMITS, ...options.limits };
  const log = createLog(dataFolder);
  const runners = new Map<string, Runner>();

  const runnerOf = (name: string): Runner => {
    const config = configOf(name);
    const runner =
      runners.get(name) ??
      createRunner({
        ...options,
        name,
        config,
        limits,
        prefix: PREFIX,
        log: (line) => log.write(name, line),
      });
    runners.set(name, runner);
    return runner;
  };
  return {
    prefix: PREFIX,
    open: "always",
    raw: true,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const name = pathname.slice(PREFIX.length + 1).split("/")[0] ?? "";
      const config = configOf(name);
      if (!NAME.test(name) || !config.isEnabled || !existsSync(config.entry)) return failure("NOT_FOUND");
      return (
        refuseMethod(request.method) ??
        (config.verifyJwt ? refuseStranger(request, options.verifyToken) : null) ??
        runnerOf(name).fetch(request)
      );
    },
    async stop() {
      await Promise.all([...runners.values()].map((runner) => runner.stop()));
      await log.flush();
    },
  };
}
