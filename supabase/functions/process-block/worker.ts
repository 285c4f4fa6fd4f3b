/**
 * Takes jobs until there are none: claims what is due, waits for what soon will be, looks again before it leaves.
 * Rows and vectors go side by side, so that no row waits for whoever makes vectors.
 * One worker at a time in a process; a kick that comes meanwhile makes it look once more. After `lifetimeMs` it
 * hands over to a fresh call, because hosts bound what one call may use; so it does when the host is about to end it.
 */
import type { Rpc } from "../_shared/database.ts";
import type { EmbeddingModel } from "../_shared/embeddings.ts";
import { createEmbedder } from "./embed.ts";
import { type Job, projectJob, type SnapshotLimits } from "./project.ts";

type Claimed = { readonly jobs: readonly Job[]; readonly nextDueInMs: number | null };

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
  const rows = createLoop(() =>
    shift(async () => {
      const { jobs, nextDueInMs } = await rpc<Claimed>("claim_projection_jobs", { p_limit: 1 });
      for (const job of jobs) await attempt(rpc, job, snapshotLimits);
      if (jobs.length > 0 && models.length > 0)
        vectors().catch((error: unknown) => console.error("process-block: vectors:", error));
      return { worked: jobs.length > 0, nextDueInMs };
    }),
  );

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

async function attempt(rpc: Rpc, job: Job, limits: SnapshotLimits | undefined): Promise<void> {
  try {
    await projectJob(rpc, job, limits);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`process-block: ${job.documentId}: ${reason}`);
    // Whoever lost the lease has nothing to give back.
    if (reason.includes("lease_lost")) return;
    await rpc("fail_projection", { p_document_id: job.documentId, p_lease: job.lease, p_error: reason });
  }
}
