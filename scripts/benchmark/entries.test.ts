import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OURS, RUNBOOK, WEBSOCKET_ALERT } from "../../lib/ops/thresholds.ts";
import { entry, judge, tableOfEntries } from "./entries.ts";
import { type Explained, planFault } from "./queries.ts";

const times = (...slow: number[]) => [...Array.from({ length: 90 }, () => 1), ...slow];
const late = (ms: number) => times(...Array.from({ length: 10 }, () => ms));

describe("the verdict", () => {
  it("is good where 95 of 100 are below every target", () => {
    const good = [entry("tree", "call", times(2, 3)), entry("q", "query", times(9_000))];
    expect(judge(good, "ours")).toEqual({ missed: [], errorShare: 0 });
  });

  it.each([
    ["call", 501, "tree: p95 is 501.0 ms; the runbook wants 500 ms."],
    ["call", 1_001, "tree: p95 is 1001.0 ms, beyond the runbook's alert of 1000 ms."],
    ["query", 101, "tree: p95 is 101.0 ms; the runbook wants 100 ms."],
    ["query", 251, "tree: p95 is 251.0 ms, beyond the runbook's alert of 250 ms."],
  ] as const)("a %s of %i ms misses, whoever judges", (kind, ms, sentence) => {
    expect(judge([entry("tree", kind, late(ms))], "runbook").missed).toEqual([sentence]);
    expect(judge([entry("tree", kind, late(ms))], "ours").missed).toEqual([sentence]);
  });

  it("ours count only where they are asked for", () => {
    const slow = [entry("tree", "call", late(OURS.apiMs + 1))];
    expect(judge(slow, "runbook").missed).toEqual([]);
    expect(judge(slow, "ours").missed).toEqual(["tree: p95 is 51.0 ms; ours is 50 ms."]);
  });

  it("one failed call in a thousand misses, a query by another index too", () => {
    const calls = Array.from({ length: 999 }, () => 1);
    const failed = judge([entry("tree", "call", calls, { failures: 1 })], "runbook");
    expect(failed.missed).toEqual(["1 of 1000 calls failed; the runbook wants less than one in a thousand."]);
    expect(judge([entry("tree", "call", [...calls, 1, 1], { failures: 1 })], "runbook").missed).toEqual([]);
    const astray = entry("words", "query", [1], { wrongPlan: "it reads everything." });
    expect(judge([astray], "runbook").missed).toEqual(["words: it reads everything."]);
  });

  it("nothing answered is a miss, what is absent is none", () => {
    expect(judge([entry("tree", "call", [], { failures: 3 })], "runbook").missed).toContain(
      "tree: no call was answered.",
    );
    const absent = entry("nearest", "query", [], { absent: "there are no vectors" });
    expect(judge([absent], "ours").missed).toEqual([]);
    expect(tableOfEntries([absent])).toContain("there are no vectors");
  });
});

describe("a plan", () => {
  const query: Explained = {
    name: "words",
    table: "public.blocks",
    rows: 50_000,
    ms: [1],
    indexes: [],
    scanned: ["blocks"],
  };
  it("that reads a large table whole is a fault, a small one is none", () => {
    expect(planFault(query, 10_000)).toBe(
      "it reads all 50000 rows of public.blocks instead of idx_blocks_search_words.",
    );
    expect(planFault({ ...query, rows: 500 }, 10_000)).toBe(null);
    expect(planFault({ ...query, indexes: ["idx_blocks_search_words"], scanned: [] }, 10_000)).toBe(null);
  });
  it("through the first indexes, after a way back of phase 4, is one", () => {
    const sorted = { ...query, name: "first blocks", indexes: ["idx_blocks_sort_order"], scanned: [] };
    expect(planFault(sorted, 10_000)).toMatch(
      /goes through idx_blocks_sort_order instead of idx_blocks_document_sort_covering/,
    );
  });
  it("by the key is none for a document that is soon sorted", () => {
    for (const index of ["blocks_pkey", "idx_blocks_filters"]) {
      const byKey = { ...query, name: "first blocks", indexes: [index], scanned: [] };
      expect(planFault(byKey, 100)).toBe(null);
      expect(planFault(byKey, 10_000)).toMatch(`goes through ${index} instead`);
    }
  });
  it("of a log in partitions goes through the part's own index", () => {
    expect(
      planFault({ ...query, name: "log", indexes: ["document_updates_7_pkey"], scanned: [] }, 10_000),
    ).toBe(null);
  });
});

it("the thresholds are those of RUNBOOK.md", () => {
  const text = readFileSync(new URL("../../RUNBOOK.md", import.meta.url), "utf8");
  const row = (name: string) =>
    new RegExp(`\\| ${name}[^|]*\\| ([^|]*)\\| ([^|]*)\\|`)
      .exec(text)
      ?.slice(1)
      .map((cell) => cell.trim());
  const share = (value: number) => `${Number((value * 100).toFixed(1))}%`;
  const { apiMs, queryMs, errorShare, cpuShare, memoryShare } = RUNBOOK;
  expect(row("API Response Time")).toEqual([`< ${apiMs.target}ms`, `> ${apiMs.alert}ms`]);
  expect(row("Database Query Time")).toEqual([`< ${queryMs.target}ms`, `> ${queryMs.alert}ms`]);
  expect(row("Error Rate")).toEqual([`< ${share(errorShare.target)}`, `> ${share(errorShare.alert)}`]);
  expect(row("CPU Usage")).toEqual([`< ${share(cpuShare.target)}`, `> ${share(cpuShare.alert)}`]);
  expect(row("Memory Usage")).toEqual([`< ${share(memoryShare.target)}`, `> ${share(memoryShare.alert)}`]);
  expect(row("WebSocket Connections")).toEqual(["N/A", `> ${WEBSOCKET_ALERT.toLocaleString("en")}`]);
});
