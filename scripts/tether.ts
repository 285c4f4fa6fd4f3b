/**
 * Preloaded into Next's processes (`NODE_OPTIONS=--import …/tether.ts`): each ends when the one that started it
 * has ended, even if that was killed and could tell nobody.
 */
import { isMainThread } from "node:worker_threads";

const CHECK_MS = 500;

if (isMainThread) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent) return;
    // Time for a tidy end, then the end.
    setTimeout(() => process.exit(1), 2_000).unref();
    process.kill(process.pid, "SIGTERM");
  }, CHECK_MS).unref();
}
