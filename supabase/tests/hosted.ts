/**
 * A database as hosted Supabase gives it (hosted.sql), without any service and without the stand-in: what SQL
 * alone decides is asked here, as fast as SQL answers. On Postgres 17 when DATABASE_URL asks for the native
 * engine and native-postgres is at hand, else on PGlite in memory.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { ltree } from "@electric-sql/pglite/contrib/ltree";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { pgcrypto } from "@electric-sql/pglite/contrib/pgcrypto";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { uuid_ossp } from "@electric-sql/pglite/contrib/uuid_ossp";
import { vector } from "@electric-sql/pglite/vector";
import postgres from "postgres";
import { type Cluster, startCluster, whyNoNativePostgres } from "../../scripts/native-cluster.ts";

const here = import.meta.dirname;
export const MIGRATIONS = join(here, "../migrations");
/** Applies the migrations, owns what they make, is no superuser. Hosted projects call it postgres. */
export const OWNER = "hosted_postgres";

/** One session: what it sets stays set. Superuser, until it takes another role. */
export interface Sql {
  readonly engine: "pglite" | "native";
  /** Of a native one: where others may connect. */
  readonly url: string | null;
  query<Row extends object>(sql: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Several statements in one message. */
  exec(sql: string): Promise<void>;
  close(): Promise<void>;
}

export interface Migration {
  readonly file: string;
  readonly version: string;
  readonly name: string;
  readonly sql: string;
}

/** In the order in which they are applied. */
export function readMigrations(): Migration[] {
  const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith(".sql"));
  return files.sort().map((file) => {
    const [, version = "", name = ""] = /^(\d+)_(.+)\.sql$/.exec(file) ?? [];
    return { file, version, name, sql: readFileSync(join(MIGRATIONS, file), "utf8") };
  });
}

async function openPglite(): Promise<Sql> {
  const extensions = { ltree, pgcrypto, pg_trgm, unaccent, uuid_ossp, vector };
  const database = await PGlite.create({ extensions });
  return {
    engine: "pglite",
    url: null,
    query: async <Row extends object>(sql: string, params: readonly unknown[] = []) =>
      (await database.query<Row>(sql, [...params])).rows,
    exec: async (sql) => {
      await database.exec(sql);
    },
    close: () => database.close(),
  };
}

/** A session on that address, closed with `whenClosed`. */
export function connect(url: string, whenClosed: () => Promise<void> = async () => undefined): Sql {
  const pool = postgres(url, { max: 1, onnotice: () => undefined, idle_timeout: 0 });
  return {
    engine: "native",
    url,
    query: async <Row extends object>(sql: string, params: readonly unknown[] = []) =>
      (await pool.unsafe<Row[]>(sql, [...params] as postgres.ParameterOrJSON<never>[])) as Row[],
    exec: async (sql) => {
      await pool.unsafe(sql).simple();
    },
    close: async () => {
      await pool.end();
      await whenClosed();
    },
  };
}

/** A new empty project on that engine. */
export async function openEmptyProject(engine: Sql["engine"]): Promise<Sql> {
  let sql: Sql;
  if (engine === "native") {
    const cluster: Cluster = await startCluster();
    sql = connect(cluster.url, () => cluster.stop());
  } else sql = await openPglite();
  await sql.exec(readFileSync(join(here, "hosted.sql"), "utf8"));
  return sql;
}

export const chosenEngine: Sql["engine"] =
  process.env.DATABASE_URL && whyNoNativePostgres === null ? "native" : "pglite";

/** With all our migrations, applied by the role that is no superuser, each with its record in one transaction. */
export async function openProject(engine: Sql["engine"] = chosenEngine): Promise<Sql> {
  const sql = await openEmptyProject(engine);
  await sql.exec(`set role ${OWNER};
    create schema if not exists supabase_migrations;
    create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text)`);
  for (const { version, name, sql: text } of readMigrations()) {
    await sql.exec(`begin;\n${text};\n
      insert into supabase_migrations.schema_migrations (version, name) values ('${version}', '${name}');
      commit`);
  }
  await sql.exec("reset role");
  return sql;
}
