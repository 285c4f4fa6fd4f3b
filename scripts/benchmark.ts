/**
 * `npm run benchmark -- <workspaceId>`: is a workspace as fast as the runbook wants? On the Supabase that the environment
 * names, or on the running stand-in. Changes nothing in the workspace: what is written goes to a scratch document of a
 * person who is made for it and removed at the end, and who sees the workspace as a viewer meanwhile.
 *
 * Prints a table, writes JSON, and exits with 1 when a target is missed, an ordinary query passes its index by, or
 * something cannot be measured.
 *
 * --samples N        of each kind (else BENCHMARK_SAMPLES, else 100)
 * --targets runbook  judges by the runbook alone; ours are for a client beside the database
 * --out FILE         where the JSON goes (test-results/benchmark.json)
 * --seed             makes a workspace to measure on and prints its id, with --documents N (100), --blocks N (10000, over
 *                    all of them) and --largest N (one document more, with so many blocks)
 * --remove           takes a workspace away that --seed made, with its owner
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { measureCalls } from "./benchmark/calls.ts";
import { type Entry, judge, tableOfEntries } from "./benchmark/entries.ts";
import { measureLive } from "./benchmark/live.ts";
import { measureQueries } from "./benchmark/queries.ts";
import { openScene } from "./benchmark/scene.ts";
import { removeSeeded, seedWorkspace } from "./benchmark/seed.ts";
import { runBenchmark, say } from "./benchmark-run.ts";
import { findProject } from "./project.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    samples: { type: "string", default: process.env.BENCHMARK_SAMPLES ?? "100" },
    targets: { type: "string", default: "ours" },
    out: { type: "string" },
    seed: { type: "boolean" },
    documents: { type: "string", default: "100" },
    blocks: { type: "string", default: "10000" },
    largest: { type: "string", default: "0" },
    remove: { type: "boolean" },
  },
});

function count(text: string, name: string, least = 1): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least) return number;
  throw new Error(`--${name} ${text} is not a number from ${least} on.`);
}

async function main(): Promise<void> {
  const project = findProject();
  if (values.seed) {
    const size = {
      documents: count(values.documents, "documents"),
      blocks: count(values.blocks, "blocks"),
      largest: count(values.largest, "largest", 0),
    };
    say(await seedWorkspace(project, size));
    return;
  }
  const [workspaceId = ""] = positionals;
  if (!UUID.test(workspaceId))
    throw new Error(
      `Say which workspace: npm run benchmark -- <workspaceId>${workspaceId ? `; ${workspaceId} is no id` : ""}. Its id is in the address of its pages; --seed makes one.`,
    );
  if (values.remove) return removeSeeded(project, workspaceId);
  if (!["ours", "runbook"].includes(values.targets))
    throw new Error(`--targets ${values.targets} is none; it is ours or runbook.`);
  await measure(project, workspaceId, count(values.samples, "samples"));
}

async function measure(project: ReturnType<typeof findProject>, workspaceId: string, samples: number) {
  const scene = await openScene(project, workspaceId);
  const entries: Entry[] = [];
  try {
    entries.push(...(await measureCalls(scene, samples)));
    entries.push(...(await measureLive(scene, samples)));
    entries.push(...(await measureQueries(scene, samples)));
  } finally {
    await scene.close();
  }
  const verdict = judge(entries, values.targets === "runbook" ? "runbook" : "ours");
  say(
    `${scene.workspaceName}: ${scene.documents} documents, the largest with ${scene.largestBlocks} blocks\n`,
  );
  say(tableOfEntries(entries));
  for (const sentence of verdict.missed) say(`✗ ${sentence}`);
  if (verdict.missed.length === 0) say(`✓ Every target is met (${values.targets}).`);
  const out = resolve(values.out ?? join(import.meta.dirname, "../test-results/benchmark.json"));
  mkdirSync(dirname(out), { recursive: true });
  const machine = { node: process.version, processors: availableParallelism(), load: loadavg() };
  const { workspaceName, documents, largestBlocks } = scene;
  const about = {
    at: new Date().toISOString(),
    workspaceId,
    workspaceName,
    documents,
    largestBlocks,
    samples,
    machine,
  };
  writeFileSync(
    out,
    `${JSON.stringify({ ...about, targets: values.targets, entries, ...verdict }, null, 2)}\n`,
  );
  say(`Written to ${out}.`);
  if (verdict.missed.length > 0) process.exitCode = 1;
}

await runBenchmark(main);
