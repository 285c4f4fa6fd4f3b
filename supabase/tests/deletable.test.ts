/**
 * The stand-in holds no feature: the rest is whole without it. The compiler, given everything but `supabase/local`, reads
 * no file of that folder, and no file of it says anything to those that do not import it. So the typecheck of everything
 * (`npm test -- typecheck`) is one of the rest alone, and nothing that is built, run or tested imports it.
 */
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import base from "../../tsconfig.json" with { type: "json" };

const root = resolve(import.meta.dirname, "../..");
const inRoot = (path: string) => join(root, path);

/** Every file that the compiler reads. */
async function filesOf(project: string): Promise<string[]> {
  const args = [inRoot("node_modules/typescript/bin/tsc"), "--noEmit", "--listFilesOnly", "-p", project];
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return stdout.split("\n").filter((line) => line.startsWith("/"));
}

it("DE1 everything but supabase/local is compiled without it, and it changes nothing for the rest", {
  timeout: 300_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "without-stand-in-"));
  try {
    const project = {
      extends: inRoot("tsconfig.json"),
      compilerOptions: { incremental: false, typeRoots: [inRoot("node_modules/@types")] },
      include: base.include.map(inRoot),
      exclude: [...base.exclude, "supabase/local"].map(inRoot),
    };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(project));
    const files = await filesOf(join(folder, "tsconfig.json"));
    expect(files).toContain(inRoot("scripts/stand-in.ts"));
    expect(files.filter((file) => file.startsWith(inRoot("supabase/local/")))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const own = globSync(inRoot("supabase/local/**/*.{ts,mts,cts,tsx}"));
  expect(own.length).toBeGreaterThan(50);
  const isHeardOutside = (text: string) =>
    !/^(?:import|export) /m.test(text) || /^\s*declare (?:global|module|namespace)\b/m.test(text);
  expect(own.filter((file) => isHeardOutside(readFileSync(file, "utf8")))).toEqual([]);
});
