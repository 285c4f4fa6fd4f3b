/** What this process counts. Names and labels are what the rules in `operations/` ask for. */
import { Counter, Histogram } from "./instrument.ts";

/** Seconds. The runbook's limits and ours are bounds, so that they are read without interpolation. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** {route, method, status: 2xx … 5xx | aborted}: each request once, by `lib/web/arrivals.ts`. */
export const requests = new Histogram(
  "command_center_http_request_duration_seconds",
  "From the arrival of a request to the end of its answer.",
  SECONDS,
);

/** {route}: a request that was answered with 5xx, or whose page failed while it was written. */
export const errors = new Counter("command_center_http_errors_total", "Requests that failed by our fault.");

/** {call, outcome: ok | refused | failed}: each call of the server to Supabase once, by `lib/supabase/timed-fetch.ts`. */
export const queries = new Histogram(
  "command_center_query_duration_seconds",
  "Calls of the server to Supabase: tables and functions by their names, auth and storage as one each.",
  SECONDS,
);

/** Told by browsers: the way of an append from the browser to Postgres and back. */
export const appends = new Histogram(
  "command_center_append_acknowledged_seconds",
  "From sending updates to their acknowledgement, as browsers saw it.",
  SECONDS,
);

/** {name: LCP | INP | FCP | TTFB, page}: told by browsers. */
export const vitals = new Histogram(
  "command_center_web_vital_seconds",
  "Web Vitals that are times.",
  [0.05, 0.1, 0.2, 0.5, 1, 1.8, 2.5, 4, 10],
);

/** {page}: told by browsers. */
export const shifts = new Histogram(
  "command_center_web_vital_shift",
  "Cumulative layout shift.",
  [0.005, 0.02, 0.05, 0.1, 0.25, 1],
);

export const EVENTS = ["sign_up", "create", "share", "export", "save_failure"] as const;
export type ProductEvent = (typeof EVENTS)[number];

const events = new Counter(
  "command_center_events_total",
  "Critical actions of people, and saving that failed.",
);

/** The one door for them: what the server does itself, and what browsers tell. */
export function countEvent(event: ProductEvent, times = 1): void {
  events.add({ event }, times);
}

// Of a series that begins with its first event, Prometheus would see no rise.
for (const event of EVENTS) countEvent(event, 0);

export const INSTRUMENTS = [requests, errors, queries, appends, vitals, shifts, events];
