/** The runbook's six metrics as operators see them, and what needs attention. Pure. */
import type { HealthReport } from "./health.ts";
import type { Figures } from "./history.ts";
import type { OperationsReport } from "./operations-report.ts";
import { RUNBOOK, type Threshold, WEBSOCKET_ALERT } from "./thresholds.ts";

export type State = "good" | "above" | "alert" | "unknown";
export type Shown = {
  /** The heading of the runbook. */
  readonly play: string;
  readonly title: string;
  readonly unit: "ms" | "%" | "";
  /** In `unit`; null: nothing happened, or nobody knows. */
  readonly value: number | null;
  readonly target: number | null;
  readonly alert: number;
  readonly state: State;
  /** Oldest first. */
  readonly points: readonly (number | null)[];
};
/** `play`: the heading of the runbook that says what to do. */
export type Trouble = { readonly sentence: string; readonly play: string; readonly isAlert: boolean };

type Kind = {
  play: string;
  title: string;
  of: keyof Figures;
  limits: Partial<Threshold> & { alert: number };
};

const METRICS: readonly (Kind & { unit: Shown["unit"] })[] = [
  {
    play: "API response time",
    title: "API response time, P95",
    of: "apiMs",
    unit: "ms",
    limits: RUNBOOK.apiMs,
  },
  {
    play: "Database query time",
    title: "Database query time, P95",
    of: "queryMs",
    unit: "ms",
    limits: RUNBOOK.queryMs,
  },
  { play: "Error rate", title: "Error rate", of: "errorShare", unit: "%", limits: RUNBOOK.errorShare },
  {
    ...{ play: "WebSocket connections", title: "WebSocket connections", of: "websockets", unit: "" },
    limits: { alert: WEBSOCKET_ALERT },
  },
  { play: "CPU usage", title: "CPU usage", of: "cpuShare", unit: "%", limits: RUNBOOK.cpuShare },
  { play: "Memory usage", title: "Memory usage", of: "memoryShare", unit: "%", limits: RUNBOOK.memoryShare },
];

/** Points of a chart: more cannot be told apart. */
const MOST_POINTS = 96;

export function judgeMetrics(current: Figures, minutes: readonly Figures[]): Shown[] {
  return METRICS.map(({ play, title, of, unit, limits }) => {
    const factor = unit === "%" ? 100 : 1;
    const scale = (value: number | null) => (value === null ? null : value * factor);
    return {
      ...{ play, title, unit, value: scale(current[of]), state: stateOf(current[of], limits) },
      target: limits.target === undefined ? null : limits.target * factor,
      alert: limits.alert * factor,
      points: thin(minutes.map((minute) => scale(minute[of]))),
    };
  });
}

function stateOf(value: number | null, { target, alert }: Kind["limits"]): State {
  if (value === null) return "unknown";
  if (value > alert) return "alert";
  return target !== undefined && value >= target ? "above" : "good";
}

/** The highest of each group, so that no peak is lost. */
function thin(points: readonly (number | null)[]): (number | null)[] {
  const size = Math.ceil(points.length / MOST_POINTS);
  if (size <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / size) }, (_, at) => {
    const known = points.slice(at * size, (at + 1) * size).filter((point) => point !== null);
    return known.length > 0 ? Math.max(...known) : null;
  });
}

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

export const write = (value: number, unit: string) =>
  `${number.format(value)}${unit === "" ? "" : ` ${unit}`}`;

/** The worst first. */
export function listTroubles(
  metrics: readonly Shown[],
  health: HealthReport,
  report: OperationsReport | null,
): Trouble[] {
  const troubles = [...ofMetrics(metrics), ...ofHealth(health), ...(report ? ofDatabase(report) : [])];
  return troubles.toSorted((a, b) => Number(b.isAlert) - Number(a.isAlert));
}

function ofMetrics(metrics: readonly Shown[]): Trouble[] {
  return metrics.flatMap(({ play, title, unit, value, target, alert, state }) => {
    if (value === null || (state !== "above" && state !== "alert")) return [];
    const isAlert = state === "alert";
    const limit = isAlert
      ? `its alert of ${write(alert, unit)}`
      : `its target of ${write(target ?? alert, unit)}`;
    return [{ play, isAlert, sentence: `${title} is ${write(value, unit)}, above ${limit}.` }];
  });
}

function ofHealth({ checks }: HealthReport): Trouble[] {
  const sentences = {
    database: "The database does not answer, or is older than this program.",
    auth: "The account service does not answer.",
    realtime: "Realtime does not answer: edits still arrive by asking.",
    functions: "Functions do not answer: rows and vectors wait.",
    queue: "Rows wait too long, or jobs were given up.",
    embedding: "Vectors wait too long, or jobs were given up.",
  };
  return (Object.keys(sentences) as (keyof typeof sentences)[])
    .filter((part) => checks[part].status !== "ok")
    .map((part) => ({
      sentence: sentences[part],
      play: part === "queue" || part === "embedding" ? "Queue" : "Health",
      isAlert: true,
    }));
}

function ofDatabase({ indexes, jobs, connections, database }: OperationsReport): Trouble[] {
  const taken = Object.values(connections).reduce((sum, count) => sum + count, 0);
  const invalid = indexes.filter(({ isValid }) => !isValid).map(({ name }) => name);
  const late = jobs.filter(({ isLate }) => isLate).map(({ job }) => job);
  const found: (Trouble | false)[] = [
    invalid.length > 0 && {
      sentence: `Not valid: ${invalid.join(", ")}.`,
      play: "HNSW index corruption",
      isAlert: true,
    },
    late.length > 0 && {
      sentence: `Late by two periods: ${late.join(", ")}.`,
      play: "Scheduled jobs",
      isAlert: true,
    },
    taken > 0.9 * database.maxConnections && {
      sentence: `${taken} of ${database.maxConnections} connections to the database are taken.`,
      play: "Database connection pool exhausted",
      isAlert: true,
    },
  ];
  return found.filter((one) => one !== false);
}
