/** The command line of the stand-in. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { PROFILES, type Profile } from "./realtime-limits.ts";

export interface Options {
  readonly dataFolder: string;
  /** Insisted upon when given; else the last one if free, else any. */
  readonly port: number | undefined;
  /** A Postgres 17 server to work on, from `--database-url` or DATABASE_URL; null means PGlite in the folder. */
  readonly databaseUrl: string | null;
  readonly migrationsFolder: string;
  readonly functionsFolder: string;
  /** Secrets of edge functions beside those of `supabase/functions/.env`, as JSON in FUNCTION_SECRETS. */
  readonly functionSecrets: Readonly<Record<string, string>>;
  readonly siteUrl: string;
  readonly confirmEmail: boolean;
  /** `supabase/config.toml` or another one; the account service reads `[auth]` of it. */
  readonly configFile: string;
  /** True: asking too often is refused, as on hosted projects. */
  readonly rateLimits: boolean;
  /** Which plan's quotas Realtime keeps to. */
  readonly realtimeProfile: Profile;
  readonly testMode: boolean;
  /** Say the address on stdout as soon as port and keys are fixed, before the database is open. */
  readonly announce: boolean;
  /** End when the process that started this one ends: its pipe to our stdin closes. */
  readonly withParent: boolean;
}

export const USAGE =
  "node supabase/local/main.ts --data <folder> [--port N] [--database-url URL] [--migrations folder] [--functions folder] [--site-url URL] [--config file] [--confirm-email] [--rate-limits] [--realtime-profile off|free|pro] [--with-parent] [--announce] [--test]";

const here = (path: string) => resolve(import.meta.dirname, "..", path);

/** The project's own. */
export const OWN_MIGRATIONS = here("migrations");

/** Throws a sentence when something is wrong or unknown. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      data: { type: "string" },
      port: { type: "string" },
      "database-url": { type: "string" },
      migrations: { type: "string" },
      functions: { type: "string" },
      "site-url": { type: "string" },
      config: { type: "string" },
      "confirm-email": { type: "boolean" },
      "rate-limits": { type: "boolean" },
      "realtime-profile": { type: "string" },
      "with-parent": { type: "boolean" },
      announce: { type: "boolean" },
      test: { type: "boolean" },
    },
  });
  if (!values.data) throw new Error(`Say where the data lies: ${USAGE}`);
  return {
    dataFolder: resolve(values.data),
    port: parsePort(values.port),
    databaseUrl: values["database-url"] || process.env.DATABASE_URL || null,
    migrationsFolder: resolve(values.migrations ?? OWN_MIGRATIONS),
    functionsFolder: resolve(values.functions ?? here("functions")),
    functionSecrets: JSON.parse(process.env.FUNCTION_SECRETS || "{}"),
    siteUrl: values["site-url"] ?? "http://127.0.0.1:3000",
    configFile: resolve(values.config ?? here("config.toml")),
    confirmEmail: values["confirm-email"] ?? false,
    rateLimits: values["rate-limits"] ?? false,
    realtimeProfile: parseProfile(values["realtime-profile"]),
    announce: values.announce ?? false,
    withParent: values["with-parent"] ?? false,
    testMode: values.test ?? false,
  };
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`--port ${text} is not a port; give a number from 1 to 65535.`);
}

function parseProfile(text = "off"): Profile {
  const profile = PROFILES.find((name) => name === text);
  if (profile) return profile;
  throw new Error(`--realtime-profile ${text} is none; it is ${PROFILES.join(", ")}.`);
}
