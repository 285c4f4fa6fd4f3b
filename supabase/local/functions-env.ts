/**
 * The environment of an edge function: what hosted Supabase gives each, and the secrets of
 * `supabase/functions/.env`. SUPABASE_DB_URL is not there: PGlite has no address.
 */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";

export interface EnvironmentOptions {
  readonly functionsFolder: string;
  /** Those that do not stand in the file. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly url: string;
  readonly keys: { readonly publishableKey: string; readonly secretKey: string };
}

/** Names with the reserved prefix are left out, each with a line to `warn`, in the CLI's words. */
export async function readEnvironment(
  { functionsFolder, secrets: given, url, keys }: EnvironmentOptions,
  warn: (line: string) => void,
): Promise<Record<string, string>> {
  const { publishableKey, secretKey } = keys;
  const text = await readFile(join(functionsFolder, ".env"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...parseEnv(text), ...given })) {
    if (name.startsWith("SUPABASE_")) warn(`Env name cannot start with SUPABASE_, skipping: ${name}`);
    else if (value !== undefined) secrets[name] = value;
  }
  return {
    ...secrets,
    SUPABASE_URL: url,
    SUPABASE_ANON_KEY: publishableKey,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: publishableKey }),
    SUPABASE_SERVICE_ROLE_KEY: secretKey,
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: secretKey }),
    SB_REGION: "local",
    SB_EXECUTION_ID: randomUUID(),
  };
}

/** `host:port` of each address that the environment names: where a function may go beside the stand-in. */
export function hostsOf(environment: Readonly<Record<string, string>>): string[] {
  const hosts = Object.values(environment)
    .filter((value) => /^https?:\/\//.test(value) && URL.canParse(value))
    .map((value) => {
      const { protocol, hostname, port } = new URL(value);
      return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
    });
  return [...new Set(hosts)];
}
