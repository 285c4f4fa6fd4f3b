/** One document, its log and up to four people in one process, under every fault (lib/collab/model-history.ts). */
import { runModelHistory } from "../../lib/collab/model-history.ts";
import { MODEL_PLANTS } from "../../lib/collab/model-plants.ts";
import type { GroundOptions, Suite } from "./suite.ts";

export const model: Suite = {
  name: "model",
  unit: "histories",
  full: 10_000,
  share: 200,
  plants: Object.keys(MODEL_PLANTS),
  open({ plant }: GroundOptions) {
    const chosen = plant === null ? {} : MODEL_PLANTS[plant];
    return Promise.resolve({
      run: (seed: number) => runModelHistory(seed, chosen),
      close: () => Promise.resolve(),
    });
  },
};
