/** A throw-away Postgres 17 of a test's own, where `native-postgres` is at hand (beside this repository; root). */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
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

export async function startCluster(): Promise<Cluster> {
  const port = String(await findFreePort(0));
  const { stdout } = await run(tool, ["up", port], { timeout: INSTALL_MS });
  const order = (word: string) => async () => {
    await run(tool, [word, port], { timeout: 60_000 });
  };
  return { url: stdout.trim(), kill: order("kill"), restart: order("start"), stop: order("down") };
}
