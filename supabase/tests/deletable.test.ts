/**
 * The stand-in holds no feature: the rest is whole without it. The typecheck of everything but `supabase/local` is
 * green and reads no file of that folder, so nothing that is built, run or tested imports it.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import base from "../../tsconfig.json" with { type: "json" };

const root = resolve(import.meta.dirname, "../..");
const inRoot = (path: string) => join(root, path);

/** Every file that the compiler reads, and what it complains of. */
async function typecheck(project: string): Promise<{ files: string[]; errors: string[] }> {
  const args = [inRoot("node_modules/typescript/bin/tsc"), "--noEmit", "--listFiles", "-p", project];
  const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 };
  const output = await promisify(execFile)(process.execPath, args, options).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string; stderr?: string }) => `${error.stdout ?? ""}${error.stderr ?? String(error)}`,
  );
  const lines = output.split("\n").filter((line) => line !== "");
  const isFile = (line: string) => line.startsWith("/") && !line.includes(": error");
  return { files: lines.filter(isFile), errors: lines.filter((line) => !isFile(line)) };
}

it("DE1 everything but supabase/local typechecks, and reads nothing of it", {
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
    const { files, errors } = await typecheck(join(folder, "tsconfig.json"));
    expect(errors).toEqual([]);
    expect(files).toContain(inRoot("scripts/stand-in.ts"));
    expect(files.filter((file) => file.startsWith(inRoot("supabase/local/")))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
