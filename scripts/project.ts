/**
 * Which Supabase a script of ours works on: the one that the environment or Next's own .env files name, or else the
 * stand-in of this folder, which must be running (`npm run dev` or `npm start`).
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { type PublicConfig, readPublicConfig, readSecretKey } from "../lib/supabase/env.ts";

const root = resolve(import.meta.dirname, "..");
const FILES = [".env.production.local", ".env.local", ".env.production", ".env"];

export type ProjectConfig = PublicConfig & {
  readonly secretKey: string;
  /** The stand-in's data folder; null: a project that the environment names. */
  readonly dataFolder: string | null;
};

/** The environment with what Next's .env files add, in Next's order. */
export function environment(): Readonly<Record<string, string | undefined>> {
  const files = FILES.map((file) => resolve(root, file)).filter(existsSync);
  const read = files.map((file) => parseEnv(readFileSync(file, "utf8")));
  return Object.assign({}, ...read.reverse(), process.env) as Record<string, string | undefined>;
}

/** Throws a sentence when neither is there. */
export function findProject(): ProjectConfig {
  const env = environment();
  if (env.NEXT_PUBLIC_SUPABASE_URL)
    return { ...readPublicConfig(env), secretKey: readSecretKey(env), dataFolder: null };
  const dataFolder = resolve(root, env.COMMAND_CENTER_DATA ?? ".data");
  const file = join(dataFolder, "keys.json");
  if (!existsSync(file))
    throw new Error(
      `No Supabase is configured (NEXT_PUBLIC_SUPABASE_URL), and ${dataFolder} holds no local one: start it with npm run dev.`,
    );
  const { port, publishableKey, secretKey } = JSON.parse(readFileSync(file, "utf8"));
  return { url: `http://127.0.0.1:${port}`, publishableKey, secretKey, dataFolder };
}
