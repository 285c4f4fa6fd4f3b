import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkBenchmark, checkBuild, checkSecrets, checkTests } from "./application.ts";
import { type Check, linesOf, pairUp, readBoxes, tick } from "./boxes.ts";
import {
  judgeCron,
  judgeExtensions,
  judgeIndexes,
  judgeJobs,
  judgeMigrations,
  judgePublication,
  judgeRowSecurity,
  judgeSettings,
  type PreflightReport,
  readMigrations,
} from "./database.ts";

const good: PreflightReport = {
  extensions: { ltree: "1", vector: "1", pg_net: "1", pg_cron: "1", pgcrypto: "1" },
  available: ["pg_cron"],
  indexes: Object.fromEntries(
    [
      ...["idx_blocks_parent_path_gist_optimized", "idx_blocks_document_sort_covering"],
      ...["idx_blocks_embedding_hnsw_optimized", "idx_blocks_embedding_standby_hnsw_optimized"],
      ...[
        "idx_blocks_search_words",
        "idx_blocks_filters",
        "idx_documents_workspace_sort_order",
        "idx_documents_parent_path_gist",
      ],
    ].map((name) => [name, true]),
  ),
  migrations: readMigrations(),
  tables: { "public.blocks": true },
  publication: ["public.blocks", "public.documents"],
  jobs: Object.fromEntries(
    [
      ...["find missing rows", "find missing vectors", "keep functions warm", "prune log", "purge trash"],
      ...["sweep embedding jobs", "sweep projection jobs", "sweep unused files", "tidy log"],
      ...["vacuum queues", "vacuum tables", "watch jobs"],
    ].map((name) => [name, false]),
  ),
  settings: { functions_url: true, functions_secret: true, keep_warm: false },
};
const without = (of: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(of).filter(([key]) => key !== name)) as never;

describe("the database", () => {
  const judges = {
    ...{
      judgeCron,
      judgeExtensions,
      judgeIndexes,
      judgeJobs,
      judgePublication,
      judgeRowSecurity,
      judgeSettings,
    },
    judgeMigrations: (report: PreflightReport) => judgeMigrations(report),
  };
  it.each(Object.entries(judges))("is well where all is there: %s", (_, judge) => {
    expect(judge(good)).toBe(null);
  });

  it.each([
    [judgeCron, { extensions: without(good.extensions, "pg_cron") }, "pg_cron can be had and is not enabled"],
    [
      judgeCron,
      { extensions: without(good.extensions, "pg_cron"), available: [] },
      "This database cannot have pg_cron",
    ],
    [judgeExtensions, { extensions: without(good.extensions, "vector") }, "vector is not enabled."],
    [
      judgeIndexes,
      { indexes: { ...good.indexes, idx_blocks_search_words: false } },
      "idx_blocks_search_words is not valid",
    ],
    [
      judgeIndexes,
      { indexes: without(good.indexes, "idx_blocks_document_sort_covering") },
      "idx_blocks_document_sort_covering is missing",
    ],
    [
      judges.judgeMigrations,
      { migrations: good.migrations.slice(0, -1) },
      "is not applied: supabase db push",
    ],
    [
      judges.judgeMigrations,
      { migrations: [...good.migrations, "29990101000000"] },
      "29990101000000 is applied and unknown",
    ],
    [judges.judgeMigrations, { migrations: good.migrations.toReversed() }, "They were not applied in order."],
    [
      judgeRowSecurity,
      { tables: { "public.blocks": false, "private.x": false } },
      "public.blocks, private.x are without forced row security.",
    ],
    [judgeRowSecurity, { tables: {} }, "There are no tables."],
    [judgePublication, { publication: ["public.documents"] }, "public.blocks is not published"],
    [
      judgePublication,
      { publication: [...good.publication, "public.profiles"] },
      "public.profiles is published in supabase_realtime, and need not be.",
    ],
    [judgeJobs, { jobs: without(good.jobs, "prune log") }, "prune log is not scheduled."],
    [judgeJobs, { jobs: { ...good.jobs, "prune log": true } }, "prune log is late by more than two periods."],
    [judgeSettings, { settings: { functions_url: true } }, "functions_secret is not set"],
  ])("says what is wrong (%#)", (judge, change, sentence) => {
    expect(judge({ ...good, ...change })).toContain(sentence);
  });
});

describe("the checkout", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "preflight-"));
    await mkdir(join(root, "test-results"));
    await mkdir(join(root, ".next/static"), { recursive: true });
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  const write = (path: string, text: string) => writeFile(join(root, path), text);

  it("is tested when the last whole run of npm test was good", async () => {
    expect(checkTests(root)).toBe("npm test has not been run.");
    await write("test-results/closing-line", "7 passed, 1 failed\n");
    expect(checkTests(root)).toBe("The last npm test says: 7 passed, 1 failed.");
    await write("test-results/closing-line", "7 passed, 0 failed, 2 skipped\n");
    expect(checkTests(root)).toMatch(/ran only a part, without rooms, unit/);
    for (const name of ["rooms", "unit", "property", "contract", "playwright"])
      await write(`test-results/${name}.json`, "{}");
    expect(checkTests(root)).toBe(null);
  });

  it("has no secret in what browsers get", async () => {
    const key = "sb_secret_of-this-project-1";
    expect(checkSecrets(root, {}, key)).toMatch(/^There is no build/);
    await write(".next/BUILD_ID", "x");
    await write(".next/static/a.js", "let a = 1;");
    expect(checkSecrets(root, { NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "sb_publishable_x" }, key)).toBe(null);
    expect(checkSecrets(root, { NEXT_PUBLIC_KEY: key }, key)).toMatch(/^NEXT_PUBLIC_KEY holds a secret key/);
    await write(".next/static/a.js", "let a = 'eyLegacyKeyOfAnotherKind';");
    expect(checkSecrets(root, {}, "eyLegacyKeyOfAnotherKind")).toMatch(
      /a\.js holds the project's secret key\.$/,
    );
    await write(".next/static/a.js", "let a = 'sb_secret_abcdefghijkl';");
    expect(checkSecrets(root, {}, key)).toMatch(/a\.js holds a secret key\.$/);
  });

  it("has a build as new as its last commit, and a benchmark of today", async () => {
    expect(checkBuild(root)).toBe(null);
    // In a repository: what was built before its last commit is old.
    await mkdir(join(root, "repository/.next"), { recursive: true });
    const { execFileSync } = await import("node:child_process");
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...args], {
        cwd: join(root, "repository"),
      });
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "--message", "x");
    await write("repository/.next/BUILD_ID", "x");
    expect(checkBuild(join(root, "repository"))).toBe(null);
    await utimes(join(root, "repository/.next/BUILD_ID"), 1, 1);
    expect(checkBuild(join(root, "repository"))).toMatch(/older than the last commit/);

    expect(checkBenchmark(root)).toMatch(/has not been run/);
    const at = "2026-11-26T12:00:00.000Z";
    await write("test-results/benchmark.json", JSON.stringify({ at, missed: [] }));
    expect(checkBenchmark(root, Date.parse(at) + 3_600_000)).toBe(null);
    expect(checkBenchmark(root, Date.parse(at) + 90_000_000)).toBe(`The benchmark was last run at ${at}.`);
    await write("test-results/benchmark.json", JSON.stringify({ at, missed: ["tree: late."] }));
    expect(checkBenchmark(root, Date.parse(at))).toBe("The last benchmark missed: tree: late.");
  });
});

describe("the boxes", () => {
  const check = (box: string, run: Check["run"], part: Check["part"] = "database"): Check => ({
    box,
    part,
    run,
  });
  it("are those of RUNBOOK.md's checklist", () => {
    const boxes = readBoxes(resolve(import.meta.dirname, "../../RUNBOOK.md"));
    expect(boxes).toHaveLength(15);
    expect(boxes[0]).toMatchObject({ section: "Environment Verification" });
    expect(boxes.map(({ text }) => text).join()).not.toContain("User can sign up");
  });

  it("are ticked by their checks, and open with what is wrong or what was thrown", async () => {
    const boxes = ["One", "Two", "Three", "Four"].map((text) => ({ section: "S", text: `${text} thing` }));
    const checks = [
      check("One", () => null),
      check("Two", () => "It is not so."),
      check("Three", () => Promise.reject(new Error("It cannot be asked."))),
      check("Four", () => null, "services"),
    ];
    const ticked = await tick(pairUp(boxes, checks), ["services"]);
    expect(linesOf(ticked)).toEqual([
      ...["", "S", "- [x] One thing", "- [ ] Two thing", "      It is not so.", "- [ ] Three thing"],
      ...["      It cannot be asked.", "- [ ] Four thing (left out)"],
    ]);
  });

  it("without a check, and checks without a box, are faults", () => {
    const box = { section: "S", text: "One thing" };
    expect(() => pairUp([box], [])).toThrow(
      'RUNBOOK.md has the box "One thing", for which there are 0 checks.',
    );
    expect(() => pairUp([box], [check("One", () => null), check("Two", () => null)])).toThrow(
      'RUNBOOK.md has no box "Two".',
    );
  });
});
