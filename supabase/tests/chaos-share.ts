/** One run of a campaign's share, with or without an error planted. */
import { suites } from "../../scripts/chaos/all-suites.ts";
import { campaignLine, replayCommand, runCampaign, type SuiteName } from "../../scripts/chaos/suite.ts";

const SEED = 1;
export const limit = { timeout: 600_000 };

export interface Share {
  readonly name: SuiteName;
  readonly engine: "PGlite" | "Postgres 17";
}

export async function runShare({ name, engine }: Share, plant: string | null = null) {
  const suite = suites[name];
  if (suite === undefined) throw new Error(`There is no suite ${name}.`);
  const native = engine === "Postgres 17";
  const options = { seed: SEED, runs: suite.share, native, plant, untilBroken: plant !== null };
  const campaign = await runCampaign(suite, options);
  console.info(campaignLine(campaign, suite.unit));
  const again = campaign.failures.map(({ seed, broken }) => [replayCommand(name, seed, options), ...broken]);
  return { campaign, suite, again };
}
