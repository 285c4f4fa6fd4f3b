import { beforeEach, expect, it } from "vitest";
import { type HealthReport, unknownHealth } from "./health.ts";
import { between, count, note, readHistory } from "./history.ts";
import { forgetAll } from "./instrument.ts";
import { countEvent, errors, queries, requests } from "./instruments.ts";
import { writeMetrics } from "./metrics-text.ts";
import type { OperationsReport } from "./operations-report.ts";
import { judgeToken } from "./token.ts";
import { findWebsockets } from "./websockets.ts";

beforeEach(forgetAll);

const queue = { waiting: 3, leased: 1, dead: 2, oldestSeconds: 41.5 };
const report: OperationsReport = {
  time: "2026-11-26T12:00:00Z",
  database: {
    ...{ version: "17.2", startedAt: "2026-11-26T00:00:00Z", bytes: 1e6, maxConnections: 60, deadlocks: 0 },
    ...{ cacheHitRatio: 0.99, oldestTransactionSeconds: 0 },
  },
  connections: { active: 2, idle: 7 },
  tables: [{ name: "public.blocks", liveRows: 10, deadRows: 1, tableBytes: 100, indexBytes: 50 }],
  indexes: [{ name: "idx_v", table: "public.blocks", method: "hnsw", bytes: 10, scans: 0, isValid: false }],
  queues: { projection: queue, embedding: { ...queue, dead: 0 } },
  jobs: [
    {
      job: "prune log",
      schedule: "* * * * *",
      lastSucceeded: null,
      lastStatus: null,
      failures: 0,
      isLate: true,
    },
  ],
  slowQueries: null,
};

const answers = unknownHealth();
const health: HealthReport = {
  ...answers,
  checks: { ...answers.checks, auth: { status: "ok", latencyMs: 4 } },
};

it("what the database says of itself is told by queue, state, table, index and job", () => {
  const text = writeMetrics({ report, health, websockets: 1_284 });
  for (const line of [
    'command_center_queue_oldest_seconds{queue="projection"} 41.5',
    'command_center_queue_dead{queue="projection"} 2',
    'command_center_queue_waiting{queue="embedding"} 3',
    'command_center_database_connections{state="active"} 2',
    'command_center_table_bytes{table="public.blocks"} 150',
    'command_center_index_valid{index="idx_v",method="hnsw"} 0',
    'command_center_job_late{task="prune log"} 1',
    ...['command_center_part_up{part="auth"} 1', 'command_center_part_up{part="realtime"} 0'],
    ...["command_center_database_up 1", "command_center_websocket_connections 1284"],
  ])
    expect(text.split("\n")).toContain(line);
});

it("without the database and Realtime, what is not known has a name and no value", () => {
  const lines = writeMetrics({ report: null, health: null, websockets: null }).split("\n");
  expect(lines).toContain("command_center_database_up 0");
  for (const name of ["command_center_websocket_connections", "command_center_queue_dead"]) {
    expect(lines).toContain(`# TYPE ${name} gauge`);
    expect(lines.filter((line) => line.startsWith(name))).toEqual([]);
  }
  const share = lines.find((line) => line.startsWith("command_center_machine_memory_used_ratio "));
  expect(Number(share?.split(" ")[1])).toBeGreaterThan(0);
  expect(Number(share?.split(" ")[1])).toBeLessThanOrEqual(1);
});

it("the token opens, anything else does not, and without one nobody is told that there are metrics", () => {
  expect(judgeToken("Bearer right", "right")).toBe("open");
  for (const sent of [null, "", "right", "Bearer wrong", "Bearer right ", "Basic right", "Bearer "])
    expect(judgeToken(sent, "right")).toBe("wrong");
  for (const unset of [undefined, ""]) expect(judgeToken("Bearer ", unset)).toBe("absent");
});

it("sockets are what Realtime's own metrics sum up to, and unknown where nobody can say", async () => {
  const text =
    'realtime_connections_connected{tenant="a"} 12\nrealtime_connections_connected{tenant="b"} 3\n';
  const asked: (HeadersInit | undefined)[] = [];
  const send = (answer: () => Response | Promise<Response>) =>
    (async (_: unknown, init?: RequestInit) => {
      asked.push(init?.headers);
      return answer();
    }) as typeof fetch;
  const source = { REALTIME_METRICS_URL: "http://realtime:4000/tenant-metrics", REALTIME_METRICS_TOKEN: "t" };
  expect(
    await findWebsockets(
      source,
      send(() => new Response(text)),
    ),
  ).toBe(15);
  expect(asked).toEqual([{ authorization: "Bearer t" }]);
  expect(
    await findWebsockets(
      source,
      send(() => new Response("up 1\n")),
    ),
  ).toBe(null);
  expect(
    await findWebsockets(
      source,
      send(() => new Response(null, { status: 403 })),
    ),
  ).toBe(null);
  expect(
    await findWebsockets(
      source,
      send(() => Promise.reject(new TypeError("refused"))),
    ),
  ).toBe(null);
  expect(
    await findWebsockets(
      {},
      send(() => new Response(text)),
    ),
  ).toBe(null);
});

it("what happened within a time is the difference of two samples: files and older requests do not count", () => {
  requests.observe({ route: "/", method: "GET", status: "2xx" }, 9);
  const before = { ...count(null, 0), processors: { busy: 10, idle: 90 } };
  for (let n = 0; n < 100; n++) requests.observe({ route: "(files)", method: "GET", status: "2xx" }, 0.001);
  for (let n = 0; n < 10; n++) requests.observe({ route: "/", method: "GET", status: "2xx" }, 0.04);
  errors.add({ route: "/" });
  queries.observe({ call: "documents", outcome: "ok" }, 0.2);
  const after = { ...count(15, 60_000), processors: { busy: 40, idle: 100 } };
  const figures = between(before, after);
  expect(figures).toMatchObject({ errorShare: 0.1, cpuShare: 0.75, websockets: 15 });
  expect(figures.apiMs).toBeGreaterThan(25);
  expect(figures.apiMs).toBeLessThanOrEqual(50);
  expect(figures.queryMs).toBeGreaterThan(100);
  expect(between(after, after)).toMatchObject({
    apiMs: null,
    queryMs: null,
    errorShare: null,
    cpuShare: null,
  });
  for (const at of [before, after]) note(at);
  const { current, minutes } = readHistory(after);
  expect(current.errorShare).toBe(0.1);
  expect(minutes).toHaveLength(1);
});

it("an event is counted by its name", () => {
  countEvent("sign_up");
  countEvent("export", 3);
  const text = writeMetrics({ report: null, health: null, websockets: null });
  expect(text).toContain('command_center_events_total{event="sign_up"} 1\n');
  expect(text).toContain('command_center_events_total{event="export"} 3\n');
});
