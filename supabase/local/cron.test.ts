/** What no client can wait for: the calendar, jumps of the clock, what a restart finds. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cron, pgCronExtension, startCron } from "./cron.ts";
import { countDue, type Fields, includes, minuteOf, nextLast } from "./cron-schedule.ts";
import { runAs } from "./cron-session.ts";
import { type Database, openPglite } from "./database.ts";
import { until } from "./test-waiting.ts";

let database: Database;
let cron: Cron | null = null;

beforeAll(async () => {
  database = await openPglite({ extensions: { pg_cron: pgCronExtension() } });
  await database.exec("create extension pg_cron; create role bob login");
});
afterAll(async () => {
  await cron?.stop();
  await database.close();
});

async function parse(text: string): Promise<Fields> {
  const { rows } = await database.query<{ parsed: Fields }>("select cron._parse($1) as parsed", [text]);
  if (!rows[0]?.parsed) throw new Error(`no schedule: ${text}`);
  return rows[0].parsed;
}

const at = (time: string) => minuteOf(Date.parse(`${time}:00Z`));

describe("a schedule", () => {
  it.each([
    ["*/20 3 * * *", ["2027-01-01T03:00", "2027-01-01T03:40"], ["2027-01-01T03:10", "2027-01-01T04:00"]],
    [
      "0 0 $ * *",
      ["2027-01-31T00:00", "2027-02-28T00:00", "2028-02-29T00:00"],
      ["2028-02-28T00:00", "2027-01-30T00:00"],
    ],
    // A Monday or the first: one is enough when both are named.
    ["0 0 1 * mon", ["2027-02-01T00:00", "2027-02-08T00:00", "2027-01-01T00:00"], ["2027-02-02T00:00"]],
    ["0 0 */2 * mon", ["2027-02-01T00:00", "2027-02-15T00:00"], ["2027-02-08T00:00", "2027-02-03T00:00"]],
    ["0 0 * * 7", ["2027-02-07T00:00"], ["2027-02-08T00:00"]],
    ["@weekly", ["2027-02-07T00:00"], ["2027-02-06T00:00", "2027-02-07T01:00"]],
    ["@yearly", ["2028-01-01T00:00"], ["2028-02-01T00:00"]],
    ["@monthly", ["2028-02-01T00:00"], ["2028-02-02T00:00"]],
    ["@hourly", ["2028-02-02T05:00"], ["2028-02-02T05:01"]],
    ["0 0 31 feb *", [], ["2027-02-28T00:00", "2027-03-03T00:00"]],
    ["30-10 * * * *", [], ["2027-01-01T03:05", "2027-01-01T03:35"]],
  ] as const)("CS1 %s comes up when pg_cron has it", async (text, due, notDue) => {
    const fields = await parse(text);
    expect(due.filter((time) => !includes(fields, at(time)))).toEqual([]);
    expect(notDue.filter((time) => includes(fields, at(time)))).toEqual([]);
  });

  it("CS2 is caught up on for a few minutes, for fixed times up to three hours, and then no more", async () => {
    const each = await parse("* * * * *");
    const fixed = await parse("30 3 * * *");
    const noon = at("2027-01-01T12:00");
    expect([1, 4, 5, 6, 180, 181].map((gap) => countDue(each, noon - gap, noon))).toEqual([1, 4, 5, 1, 1, 1]);
    const four = at("2027-01-01T04:00");
    expect([29, 31, 180, 181].map((gap) => countDue(fixed, four - gap, four))).toEqual([0, 1, 1, 0]);
    expect(countDue(each, noon, noon)).toBe(0);
  });

  it("CS3 with a fixed time does not come up again when the clock goes back", async () => {
    const each = await parse("* * * * *");
    const fixed = await parse("30 3 * * *");
    const later = at("2027-01-01T04:00");
    const again = at("2027-01-01T03:30");
    expect([countDue(each, later, again), countDue(fixed, later, again)]).toEqual([1, 0]);
    expect(nextLast(later, again)).toBe(later);
    expect(nextLast(later, later - 600)).toBe(later - 600);
    expect(nextLast(again, later)).toBe(later);
  });
});

describe("a run", () => {
  const settings = async () => {
    const { rows } = await database.query(
      "select current_user as who, session_user as session, current_setting('search_path') as path, current_setting('work_mem') as memory, current_setting('my.own', true) as own",
    );
    return rows[0];
  };

  it("CS4 leaves neither user, settings, transaction nor temporary tables behind", async () => {
    const before = await settings();
    for (const command of [
      "set search_path = nowhere; set work_mem = '7MB'; set my.own = 'x'; set role pg_read_all_data",
      "begin; set search_path = elsewhere; create temp table t (id int)",
      "begin; selec",
      "create temp table t (id int)",
      "set session authorization postgres; set role bob",
      "select 1/0",
    ]) {
      await runAs(database, "bob", command);
      expect([command, { ...(before as object), own: null }]).toEqual([
        command,
        { ...((await settings()) as object), own: null },
      ]);
    }
    expect((await database.query("select to_regclass('pg_temp.t') as t")).rows).toEqual([{ t: null }]);
    expect(await runAs(database, "bob", "copy (select 1) to stdout")).toEqual({
      status: "failed",
      message: "COPY not supported",
    });
  });

  it("CS5 that was cut off by the end of the process has failed, and @reboot runs at the next start", async () => {
    await database.exec(
      "insert into cron.job_run_details (jobid, status) values (77, 'running'); select cron.schedule('@reboot', 'select 5')",
    );
    cron = await startCron({ database });
    await until(async () => {
      const { rows } = await database.query(
        "select 1 from cron.job_run_details where command = 'select 5' and status = 'succeeded'",
      );
      return rows.length === 1;
    }, "the run at the start");
    const { rows } = await database.query(
      "select status, return_message as message from cron.job_run_details where jobid = 77",
    );
    expect(rows).toEqual([{ status: "failed", message: "server restarted" }]);
  });

  it("CS6 that takes longer than its interval lets others in between", async () => {
    await database.query("select cron.schedule('busy', '1 seconds', $1)", [
      "do $$ begin while clock_timestamp() < now() + interval '1.2 s' loop end loop; end $$",
    ]);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await until(
      async () => {
        const { rows } = await database.query(
          "select 1 from cron.job_run_details where command like 'do%' and status = 'succeeded'",
        );
        return rows.length >= 2;
      },
      "two runs",
      20_000,
    );
    clearInterval(timer);
    await database.query("select cron.unschedule('busy')");
    expect(turns).toBeGreaterThan(0);
  });

  it("CS7 may take back the rights of the stand-in, and does without the settings of its role", async () => {
    await database.exec("alter role bob set work_mem = '9MB'");
    const who = "insert into public.seen select current_user, current_setting('work_mem')";
    await database.exec(
      "create table public.seen (who text, memory text); grant insert on public.seen to bob",
    );
    await runAs(database, "bob", who);
    await runAs(database, "bob", `set session authorization postgres; ${who}`);
    const { rows } = await database.query("select who, memory = '9MB' as own from public.seen");
    expect(rows).toEqual([
      { who: "bob", own: false },
      { who: "postgres", own: false },
    ]);
  });

  it("CS8 has its number from a sequence that whoever may use the schema may draw from", async () => {
    const { rows } = await database.query(
      "select has_sequence_privilege('bob', 'cron.jobid_seq', 'usage') as may",
    );
    expect(rows).toEqual([{ may: true }]);
  });

  it("CS9 is all that vacuums on PGlite, and may be a VACUUM of several tables", async () => {
    await database.exec(
      "create table public.a (n int); create table public.b (n int); alter table public.a owner to bob; alter table public.b owner to bob",
    );
    const vacuum = "vacuum (skip_locked, analyze) public.a, public.b";
    expect(await runAs(database, "bob", vacuum)).toEqual({ status: "succeeded", message: "VACUUM" });
    const { rows } = await database.query(
      "select count(*)::int as autovacuum from pg_stat_activity where backend_type like 'autovacuum%'",
    );
    expect(rows).toEqual([{ autovacuum: 0 }]);
  });
});
