/** The share of the campaign "tab" (scripts/chaos/tab.ts). The full count: `npm run chaos -- --suite tab`. */

import { replayCommand, runCampaign } from "../scripts/chaos/suite.ts";
import { tab } from "../scripts/chaos/tab.ts";
import { expect, test } from "./test.ts";

test("a page that crashes, a duplicate that is closed, and one without IndexedDB lose nothing", async () => {
  test.setTimeout(240_000);
  const options = { seed: 1, runs: tab.share, native: false, plant: null };
  const { failures, runs } = await runCampaign(tab, options);
  expect(failures.map(({ seed, broken }) => [replayCommand("tab", seed, options), ...broken])).toEqual([]);
  expect(runs).toBe(tab.share);
});
