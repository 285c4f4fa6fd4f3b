/**
 * `npm run benchmark:search`: how good and how fast search is. Prints a table and writes JSON.
 *
 * Arguments: --blocks N (on native Postgres, 100000), --pglite-blocks N (10000), --only quality|scale|freshness,
 * --out file. Clocks depend on what else the machine does: the load is in the file, the processor time beside each clock.
 * What is not there on this machine (the Cranfield collection, native-postgres) is named and left out.
 */
import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { whyNoNativePostgres } from "./native-cluster.ts";
import { whyNoCranfield } from "./search/cranfield.ts";
import { measureFreshness } from "./search/freshness.ts";
import { measureQuality, type Quality } from "./search/quality.ts";
import { measureScale } from "./search/scale.ts";

const { values } = parseArgs({
  options: {
    blocks: { type: "string", default: "100000" },
    "pglite-blocks": { type: "string", default: "10000" },
    only: { type: "string" },
    out: { type: "string", default: "test-results/benchmark-search.json" },
  },
});
const figures: Record<string, unknown> = { at: new Date().toISOString(), load: loadavg() };
const say = (...cells: unknown[]) => console.log(cells.map((cell) => String(cell).padEnd(22)).join(""));

const isWanted = (part: string) => values.only === undefined || values.only === part;

if (isWanted("quality")) {
  if (whyNoCranfield) console.log(whyNoCranfield);
  else {
    const quality = await measureQuality(whyNoNativePostgres ? "pglite" : "native");
    figures.quality = quality;
    const row = (name: string, { ndcgAt10, recallAt50 }: Quality) =>
      say(name, ndcgAt10.toFixed(3), recallAt50.toFixed(3));
    say("Cranfield", "nDCG@10", "recall@50");
    row("words", quality.words);
    row("vectors", quality.vectors);
    row("rank fusion", quality.rankFusion);
    row("hybrid", quality.hybrid);
    row(`other half, weight ${quality.chosenWeight}`, quality.hybridOnOtherHalf);
    say("texts embedded a second", quality.embeddedPerSecond?.toFixed(1) ?? "kept from before");
  }
}
if (isWanted("scale")) {
  say(
    "blocks",
    "engine",
    "words p95, CPU",
    "hybrid p50, CPU",
    "hybrid p95, CPU",
    "2 % p95, CPU",
    "recall@10",
    "of a type, time, person",
  );
  const engines = [
    ["pglite", Number(values["pglite-blocks"]), null],
    ["native", Number(values.blocks), whyNoNativePostgres],
  ] as const;
  for (const [engine, blocks, whyNot] of engines) {
    if (whyNot) console.log(whyNot);
    if (whyNot || blocks === 0) continue;
    const scale = await measureScale(engine, blocks);
    figures[engine] = scale;
    const { words, hybrid, filtered, recallAt10, filteredRecallAt10 } = scale;
    const times = [
      [words.p95, words.cpuP95],
      [hybrid.p50, hybrid.cpuP50],
      [hybrid.p95, hybrid.cpuP95],
      [filtered.p95, filtered.cpuP95],
    ].map(([clock, cpu]) => `${clock} ms, ${cpu} ms`);
    const { type, time, person } = filteredRecallAt10;
    const behind = [type, time, person].map((share) => share.toFixed(3)).join(", ");
    say(blocks, engine, ...times, recallAt10.toFixed(3), behind);
  }
}
if (isWanted("freshness")) {
  const { idle, whileImporting, stillWaiting } = await measureFreshness();
  figures.freshness = { idle, whileImporting, stillWaiting };
  const row = (name: string, seconds: readonly number[]) =>
    say(name, ...seconds.map((one) => one.toFixed(1)));
  row("found after, s", idle);
  row(`while importing${stillWaiting ? "" : " (over)"}`, whileImporting);
}
await writeFile(values.out, `${JSON.stringify(figures, null, 2)}\n`);
console.log(`Written to ${values.out}.`);
