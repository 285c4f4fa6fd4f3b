/** Brings an empty database to what a Supabase project holds before its first migration. May run again. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { getAuthSchemaSql } from "@supabase/lite";
import type { Database } from "./database.ts";

const here = (name: string) => new URL(name, import.meta.url);

export async function bootstrap(database: Database): Promise<void> {
  await database.exec(await readFile(here("./bootstrap.sql"), "utf8"));
  await database.exec(getAuthSchemaSql());
  const realtime = here("./realtime.sql");
  if (existsSync(realtime)) await database.exec(await readFile(realtime, "utf8"));
}
