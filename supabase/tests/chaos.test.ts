/**
 * The share of each campaign that needs servers, on the engines it names itself, and the planted errors that each must
 * find. Full counts: `npm run chaos`.
 */
import { describe, expect, it } from "vitest";
import { suites } from "../../scripts/chaos/all-suites.ts";
import { campaignLine, replayCommand, runCampaign, type SuiteName } from "../../scripts/chaos/suite.ts";
import { whyNoNativePostgres } from "../../scripts/native-cluster.ts";

const SEED = 1;
const limit = { timeout: 600_000 };

interface Share {
  readonly name: SuiteName;
  readonly engine: "PGlite" | "Postgres 17";
}

const SHARES: readonly Share[] = [
  { name: "stack", engine: "PGlite" },
  { name: "kill", engine: "PGlite" },
  { name: "kill", engine: "Postgres 17" },
  { name: "session", engine: "PGlite" },
  { name: "hostile", engine: "PGlite" },
];

/**
 * What is quick to find with a server. The guard turned off is found by the suite model (scripts/chaos) and, by hand, by
 * `npm run chaos -- --suite hostile --plant guard-off`. One of them needs two sessions of one database at the same
 * time: PGlite has one.
 */
const PLANTED: readonly (Share & { readonly plant: string })[] = [
  { name: "kill", engine: "PGlite", plant: "acknowledge-before-commit" },
  { name: "kill", engine: "PGlite", plant: "show-before-commit" },
  { name: "stack", engine: "Postgres 17", plant: "duplicate-check-before-lock" },
  { name: "stack", engine: "PGlite", plant: "seq-from-a-sequence" },
];

async function run({ name, engine }: Share, plant: string | null = null) {
  const suite = suites[name];
  if (suite === undefined) throw new Error(`There is no suite ${name}.`);
  const native = engine === "Postgres 17";
  const options = { seed: SEED, runs: suite.share, native, plant, untilBroken: plant !== null };
  const campaign = await runCampaign(suite, options);
  console.info(campaignLine(campaign, suite.unit));
  const again = campaign.failures.map(({ seed, broken }) => [replayCommand(name, seed, options), ...broken]);
  return { campaign, suite, again };
}

describe("a campaign's share", () => {
  it.for(SHARES)("CH1 of $name breaks nothing ($engine)", limit, async (share, context) => {
    if (share.engine === "Postgres 17" && whyNoNativePostgres) context.skip(whyNoNativePostgres);
    const { campaign, suite, again } = await run(share);
    expect(again).toEqual([]);
    expect(campaign.runs).toBe(suite.share);
    expect(campaign.counts.acknowledged).toBeGreaterThan(campaign.runs * 3);
  });
});

describe("a planted error", () => {
  it.for(PLANTED)(
    "CH2 $plant is found by $name within its share ($engine)",
    limit,
    async (share, context) => {
      if (share.engine === "Postgres 17" && whyNoNativePostgres) context.skip(whyNoNativePostgres);
      const { again } = await run(share, share.plant);
      expect(again).toHaveLength(1);
      // An exception is no finding: an invariant tells what is broken.
      expect(again.flat().filter((line) => !/^(?:I\d+ |npm run)/.test(line))).toEqual([]);
    },
  );
});
