/**
 * pg_net: requests that SQL asks for with `net.http_post` and its like go out after the commit, and the
 * responses come back into `net._http_response`, where they stay for six hours.
 *
 * Each request is sent at most once: it leaves the queue before it is sent, as with the real pg_net. Known
 * differences: redirects are not followed, and a backend that waits in `net._await_response` on PGlite waits
 * forever, because its own session is the one that would write the response.
 */
import type { Extension } from "@electric-sql/pglite";
import type { Database } from "./database.ts";
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

interface Outcome {
  readonly status?: number;
  readonly contentType?: string | null;
  readonly headers?: Record<string, string>;
  readonly content?: string;
  readonly timedOut: boolean;
  readonly error?: string;
}

const AT_ONCE = 64;
const KEPT = "6 hours";
const PURGE_EVERY_MS = 600_000;
const LOOK_EVERY_MS = 5000;

/** For PGlite: makes `create extension pg_net` work. */
export const pgNetExtension = (): Extension => sqlExtension("pg_net", new URL("./pg-net/", import.meta.url));

export async function startNet({ database }: NetOptions): Promise<Net> {
  const report = (error: unknown): void => {
    process.stderr.write(`net: ${error instanceof Error ? error.message : error}\n`);
  };
  const underway = new Set<Promise<void>>();
  const stopping = new AbortController();
  let taking: Promise<void> | null = null;
  let isWanted = false;
  let isInstalled = false;

  const send = (request: QueuedRequest) => {
    const sent: Promise<void> = perform(request, stopping.signal)
      .then((outcome) => store(database, request.id, outcome))
      .catch(report)
      .then(() => {
        // Whoever found no place in the queue's turn gets it now.
        const wasFull = underway.size >= AT_ONCE;
        underway.delete(sent);
        if (wasFull) wake();
      });
    underway.add(sent);
  };
  const take = async () => {
    while (isWanted && !stopping.signal.aborted && underway.size < AT_ONCE) {
      isWanted = false;
      isInstalled ||= await hasQueue(database);
      if (!isInstalled) return;
      for (const request of await takeRequests(database, AT_ONCE - underway.size)) send(request);
    }
  };
  const wake = () => {
    isWanted = true;
    taking ??= take()
      .catch(report)
      .finally(() => {
        taking = null;
        // Asked again after the last look, and before this.
        if (isWanted && underway.size < AT_ONCE && !stopping.signal.aborted) wake();
      });
  };

  const unlisten = await database.listen("pg_net_wake", wake);
  const look = setInterval(wake, LOOK_EVERY_MS);
  const purge = setInterval(() => void purgeResponses(database).catch(report), PURGE_EVERY_MS);
  for (const timer of [look, purge]) timer.unref();
  wake();
  return {
    async stop() {
      stopping.abort();
      clearInterval(look);
      clearInterval(purge);
      await unlisten();
      await taking;
      await Promise.all(underway);
    },
  };
}

async function hasQueue(database: Database): Promise<boolean> {
  const { rows } = await database.query("select 1 where to_regclass('net.http_request_queue') is not null");
  return rows.length > 0;
}

async function takeRequests(database: Database, count: number): Promise<QueuedRequest[]> {
  const { rows } = await database.query<QueuedRequest>(
    `delete from net.http_request_queue q
     where q.id in (select id from net.http_request_queue order by id limit $1 for update skip locked)
     returning q.id::text as id, q.method, q.url, q.headers, encode(q.body, 'hex') as body, q.timeout_milliseconds`,
    [count],
  );
  return rows.sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
}

async function perform(request: QueuedRequest, stopping: AbortSignal): Promise<Outcome> {
  const timeout = AbortSignal.timeout(request.timeout_milliseconds);
  try {
    const response = await fetch(request.url, {
      method: request.method.toUpperCase(),
      headers: request.headers ?? {},
      body: request.body === null ? null : Buffer.from(request.body, "hex"),
      redirect: "manual",
      signal: AbortSignal.any([timeout, stopping]),
    });
    return {
      status: response.status,
      contentType: response.headers.get("content-type"),
      headers: Object.fromEntries(response.headers),
      content: await response.text(),
      timedOut: false,
    };
  } catch (error) {
    if (timeout.aborted) {
      return { timedOut: true, error: `Timeout of ${request.timeout_milliseconds} ms reached` };
    }
    return { timedOut: false, error: reasonOf(error) };
  }
}

/** "fetch failed" says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message;
}

async function store(database: Database, id: string, outcome: Outcome): Promise<void> {
  await database.query(
    `insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg)
     values ($1::bigint, $2::int, $3, $4::jsonb, $5, $6::bool, $7)`,
    [
      id,
      outcome.status ?? null,
      outcome.contentType ?? null,
      outcome.headers ? JSON.stringify(outcome.headers) : null,
      // Postgres text holds no NUL.
      outcome.content?.replaceAll("\0", "") ?? null,
      outcome.timedOut,
      outcome.error ?? null,
    ],
  );
}

async function purgeResponses(database: Database): Promise<void> {
  if (!(await hasQueue(database))) return;
  await database.query(`delete from net._http_response where created < now() - interval '${KEPT}'`);
  // PGlite has no autovacuum.
  if (database.kind !== "pglite") return;
  await database.exec("vacuum net._http_response");
  await database.exec("vacuum net.http_request_queue");
}
