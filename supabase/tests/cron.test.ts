/**
 * pg_cron: the real one on a native Postgres, the stand-in's on PGlite, one and the same for whoever uses SQL.
 * The real one works in one database of a cluster only, which is the one that DATABASE_URL names.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isHosted, openSqlDoor, type SqlDoor, WHY_NOT_HOSTED } from "./sql-door.ts";
import { until } from "./waiting.ts";

interface Run {
  readonly jobid: number;
  readonly runid: number;
  readonly job_pid: number | null;
  readonly database: string;
  readonly username: string;
  readonly command: string;
  readonly status: string;
  readonly return_message: string | null;
  readonly start_time: string;
  readonly end_time: string | null;
}

const HINT = "Use cron format (e.g. 5 4 * * *), or interval format '[1-59] seconds'";
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

describe.skipIf(isHosted)(`pg_cron${isHosted ? ` (${WHY_NOT_HOSTED})` : ""}`, () => {
  let door: SqlDoor;

  beforeAll(async () => {
    door = await openSqlDoor({
      sql: `
        create extension pg_cron;
        create table public.log (what text, who text default current_user, session text default session_user);
        grant all on public.log to public;
        do $$ begin
          if to_regrole('cron_bob') is null then create role cron_bob login; end if;
          if to_regrole('cron_nobody') is null then create role cron_nobody nologin; end if;
        end $$;
        grant usage on schema cron to cron_bob, cron_nobody, authenticated;
        grant usage on schema public to cron_bob, cron_nobody;`,
    });
  });
  afterAll(() => door?.stop());

  const schedule = (text: string, command = "select 1", name?: string) =>
    door.value<number>(
      `select cron.schedule(${name === undefined ? "" : `${quoted(name)}, `}${quoted(text)}, ${quoted(command)}) as id`,
    );
  const runsOf = (id: number) =>
    door.rows<Run>(`select * from cron.job_run_details where jobid = ${id} order by runid`);
  const isOver = (run: Run | undefined) => run?.status === "succeeded" || run?.status === "failed";

  /** Runs each every second until it has a run behind it; resolves to the first of each. */
  /** `runs`: 2 waits for the next one too. pg_cron tells what each statement did while the others are still to come. */
  async function firstRuns(commands: readonly string[], after = "", { runs: most = 1 } = {}): Promise<Run[]> {
    const ids: number[] = [];
    for (const command of commands) ids.push(await schedule("1 seconds", command));
    if (after) await door.run(after.replaceAll("$id", String(ids[0])));
    const runs: Run[] = [];
    for (const id of ids) {
      await until(
        async () => {
          const known = await runsOf(id);
          return known.length >= most && isOver(known[0]);
        },
        `a run of job ${id}`,
        20_000,
      );
      const [first] = await runsOf(id);
      if (first) runs.push(first);
    }
    for (const id of ids) await door.run(`select cron.unschedule(${id})`);
    return runs;
  }

  it("CR1 schedules under a number, and under a name that stays with it", async () => {
    const unnamed = await schedule("5 4 * * *", "select 1");
    const named = await schedule("0 0 1 1 *", "select 1", "yearly");
    expect(await schedule("0 0 1 2 *", "select 2", "yearly")).toBe(named);
    expect(named).toBeGreaterThan(unnamed);
    const rows = await door.rows(
      `select schedule, command, nodename, active, jobname, database = current_database() as here, username = current_user as mine
       from cron.job where jobid in (${unnamed}, ${named}) order by jobid`,
    );
    expect(rows).toEqual([
      {
        schedule: "5 4 * * *",
        command: "select 1",
        nodename: "localhost",
        active: true,
        jobname: null,
        here: true,
        mine: true,
      },
      {
        schedule: "0 0 1 2 *",
        command: "select 2",
        nodename: "localhost",
        active: true,
        jobname: "yearly",
        here: true,
        mine: true,
      },
    ]);
    expect(await door.value(`select cron.unschedule(${unnamed})`)).toBe(true);
    expect(await door.value("select cron.unschedule('yearly')")).toBe(true);
  });

  it.each([
    "",
    "x",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * 32 * *",
    "* * * 13 *",
    "* * * * 8",
    "*/0 * * * *",
    "*/60 * * * *",
    "5/10 * * * *",
    "5-64/30 * * * *",
    "1- * * * *",
    "1,,2 * * * *",
    "0 0 L * *",
    "0 0 1,$ * *",
    "$ 0 1 * *",
    "* * * january *",
    "1 2 3 4 5x",
    "@nonsense",
    "@Daily",
    "0 seconds",
    "60 seconds",
    "1 sec",
    "5.5 seconds",
    "1 minute",
  ])("CR2 refuses %j in pg_cron's words", async (text) => {
    await expect(schedule(text)).rejects.toMatchObject({
      code: "22023",
      message: `invalid schedule: ${text}`,
      hint: HINT,
    });
  });

  it("CR3 takes what pg_cron takes", async () => {
    const texts = [
      "*/5 0-23/2 1,15,20-25 * 1-5",
      "0 0 $ * *",
      "0 0 * jan-mar Mon-Fri",
      "0 0 * * 7",
      "0 0 * * 0-7",
      "* * * * * *",
      "30-10 * * * *",
      "*,5 * * * *",
      "5; * * * *",
      "0 0 1 1 * # comment",
      "1\t2 3 4   5",
      " * * * * *",
      "@daily",
      "@reboot",
      "@weekly",
      "@annually",
      "59 seconds",
      " 1 second",
      "5 SECONDS ",
      "30seconds",
      "05 seconds",
    ];
    for (const text of texts) {
      const id = await schedule(text).catch((error) => error.message);
      expect([text, typeof id]).toEqual([text, "number"]);
      await door.run(`select cron.unschedule(${id})`);
    }
  });

  it("CR4 says what is missing", async () => {
    const refusal = (sql: string) => door.run(`select cron.schedule(${sql})`).catch((error) => error.message);
    expect(await refusal("'a', null, 'select 1'")).toBe("schedule can not be NULL");
    expect(await refusal("'a', '* * * * *', null")).toBe("command can not be NULL");
    expect(await refusal("null, '* * * * *', 'select 1'")).toBe("job_name can not be NULL");
    expect(await door.value("select cron.schedule(null, 'select 1') as id")).toBeNull();
  });

  it("CR5 says what it cannot unschedule or alter", async () => {
    const refusal = (sql: string) => door.run(`select cron.${sql}`).catch((error) => error.message);
    expect(await refusal("unschedule(99999)")).toBe("could not find valid entry for job 99999");
    expect(await refusal("unschedule('nope')")).toBe("could not find valid entry for job 'nope'");
    expect(await refusal("alter_job(99999, schedule := '* * * * *')")).toBe(
      "Job 99999 does not exist or you don't own it",
    );
    expect(await refusal("alter_job(1)")).toBe("no updates specified");
    expect(await refusal("schedule_in_database('b', '* * * * *', 'select 1', 'nodb')")).toBe(
      'database "nodb" does not exist',
    );
  });

  it("CR6 schedules for another user, changes a job and switches it off", async () => {
    const asUser = (user: string) =>
      door.value<number>(
        `select cron.schedule_in_database('for bob', '* * * * *', 'select 1', current_database()::text, ${quoted(user)}, false)`,
      );
    await expect(asUser("cron_nobody")).rejects.toMatchObject({
      message: 'role "cron_nobody" can not log in',
      details: "Jobs may only be run by roles that have the LOGIN attribute.",
    });
    await expect(asUser("nowhere")).rejects.toMatchObject({ message: 'role "nowhere" does not exist' });
    const id = await asUser("cron_bob");
    const job = () =>
      door.rows(`select schedule, command, username, active from cron.job where jobid = ${id}`);
    expect(await job()).toEqual([
      { schedule: "* * * * *", command: "select 1", username: "cron_bob", active: false },
    ]);
    await door.run(
      `select cron.alter_job(${id}, schedule := '1 * * * *', command := 'select 2', active := true)`,
    );
    expect(await job()).toEqual([
      { schedule: "1 * * * *", command: "select 2", username: "cron_bob", active: true },
    ]);
    await expect(door.run(`select cron.alter_job(${id}, schedule := 'bad')`)).rejects.toMatchObject({
      code: "22023",
    });
    await door.run(`select cron.unschedule(${id})`);
  });

  it("CR7 runs every so many seconds and writes down each run", async () => {
    const id = await schedule("1 seconds", "insert into public.log values ('each second')");
    await until(async () => (await runsOf(id)).filter(isOver).length >= 3, "three runs", 20_000);
    await door.run(`select cron.unschedule(${id})`);
    const [first, second, third] = await runsOf(id);
    expect(first).toMatchObject({
      jobid: id,
      status: "succeeded",
      return_message: "INSERT 0 1",
      username: "postgres",
      command: "insert into public.log values ('each second')",
      job_pid: expect.any(Number),
      runid: expect.any(Number),
    });
    const at = (run: Run | undefined) => Date.parse(run?.start_time ?? "");
    expect(at(second) - at(first)).toBeGreaterThan(950);
    expect(at(third) - at(second)).toBeGreaterThan(950);
    expect(Date.parse(first?.end_time ?? "")).toBeGreaterThanOrEqual(at(first));
    const count = (await runsOf(id)).length;
    await firstRuns(["select 'meanwhile'"]);
    expect((await runsOf(id)).length).toBe(count);
    expect(await door.value("select count(*) from public.log where what = 'each second'")).toBe(count);
  });

  it("CR8 says what came of a command as libpq says it", async () => {
    const words: Record<string, string> = {
      "select 1": "1 row",
      "select * from generate_series(1, 3)": "3 rows",
      "select 1 where false": "0 rows",
      "insert into public.log values ('x') returning what": "1 row",
      "update public.log set what = 'y' where false": "UPDATE 0",
      "create table if not exists public.made (id int)": "CREATE TABLE",
      "do $$ begin raise notice 'hello'; end $$": "DO",
      "vacuum public.log": "VACUUM",
      "show timezone": "1 row",
      "": "0 rows",
      "-- nothing": "0 rows",
      "select 1; select * from generate_series(1, 2)": "2 rows",
    };
    const runs = await firstRuns(Object.keys(words));
    expect(Object.fromEntries(runs.map((run) => [run.command, run.return_message]))).toEqual(words);
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(["succeeded"]));
  });

  it("CR9 records a failure with its place, detail, hint and context", async () => {
    const words: Record<string, string> = {
      "selec 1": 'ERROR:  syntax error at or near "selec"\nLINE 1: selec 1\n        ^\n',
      "select 1,\n  * from nosuch where é=1":
        'ERROR:  relation "nosuch" does not exist\nLINE 2:   * from nosuch where é=1\n                 ^\n',
      "do $x$ begin raise exception 'boom' using detail = 'det', hint = 'hin'; end $x$":
        "ERROR:  boom\nDETAIL:  det\nHINT:  hin\nCONTEXT:  PL/pgSQL function inline_code_block line 1 at RAISE\n",
      "select  nosuchfunction('a rather long first argument here', 'and a second one that is long too'), 'and a tail'":
        "ERROR:  function nosuchfunction(unknown, unknown) does not exist\n" +
        "LINE 1: select  nosuchfunction('a rather long first argument here', ...\n                ^\n" +
        "HINT:  No function matches the given name and argument types. You might need to add explicit type casts.\n",
      "do $x$ begin execute 'select nosuch from public.log'; end $x$":
        'ERROR:  column "nosuch" does not exist\nLINE 1: select nosuch from public.log\n               ^\n' +
        "QUERY:  select nosuch from public.log\nCONTEXT:  PL/pgSQL function inline_code_block line 1 at EXECUTE\n",
    };
    const runs = await firstRuns(Object.keys(words));
    expect(Object.fromEntries(runs.map((run) => [run.command, run.return_message]))).toEqual(words);
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(["failed"]));
  });

  it("CR10 runs several statements in one transaction, unless they say otherwise", async () => {
    const add = (what: string) => `insert into public.log values ('${what}')`;
    const commands = [
      `${add("undone")}; select 1/0`,
      `begin; ${add("kept")}; commit; ${add("undone after commit")}; select 1/0`,
      `begin; ${add("left open")}`,
    ];
    const runs = await firstRuns(commands, "", { runs: 2 });
    expect(runs.map(({ status, return_message }) => [status, return_message])).toEqual([
      ["failed", "ERROR:  division by zero\n"],
      ["failed", "ERROR:  division by zero\n"],
      ["succeeded", "INSERT 0 1"],
    ]);
    const found = await door.rows<{ what: string }>(
      "select distinct what from public.log where what in ('undone', 'kept', 'undone after commit', 'left open')",
    );
    expect(found).toEqual([{ what: "kept" }]);
  });

  it("CR11 runs as the job's user, in a session that nothing outlives", async () => {
    const as = "update cron.job set username = 'cron_bob' where jobid = $id";
    const [byBob] = await firstRuns(
      ["insert into public.log values ('as bob'); set search_path = nowhere"],
      as,
      { runs: 2 },
    );
    expect(byBob).toMatchObject({ username: "cron_bob", status: "succeeded", return_message: "SET" });
    const rows = await door.rows("select who, session from public.log where what = 'as bob' limit 1");
    expect(rows).toEqual([{ who: "cron_bob", session: "cron_bob" }]);
    const [after] = await firstRuns([
      "select 1/(current_setting('search_path') <> 'nowhere' and current_user = 'postgres')::int",
    ]);
    expect(after?.status).toBe("succeeded");
    const [denied] = await firstRuns(["select * from cron.jobid_seq, pg_authid"], as);
    expect(denied).toMatchObject({
      status: "failed",
      return_message: expect.stringContaining("permission denied"),
    });
  });

  it("CR12 cannot connect as a role that may not log in", async () => {
    const [run] = await firstRuns(
      ["select 1"],
      "update cron.job set username = 'cron_nobody' where jobid = $id",
    );
    expect(run).toMatchObject({ status: "failed", return_message: "connection failed", job_pid: null });
  });

  it("CR13 does not start a job that still runs, and runs it again at once when an interval has passed", async () => {
    const id = await schedule(
      "1 seconds",
      "do $$ begin while clock_timestamp() < now() + interval '1.5 s' loop end loop; end $$",
    );
    await until(async () => (await runsOf(id)).filter(isOver).length >= 2, "two runs", 20_000);
    await door.run(`select cron.unschedule(${id})`);
    const [first, second] = await runsOf(id);
    const pause = Date.parse(second?.start_time ?? "") - Date.parse(first?.end_time ?? "");
    expect(pause).toBeGreaterThanOrEqual(0);
    expect(pause).toBeLessThan(500);
  });

  it("CR14 rests while a job is not active", async () => {
    const id = await schedule("1 seconds", "select 'resting'");
    await door.run(`update cron.job set active = false where jobid = ${id}`);
    const before = (await runsOf(id)).length;
    await firstRuns(["select 'a'"]);
    await firstRuns(["select 'b'"]);
    expect((await runsOf(id)).length).toBe(before);
    await door.run(`select cron.alter_job(${id}, active := true)`);
    await until(async () => (await runsOf(id)).some(isOver), "a run", 20_000);
    await door.run(`select cron.unschedule(${id})`);
  });
});
