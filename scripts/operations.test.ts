/** Alert rules, dashboard and guides: they parse, fire when they should, and speak of what there is. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { EMBEDDING_LIMIT_SECONDS, QUEUE_LIMIT_SECONDS } from "../lib/ops/health.ts";
import { writeMetrics } from "../lib/ops/metrics-text.ts";
import { RUNBOOK, WEBSOCKET_ALERT } from "../lib/ops/thresholds.ts";

const root = resolve(import.meta.dirname, "..");
const folder = join(root, "operations/prometheus");
const scratch = mkdtempSync(join(tmpdir(), "operations-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const read = (path: string) => readFileSync(join(root, path), "utf8");
const rules = read("operations/prometheus/alerts.yml");
const expressions = [...rules.matchAll(/^ +expr: (.+)$/gm)].map((match) => match[1] ?? "");
const alerts = rules
  .split(/^ +- alert: /m)
  .slice(1)
  .map((part) => ({
    name: /^\w+/.exec(part)?.[0] ?? "",
    expr: /^ +expr: (.+)$/m.exec(part)?.[1] ?? "",
    anchor: /runbook: RUNBOOK\.md#([\w-]+)/.exec(part)?.[1],
  }));
const dashboard = JSON.parse(read("operations/grafana/dashboard.json")) as {
  panels: { title: string; targets: { expr: string }[] }[];
};
const drawn = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** As the web shows headings of a Markdown file. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w -]/g, "")
    .replaceAll(" ", "-");

/** Names of series in an expression, without what histograms add. */
const namesIn = (expression: string) =>
  [...expression.matchAll(/\b(?:command_center|process)_[a-z_]+/g)].map(([name]) =>
    name.replace(/_(?:bucket|sum|count)$/, ""),
  );

describe("rules and dashboard", () => {
  it("each series that they name is one that /api/metrics tells, or a rule records", () => {
    const told = new Set(
      [...writeMetrics({ report: null, health: null, websockets: null }).matchAll(/^# TYPE (\w+) /gm)].map(
        (match) => match[1],
      ),
    );
    const named = [...expressions, ...drawn].flatMap(namesIn);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((name) => !told.has(name))).toEqual([]);
    const recorded = [...rules.matchAll(/- record: (\S+)/g)].map((match) => match[1]);
    const asked = [...expressions, ...drawn].flatMap((one) => one.match(/\bcommand_center:[\w:]+/g) ?? []);
    expect(asked.filter((name) => !recorded.includes(name))).toEqual([]);
    expect(recorded.filter((name) => !asked.includes(String(name)))).toEqual([]);
  });

  it("each alert leads to a heading of the runbook", () => {
    const anchors = [...read("RUNBOOK.md").matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ""));
    expect(alerts.length).toBeGreaterThan(20);
    expect(alerts.filter(({ anchor }) => !anchor || !anchors.includes(anchor))).toEqual([]);
  });

  it("the limits are those of lib/ops/thresholds.ts and of health", () => {
    const limitOf = (name: string) =>
      alerts
        .find((alert) => alert.name === name)
        ?.expr.match(/> ([\d.]+)/g)
        ?.map((one) => Number(one.slice(2)));
    const pairs: [string, number[]][] = [
      ...[
        ["ApiSlow", [RUNBOOK.apiMs.alert / 1000]],
        ["ApiAboveTarget", [RUNBOOK.apiMs.target / 1000]],
      ],
      ...[
        ["QueriesSlow", [RUNBOOK.queryMs.alert / 1000]],
        ["QueriesAboveTarget", [RUNBOOK.queryMs.target / 1000]],
      ],
      ...[
        ["ErrorsHigh", [RUNBOOK.errorShare.alert]],
        ["ErrorsAboveTarget", [RUNBOOK.errorShare.target]],
      ],
      ...[
        ["CpuHigh", [RUNBOOK.cpuShare.alert]],
        ["CpuAboveTarget", [RUNBOOK.cpuShare.target]],
      ],
      ...[
        ["MemoryHigh", [RUNBOOK.memoryShare.alert]],
        ["MemoryAboveTarget", [RUNBOOK.memoryShare.target]],
      ],
      ["WebSocketConnectionsHigh", [WEBSOCKET_ALERT]],
      ["QueueLate", [QUEUE_LIMIT_SECONDS, EMBEDDING_LIMIT_SECONDS]],
    ] as [string, number[]][];
    for (const [name, limits] of pairs) expect(limitOf(name), name).toEqual(limits);
    for (const factor of ["14.4 * 0.001", "6 * 0.001", "> 0.001 and"])
      expect(
        expressions.some((one) => one.includes(factor)),
        factor,
      ).toBe(true);
  });

  it("each alert has a case in which it fires", () => {
    const cases = read("operations/prometheus/alerts.test.yml");
    expect(alerts.filter(({ name }) => !cases.includes(`alertname="${name}"`))).toEqual([]);
  });
});

describe("operators' pages", () => {
  it("bring every edge function out, by the CLI and by hand", () => {
    const entries = readdirSync(join(root, "supabase/functions"), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders).toContain("sweep-files");
    const copied =
      /^cp -r (supabase[\s\S]*?)<supabase-project>/m.exec(read("docs/self-hosting.md"))?.[1] ?? "";
    const runbook = read("RUNBOOK.md");
    for (const name of folders) {
      expect(copied.split(/\s+/), name).toContain(`supabase/functions/${name}`);
      if (name !== "_shared")
        expect(runbook.split(`supabase functions deploy ${name} `), name).toHaveLength(3);
    }
  });
});

describe("promtool", () => {
  const missing =
    spawnSync("promtool", ["--version"]).status === 0
      ? null
      : "promtool is not there (Debian: apt-get install prometheus)";
  const promtool = async (context: TestContext, args: string[]) => {
    if (missing) return context.skip(missing);
    const answer = promisify(execFile)("promtool", args, { cwd: folder });
    return answer.then(
      ({ stdout }) => stdout,
      (error: { stdout: string; stderr: string }) => `failed: ${error.stdout} ${error.stderr}`,
    );
  };

  it("takes the rules", async (context) => {
    expect(await promtool(context, ["check", "rules", "alerts.yml"])).toMatch(/SUCCESS: \d+ rules found/);
  });

  it("sees each alert fire when it should, and then alone", { timeout: 180_000 }, async (context) => {
    expect(await promtool(context, ["test", "rules", "alerts.test.yml"])).not.toContain("failed");
  });

  it("takes every expression of the dashboard", async (context) => {
    const file = join(scratch, "dashboard.yml");
    // JSON is YAML.
    const recorded = drawn.map((expr, at) => ({ record: `panel:${at}`, expr }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules: recorded }] }));
    expect(await promtool(context, ["check", "rules", file])).toContain(
      `SUCCESS: ${drawn.length} rules found`,
    );
  });
});
