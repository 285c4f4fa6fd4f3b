/**
 * Histories of the log client under every fault, and planted bugs that they find. The campaign over many more of them
 * is `npm run chaos -- --suite model` (scripts/chaos/model.ts), which runs within the tests as well.
 */
import { expect, test } from "vitest";
import { runModelHistory } from "./model-history.ts";
import { MODEL_PLANTS } from "./model-plants.ts";

const COUNT = 20;

/** The first seed of at most `most` whose history goes wrong; null when none does. */
async function findFailure(plant: keyof typeof MODEL_PLANTS, most: number): Promise<number | null> {
  for (let seed = 1; seed <= most; seed++)
    if ((await runModelHistory(seed, MODEL_PLANTS[plant])).broken.length > 0) return seed;
  return null;
}

test(`UL1 loss, doubling, reordering, cuts, crashes and reloads: nothing acknowledged is lost, all agree (${COUNT} histories)`, async () => {
  let rows = 0;
  for (let seed = 1; seed <= COUNT; seed++) {
    const { broken, counts } = await runModelHistory(seed);
    expect(broken, `npm run chaos -- --suite model --seed ${seed} --runs 1`).toEqual([]);
    rows += counts.rows ?? 0;
  }
  expect(rows).toBeGreaterThan(COUNT * 5);
});

test("UL2 a planted 'acknowledge before durable' is found", async () => {
  expect(await findFailure("acknowledge-before-commit", 40)).not.toBeNull();
});

test("KP2 a planted 'pruned and forgotten' is found", async () => {
  expect(await findFailure("pruned-and-forgotten", 80)).not.toBeNull();
});

test("UL3 a planted 'no pull after the socket came back' is found", async () => {
  expect(await findFailure("no-pull-after-rejoin", 80)).not.toBeNull();
});
