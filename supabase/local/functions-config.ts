/**
 * What `supabase/config.toml` says about edge functions: `[functions.NAME]` with `enabled`, `verify_jwt` (on
 * unless said otherwise), `entrypoint` and `import_map`, both relative to the file.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "smol-toml";

export interface FunctionConfig {
  readonly verifyJwt: boolean;
  readonly isEnabled: boolean;
  /** Absolute. */
  readonly entry: string;
  /** A deno.json or an import map, absolute; null when there is none. */
  readonly importMap: string | null;
}

/** Throws a sentence when the file is no TOML. */
export async function readFunctionConfig(
  file: string,
  functionsFolder: string,
): Promise<(name: string) => FunctionConfig> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const sections = tableOf(tableOf(parseToml(file, text)).functions);
  return (name) => {
    const section = tableOf(sections[name]);
    const path = (key: string) =>
      typeof section[key] === "string" ? resolve(dirname(file), section[key]) : null;
    return {
      verifyJwt: section.verify_jwt !== false,
      isEnabled: section.enabled !== false,
      entry: path("entrypoint") ?? join(functionsFolder, name, "index.ts"),
      importMap: path("import_map") ?? findImportMap(functionsFolder, name),
    };
  };
}

function parseToml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

const tableOf = (value: unknown) =>
  (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;

/** The function's own before the one of all. */
function findImportMap(functionsFolder: string, name: string): string | null {
  const own = ["deno.json", "deno.jsonc", "import_map.json"].map((file) => join(functionsFolder, name, file));
  return [...own, join(functionsFolder, "import_map.json")].find((file) => existsSync(file)) ?? null;
}
