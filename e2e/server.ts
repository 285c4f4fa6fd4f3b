/**
 * The product as a person starts it: `scripts/start.ts` on the production build, on free ports, with a
 * fresh data folder. Builds first when there is no build or a source file is newer than it.
 *
 * Tests that kill or restart a server start one of their own and `dispose` it.
 */
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isBuildCurrent } from "../scripts/build-age.ts";
import { endGroup, runChild, startChild } from "../scripts/child.ts";

export interface Server {
  readonly url: string;
  /** Survives `stop` and `kill`: hand it to `startServer` to start again on it. */
  readonly dataFolder: string;
  /** All that the server and the stand-in have printed. */
  log(): string;
  /** Ends it as Ctrl+C does. */
  stop(): Promise<void>;
  /** `kill -9` of the server, the stand-in and everything they started. */
  kill(): Promise<void>;
  /** `kill`, and the data folder goes too. */
  dispose(): Promise<void>;
}

const startLimitMs = 120_000;

export async function startServer(options: { dataFolder?: string; port?: number } = {}): Promise<Server> {
  await buildIfNeeded();
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

/** Tests never touch a real project: without the three names the server runs on the stand-in. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  for (const name of Object.keys(env)) if (name.includes("SUPABASE")) Reflect.deleteProperty(env, name);
  return env;
}

async function buildIfNeeded(): Promise<void> {
  if (isBuildCurrent()) return;
  const env = { ...process.env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1" };
  const args = ["node_modules/next/dist/bin/next", "build"];
  const { code } = await runChild(process.execPath, args, { env, limitMs: 600_000 });
  if (code !== 0)
    throw new Error(`The browser tests need a production build, and \`next build\` ended with ${code}.`);
}

/** The address is the first one printed that is not the stand-in's; the server is up when that answers. */
async function waitForUrl(child: ChildProcess, log: () => string): Promise<string> {
  const until = Date.now() + startLimitMs;
  while (Date.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const url = findUrl(log());
    if (url && (await isAnswering(url))) return url;
    await wait(100);
  }
  throw new Error(`The server did not start within ${startLimitMs / 1000} s. It printed:\n${log()}`);
}

function findUrl(printed: string): string | null {
  for (const line of printed.split("\n")) {
    if (line.includes("stand-in")) continue;
    const url = /http:\/\/(?:127\.0\.0\.1|localhost):[1-9]\d*/.exec(line);
    if (url) return url[0];
  }
  return null;
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/health/live`, { signal: AbortSignal.timeout(5_000) });
    return response.status < 500;
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
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
