/** The share of each campaign that needs no server, and its planted errors. Full counts: `npm run chaos`. */
import { describe, expect, it } from "vitest";
import { suites } from "./all-suites.ts";
import { campaignLine, replayCommand, runCampaign, type Suite, type SuiteName } from "./suite.ts";

const SERVERLESS: readonly SuiteName[] = ["model", "tree", "skew", "corrupt"];
const SEED = 1;

const chosen = Object.values(suites).filter((suite) => SERVERLESS.includes(suite.name));
const planted = chosen.flatMap((suite) =>
  suite.plants.map((plant): [SuiteName, string, Suite] => [suite.name, plant, suite]),
);

describe("campaigns without a server", () => {
  it.each(chosen.map((suite): [SuiteName, Suite] => [suite.name, suite]))(
    "%s: its share breaks nothing",
    async (name, suite) => {
      const options = { seed: SEED, runs: suite.share, native: false, plant: null };
      const campaign = await runCampaign(suite, options);
      console.info(campaignLine(campaign, suite.unit));
      const failures = campaign.failures.map(({ seed, broken }) => [
        replayCommand(name, seed, options),
        ...broken,
      ]);
      expect(failures).toEqual([]);
      expect(campaign.runs).toBe(suite.share);
      expect(
        Object.values(campaign.counts).every((count) => count > 0),
        JSON.stringify(campaign.counts),
      ).toBe(true);
    },
  );

  it.each(planted)("%s finds %s within its share", async (_name, plant, suite) => {
    const options = { seed: SEED, runs: suite.share, native: false, plant, untilBroken: true };
    const { failures, runs } = await runCampaign(suite, options);
    console.info(`${suite.name}: ${plant} found by history ${runs}`);
    expect(failures).toHaveLength(1);
    // An exception is no finding: what is broken is told by an invariant.
    expect(
      failures[0]?.broken.every((flaw) => /^I\d+ /.test(flaw)),
      failures[0]?.broken.join("\n"),
    ).toBe(true);
  });
});
