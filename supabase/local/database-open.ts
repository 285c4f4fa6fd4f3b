/** Opens the database that the options name and makes it what a Supabase project is, with its migrations. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { bootstrap } from "./bootstrap.ts";
import { type Database, openPglite } from "./database.ts";
import { aloneOnServer, openNative } from "./database-native.ts";
import { migrate } from "./migrate.ts";
import { type Options, OWN_MIGRATIONS } from "./options.ts";
import { loadExtensions } from "./services.ts";
import { createFromTemplate } from "./template.ts";

/** Throws a sentence when it cannot be used. */
export async function openDatabase({
  databaseUrl,
  dataFolder,
  migrationsFolder,
}: Options): Promise<Database> {
  if (databaseUrl) return openNative(databaseUrl);
  const data = join(dataFolder, "postgres");
  // Other migrations change from start to start: no template is worth its while.
  const lasting = migrationsFolder === OWN_MIGRATIONS ? OWN_MIGRATIONS : null;
  if (!existsSync(data)) await createFromTemplate(data, lasting);
  const version = (await readFile(join(data, "PG_VERSION"), "utf8")).trim();
  if (version !== "17") {
    throw new Error(`${data} is of Postgres ${version}, this version runs 17. Start on another data folder.`);
  }
  return openPglite({ folder: data, extensions: await loadExtensions() });
}

/** May run again. Throws a sentence when the migrations do not fit. */
export async function prepareDatabase(database: Database, options: Options): Promise<void> {
  const prepare = async () => {
    if (database.kind === "native") await checkExtensions(database);
    await bootstrap(database);
    await migrate(database, options.migrationsFolder);
  };
  if (options.databaseUrl) await aloneOnServer(options.databaseUrl, prepare);
  else await prepare();
}

/** What every Supabase project has and PGlite brings along; a server must have them on its disk. */
const WANTED = ["pgcrypto", "uuid-ossp", "ltree", "pg_trgm", "unaccent", "vector", "pg_net"];

async function checkExtensions(database: Database): Promise<void> {
  const { rows } = await database.query<{ name: string }>(
    `select w as name from unnest($1::text[]) w
     where not exists (select from pg_available_extensions e where e.name = w)`,
    [WANTED],
  );
  const missing = rows.map(({ name }) => name);
  if (missing.length === 0) return;
  const files =
    "the two files of supabase/local/pg-net into its folder share/extension (pg_config --sharedir)";
  const way = missing.includes("pg_net") ? ` For pg_net copy ${files}.` : "";
  throw new Error(`The Postgres of DATABASE_URL lacks ${missing.join(", ")}. Install what is missing.${way}`);
}
