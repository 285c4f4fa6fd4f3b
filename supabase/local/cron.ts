/**
 * pg_cron for PGlite: runs the jobs of cron.job when they are due, as their users, and writes each run down in
 * cron.job_run_details. A native Postgres has pg_cron itself, and nothing here runs then.
 *
 *   waiting ─▶ due ─▶ starting ─▶ running ─▶ succeeded | failed
 *
 * A job does not overlap with itself: a minute that comes up while it still runs is made up for at once
 * afterwards; an interval is counted from the last start. Known differences: a run holds the only session, so
 * everything else waits for it, and it cannot be cancelled; settings of a role or database do not apply to it.
 */
import type { Extension } from "@electric-sql/pglite";
import { countDue, minuteOf, nextLast, type Schedule } from "./cron-schedule.ts";
import { type Outcome, runAs } from "./cron-session.ts";
import type { Database } from "./database.ts";
import { sqlExtension } from "./pg-extension.ts";

export interface CronOptions {
  readonly database: Database;
}
export interface Cron {
  stop(): Promise<void>;
}

interface Job {
  readonly id: string;
  readonly command: string;
  readonly username: string;
  readonly schedule: Schedule;
  /** Its user may log in, and its database is this one. */
  readonly canConnect: boolean;
}

interface Task {
  job: Job;
  /** Runs that are due and have not begun. */
  pending: number;
  startedAt: number;
  isRunning: boolean;
}

const MINUTE_MS = 60_000;
const BREATH_MS = 5;
const RETRY_MS = 5_000;

/** For PGlite: makes `create extension pg_cron` work. */
export const pgCronExtension = (): Extension =>
  sqlExtension("pg_cron", new URL("./pg-cron/", import.meta.url));

export async function startCron({ database }: CronOptions): Promise<Cron> {
  if (database.kind !== "pglite") return { stop: async () => undefined };
  const scheduler = createScheduler(database);
  const unlisten = await database.listen("pg_cron_wake", scheduler.reload);
  await failInterrupted(database);
  scheduler.reload();
  return {
    async stop() {
      await unlisten();
      await scheduler.stop();
    },
  };
}

const report = (error: unknown): void => {
  process.stderr.write(`cron: ${error instanceof Error ? error.message : error}\n`);
};

function createScheduler(database: Database) {
  const tasks = new Map<string, Task>();
  const running = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let last = minuteOf(Date.now());
  let isFirstLoad = true;
  let isStopped = false;
  let loading: Promise<void> = Promise.resolve();

  const begin = (task: Task): void => {
    task.pending -= 1;
    task.startedAt = Date.now();
    task.isRunning = true;
    const run: Promise<void> = runJob(database, task.job)
      .catch(report)
      .then(() => {
        task.isRunning = false;
        running.delete(run);
        clearTimeout(timer);
        // PGlite works within promises alone: a job that is due again at once would let nobody else in.
        if (!isStopped) timer = setTimeout(tick, BREATH_MS).unref();
      });
    running.add(run);
  };
  const tick = () => {
    clearTimeout(timer);
    if (isStopped) return;
    const now = Date.now();
    const minute = minuteOf(now);
    for (const task of tasks.values()) {
      task.pending += countPending(task, last, now);
      if (task.pending > 0 && !task.isRunning) begin(task);
    }
    last = nextLast(last, minute);
    if (tasks.size > 0) timer = setTimeout(tick, waitFor(tasks.values(), now)).unref();
  };
  const load = async () => {
    if (isStopped) return;
    const jobs = await readJobs(database);
    const now = Date.now();
    // Nobody counted the minutes while there was nothing to do.
    if (tasks.size === 0) last = minuteOf(now);
    const known = new Map(tasks);
    tasks.clear();
    for (const job of jobs) {
      const pending = isFirstLoad && "reboot" in job.schedule ? 1 : 0;
      const task = known.get(job.id) ?? { job, pending, startedAt: now, isRunning: false };
      task.job = job;
      tasks.set(job.id, task);
    }
    isFirstLoad = false;
    tick();
  };
  const reload = () => {
    loading = loading.then(load).catch((error) => {
      report(error);
      if (!isStopped) setTimeout(reload, RETRY_MS).unref();
    });
  };
  return {
    reload,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await loading;
      await Promise.all(running);
    },
  };
}

function countPending({ job: { schedule }, pending, startedAt, isRunning }: Task, last: number, now: number) {
  if ("reboot" in schedule) return 0;
  if ("seconds" in schedule) {
    return pending === 0 && !isRunning && now - startedAt >= schedule.seconds * 1000 ? 1 : 0;
  }
  return countDue(schedule, last, minuteOf(now));
}

/** Until the next minute or the next interval, in milliseconds. */
function waitFor(tasks: Iterable<Task>, now: number): number {
  let next = (minuteOf(now) + 1) * MINUTE_MS;
  for (const { job, startedAt, isRunning } of tasks) {
    if ("seconds" in job.schedule && !isRunning)
      next = Math.min(next, startedAt + job.schedule.seconds * 1000);
  }
  return Math.max(1, next - now);
}

async function isInstalled(database: Database): Promise<boolean> {
  const { rows } = await database.query("select 1 where to_regprocedure('cron._parse(text)') is not null");
  return rows.length > 0;
}

async function readJobs(database: Database): Promise<Job[]> {
  if (!(await isInstalled(database))) return [];
  const { rows } = await database.query<Job>(
    `select j.jobid::text as id, j.command, j.username, cron._parse(j.schedule) as schedule,
       coalesce(r.rolcanlogin, false) and j.database = current_database() as "canConnect"
     from cron.job j left join pg_roles r on r.rolname = j.username
     where j.active and cron._parse(j.schedule) is not null
     order by j.jobid`,
  );
  return rows;
}

/** What ran when the last process ended. */
async function failInterrupted(database: Database): Promise<void> {
  if (!(await isInstalled(database))) return;
  await database.query(
    `update cron.job_run_details set status = 'failed', return_message = 'server restarted'
     where status in ('starting', 'connecting', 'sending', 'running')`,
  );
}

async function runJob(database: Database, job: Job): Promise<void> {
  const { rows } = await database.query<{ id: string }>(
    `insert into cron.job_run_details (jobid, database, username, command, status)
     values ($1::bigint, current_database(), $2, $3, 'starting') returning runid::text as id`,
    [job.id, job.username, job.command],
  );
  const id = rows[0]?.id;
  if (job.canConnect) {
    await database.query(
      `update cron.job_run_details set status = 'running', start_time = clock_timestamp(),
       job_pid = pg_backend_pid() where runid = $1::bigint`,
      [id],
    );
  }
  const outcome: Outcome = job.canConnect
    ? await runAs(database, job.username, job.command)
    : { status: "failed", message: "connection failed" };
  await database.query(
    `update cron.job_run_details set status = $2, return_message = $3,
     start_time = coalesce(start_time, clock_timestamp()), end_time = clock_timestamp() where runid = $1::bigint`,
    [id, outcome.status, outcome.message],
  );
}
