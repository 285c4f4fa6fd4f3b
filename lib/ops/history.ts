/**
 * A day of this process, a sample each minute: what was counted so far. What happened within a time is the difference of
 * two samples. It ends with the process; for longer and for several processes there is Prometheus.
 */
import { quantile } from "./instrument.ts";
import { errors, queries, requests } from "./instruments.ts";
import { memoryShare, readProcessors } from "./machine.ts";
import { findWebsockets } from "./websockets.ts";

const STEP_MS = 60_000;
const KEPT = 24 * 60;
/** What "now" means: long enough that a single slow page is no alert. */
const NOW_MS = 5 * STEP_MS;

type Counts = {
  readonly at: number;
  readonly requests: readonly number[];
  readonly queries: readonly number[];
  readonly errors: number;
  readonly processors: { readonly busy: number; readonly idle: number };
  readonly memoryShare: number;
  readonly websockets: number | null;
};

/** Milliseconds at the 95th of a hundred, and shares of one. Null: nothing happened, or nobody knows. */
export type Figures = {
  readonly apiMs: number | null;
  readonly queryMs: number | null;
  readonly errorShare: number | null;
  readonly websockets: number | null;
  readonly cpuShare: number | null;
  readonly memoryShare: number | null;
};

const key = Symbol.for("command-center.history");
const globals = globalThis as { [key]?: Counts[] };
globals[key] ??= [];
const kept = globals[key];

/** Begins to count; the timer keeps no process alive. */
export function keepHistory(): void {
  kept.push(count());
  setInterval(() => void findWebsockets().then((websockets) => note(count(websockets))), STEP_MS).unref();
}

export function note(counts: Counts): void {
  kept.push(counts);
  if (kept.length > KEPT) kept.shift();
}

/** Files of the build are left out: they are many, and quick. */
export function count(websockets: number | null = null, at = Date.now()): Counts {
  return {
    at,
    requests: requests.counts(({ route }) => route !== "(files)"),
    queries: queries.counts(),
    errors: errors.total(),
    processors: readProcessors(),
    memoryShare: memoryShare(),
    websockets,
  };
}

/** The last five minutes, or as long as the process runs, and the figures of each minute, oldest first. */
export function readHistory(now = count()): { current: Figures; minutes: Figures[] } {
  const since = kept.findLast((one) => one.at <= now.at - NOW_MS) ?? kept[0] ?? now;
  const minutes = kept.slice(1).map((one, at) => between(kept[at] ?? one, one));
  return { current: between(since, now), minutes };
}

export function between(before: Counts, after: Counts): Figures {
  const asked = minus(after.requests, before.requests);
  const all = asked.reduce((sum, one) => sum + one, 0);
  const busy = after.processors.busy - before.processors.busy;
  const idle = after.processors.idle - before.processors.idle;
  return {
    apiMs: milliseconds(quantile(0.95, requests.bounds, asked)),
    queryMs: milliseconds(quantile(0.95, queries.bounds, minus(after.queries, before.queries))),
    errorShare: all === 0 ? null : (after.errors - before.errors) / all,
    websockets: after.websockets,
    cpuShare: busy + idle > 0 ? busy / (busy + idle) : null,
    memoryShare: after.memoryShare,
  };
}

const minus = (after: readonly number[], before: readonly number[]) =>
  after.map((value, at) => value - (before[at] ?? 0));

const milliseconds = (seconds: number | null) => (seconds === null ? null : seconds * 1000);
