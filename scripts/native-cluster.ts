/**
 * A throw-away Postgres 17 of a test's own, where `native-postgres` is at hand (beside this repository; root). It
 * ends with `stop`, and with this process in whatever way but a kill -9.
 */
import { execFile, spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { runChild } from "./child.ts";
import { findFreePort } from "./free-port.ts";

const run = promisify(execFile);
const tool =
  process.env.NATIVE_POSTGRES ?? resolve(import.meta.dirname, "../../shared/tools/native-postgres");

/** Why there is none here, as a sentence; null when there is one. */
export const whyNoNativePostgres: string | null = !existsSync(tool)
  ? "There is no native-postgres here."
  : process.getuid?.() !== 0
    ? "native-postgres works for root only."
    : null;

export interface Cluster {
  /** As its superuser, to the database `postgres`. */
  readonly url: string;
  /** Kills the whole server as a crash would (kill -9); `restart` brings the same data back. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a start may take: the first one on a machine installs Postgres, which takes a minute or more. */
export const INSTALL_MS = 300_000;

const installLock = join(tmpdir(), "native-postgres-install.lock");

/** A port that was found free can be another's by the time the server asks for it: then the next one is tried. */
const TRIES = 3;

/**
 * Installs it where it is not yet: once on a machine, whoever asks. Two that install at once would take away each
 * other's files.
 */
export async function installPostgres(): Promise<void> {
  await runChild("flock", [installLock, tool, "install"], {
    limitMs: INSTALL_MS,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

export async function startCluster(findPort = () => findFreePort(0)): Promise<Cluster> {
  await installPostgres();
  for (let left = TRIES; left > 0; left--) {
    const cluster = await startOn(String(await findPort()));
    if (cluster) return cluster;
  }
  throw new Error(`native-postgres did not start on any of ${TRIES} ports.`);
}

/** Null when it does not start; why stands in what it printed. */
async function startOn(port: string): Promise<Cluster | null> {
  const order = (word: string) => async () => {
    await run(tool, [word, port], { timeout: 60_000 });
  };
  const down = order("down");
  const atEnd = () => spawnSync(tool, ["down", port], { stdio: "ignore" });
  process.once("exit", atEnd);
  const stop = async () => {
    process.off("exit", atEnd);
    await down();
  };
  // As a child of ours: its signals end this process in an orderly way, so that the line above is kept.
  const { code } = await runChild(tool, ["up", port], {
    limitMs: INSTALL_MS,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (code !== 0) {
    await stop();
    return null;
  }
  addPgNet();
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  return { url, kill: order("kill"), restart: order("start"), stop };
}

/** The server has every extension but this one, whose SQL the stand-in brings along. */
function addPgNet(): void {
  const files = resolve(import.meta.dirname, "../supabase/local/pg-net");
  const folder = spawnSync(tool, ["extdir"], { encoding: "utf8" }).stdout.trim();
  if (existsSync(files)) cpSync(files, folder, { recursive: true });
}
