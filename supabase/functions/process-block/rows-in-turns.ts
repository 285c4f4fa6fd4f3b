/**
 * The rows of several documents in turns: of a long one some hundred rows at a time, and in between what else is due. A
 * line waits for one such call, not for all that somebody pasted before. Each long one goes on after a few of the
 * others at most: it ends, whatever is written elsewhere.
 */
import type { Rpc } from "../_shared/database.ts";
import { type Job, projectInSteps, type SnapshotLimits } from "./project.ts";

type Claimed = { readonly jobs: readonly Job[]; readonly nextDueInMs: number | null };
type UnderWay = { readonly job: Job; readonly steps: AsyncGenerator<void, unknown, void> };

/** So many long ones at once: the rows of each are held until they are written. */
const MOST_UNDER_WAY = 4;
/** So many others are taken before a long one goes on. */
const MOST_BETWEEN = 8;

export type Projector = {
  /** A step of one document; whether there was one, whether its rows are all written, and when the next is due. */
  next(): Promise<{ worked: boolean; hasEnded: boolean; nextDueInMs: number | null }>;
  /** Takes no other, and ends what is under way. */
  finish(): Promise<void>;
};

export function createProjector(rpc: Rpc, limits?: SnapshotLimits): Projector {
  const underWay: UnderWay[] = [];
  let between = 0;

  /** Whether that was its last step; else it goes behind the others. */
  async function goOn(one: UnderWay): Promise<boolean> {
    const isOver = await step(rpc, one);
    if (!isOver) underWay.push(one);
    return isOver;
  }

  async function begin() {
    const { jobs, nextDueInMs } = await rpc<Claimed>("claim_projection_jobs", { p_limit: 1 });
    let hasEnded = false;
    for (const job of jobs) hasEnded = await goOn({ job, steps: projectInSteps(rpc, job, limits) });
    return { worked: jobs.length > 0, hasEnded, nextDueInMs };
  }

  return {
    async next() {
      const mayBegin = underWay.length < MOST_UNDER_WAY && between < MOST_BETWEEN;
      if (underWay.length === 0 || mayBegin) {
        const begun = await begin();
        between += 1;
        if (begun.worked || underWay.length === 0) return begun;
      }
      between = 0;
      const first = underWay.shift();
      return { worked: true, hasEnded: first !== undefined && (await goOn(first)), nextDueInMs: 0 };
    },
    async finish() {
      for (let one = underWay.shift(); one !== undefined; one = underWay.shift()) await goOn(one);
    },
  };
}

/** Whether nothing of it is left to be done here. */
async function step(rpc: Rpc, { job, steps }: UnderWay): Promise<boolean> {
  try {
    return (await steps.next()).done === true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`process-block: ${job.documentId}: ${reason}`);
    // Whoever lost the lease has nothing to give back.
    if (reason.includes("lease_lost")) return true;
    await rpc("fail_projection", { p_document_id: job.documentId, p_lease: job.lease, p_error: reason });
    return true;
  }
}
