/**
 * Bundles what edge functions need of lib/core, with Yjs, into supabase/functions/_shared/core.gen.js.
 *
 * A function that imports from outside supabase/functions is not deployed whole by every way of deploying, so
 * the bundle is committed and a test fails when it is stale. Run `node scripts/build-functions.ts` then.
 * Its types are in supabase/functions/_shared/core.gen.d.ts.
 */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";

const root = resolve(import.meta.dirname, "..");
export const CORE_BUNDLE = join(root, "supabase/functions/_shared/core.gen.js");

const ENTRY = `
export { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector, transact } from "yjs";
export { fromBase64, toBase64 } from "./lib/core/base64.ts";
export { admitUpdate, createGuardState } from "./lib/core/guard.ts";
export { namedBlocks, projectDocument } from "./lib/core/projection.ts";
export { SCHEMA_VERSION } from "./lib/core/schema-version.ts";
export { readAsWritten } from "./lib/core/read-as-written.ts";
`;

export async function bundleCore(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    minify: true,
    banner: { js: "// Made by scripts/build-functions.ts from lib/core and yjs. Do not edit." },
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error("esbuild made no file.");
  return bundle.text;
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(CORE_BUNDLE, await bundleCore());
  console.log(`Wrote ${CORE_BUNDLE}`);
}
