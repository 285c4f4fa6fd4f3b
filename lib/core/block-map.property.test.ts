/**
 * Histories of three people, and planted bugs that the same properties find. The campaign over many more of them is
 * `npm run chaos -- --suite tree` (scripts/chaos/tree.ts), which runs within the tests as well.
 */
import { describe, expect, it } from "vitest";
import { History, type Plant } from "./history.ts";
import { flawsOfHistory } from "./history-flaws.ts";
import { HISTORY_PLANTS } from "./history-plants.ts";

const COUNT = 20;
const STEPS = 60;
const PLANTS = Object.entries(HISTORY_PLANTS);

function flawsOf(seed: number, plant: Plant = {}): string[] {
  const history = new History(seed, plant);
  history.run({ steps: STEPS, undo: seed % 4 !== 0 });
  return flawsOfHistory(history);
}

describe("block map", () => {
  it(`BM1 ${COUNT} histories: replicas equal, every marker exactly once, order and depth sound`, () => {
    for (let seed = 1; seed <= COUNT; seed++) expect(flawsOf(seed), `seed ${seed}`).toEqual([]);
  });

  it.each(PLANTS)("BM2 the histories notice a planted %s", (_name, plant) => {
    let seed = 1;
    while (seed <= 200 && flawsOf(seed, plant).length === 0) seed++;
    expect(seed).toBeLessThanOrEqual(200);
  });
});
