/**
 * Applies the migrations that the database does not have yet, in the order of their names, each in one
 * transaction with its own record. Records go to `supabase_migrations.schema_migrations`, where the Supabase
 * CLI keeps them.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "./database.ts";

interface Migration {
  readonly version: string;
  readonly name: string;
  readonly file: string;
  readonly sql: string;
}

const TABLE = "supabase_migrations.schema_migrations";

async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  return Promise.all(
    files.map(async (file) => {
      const parts = /^(\d+)_(.+)\.sql$/.exec(file);
      if (!parts?.[1] || !parts[2]) {
        throw new Error(`${join(folder, file)} is not named like a migration, <timestamp>_<name>.sql.`);
      }
      return { version: parts[1], name: parts[2], file, sql: await readFile(join(folder, file), "utf8") };
    }),
  );
}

/** Names and texts of all migrations of a folder, in their order. */
export async function migrationsText(folder: string): Promise<string> {
  return (await readMigrations(folder)).map(({ file, sql }) => `${file}\n${sql}`).join("\n");
}

/** Resolves to the names of what was applied. Throws a sentence when the two do not belong together. */
export async function migrate(database: Database, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const { rows } = await database.query<{ version: string; name: string; sql: string | null }>(
    `select version, name, array_to_string(statements, E'\\n') as sql from ${TABLE} order by version`,
  );
  const applied = new Map(rows.map((row) => [row.version, row]));
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const row of rows) refuse(row, known.get(row.version));
  const pending = migrations.filter((migration) => !applied.has(migration.version));
  for (const migration of pending) await apply(database, migration);
  return pending.map((migration) => migration.file);
}

/** The Supabase CLI records a file cut into statements, without what lies between them. */
const wordsOf = (sql: string) => sql.replace(/[\s;]+/g, " ").trim();

function refuse(
  row: { version: string; name: string; sql: string | null },
  file: Migration | undefined,
): void {
  const way =
    "Go back to the version it was made with, or start on another data folder (COMMAND_CENTER_DATA).";
  if (!file) {
    throw new Error(
      `The data folder has migration ${row.version}_${row.name}, which this version lacks. ${way}`,
    );
  }
  if (row.sql !== null && wordsOf(row.sql) !== wordsOf(file.sql)) {
    throw new Error(`The migration ${file.file} was changed after the data folder had taken it. ${way}`);
  }
}

async function apply(database: Database, { version, name, file, sql }: Migration): Promise<void> {
  try {
    await database.transaction(async (tx) => {
      await tx.exec(sql);
      await tx.query(`insert into ${TABLE} (version, name, statements) values ($1, $2, array[$3::text])`, [
        version,
        name,
        sql,
      ]);
    });
  } catch (cause) {
    throw new Error(`The migration ${file} failed: ${explain(cause, sql)}`, { cause });
  }
}

function explain(error: unknown, sql: string): string {
  const { message, position, where } = error as { message: string; position?: string; where?: string };
  const line = position ? ` at line ${sql.slice(0, Number(position)).split("\n").length}` : "";
  return `${message}${line}${where ? ` (${where})` : ""}`;
}
