/**
 * The stand-in holds no feature: without `supabase/local` the rest still typechecks and builds. Shown on a copy
 * of the repository, with node_modules in hard links (a bundler follows no symbolic link out of its root).
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve, sep } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const LEFT_OUT = new Set(["node_modules", "test-results", join("supabase", "local")]);

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "without-stand-in-"));
  await cp(root, copy, { recursive: true, filter: isWanted });
  const modules = join(root, "node_modules");
  await run("cp", ["-al", modules, copy]).catch(() => run("cp", ["-a", modules, copy]));
}, 300_000);
afterAll(() => rm(copy, { recursive: true, force: true }), 120_000);

/** Folders with a dot in front are built, kept or fetched, not written. */
function isWanted(path: string): boolean {
  const inside = path.slice(root.length + 1);
  return (
    !LEFT_OUT.has(inside) && !(inside !== "" && !inside.includes(sep) && basename(inside).startsWith("."))
  );
}

/** Resolves to what it printed when it failed, or "". */
async function failureOf(...args: string[]): Promise<string> {
  const { NODE_ENV: _, NODE_OPTIONS: __, ...env } = process.env;
  const own = { ...env, NODE_ENV: "production" as const, NEXT_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  const options = { cwd: copy, env: own, maxBuffer: 64 * 1024 * 1024 };
  return run(process.execPath, args, options).then(
    () => "",
    (error: { stdout?: string; stderr?: string }) =>
      `${error.stdout ?? ""}${error.stderr ?? ""}` || String(error),
  );
}

describe("without supabase/local", () => {
  it("DE1 the typecheck is green", { timeout: 300_000 }, async () => {
    expect(existsSync(join(copy, "supabase/local"))).toBe(false);
    expect(existsSync(join(copy, "supabase/migrations"))).toBe(true);
    expect(await failureOf("node_modules/typescript/bin/tsc", "--noEmit")).toBe("");
  });

  it("DE2 the production build is green", { timeout: 600_000 }, async () => {
    expect(await failureOf("node_modules/next/dist/bin/next", "build")).toBe("");
    expect(existsSync(join(copy, ".next/BUILD_ID"))).toBe(true);
  });
});
