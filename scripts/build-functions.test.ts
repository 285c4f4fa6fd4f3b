import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { bundleCore, CORE_BUNDLE } from "./build-functions.ts";

it("the committed bundle of lib/core is what lib/core gives now (else: node scripts/build-functions.ts)", async () => {
  const [committed, fresh] = await Promise.all([readFile(CORE_BUNDLE, "utf8"), bundleCore()]);
  // Not toBe(): a difference would print half a megabyte.
  expect(committed === fresh).toBe(true);
});

it("every function passes deno check without a network", async () => {
  const root = join(import.meta.dirname, "..");
  const deno = join(root, "node_modules/.bin/deno");
  const files = ["supabase/functions/process-block/index.ts"];
  await promisify(execFile)(deno, ["check", "--quiet", "--no-remote", ...files], { cwd: root });
}, 60_000);
