/**
 * The browser of the browser tests: the system's Chromium, else the one Playwright downloaded. `node
 * scripts/chromium.ts` prints its path and installs one where that is possible: by apt-get as root on
 * Debian (it brings the libraries along), else as Playwright's own download.
 */
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";
import { runChild } from "./child.ts";

const systemPaths = [
  // Without windows and tab strips: a third less processor time for the same tests.
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const installAdvice =
  "No Chromium was found: install one (Debian or Ubuntu: `apt-get install chromium`; elsewhere: `npx playwright install chromium`) or name it in CHROMIUM_PATH.";

/** No sandbox, because tests run as root; nothing else may talk to the network behind a test's back. */
export const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The path of a Chromium on this machine, or null. A CHROMIUM_PATH that names no file is an error. */
export function findChromium(): string | null {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH names ${named}, and there is no such file: correct or unset it.`);
  }
  return [...systemPaths, chromium.executablePath()].find((path) => existsSync(path)) ?? null;
}

/** As `findChromium`, after installing one if need be; throws `installAdvice` when that fails. */
export async function ensureChromium(): Promise<string> {
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) await installByApt();
  else await run("npx", ["playwright", "install", "chromium"]);
  const installed = findChromium();
  if (!installed) throw new Error(installAdvice);
  return installed;
}

async function installByApt(): Promise<void> {
  await run("apt-get", ["update", "-q"]);
  await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"]);
}

/** The installers' words go to standard error: standard output is the path alone. */
async function run(command: string, args: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await runChild(command, args, { env, stdio: ["ignore", 2, 2], limitMs: 600_000 });
}

if (import.meta.main) {
  try {
    console.log(await ensureChromium());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
