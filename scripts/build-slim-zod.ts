/**
 * Bundles what the doors of a page take of zod/mini into lib/slim/zod-mini.gen.js: Next drops whole modules of a package
 * that nobody asks for, esbuild also what nobody asks for within them, which is 40 % of zod.
 *
 * The bundle is committed and a test fails when it is stale. Run `node scripts/build-slim-zod.ts` then.
 */
import { globSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
export const ZOD_BUNDLE = join(root, "lib/slim/zod-mini.gen.js");

/** What is written as `z.name`; names of types are in no bundle. */
async function takenNames(): Promise<string[]> {
  const has = new Set(Object.keys(await import("zod/mini")));
  const paths = globSync("{app,components,lib}/**/*.{ts,tsx}", { cwd: root });
  const sources = paths.map((path) => readFileSync(join(root, path), "utf8"));
  const doors = sources.filter((source) => source.includes('import * as z from "zod/mini"'));
  const names = doors.flatMap((source) => [...source.matchAll(/\bz\.(\w+)/g)].map(([, name]) => name ?? ""));
  return [...new Set(names)].filter((name) => has.has(name) && !name.startsWith("Zod")).sort();
}

export async function bundleZod(): Promise<string> {
  const entry = `export { ${(await takenNames()).join(", ")} } from "zod/mini";`;
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: root, loader: "js" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    minify: true,
    banner: {
      js: "// Made by scripts/build-slim-zod.ts from zod (MIT, © 2025 Colin McDonnell). Do not edit.",
    },
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error("esbuild made no file.");
  return bundle.text;
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(ZOD_BUNDLE, await bundleZod());
  console.log(`Wrote ${ZOD_BUNDLE}`);
}
