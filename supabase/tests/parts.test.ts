/**
 * Each part stopped in turn: what /api/health answers, and which alert the rules make of what /api/metrics then tells.
 * On Postgres 17, which can be killed. Minutes pass in promtool only.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { GET as health } from "../../app/api/health/route.ts";
import { GET as metrics } from "../../app/api/metrics/route.ts";
import { type Cluster, INSTALL_MS, startCluster, whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { type StandIn, startStandIn } from "../../scripts/stand-in.ts";
import { connect, type Sql } from "./hosted.ts";
import { newPerson } from "./stand-in.ts";
import { until } from "./waiting.ts";
import { addBlocks, openWriter, paragraph, type Writer } from "./writer.ts";

vi.mock("server-only", () => ({}));

const missing =
  whyNoNativePostgres ?? (spawnSync("promtool", ["--version"]).error ? "promtool is not there." : null);
const RULES = resolve(import.meta.dirname, "../../operations/prometheus/alerts.yml");
const TOKEN = "token of this test";
/** Alerts that speak of a part; what this machine has of memory and processors is another matter. */
const OF_PARTS = "ALERTS{alertstate='firing',alertname=~'DatabaseDown|PartDown|QueueLate|JobsGivenUp'}";

let folder = "";
let cluster: Cluster;
let standIn: StandIn;
let gateway: Server;
let sql: Sql;
let writer: Writer;
let good: Map<string, number>;
/** Beginnings of paths that the gateway answers 503 for, as it does for a service that is gone. */
const stopped = new Set<string>();

function startGateway(): Promise<string> {
  gateway = createServer((incoming, answer) => {
    if ([...stopped].some((path) => incoming.url?.startsWith(path))) {
      incoming.resume();
      answer.writeHead(503).end();
      return;
    }
    const { method } = incoming;
    const headers = { ...incoming.headers, host: new URL(standIn.url).host };
    const onward = request(`${standIn.url}${incoming.url}`, { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    onward.on("error", () => answer.writeHead(502).end());
    incoming.pipe(onward);
  });
  return new Promise((done) =>
    gateway.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`)),
  );
}

/** What the rules read: series with their labels, and their values. */
async function scrape(): Promise<Map<string, number>> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const text = await (await metrics(new Request("http://here/api/metrics", { headers }))).text();
  const lines = text
    .split("\n")
    .filter((line) => /^command_center_(?:database_up|part_up|queue_)/.test(line));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** The alerts that fire after ten minutes of `good` and ten of `bad`, as "name" or "name of a part or queue". */
async function alertsAfter(bad: Map<string, number>): Promise<string[]> {
  const values = (series: string) =>
    [good.get(series), bad.get(series)].map((value) => `${value ?? "_"}x9`).join(" ");
  const series = [...new Set([...good.keys(), ...bad.keys()])];
  const file = join(folder, "parts.test.yml");
  // JSON is YAML. No sample is expected: what promtool finds instead, it names.
  const tests = [
    {
      interval: "1m",
      input_series: series.map((name) => ({ series: name, values: values(name) })),
      promql_expr_test: [9, 19].map((minute) => ({
        expr: `count by (alertname, part, queue) (${OF_PARTS})`,
        eval_time: `${minute}m`,
        exp_samples: [],
      })),
    },
  ];
  await writeFile(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: "1m", tests }));
  const said = await promisify(execFile)("promtool", ["test", "rules", file]).then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => `${error.stdout}${error.stderr}`,
  );
  const found = [...said.matchAll(/time: (\d+)m[\s\S]*?got:([\s\S]*?)(?=expr:|$)/g)];
  expect(
    found.filter(([, minute]) => minute === "9"),
    "while all was well",
  ).toEqual([]);
  return [...said.matchAll(/\{alertname="(\w+)"(?:, (?:part|queue)="(\w+)")?\}/g)]
    .map(([, name, of]) => (of ? `${name} of ${of}` : String(name)))
    .toSorted();
}

async function readHealth() {
  const answer = await health();
  const body = (await answer.json()) as { status: string; checks: Record<string, { status: string }> };
  const parts = Object.entries(body.checks).filter(([, check]) => check.status !== "ok");
  return { status: answer.status, is: body.status, without: parts.map(([part]) => part) };
}

const untilAllIsWell = () =>
  until(async () => (await readHealth()).is === "ok", "every part to answer", 30_000);

beforeAll(async () => {
  if (missing !== null) return;
  folder = await mkdtemp(join(tmpdir(), "parts-"));
  cluster = await startCluster();
  standIn = await startStandIn({ dataFolder: join(folder, "data"), databaseUrl: cluster.url });
  sql = connect(cluster.url);
  const url = await startGateway();
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_URL", url);
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", standIn.publishableKey);
  vi.stubEnv("SUPABASE_SECRET_KEY", standIn.secretKey);
  vi.stubEnv("METRICS_TOKEN", TOKEN);
  const { publishableKey, secretKey } = standIn;
  const project = { url, publishableKey, secretKey, folder: null, standIn, stop: async () => undefined };
  writer = await openWriter(await newPerson(project));
  await untilAllIsWell();
  good = await scrape();
}, INSTALL_MS);
beforeEach((context) => {
  if (missing !== null) context.skip(missing);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sql?.close();
  gateway?.close();
  await standIn?.stop();
  await cluster?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe("a part that is stopped", () => {
  it.each([
    ["auth", "/auth/"],
    ["realtime", "/realtime/"],
    ["functions", "/functions/"],
  ])("%s: degraded, and its alert", { timeout: 60_000 }, async (part, path) => {
    stopped.add(path);
    await until(async () => (await readHealth()).without.includes(part), `${part} to be missed`);
    expect(await readHealth()).toEqual({ status: 200, is: "degraded", without: [part] });
    const bad = await scrape();
    stopped.delete(path);
    expect(await alertsAfter(bad)).toEqual([`PartDown of ${part}`]);
    await untilAllIsWell();
  });

  it("the queue: rows wait, writing goes on, and its alert", { timeout: 60_000 }, async () => {
    await sql.exec(
      "update private.runtime_config set value = 'http://127.0.0.1:9' where key = 'functions_url'",
    );
    await writer.edit((doc) => addBlocks(doc, paragraph("kept while rows wait")));
    await sql.exec("update private.projection_jobs set due_at = now() - interval '40 s'");
    await until(async () => (await readHealth()).without.includes("queue"), "the queue to be late");
    expect(await readHealth()).toEqual({ status: 200, is: "degraded", without: ["queue"] });
    await until(
      async () => ((await scrape()).get('command_center_queue_oldest_seconds{queue="projection"}') ?? 0) > 30,
      "the figures to be read again",
    );
    expect(await alertsAfter(await scrape())).toEqual(["QueueLate of projection"]);
  });

  it("the database: down, and its alert", { timeout: 60_000 }, async () => {
    await sql.close();
    await cluster.kill();
    await until(async () => (await readHealth()).status === 503, "503");
    expect((await readHealth()).is).toBe("down");
    await until(
      async () => (await scrape()).get("command_center_database_up") === 0,
      "the figures to say so",
    );
    expect(await alertsAfter(await scrape())).toContain("DatabaseDown");
  });
});
