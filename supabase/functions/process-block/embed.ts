/**
 * One turn of vectors: of one document a batch of the texts that lack one is read, embedded and written, each where the
 * text is still the one that was read. What is left stays due, and who comes next is for the database to say: nobody
 * waits until a long document is through.
 */
import type { Rpc } from "../_shared/database.ts";
import { type EmbeddingModel, embedAccepted } from "../_shared/embeddings.ts";

type Job = { readonly documentId: string; readonly lease: string };
type Claimed = {
  readonly jobs: readonly Job[];
  /** Those of the models offered that are in use. */
  readonly models: readonly { readonly id: number; readonly name: string }[];
  readonly nextDueInMs: number | null;
};
type Missing = { readonly id: string; readonly hash: string; readonly text: string };

/** The CPU time of one request is good for about so many chunks of a model that runs in this process. */
const IN_PROCESS_CHUNKS = 8;

/** What a turn begins with, and how long one may take: so long does a new line wait, and who asks for a query's vector. */
const FIRST_BATCH = 8;
const SHORT_MS = 500;
const LONG_MS = 1_000;

export type Embedder = {
  /** Works on a batch; whether there was one, whether that was all one request may do, and when the next is due. */
  next(): Promise<{ worked: boolean; isSpent: boolean; nextDueInMs: number | null }>;
};

export function createEmbedder(
  rpc: Rpc,
  models: readonly EmbeddingModel[],
  now: () => number = () => performance.now(),
): Embedder {
  const offered = models.map(({ name, cosineFloor }) => ({ name, cosineFloor }));
  const batches = new Map(models.map(({ name, batch }) => [name, Math.min(batch, FIRST_BATCH)]));
  let chunks = 0;
  const isSpent = () => chunks >= IN_PROCESS_CHUNKS;

  async function embedBatch(job: Job, { id, name }: Claimed["models"][number]): Promise<void> {
    const model = models.find((one) => one.name === name);
    if (model === undefined || isSpent()) return;
    const batch = batches.get(name) ?? FIRST_BATCH;
    const values = { p_document_id: job.documentId, p_model_id: id, p_limit: batch };
    const texts = await rpc<Missing[]>("read_embedding_texts", values);
    if (texts.length === 0) return;
    // Next time half of it, unless this one is back in time.
    batches.set(name, Math.ceil(batch / 2));
    const started = now();
    const made = await embedAccepted(
      model,
      texts.map(({ text }) => text),
    );
    const took = now() - started;
    if (took <= LONG_MS) batches.set(name, took < SHORT_MS ? Math.min(model.batch, batch * 2) : batch);
    if (model.isInProcess) chunks += made.chunks;
    await rpc("write_embeddings", {
      p_document_id: job.documentId,
      p_lease: job.lease,
      p_model_id: id,
      // Without a vector: this text has none, and is not asked about again until it changes.
      p_vectors: texts.map(({ id, hash }, at) => {
        const vector = made.vectors[at] ?? null;
        return { id, hash, vector: vector && JSON.stringify(vector) };
      }),
    });
  }

  async function attempt(job: Job, inUse: Claimed["models"]): Promise<void> {
    const held = { p_document_id: job.documentId, p_lease: job.lease };
    try {
      for (const model of inUse) await embedBatch(job, model);
      await rpc("finish_embedding", { ...held, p_models: inUse.map(({ id }) => id) });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      console.error(`process-block: no vectors for ${job.documentId}: ${reason}`);
      if (reason.includes("lease_lost")) return;
      await rpc("fail_embedding", { ...held, p_error: reason });
    }
  }

  return {
    async next() {
      const {
        jobs,
        models: inUse,
        nextDueInMs,
      } = await rpc<Claimed>("claim_embedding_jobs", {
        p_models: offered,
        p_limit: 1,
      });
      for (const job of jobs) await attempt(job, inUse);
      return { worked: jobs.length > 0, isSpent: isSpent(), nextDueInMs };
    },
  };
}
