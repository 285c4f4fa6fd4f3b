/**
 * Takes jobs until there are none: claims what is due, waits for what soon will be, looks again before it leaves.
 * One worker at a time in a process; a kick that comes meanwhile makes it look once more. After `lifetimeMs` it
 * hands over to a fresh call, because hosts bound what one call may use; so it does when the host is about to end it.
 */
import type { Rpc } from "../_shared/database.ts";
import { type Job, projectJob, type SnapshotLimits } from "./project.ts";

type Claimed = { readonly jobs: readonly Job[]; readonly nextDueInMs: number | null };

export type WorkerOptions = {
  readonly lifetimeMs?: number;
  readonly wait?: (ms: number) => Promise<void>;
  /** Whether the host has said that it will end this process soon. */
  readonly isEnding?: () => boolean;
  readonly snapshotLimits?: SnapshotLimits;
};

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

export function createWorker(rpc: Rpc, options: WorkerOptions = {}) {
  const { lifetimeMs = 30_000, wait = pause, isEnding = () => false, snapshotLimits } = options;
  const work = (job: Job) => attempt(rpc, job, snapshotLimits);
  let running: Promise<void> | null = null;
  let isKicked = false;

  async function run(): Promise<void> {
    try {
      do {
        isKicked = false;
        const until = performance.now() + lifetimeMs;
        await workOff(rpc, work, () => (isEnding() ? 0 : until - performance.now()), wait);
      } while (isKicked);
    } finally {
      // In the same step as the last look at isKicked, so that no kick falls between.
      running = null;
    }
  }

  /** Resolves when nothing is left to do. */
  return function wake(): Promise<void> {
    isKicked = true;
    running ??= run();
    return running;
  };
}

async function workOff(
  rpc: Rpc,
  work: (job: Job) => Promise<void>,
  timeLeft: () => number,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  for (;;) {
    const { jobs, nextDueInMs } = await rpc<Claimed>("claim_projection_jobs", { p_limit: 1 });
    for (const job of jobs) await work(job);
    if (jobs.length === 0 && nextDueInMs === null) return;
    const left = timeLeft();
    if (left <= 0 || (jobs.length === 0 && (nextDueInMs ?? 0) > left)) {
      await rpc("hand_over_projection", {});
      return;
    }
    if (jobs.length === 0) await wait((nextDueInMs ?? 0) + 1);
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
