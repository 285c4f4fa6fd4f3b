/**
 * Takes jobs until there are none: claims what is due, waits for what soon will be, looks again before it leaves.
 * Rows and vectors go side by side, so that no row waits for whoever makes vectors.
 * One worker at a time in a process; a kick that comes meanwhile makes it look once more. After `lifetimeMs` it
 * hands over to a fresh call, because hosts bound what one call may use; so it does when the host is about to end it.
 */
import type { Rpc } from "../_shared/database.ts";
import type { EmbeddingModel } from "../_shared/embeddings.ts";
import { createEmbedder } from "./embed.ts";
import type { SnapshotLimits } from "./project.ts";
import { createProjector } from "./rows-in-turns.ts";

export type WorkerOptions = {
  readonly lifetimeMs?: number;
  readonly wait?: (ms: number) => Promise<void>;
  /** Whether the host has said that it will end this process soon. */
  readonly isEnding?: () => boolean;
  readonly snapshotLimits?: SnapshotLimits;
  /** What makes vectors; none are made without. */
  readonly models?: readonly EmbeddingModel[];
};

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

export function createWorker(rpc: Rpc, options: WorkerOptions = {}) {
  const { lifetimeMs = 30_000, wait = pause, isEnding = () => false, snapshotLimits, models = [] } = options;
  const shift = (step: Step) => {
    const until = performance.now() + lifetimeMs;
    return workOff(rpc, step, () => (isEnding() ? 0 : until - performance.now()), wait);
  };
  const vectors = createLoop(() => {
    const embedder = createEmbedder(rpc, models);
    return shift(() => embedder.next());
  });
  const rows = createLoop(async () => {
    const projector = createProjector(rpc, snapshotLimits);
    await shift(async () => {
      const step = await projector.next();
      if (step.hasEnded && models.length > 0)
        vectors().catch((error: unknown) => console.error("process-block: vectors:", error));
      return step;
    });
    await projector.finish();
  });

  /** Resolves when nothing is left to do. */
  return async function wake(): Promise<void> {
    if (models.length === 0) return rows();
    await Promise.all([rows().then(vectors), vectors()]);
  };
}

/** One at a time; who calls while it runs makes it look once more. */
function createLoop(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isKicked = false;
  async function run(): Promise<void> {
    try {
      do {
        isKicked = false;
        await work();
      } while (isKicked);
    } finally {
      // In the same step as the last look at isKicked, so that no kick falls between.
      running = null;
    }
  }
  return () => {
    isKicked = true;
    running ??= run();
    return running;
  };
}

/** Whether there was something to do, whether that was all this call may do, and when there will be more. */
type Step = () => Promise<{ worked: boolean; isSpent?: boolean; nextDueInMs: number | null }>;

async function workOff(
  rpc: Rpc,
  step: Step,
  timeLeft: () => number,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  for (;;) {
    const { worked, isSpent = false, nextDueInMs } = await step();
    if (!worked && nextDueInMs === null) return;
    const left = isSpent ? 0 : timeLeft();
    if (left <= 0 || (!worked && (nextDueInMs ?? 0) > left)) {
      await rpc("hand_over_projection", {});
      return;
    }
    if (!worked) await wait((nextDueInMs ?? 0) + 1);
  }
}
