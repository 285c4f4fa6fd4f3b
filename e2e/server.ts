/**
 * The product as a person starts it: `scripts/start.ts` on the production build, on free ports, with a
 * fresh data folder. Builds first, with a secret key that the tests know, when there is no such build or a source
 * file is newer than it.
 *
 * Tests that kill or restart a server start one of their own and `dispose` it.
 */
import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isBuildCurrent } from "../scripts/build-age.ts";
import { KNOWN_SECRET_MARK } from "../scripts/built-client.ts";
import { endGroup, runChild, startChild } from "../scripts/child.ts";

export interface Server {
  readonly url: string;
  /** Survives `stop` and `kill`: hand it to `startServer` to start again on it. */
  readonly dataFolder: string;
  /** Where all goes that the server and the stand-in print. */
  readonly logPath: string;
  log(): string;
  /** Ends it as Ctrl+C does. */
  stop(): Promise<void>;
  /** `kill -9` of the server, the stand-in and everything they started. */
  kill(): Promise<void>;
  /** `kill`, and the data folder goes too. */
  dispose(): Promise<void>;
}

/** What opens /api/metrics of the servers that are started here. */
export const METRICS_TOKEN = "token-of-the-browser-tests";

const startLimitMs = 120_000;
/** A port that was free may be taken before it is listened on. */
const MOST_STARTS = 3;

type StartOptions = { dataFolder?: string; port?: number };

export async function startServer(options: StartOptions = {}): Promise<Server> {
  await buildIfNeeded();
  for (let left = MOST_STARTS - 1; ; left--) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (left === 0 || !String(error).includes("EADDRINUSE")) throw error;
    }
  }
}

async function startOnce(options: StartOptions): Promise<Server> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), "command-center-e2e-"));
  const logPath = join(tmpdir(), `command-center-e2e-${process.pid}-${crypto.randomUUID()}.log`);
  const output = openSync(logPath, "w");
  const child = startChild(
    process.execPath,
    ["scripts/start.ts", "--data", dataFolder, "--port", String(options.port ?? 0)],
    { env: serverEnvironment(), stdio: ["ignore", output, output] },
  );
  closeSync(output);
  const log = () => readFileSync(logPath, "utf8");
  const end = (signal: NodeJS.Signals) => endAndWait(child, signal);
  try {
    return {
      url: await waitForUrl(child, log),
      dataFolder,
      logPath,
      log,
      stop: () => end("SIGTERM"),
      kill: () => end("SIGKILL"),
      dispose: async () => {
        await end("SIGKILL");
        rmSync(dataFolder, { recursive: true, force: true });
        rmSync(logPath, { force: true });
      },
    };
  } catch (error) {
    await end("SIGKILL");
    throw error;
  }
}

/** Tests never touch a real project: empty names also hide what a .env file says. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_ENV: "production",
    NEXT_PUBLIC_SUPABASE_URL: "",
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "",
    SUPABASE_SECRET_KEY: "",
    SITE_URL: "",
    TRUSTED_PROXIES: "",
    METRICS_TOKEN,
  };
}

async function buildIfNeeded(): Promise<void> {
  if (isBuildCurrent() && existsSync(`.next/${KNOWN_SECRET_MARK}`)) return;
  const args = ["scripts/build.ts", "--known-secret"];
  const { code } = await runChild(process.execPath, args, { limitMs: 600_000 });
  if (code !== 0)
    throw new Error(`The browser tests need a production build, and \`next build\` ended with ${code}.`);
}

/** The server says its address once the first page answers. */
async function waitForUrl(child: ChildProcess, log: () => string): Promise<string> {
  const until = Date.now() + startLimitMs;
  while (Date.now() < until && child.exitCode === null && child.signalCode === null) {
    const url = / is ready: (http:\/\/\S+)/.exec(log())?.[1];
    if (url) return url;
    await wait(100);
  }
  throw new Error(`The server did not start within ${startLimitMs / 1000} s. It printed:\n${log()}`);
}

async function endAndWait(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const ended = new Promise<void>((resolve) => (isOver() ? resolve() : child.once("exit", () => resolve())));
  endGroup(child, signal);
  const timer = setTimeout(() => endGroup(child, "SIGKILL"), 15_000);
  await ended;
  clearTimeout(timer);
  endGroup(child, "SIGKILL");
}
