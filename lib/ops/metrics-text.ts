/** The answer of /api/metrics: what this process counted, what the machine uses, and what the database says of itself. */
import type { HealthReport } from "./health.ts";
import { gaugeLines, type Sample } from "./instrument.ts";
import { INSTRUMENTS } from "./instruments.ts";
import { memoryShare, readProcess, readProcessors } from "./machine.ts";
import type { OperationsReport } from "./operations-report.ts";
import { VERSION } from "./version.ts";

export type Known = {
  /** Null: the database did not answer. */
  readonly report: OperationsReport | null;
  /** Null: nobody asked. */
  readonly health: HealthReport | null;
  /** Null: nobody here can say. */
  readonly websockets: number | null;
};

export function writeMetrics({ report, health, websockets }: Known): string {
  const lines = [
    ...INSTRUMENTS.flatMap((instrument) => instrument.lines()),
    ...ofTheMachine(),
    ...gaugeLines(
      "command_center_websocket_connections",
      "Open connections to Realtime, as its own metrics say; without samples where REALTIME_METRICS_URL is not set.",
      websockets === null ? [] : [one(websockets)],
    ),
    ...gaugeLines("command_center_database_up", "Whether the database told its state.", [
      one(report === null ? 0 : 1),
    ]),
    ...gaugeLines(
      "command_center_part_up",
      "Whether a part beside the database answers, as /api/health says.",
      health === null ? [] : PARTS.map((part) => ofPart(part, health)),
    ),
    ...ofTheDatabase(report),
    ...ofTheQueues(report),
  ];
  return `${lines.join("\n")}\n`;
}

const PARTS = ["auth", "realtime", "functions"] as const;

const ofPart = (part: (typeof PARTS)[number], { checks }: HealthReport): Sample => ({
  labels: { part },
  value: checks[part].status === "ok" ? 1 : 0,
});

const one = (value: number): Sample => ({ labels: {}, value });

function ofTheMachine(): string[] {
  const { cpuSeconds, residentBytes, uptimeSeconds, processors } = readProcess();
  const { busy, idle } = readProcessors();
  const modes = [
    { labels: { mode: "busy" }, value: busy },
    { labels: { mode: "idle" }, value: idle },
  ];
  return [
    ...gaugeLines(
      "process_cpu_seconds_total",
      "Processor time of this process.",
      [one(cpuSeconds)],
      "counter",
    ),
    ...gaugeLines("process_resident_memory_bytes", "Memory of this process.", [one(residentBytes)]),
    ...gaugeLines("command_center_process_uptime_seconds", "Since this process began.", [one(uptimeSeconds)]),
    ...gaugeLines("command_center_machine_cpu_seconds_total", "Time of all processors.", modes, "counter"),
    ...gaugeLines("command_center_machine_processors", "Processors that this process may use.", [
      one(processors),
    ]),
    ...gaugeLines("command_center_machine_memory_used_ratio", "Memory in use, of what there is.", [
      one(memoryShare()),
    ]),
    ...gaugeLines("command_center_build_info", "The program's version.", [
      { labels: { version: VERSION }, value: 1 },
    ]),
  ];
}

function ofTheDatabase(report: OperationsReport | null): string[] {
  const tables = report?.tables ?? [];
  const indexes = report?.indexes ?? [];
  const jobs = report?.jobs ?? [];
  return [
    ...gaugeLines(
      "command_center_database_connections",
      "Connections by state.",
      Object.entries(report?.connections ?? {}).map(([state, value]) => ({ labels: { state }, value })),
    ),
    ...gaugeLines(
      "command_center_database_connections_limit",
      "Connections that the database takes at most.",
      report ? [one(report.database.maxConnections)] : [],
    ),
    ...gaugeLines(
      "command_center_database_bytes",
      "The database's size.",
      report ? [one(report.database.bytes)] : [],
    ),
    ...gaugeLines(
      "command_center_table_bytes",
      "Tables with their indexes.",
      tables.map(({ name, tableBytes, indexBytes }) => ({
        labels: { table: name },
        value: tableBytes + indexBytes,
      })),
    ),
    ...gaugeLines(
      "command_center_index_valid",
      "1 for an index that is valid.",
      indexes.map(({ name, method, isValid }) => ({
        labels: { index: name, method },
        value: isValid ? 1 : 0,
      })),
    ),
    ...gaugeLines(
      "command_center_job_late",
      "1 for a scheduled job that has not ended well for two periods.",
      jobs.map(({ job, isLate }) => ({ labels: { task: job }, value: isLate ? 1 : 0 })),
    ),
  ];
}

function ofTheQueues(report: OperationsReport | null): string[] {
  const queues = Object.entries(report?.queues ?? {});
  const of = (name: "waiting" | "leased" | "dead" | "oldestSeconds"): Sample[] =>
    queues.map(([queue, state]) => ({ labels: { queue }, value: state[name] }));
  return [
    ...gaugeLines("command_center_queue_waiting", "Jobs that wait or are being done.", of("waiting")),
    ...gaugeLines("command_center_queue_leased", "Jobs that are being done.", of("leased")),
    ...gaugeLines("command_center_queue_dead", "Jobs that were given up.", of("dead")),
    ...gaugeLines(
      "command_center_queue_oldest_seconds",
      "How long the oldest job has been due: how far rows (projection) and vectors (embedding) lag behind the log.",
      of("oldestSeconds"),
    ),
  ];
}
