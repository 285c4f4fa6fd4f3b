/**
 * The Postgres 17 on which the contract tests run a second time: a new, empty cluster of
 * `../shared/tools/native-postgres` (or of the file that NATIVE_POSTGRES names), on a free port. It is thrown
 * away when it is stopped and when this process ends, in whatever way but a kill -9.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { resolve } from "node:path";
import { runChild } from "./child.ts";
import { findFreePort } from "./free-port.ts";

export interface TestCluster {
  /** As its superuser, to the database `postgres`. */
  readonly url: string;
  stop(): void;
}

const root = resolve(import.meta.dirname, "..");
const tool = process.env.NATIVE_POSTGRES ?? resolve(root, "../shared/tools/native-postgres");
/** The first one on a machine installs Postgres. */
const INSTALL_MS = 5 * 60_000;

/** Why there can be none here, as a sentence; null when there can. */
export function whyNoCluster(): string | null {
  if (!existsSync(tool)) return `${tool} is not there.`;
  if (process.getuid?.() !== 0) return `${tool} works for root only.`;
  return null;
}

/** Throws a sentence when it does not start. */
export async function startTestCluster(): Promise<TestCluster> {
  const port = String(await findFreePort(0));
  let isUp = true;
  const stop = () => {
    if (!isUp) return;
    isUp = false;
    spawnSync(tool, ["down", port], { stdio: "ignore" });
  };
  process.once("exit", stop);
  const stdio = ["ignore", "ignore", "inherit"] as const;
  const { code } = await runChild(tool, ["up", port], { limitMs: INSTALL_MS, stdio: [...stdio] });
  if (code !== 0) throw new Error(`native-postgres did not start on port ${port}.`);
  addPgNet();
  return { url: `postgresql://postgres@127.0.0.1:${port}/postgres`, stop };
}

/** The server has every extension but this one, whose SQL the stand-in brings along. */
function addPgNet(): void {
  const folder = spawnSync(tool, ["extdir"], { encoding: "utf8" }).stdout.trim();
  cpSync(resolve(root, "supabase/local/pg-net"), folder, { recursive: true });
}
