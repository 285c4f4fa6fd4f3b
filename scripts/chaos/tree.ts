/** Three people change one tree of blocks in every way there is, under loss, doubling and reordering (lib/core/history.ts). */
import { History, type Plant } from "../../lib/core/history.ts";
import { flawsOfHistory } from "../../lib/core/history-flaws.ts";
import { HISTORY_PLANTS } from "../../lib/core/history-plants.ts";
import type { GroundOptions, Outcome, Suite } from "./suite.ts";

const STEPS = 60;

function runTree(seed: number, plant: Plant): Outcome {
  const history = new History(seed, plant);
  history.run({ steps: STEPS, undo: seed % 4 !== 0 });
  const { log, typed, removed } = history;
  const counts = { operations: log.length, markers: typed.size, removed: removed.size };
  return { broken: flawsOfHistory(history), counts };
}

export const tree: Suite = {
  name: "tree",
  unit: "histories",
  full: 10_000,
  share: 150,
  plants: Object.keys(HISTORY_PLANTS),
  open({ plant }: GroundOptions) {
    const chosen = plant === null ? {} : (HISTORY_PLANTS[plant] ?? {});
    return Promise.resolve({
      run: (seed: number) => Promise.resolve(runTree(seed, chosen)),
      close: () => Promise.resolve(),
    });
  },
};
