/** Who sees and touches which job of pg_cron, and the shape of its tables: the same on both engines. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isHosted, openSqlDoor, rowsAs, type SqlDoor, WHY_NOT_HOSTED } from "./sql-door.ts";
import { newPerson } from "./stand-in.ts";

describe.skipIf(isHosted)(`rights on pg_cron${isHosted ? ` (${WHY_NOT_HOSTED})` : ""}`, () => {
  let door: SqlDoor;

  beforeAll(async () => {
    door = await openSqlDoor({
      sql: "create extension pg_cron; grant usage on schema cron to authenticated;",
    });
  });
  afterAll(() => door?.stop());

  it("CR15 shows everybody their own jobs and runs only, and lets them touch no other", async () => {
    const { client } = await newPerson(door.project, "Cora");
    const id = await door.value<number>("select cron.schedule('theirs', '0 0 1 1 *', 'select 1') as id");
    const mine = await rowsAs<{ id: number }>(
      client,
      "select cron.schedule('mine', '0 0 1 1 *', 'select 1') as id",
    );
    const seen = await rowsAs(client, "select jobname, username from cron.job");
    expect(seen).toEqual([{ jobname: "mine", username: "authenticated" }]);
    expect(await rowsAs(client, "select * from cron.job_run_details")).toEqual([]);
    const refusal = (sql: string) => rowsAs(client, sql).catch((error) => [error.code, error.message]);
    expect(await refusal(`select cron.unschedule(${id}::bigint)`)).toEqual([
      "42501",
      "permission denied for table job",
    ]);
    expect(await refusal("select cron.unschedule('theirs')")).toMatchObject([
      "XX000",
      "could not find valid entry for job 'theirs'",
    ]);
    expect(await refusal(`select cron.alter_job(${id}::bigint, active := false)`)).toEqual([
      "42501",
      "permission denied for function alter_job",
    ]);
    expect(
      await refusal(
        "select cron.schedule_in_database('x', '* * * * *', 'select 1', current_database()::text)",
      ),
    ).toEqual(["42501", "permission denied for function schedule_in_database"]);
    expect(await rowsAs(client, `select cron.unschedule(${mine[0]?.id}::bigint) as gone`)).toEqual([
      { gone: true },
    ]);
    await door.run("select cron.unschedule('theirs')");
  });

  it("CR16 has pg_cron's tables, columns and rights", async () => {
    const columns = await door.rows<{ line: string }>(
      `select format('%s.%s %s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
         case when a.attnotnull then ' not null' else '' end) as line
       from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.oid in ('cron.job'::regclass, 'cron.job_run_details'::regclass) and a.attnum > 0
       order by c.relname, a.attnum`,
    );
    expect(columns.map(({ line }) => line)).toEqual([
      "job.jobid bigint not null",
      "job.schedule text not null",
      "job.command text not null",
      "job.nodename text not null",
      "job.nodeport integer not null",
      "job.database text not null",
      "job.username text not null",
      "job.active boolean not null",
      "job.jobname text",
      "job_run_details.jobid bigint",
      "job_run_details.runid bigint not null",
      "job_run_details.job_pid integer",
      "job_run_details.database text",
      "job_run_details.username text",
      "job_run_details.command text",
      "job_run_details.status text",
      "job_run_details.return_message text",
      "job_run_details.start_time timestamp with time zone",
      "job_run_details.end_time timestamp with time zone",
    ]);
    const rights = await door.rows(
      `select table_name, string_agg(privilege_type, ',' order by privilege_type) as rights
       from information_schema.role_table_grants where table_schema = 'cron' and grantee = 'PUBLIC'
       and table_name in ('job', 'job_run_details') group by 1 order by 1`,
    );
    expect(rights).toEqual([
      { table_name: "job", rights: "SELECT" },
      { table_name: "job_run_details", rights: "DELETE,SELECT" },
    ]);
    const policies = await door.rows(
      "select polname, polrelid::regclass::text as on, pg_get_expr(polqual, polrelid) as using from pg_policy where polrelid::regclass::text like 'cron.%' order by 1",
    );
    expect(policies).toEqual([
      { polname: "cron_job_policy", on: "cron.job", using: "(username = CURRENT_USER)" },
      {
        polname: "cron_job_run_details_policy",
        on: "cron.job_run_details",
        using: "(username = CURRENT_USER)",
      },
    ]);
  });

  it("CR17 keeps whom nobody let in out", async () => {
    const { client } = await newPerson(door.project, "Cleo");
    await door.run("revoke usage on schema cron from authenticated");
    await expect(rowsAs(client, "select cron.schedule('x', '* * * * *', 'select 1')")).rejects.toMatchObject({
      code: "42501",
      message: "permission denied for schema cron",
    });
  });
});
