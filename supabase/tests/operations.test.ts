/** What operators see of the database (phase 4), jobs that are late, and calls that keep functions warm. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MIGRATIONS, openProject, type Sql } from "./hosted.ts";
import { buildSqlScene, callAs, type SqlScene } from "./hosted-scene.ts";

let sql: Sql;
let scene: SqlScene;
beforeAll(async () => {
  sql = await openProject();
  scene = await buildSqlScene(sql);
});
afterAll(() => sql?.close());

describe("the settings", () => {
  it("are on the tables that are hot, and can be set again", async () => {
    const file = join(MIGRATIONS, "20261126002010_phase4_statistics.sql");
    await sql.exec(`begin; ${readFileSync(file, "utf8")}; commit`);
    const rows = await sql.query<{ item: string }>(`
      select c.relname || ' ' || option as item from pg_class c, unnest(c.reloptions) option
      where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind = 'r'`);
    const found = rows.map(({ item }) => item);
    for (const table of ["blocks", "document_updates"])
      expect(found).toContain(`${table} autovacuum_vacuum_scale_factor=0.02`);
    for (const table of ["projection_jobs", "embedding_jobs", "append_budgets", "function_nonces"])
      expect(found).toContain(`${table} autovacuum_vacuum_scale_factor=0`);
    expect(found).toContain("document_heads fillfactor=70");
    const targets = await sql.query<{ item: string }>(
      "select attrelid::regclass || '.' || attname as item from pg_attribute where attstattarget = 500 order by 1",
    );
    expect(targets).toHaveLength(5);
  });
});

describe("what operators see", () => {
  const ask = <Value>(name: string, values: Record<string, unknown> = {}) =>
    callAs<Value>(sql, "service_role", name, values);

  interface Report {
    readonly database: { readonly bytes: number; readonly maxConnections: number };
    readonly connections: Record<string, number>;
    readonly tables: { readonly name: string; readonly tableBytes: number }[];
    readonly indexes: { readonly name: string; readonly isValid: boolean }[];
    readonly queues: Record<string, { waiting: number; dead: number; oldestSeconds: number }>;
    readonly slowQueries: { readonly meanMs: number }[] | null;
  }

  it("is the database, its tables, indexes and queues", async () => {
    const report = await ask<Report>("operations_report");
    expect(report.database.bytes).toBeGreaterThan(1_000_000);
    expect(report.tables.map(({ name }) => name)).toContain("public.document_updates");
    expect(report.indexes.filter(({ isValid }) => !isValid)).toEqual([]);
    expect(report.queues).toMatchObject({ projection: { waiting: 0, dead: 0 }, embedding: { dead: 0 } });
    await sql.exec(`insert into private.projection_jobs (document_id, due_at) values ('${scene.documentId}', now() - interval '90 s');
      update pg_index set indisvalid = false where indexrelid = 'public.idx_documents_created_by'::regclass`);
    const later = await ask<Report>("operations_report");
    expect(later.queues.projection?.waiting).toBe(1);
    expect(later.queues.projection?.oldestSeconds).toBeGreaterThanOrEqual(90);
    expect(later.indexes.filter(({ isValid }) => !isValid).map(({ name }) => name)).toEqual([
      "idx_documents_created_by",
    ]);
    await sql.exec(`delete from private.projection_jobs;
      update pg_index set indisvalid = true where indexrelid = 'public.idx_documents_created_by'::regclass`);
  });

  it("slow queries are told where pg_stat_statements is, and are 'not available' where it is not", async () => {
    expect((await ask<Report>("operations_report")).slowQueries).toBe(null);
    if (sql.url === null) return;
    await sql.exec(
      "create extension pg_stat_statements with schema extensions; grant pg_read_all_stats to hosted_postgres",
    );
    const { slowQueries } = await ask<Report>("operations_report");
    expect(slowQueries?.[0]?.meanMs).toBeGreaterThan(0);
    await sql.exec("drop extension pg_stat_statements");
  });

  it("the plans of the ordinary queries, with their times; of an unknown workspace there are none", async () => {
    type Answer = {
      document: { blocks: number };
      queries: { name: string; ms: number[]; indexes: string[] }[];
    };
    const values = { p_workspace_id: scene.workspaceId, p_times: 3 };
    const { document, queries } = await ask<Answer>("explain_queries", values);
    expect(document.blocks).toBe(1);
    const found = Object.fromEntries(queries.map(({ name, ms, indexes }) => [name, [ms.length, ...indexes]]));
    expect(found).toMatchObject({
      tree: [3, "idx_documents_workspace_sort_order"],
      "first blocks": [3, "idx_blocks_document_sort_covering"],
    });
    const unknown = ask("explain_queries", { p_workspace_id: scene.documentId });
    await expect(unknown).rejects.toMatchObject({ code: "PT404", message: "not_found" });
  });

  it("a workspace whose name is hostile SQL is only a name", async () => {
    await sql.exec(`update public.blocks set plain_text = $$a'; drop table public.blocks; --$$`);
    await ask("explain_queries", { p_workspace_id: scene.workspaceId, p_times: 1 });
    expect(await sql.query("select from public.blocks")).toHaveLength(1);
  });

  it.each([
    ["30 seconds", "00:00:30"],
    ["* * * * *", "00:01:00"],
    ["*/5 * * * *", "00:05:00"],
    ["17 * * * *", "01:00:00"],
    ["5 */6 * * *", "06:00:00"],
    ["5 3 * * *", "1 day"],
    ["5 3 * * 1", "7 days"],
    ["5 3 1 * *", "31 days"],
  ])("%s comes every %s", async (schedule, period) => {
    expect(await sql.query(`select private.period_of('${schedule}')::text as period`)).toEqual([{ period }]);
  });
});

describe("jobs that are late", () => {
  beforeAll(async () => {
    // Where pg_cron is not to be had, two tables of its shape.
    await sql.exec(`do $$ begin
      if to_regclass('cron.job') is null then
        create schema cron;
        create table cron.job (jobid bigint primary key, jobname text, schedule text, command text, active boolean, database text);
        create table cron.job_run_details (runid bigint generated always as identity, jobid bigint, status text,
          return_message text, start_time timestamptz, end_time timestamptz);
        insert into cron.job select 1, 'watch jobs', '* * * * *', '', true, current_database();
        grant usage on schema cron to hosted_postgres;
        grant all on all tables in schema cron to hosted_postgres;
      end if;
    end $$`);
  });
  const state = async () => {
    const [row] = await sql.query<{ late: boolean; failures: number }>(
      "select is_late as late, failures::int from private.metrics_jobs where job = 'watch jobs'",
    );
    return row;
  };
  const ran = (ago: string, status = "succeeded") =>
    sql.exec(`insert into cron.job_run_details (${sql.url === null ? "" : "runid, "}jobid, status, start_time, end_time)
      select ${sql.url === null ? "" : "nextval('cron.runid_seq'), "}jobid, '${status}', now() - interval '${ago}', now() - interval '${ago}'
      from cron.job where jobname = 'watch jobs'`);

  it("are those whose last good run, or first sight, is two periods ago", async () => {
    const started = (ago: string) =>
      sql.exec(`create or replace function private.server_started() returns timestamptz
        language sql stable set search_path = '' as $$ select now() - interval '${ago}' $$`);
    await started("1 day");
    await sql.exec("truncate private.job_watch; select private.watch_jobs()");
    expect(await state()).toEqual({ late: false, failures: 0 });
    await sql.exec("update private.job_watch set seen_at = now() - interval '121 seconds'");
    expect(await state()).toMatchObject({ late: true });
    await ran("100 seconds");
    expect(await state()).toMatchObject({ late: false });
    await sql.exec("delete from cron.job_run_details");
    await ran("130 seconds");
    await ran("10 seconds", "failed");
    expect(await state()).toEqual({ late: true, failures: 1 });
    // A server that was off has two periods from its start.
    await started("119 seconds");
    expect(await state()).toMatchObject({ late: false });
    await started("121 seconds");
    expect(await state()).toMatchObject({ late: true });
    await sql.exec("update cron.job set active = false");
    expect(await state()).toMatchObject({ late: false });
  });
});

describe("calls that keep functions warm", () => {
  it("go to those named in the settings, and to none before", async () => {
    await sql.exec(`do $$ begin if to_regnamespace('net') is null then create schema net; end if; end $$;
      create table public.calls (url text);
      create or replace function net.http_get(url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000)
      returns bigint language sql security definer as 'insert into public.calls values (url) returning 1::bigint';
      grant usage on schema net to public`);
    const warm = async () => {
      await sql.exec(
        "truncate public.calls; set role hosted_postgres; select private.keep_functions_warm(); reset role",
      );
      return (await sql.query<{ url: string }>("select url from public.calls order by url")).map(
        ({ url }) => url,
      );
    };
    expect(await warm()).toEqual([]);
    await sql.exec(
      `insert into private.runtime_config values ('functions_url', 'https://f'), ('keep_warm', ' process-block search ')`,
    );
    expect(await warm()).toEqual(["https://f/process-block", "https://f/search"]);
    // A call that cannot be made is no failed job.
    await sql.exec("alter function net.http_get rename to http_gone; select private.keep_functions_warm()");
  });
});
