/** Brings an empty database to what a Supabase project holds before its first migration. May run again. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { getAuthSchemaSql } from "@supabase/lite";
import type { Database } from "./database.ts";

const here = (name: string) => new URL(name, import.meta.url);

/** The SQL that `bootstrap` runs. */
export async function bootstrapText(): Promise<string> {
  const realtime = here("./realtime.sql");
  const parts = [await readFile(here("./bootstrap.sql"), "utf8"), getAuthSchemaSql()];
  if (existsSync(realtime)) parts.push(await readFile(realtime, "utf8"));
  return parts.join("\n");
}

export async function bootstrap(database: Database): Promise<void> {
  await database.exec(await bootstrapText());
}
