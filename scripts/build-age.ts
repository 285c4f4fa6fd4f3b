/** Whether the production build is there and no older than anything it was made from. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const sources = [
  "app",
  "components",
  "instrumentation.ts",
  "instrumentation-client.ts",
  "lib",
  "next.config.ts",
  "postcss.config.mjs",
  "proxy.ts",
  "package-lock.json",
];

/** `root` is the project's folder. */
export function isBuildCurrent(root = "."): boolean {
  const builtAt = changedAt(join(root, ".next/BUILD_ID"));
  return builtAt !== null && sources.every((source) => isOlder(join(root, source), builtAt));
}

function isOlder(path: string, builtAt: number): boolean {
  const at = changedAt(path);
  if (at === null) return true;
  if (!statSync(path).isDirectory()) return /\.test\.tsx?$/.test(path) || at <= builtAt;
  // A folder is newer when a file was added, renamed or removed in it.
  return at <= builtAt && readdirSync(path).every((name) => isOlder(join(path, name), builtAt));
}

function changedAt(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
