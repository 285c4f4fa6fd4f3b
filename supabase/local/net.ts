/**
 * pg_net: requests that SQL asks for with `net.http_post` and its like go out after the commit, and the
 * responses come back into `net._http_response`, where they stay for six hours.
 *
 *   woken ─▶ expired responses go ─▶ a batch is sent ─▶ all of it has ended ─▶ responses in, requests out
 *     ▲                                                                        │
 *     └────────────────── at most a second later, or at once when woken ───────┘
 *
 * As with the real one, a batch of 200 is written down when its slowest request has ended, and who comes
 * meanwhile waits for that; a batch that the end of the process cuts off is sent again. `pg_net.batch_size` and
 * `pg_net.ttl` are read from `alter role … set` and `alter database … set`. Known differences: a backend cannot
 * wait for a response on PGlite, whose only session is the one that would write it, and says so.
 */
import type { Extension } from "@electric-sql/pglite";
import type { Database } from "./database.ts";
import { type NetOutcome, perform } from "./net-request.ts";
import { sqlExtension } from "./pg-extension.ts";

export interface NetOptions {
  readonly database: Database;
}
export interface Net {
  stop(): Promise<void>;
}

interface QueuedRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string> | null;
  /** Hex. */
  readonly body: string | null;
  readonly timeout_milliseconds: number;
}

interface Settings {
  readonly batchSize: number;
  /** A Postgres interval. */
  readonly ttl: string;
}

const PAUSE_MS = 1_000;
const SWEEP_AFTER = 500;
const STORE_ATTEMPTS = 30;

/** For PGlite: makes `create extension pg_net` work. */
export const pgNetExtension = (): Extension => sqlExtension("pg_net", new URL("./pg-net/", import.meta.url));

export async function startNet({ database }: NetOptions): Promise<Net> {
  const stopping = new AbortController();
  let isWoken = false;
  let garbage = 0;
  let endPause: (() => void) | null = null;
  let working: Promise<void> | null = null;

  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS).unref();
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isWoken || stopping.signal.aborted) endPause();
    });
  const work = async () => {
    let count = 1;
    while ((isWoken || count > 0) && !stopping.signal.aborted) {
      isWoken = false;
      count = await runOnce(database, stopping.signal);
      garbage = await sweep(database, garbage + count);
      if (count > 0) await pause();
      endPause = null;
    }
  };
  const wake = () => {
    isWoken = true;
    endPause?.();
    if (stopping.signal.aborted) return;
    working ??= work()
      .catch((error) => {
        process.stderr.write(`net: ${error instanceof Error ? error.message : error}\n`);
        // What is left in the queue must not wait for the next request.
        if (!stopping.signal.aborted) setTimeout(wake, PAUSE_MS).unref();
      })
      .finally(() => {
        working = null;
        if (isWoken && !stopping.signal.aborted) wake();
      });
  };

  const unlisten = await database.listen("pg_net_wake", wake, wake);
  wake();
  return {
    async stop() {
      stopping.abort();
      endPause?.();
      await unlisten();
      await working;
    },
  };
}

/** Resolves to how many requests and responses it dealt with. */
async function runOnce(database: Database, stopping: AbortSignal): Promise<number> {
  const settings = await readSettings(database);
  if (!settings) return 0;
  const expired = await deleteExpired(database, settings);
  return expired + (await sendBatch(database, settings, stopping));
}

/** Null while the extension is not there. */
async function readSettings(database: Database): Promise<Settings | null> {
  const { rows } = await database.query<{ isThere: boolean; lines: string[] }>(
    `select to_regclass('net.http_request_queue') is not null as "isThere", array(
       select line from pg_db_role_setting s, unnest(s.setconfig) line
       where line ~ '^pg_net\\.(batch_size|ttl)='
         and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
         and s.setrole in (0, current_user::regrole::oid)
       order by s.setrole, s.setdatabase
     ) as lines`,
  );
  if (!rows[0]?.isThere) return null;
  const set = new Map(rows[0].lines.map((line) => line.split("=", 2) as [string, string]));
  const batchSize = Number(set.get("pg_net.batch_size"));
  return { batchSize: batchSize > 0 ? batchSize : 200, ttl: set.get("pg_net.ttl") ?? "6 hours" };
}

async function deleteExpired(database: Database, { ttl, batchSize }: Settings): Promise<number> {
  const { rows } = await database.query<{ n: number }>(
    `with gone as (
       delete from net._http_response where ctid in (
         select ctid from net._http_response where created < now() - $1::interval order by created limit $2::int
       ) returning 1
     ) select count(*)::int as n from gone`,
    [ttl, batchSize],
  );
  return rows[0]?.n ?? 0;
}

/** PGlite has no autovacuum. Resolves to the rows that still lie about. */
async function sweep(database: Database, garbage: number): Promise<number> {
  if (database.kind !== "pglite" || garbage < SWEEP_AFTER) return garbage;
  await database.exec("vacuum net._http_response");
  await database.exec("vacuum net.http_request_queue");
  return 0;
}

async function sendBatch(database: Database, { batchSize }: Settings, stopping: AbortSignal) {
  const { rows } = await database.query<QueuedRequest & { now: string }>(
    `select id::text as id, method, url, headers, encode(body, 'hex') as body, timeout_milliseconds,
       now()::text as now
     from net.http_request_queue order by net.http_request_queue.id limit $1::int`,
    [batchSize],
  );
  const first = rows[0];
  if (!first) return 0;
  const outcomes = await Promise.all(rows.map((row) => perform(toRequest(row), stopping)));
  // They go out again at the next start.
  if (stopping.aborted) return 0;
  const ids = rows.map(({ id }) => id);
  const responses = JSON.stringify(ids.map((id, at) => toRow(id, outcomes[at])));
  await persist(stopping, () =>
    database.transaction(async (tx) => {
      await tx.query("delete from net.http_request_queue where id = any($1::bigint[])", [ids]);
      await tx.query(STORE, [responses, first.now]);
    }),
  );
  return rows.length;
}

/** A database that is away for a while is waited for: what was sent need not be sent twice. */
async function persist(stopping: AbortSignal, store: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await store();
      return;
    } catch (error) {
      if (attempt === STORE_ATTEMPTS || stopping.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

const toRequest = ({ method, url, headers, body, timeout_milliseconds }: QueuedRequest) => ({
  method,
  url,
  headers,
  body: body === null ? null : Buffer.from(body, "hex"),
  timeoutMs: timeout_milliseconds,
});

const STORE = `
  insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg, created)
  select id, status_code, content_type, headers, content, timed_out, error_msg, $2::timestamptz
  from jsonb_populate_recordset(null::net._http_response, $1::jsonb)`;

function toRow(id: string, outcome: NetOutcome | undefined) {
  return {
    id,
    status_code: outcome?.status ?? null,
    content_type: outcome?.contentType ?? null,
    headers: outcome?.headers ?? null,
    content: outcome?.content ?? null,
    timed_out: outcome?.timedOut ?? false,
    error_msg: outcome?.error ?? null,
  };
}
