/** Brings an empty database to what a Supabase project holds before its first migration. May run again. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { getAuthSchemaSql } from "@supabase/lite";
import type { Database } from "./database.ts";

const here = (name: string) => new URL(name, import.meta.url);

/** The SQL that `bootstrap` runs. */
export async function bootstrapText(): Promise<string> {
  const services = [here("./auth.sql"), here("./realtime.sql"), here("./storage.sql")].filter((file) =>
    existsSync(file),
  );
  const parts = [await readFile(here("./bootstrap.sql"), "utf8"), getAuthSchemaSql()];
  for (const file of services) parts.push(await readFile(file, "utf8"));
  return parts.join("\n");
}

/** Runs it unless the database carries the mark of this very text. */
export async function bootstrap(database: Database): Promise<void> {
  const text = await bootstrapText();
  const mark = `bootstrap ${createHash("sha256").update(text).digest("hex")}`;
  const { rows } = await database.query<{ mark: string | null }>(
    "select (select obj_description(oid) from pg_namespace where nspname = 'extensions') as mark",
  );
  if (rows[0]?.mark === mark) return;
  await database.exec(`${text};\ncomment on schema extensions is '${mark}'`);
}
