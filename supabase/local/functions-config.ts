/**
 * What `supabase/config.toml` says about edge functions: `[functions.NAME]` with `verify_jwt` (on unless said
 * otherwise) and `enabled`. Only these two lines are read; the file belongs to the Supabase CLI.
 */
import { readFile } from "node:fs/promises";

export interface FunctionConfig {
  readonly verifyJwt: boolean;
  readonly isEnabled: boolean;
}

const DEFAULT: FunctionConfig = { verifyJwt: true, isEnabled: true };
const SECTION = /^\s*\[([^\]]+)\]/;
const SETTING = /^\s*(verify_jwt|enabled)\s*=\s*(true|false)\b/;

export async function readFunctionConfig(file: string): Promise<(name: string) => FunctionConfig> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const configs = parseConfig(text);
  return (name) => configs.get(name) ?? DEFAULT;
}

function parseConfig(text: string): Map<string, FunctionConfig> {
  const configs = new Map<string, FunctionConfig>();
  let name: string | null = null;
  for (const line of text.split("\n")) {
    const section = SECTION.exec(line)?.[1];
    if (section !== undefined) {
      name = section.startsWith("functions.") ? section.slice("functions.".length).replace(/"/g, "") : null;
    }
    const [, key, value] = SETTING.exec(line) ?? [];
    if (name === null || key === undefined) continue;
    const change = key === "enabled" ? { isEnabled: value === "true" } : { verifyJwt: value === "true" };
    configs.set(name, { ...DEFAULT, ...configs.get(name), ...change });
  }
  return configs;
}
