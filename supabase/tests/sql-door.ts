/**
 * A project whose database takes any SQL from the holder of the secret key: cron and net are asked in SQL, and
 * neither is a schema of the REST API. Two functions of a migration of its own do that, so it is never a hosted
 * project, and none of our own migrations is in it.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SupabaseClient } from "@supabase/supabase-js";
import { type Project, service, startProject } from "./stand-in.ts";

export const isHosted = Boolean(process.env.SUPABASE_URL);
export const WHY_NOT_HOSTED = "It needs SQL of its own in the database, which a hosted project does not get.";

export interface SqlDoor {
  readonly project: Project;
  /** The rows of one query, as the owner of the database. An error is Postgres' own. */
  rows<Row extends object>(query: string): Promise<Row[]>;
  /** One value of one row. */
  value<Value>(query: string): Promise<Value>;
  /** One statement or several, of any kind. */
  run(sql: string): Promise<void>;
  stop(): Promise<void>;
}

export interface SqlError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly details: string | null;
}

const MIGRATION = `
create function public.test_rows(p_sql text) returns jsonb language plpgsql security definer as $$
declare
  found jsonb;
begin
  execute format('select coalesce(jsonb_agg(to_jsonb(t)), ''[]'') from (%s) t', p_sql) into found;
  return found;
end $$;
create function public.test_run(p_sql text) returns void language plpgsql security definer as $$
begin
  execute p_sql;
end $$;
create function public.test_rows_as_caller(p_sql text) returns jsonb language plpgsql as $$
declare
  found jsonb;
begin
  execute format('select coalesce(jsonb_agg(to_jsonb(t)), ''[]'') from (%s) t', p_sql) into found;
  return found;
end $$;
revoke execute on function public.test_rows(text), public.test_run(text) from public, anon, authenticated;
`;

/** `sql` is what the migration does first. */
export async function openSqlDoor(more: {
  readonly sql: string;
  readonly args?: readonly string[];
}): Promise<SqlDoor> {
  const migrations = await mkdtemp(join(tmpdir(), "migrations-"));
  await writeFile(join(migrations, "20000101000000_door.sql"), `${more.sql}\n${MIGRATION}`);
  const args = ["--migrations", migrations, ...(more.args ?? [])];
  const project = await startProject({ args });
  const client = service(project);
  const rows = <Row>(query: string) => call<Row[]>(client, "test_rows", query);
  return {
    project,
    rows,
    async value<Value>(query: string) {
      const [row] = await rows<Record<string, Value>>(query);
      return Object.values(row ?? {})[0] as Value;
    },
    run: async (sql) => {
      await call(client, "test_run", sql);
    },
    async stop() {
      await project.stop();
      await rm(migrations, { recursive: true, force: true });
    },
  };
}

/** As the client's own role, without the definer's rights. */
export const rowsAs = <Row>(client: SupabaseClient, query: string) =>
  call<Row[]>(client, "test_rows_as_caller", query);

async function call<Answer>(client: SupabaseClient, name: string, sql: string): Promise<Answer> {
  const { data, error } = await client.rpc(name, { p_sql: sql });
  if (error) throw error;
  return data as Answer;
}
