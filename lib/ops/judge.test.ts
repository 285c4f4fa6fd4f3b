import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type HealthReport, unknownHealth } from "./health.ts";
import type { Figures } from "./history.ts";
import { judgeMetrics, listTroubles } from "./judge.ts";
import type { OperationsReport } from "./operations-report.ts";
import { findPlay } from "./playbook.ts";

const calm: Figures = {
  ...{ apiMs: 40, queryMs: 9, errorShare: 0, websockets: 12, cpuShare: 0.3, memoryShare: 0.5 },
};
const fine = { status: "ok", latencyMs: 3 } as const;
const noJobs = { ...fine, queued: 0, dead: 0, oldestSeconds: 0 };
const health: HealthReport = {
  ...{ status: "ok", schemaVersion: "1" },
  checks: { database: fine, auth: fine, realtime: fine, functions: fine, queue: noJobs, embedding: noJobs },
};
const report = {
  database: { maxConnections: 60 },
  ...{ connections: { active: 2 }, indexes: [], jobs: [] },
} as unknown as OperationsReport;
const runbook = readFileSync("RUNBOOK.md", "utf8");

it("each metric says where it stands between target and alert, and shares are told in percent", () => {
  const states = (change: Partial<Figures>) =>
    judgeMetrics({ ...calm, ...change }, []).map(({ state }) => state);
  expect(states({})).toEqual(Array(6).fill("good"));
  const above = { apiMs: 500, queryMs: 101, errorShare: 0.002, cpuShare: 0.75, memoryShare: 0.85 };
  expect(states(above)).toEqual(["above", "above", "above", "good", "above", "above"]);
  const beyond = {
    apiMs: 1001,
    queryMs: 251,
    errorShare: 0.02,
    websockets: 10_001,
    cpuShare: 0.9,
    memoryShare: 0.95,
  };
  expect(states(beyond)).toEqual(Array(6).fill("alert"));
  expect(states({ apiMs: null, websockets: null }).filter((state) => state === "unknown")).toHaveLength(2);
  const [, , errors] = judgeMetrics({ ...calm, errorShare: 0.002 }, []);
  expect([errors?.value, errors?.target, errors?.alert]).toEqual([0.2, 0.1, 1]);
});

it("a day is drawn with as many points as can be told apart, and keeps its peaks and gaps", () => {
  const minutes = Array.from({ length: 1_440 }, (_, at) => ({
    ...calm,
    apiMs: at === 700 ? 900 : at < 100 ? null : 40,
  }));
  const points = judgeMetrics(calm, minutes)[0]?.points ?? [];
  expect(points).toHaveLength(96);
  expect(Math.max(...points.filter((point) => point !== null))).toBe(900);
  expect(points.slice(0, 6)).toEqual(Array(6).fill(null));
});

it("all that is wrong is listed, the worst first, each with its place in the runbook", () => {
  expect(listTroubles(judgeMetrics(calm, []), health, report)).toEqual([]);
  const metrics = judgeMetrics({ ...calm, cpuShare: 0.74, memoryShare: 0.95 }, []);
  const ill: OperationsReport = {
    ...report,
    connections: { active: 50, idle: 9 },
    indexes: [{ name: "idx_v", table: "blocks", method: "hnsw", bytes: 1, scans: 0, isValid: false }],
    jobs: [
      { job: "prune log", schedule: "", lastSucceeded: null, lastStatus: null, failures: 0, isLate: true },
    ],
  };
  const troubles = listTroubles(metrics, unknownHealth(), ill);
  expect(troubles).toHaveLength(11);
  expect(troubles.at(-1)).toEqual({
    play: "CPU usage",
    isAlert: false,
    sentence: "CPU usage is 74 %, above its target of 70 %.",
  });
  for (const { play } of troubles) expect(findPlay(runbook, play)?.commands.length, play).toBeGreaterThan(0);
});

it("the runbook's words for an alert are found by its heading, without the signs of Markdown", () => {
  const play = findPlay(runbook, "API response time");
  expect(play?.meaning).toBe("Of 100 answers to browsers, five take longer than a second.");
  expect(play?.commands).toHaveLength(3);
  expect(play?.decision).toMatch(/^Latencies in the answer's checks are small: .*Database query time\.$/);
  expect(findPlay(runbook, "Nothing")).toBe(null);
});
