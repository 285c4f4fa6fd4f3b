/**
 * `npm run build`: Next's production build, with telemetry off. With `--known-secret` (the browser tests and .ci/run) it
 * is made with a secret key that the tests know and carries the mark of that; nothing else of it differs.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { KNOWN_SECRET, KNOWN_SECRET_MARK } from "./built-client.ts";

const { values } = parseArgs({ options: { "known-secret": { type: "boolean", default: false } } });
const isKnown = values["known-secret"];
const env: NodeJS.ProcessEnv = {
  ...process.env,
  // Playwright calls itself a test, and Next has no build for that.
  NODE_ENV: "production",
  NEXT_TELEMETRY_DISABLED: "1",
  ...(isKnown ? { SUPABASE_SECRET_KEY: KNOWN_SECRET } : {}),
};
const { status } = spawnSync(process.execPath, ["node_modules/next/dist/bin/next", "build"], {
  env,
  stdio: "inherit",
});
if (isKnown && status === 0) writeFileSync(`.next/${KNOWN_SECRET_MARK}`, "");
process.exitCode = status ?? 1;
