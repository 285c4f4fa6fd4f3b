/**
 * Is the product able to serve? Only the database decides that: unreachable, or older than this program expects,
 * it is `down` (503). Trouble with auth, realtime, functions or the queue is `degraded`, still 200.
 *
 * Each check is boxed at 500 ms. The database is asked a second time before it is called down, since one slow
 * answer is no outage. A report names no host, no error text and no secret.
 */
import * as z from "zod";
import { SCHEMA_MIGRATION } from "./schema-version.ts";

export const CHECK_LIMIT_MS = 500;
/** A job older than this, or one that was given up, makes the queue degraded. */
export const QUEUE_LIMIT_SECONDS = 30;
/** The same for vectors, without which words are found all the same. Another model's preparation may take its time. */
export const EMBEDDING_LIMIT_SECONDS = 300;

export type Status = "ok" | "degraded" | "down";
export type Check = { readonly status: Status; readonly latencyMs: number };
export type QueueCheck = Check & {
  readonly queued: number | null;
  readonly dead: number | null;
  readonly oldestSeconds: number | null;
};

export type HealthReport = {
  readonly status: Status;
  /** The newest migration of the database; null when it did not answer. */
  readonly schemaVersion: string | null;
  readonly checks: {
    readonly database: Check;
    readonly auth: Check;
    readonly realtime: Check;
    readonly functions: Check;
    readonly queue: QueueCheck;
    readonly embedding: QueueCheck;
  };
};

export type HealthTarget = {
  readonly url: string;
  readonly secretKey: string;
  /** Replaced in tests. */
  readonly fetch?: typeof fetch;
};

const Queue = z.object({ queued: z.number(), dead: z.number(), oldestSeconds: z.number() });
const Report = Queue.extend({
  schemaVersion: z.string().nullable(),
  /** Absent from a database that is older than this program. */
  embedding: Queue.extend({ preparing: z.string().nullable() }).optional(),
});
type DatabaseReport = z.infer<typeof Report>;

export async function checkHealth(target: HealthTarget): Promise<HealthReport> {
  const [database, auth, realtime, functions] = await Promise.all([
    askDatabase(target),
    probe(target, "/auth/v1/health", "GET"),
    // An empty batch reaches Realtime's own process and sends nothing.
    probe(target, "/realtime/v1/api/broadcast", "POST", { messages: [] }),
    probe(target, "/functions/v1/process-block", "GET"),
  ]);
  const { report, latencyMs } = database;
  const isExpected = report !== null && (report.schemaVersion ?? "") >= SCHEMA_MIGRATION;
  const checks = {
    database: { status: isExpected ? "ok" : "down", latencyMs },
    auth,
    realtime,
    functions,
    queue: judgeQueue(report, QUEUE_LIMIT_SECONDS, latencyMs),
    embedding: judgeEmbedding(report, latencyMs),
  } as const;
  return { status: worst(checks), schemaVersion: report?.schemaVersion ?? null, checks };
}

/** For when not even the address is known. */
export function unknownHealth(): HealthReport {
  const nothing: Check = { status: "down", latencyMs: 0 };
  const checks = { database: nothing, auth: nothing, realtime: nothing, functions: nothing };
  const queue = judgeQueue(null, 0, 0);
  return { status: "down", schemaVersion: null, checks: { ...checks, queue, embedding: queue } };
}

function worst(checks: HealthReport["checks"]): Status {
  if (checks.database.status === "down") return "down";
  return Object.values(checks).every((check) => check.status === "ok") ? "ok" : "degraded";
}

function judgeQueue(
  report: z.infer<typeof Queue> | null | undefined,
  limitSeconds: number,
  latencyMs: number,
): QueueCheck {
  if (!report) return { status: "degraded", latencyMs, queued: null, dead: null, oldestSeconds: null };
  const { queued, dead, oldestSeconds } = report;
  const isBehind = dead > 0 || oldestSeconds > limitSeconds;
  return { status: isBehind ? "degraded" : "ok", latencyMs, queued, dead, oldestSeconds };
}

function judgeEmbedding(report: DatabaseReport | null, latencyMs: number): QueueCheck {
  const limit = report?.embedding?.preparing ? Number.POSITIVE_INFINITY : EMBEDDING_LIMIT_SECONDS;
  return judgeQueue(report?.embedding, limit, latencyMs);
}

async function askDatabase(target: HealthTarget) {
  const started = performance.now();
  const report = (await readReport(target)) ?? (await readReport(target));
  return { report, latencyMs: elapsed(started) };
}

async function readReport(target: HealthTarget): Promise<DatabaseReport | null> {
  const response = await ask(target, "/rest/v1/rpc/health_report", "POST", {});
  if (response === null || !response.ok) return null;
  const body: unknown = await response.json().catch(() => null);
  return Report.safeParse(body).data ?? null;
}

async function probe(target: HealthTarget, path: string, method: string, body?: object): Promise<Check> {
  const started = performance.now();
  const response = await ask(target, path, method, body);
  const isServed = response !== null && response.status < 500 && response.status !== 404;
  return { status: isServed ? "ok" : "degraded", latencyMs: elapsed(started) };
}

/** Null when no answer came in time. */
async function ask(
  { url, secretKey, fetch: send = fetch }: HealthTarget,
  path: string,
  method: string,
  body?: object,
): Promise<Response | null> {
  const headers = { apikey: secretKey, "content-type": "application/json" };
  const signal = AbortSignal.timeout(CHECK_LIMIT_MS);
  const init: RequestInit = { method, headers, signal, cache: "no-store" };
  if (body !== undefined) init.body = JSON.stringify(body);
  return send(`${url}${path}`, init).catch(() => null);
}

function elapsed(started: number): number {
  return Math.round(performance.now() - started);
}
