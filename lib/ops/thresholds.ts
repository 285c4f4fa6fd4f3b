/**
 * The runbook's figures and our own stricter ones, in one place: the benchmark judges by them, and whoever shows or watches
 * a metric reads them from here. A test compares the runbook's with RUNBOOK.md.
 */
export type Threshold = {
  /** Milliseconds, or a share of one. */
  readonly target: number;
  /** Beyond this somebody is called. */
  readonly alert: number;
};

/** Of the runbook: 95 of 100 must be below; errors are a share of all calls. */
export const RUNBOOK = {
  apiMs: { target: 500, alert: 1_000 },
  queryMs: { target: 100, alert: 250 },
  errorShare: { target: 0.001, alert: 0.01 },
  cpuShare: { target: 0.7, alert: 0.85 },
  memoryShare: { target: 0.8, alert: 0.9 },
} as const satisfies Record<string, Threshold>;

/** WebSocket connections have no target. */
export const WEBSOCKET_ALERT = 10_000;

/** Ours, at the 95th of a hundred, for a client beside the database. */
export const OURS = {
  apiMs: 50,
  queryMs: 10,
  saveMs: 100,
  /** What the database takes to hand out a document of 10,000 blocks. */
  openMs: 60,
} as const;
