/**
 * What makes vectors of texts: one interface over the model that hosted Supabase's edge runtime has built in and any
 * server that speaks OpenAI's protocol. Which models there are, the environment says:
 *
 *   EMBEDDINGS_URL, _KEY, _MODEL, _COSINE_FLOOR        a server (https://…/v1), its key, the model's name there
 *   EMBEDDINGS_NEXT_URL, _KEY, _MODEL, _COSINE_FLOOR   the one to change to; both are used until it is ready
 *
 * Without EMBEDDINGS_URL it is gte-small where the runtime has it, else none. A vector has 384 numbers and length 1.
 * A text longer than a chunk is taken in chunks, and its vector is the mean of theirs, each as much as it is long: of at
 * most `maxChunks`, spread evenly over the text.
 */
export type EmbeddingModel = {
  readonly name: string;
  /** A cosine up to here says nothing. */
  readonly cosineFloor: number;
  /** How many texts are asked for at once. */
  readonly batch: number;
  readonly maxChunks: number;
  /** Whether it works on this process' own CPU time. */
  readonly isInProcess: boolean;
  /** Vectors of short texts, in their order. */
  embed(texts: readonly string[]): Promise<number[][]>;
};

/** The provider will not take these texts: asking again is of no use. */
export class TextsRefused extends Error {}

/** Answers that say so of what was sent, not of who sent it or how often. */
const REFUSING = [400, 413, 422];

type Environment = (name: string) => string | undefined;

export const DIMENSIONS = 384;
export const CHUNK_CHARS = 1_000;
const ANSWER_LIMIT_MS = 20_000;
/** Unrelated texts have about this cosine by gte-small. */
const GTE_SMALL_FLOOR = 0.72;

declare const Supabase: { ai?: { Session: new (model: string) => Session } } | undefined;
type Session = {
  run(text: string, options: { mean_pool: boolean; normalize: boolean }): Promise<unknown>;
};

/** The present one first, the next one last; empty when there is none. */
export function readModels(env: Environment, answerLimitMs = ANSWER_LIMIT_MS): EmbeddingModel[] {
  const present = readServer(env, "EMBEDDINGS", answerLimitMs) ?? findBuiltIn();
  return [present, readServer(env, "EMBEDDINGS_NEXT", answerLimitMs)].filter((model) => model !== null);
}

function readServer(env: Environment, prefix: string, answerLimitMs: number): EmbeddingModel | null {
  const url = env(`${prefix}_URL`);
  const name = env(`${prefix}_MODEL`);
  if (!url) return null;
  if (!name) throw new Error(`${prefix}_URL is set but ${prefix}_MODEL is not.`);
  const key = env(`${prefix}_KEY`);
  return {
    name,
    cosineFloor: Number(env(`${prefix}_COSINE_FLOOR`) ?? 0.2),
    batch: 32,
    maxChunks: 32,
    isInProcess: false,
    embed: (texts) => askServer({ url, name, key, answerLimitMs }, texts),
  };
}

async function askServer(
  server: { url: string; name: string; key: string | undefined; answerLimitMs: number },
  texts: readonly string[],
): Promise<number[][]> {
  const response = await fetch(`${server.url.replace(/\/+$/, "")}/embeddings`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(server.key ? { authorization: `Bearer ${server.key}` } : {}),
    },
    body: JSON.stringify({ model: server.name, input: texts, dimensions: DIMENSIONS }),
    signal: AbortSignal.timeout(server.answerLimitMs),
  });
  if (!response.ok) {
    await response.body?.cancel();
    const Failure = REFUSING.includes(response.status) ? TextsRefused : Error;
    throw new Failure(`${server.name} answered ${response.status}.`);
  }
  const body: unknown = await response.json().catch(() => null);
  const data = (body as { data?: unknown } | null)?.data;
  if (!Array.isArray(data) || data.length !== texts.length)
    throw new Error(`${server.name} answered something else than ${texts.length} vectors.`);
  const vectors: number[][] = Array.from({ length: texts.length }, () => []);
  for (const [at, item] of data.entries()) {
    const { index = at, embedding } = (item ?? {}) as { index?: number; embedding?: unknown };
    vectors[index] = unit(embedding, server.name);
  }
  return vectors.map((vector) => unit(vector, server.name));
}

function findBuiltIn(): EmbeddingModel | null {
  if (typeof Supabase === "undefined" || Supabase.ai === undefined) return null;
  const session = new Supabase.ai.Session("gte-small");
  const embedOne = async (text: string) =>
    unit(await session.run(text, { mean_pool: true, normalize: true }), "gte-small");
  return {
    name: "gte-small",
    cosineFloor: GTE_SMALL_FLOOR,
    batch: 8,
    maxChunks: 8,
    isInProcess: true,
    // One after the other: they share one CPU anyway.
    embed: async (texts) => {
      const vectors: number[][] = [];
      for (const text of texts) vectors.push(await embedOne(text));
      return vectors;
    },
  };
}

/** Throws when it is no vector of the right size with finite numbers and a direction. */
function unit(value: unknown, name: string): number[] {
  const numbers = Array.isArray(value) ? (value as unknown[]) : [];
  const isRight = numbers.length === DIMENSIONS && numbers.every((one) => Number.isFinite(one));
  const length = isRight ? Math.hypot(...(numbers as number[])) : 0;
  if (length === 0) throw new Error(`${name} gave no vector of ${DIMENSIONS} numbers.`);
  return (numbers as number[]).map((one) => one / length);
}

/** One vector a text, of whatever length; and how many chunks that took. */
export async function embedTexts(
  model: EmbeddingModel,
  texts: readonly string[],
): Promise<{ vectors: number[][]; chunks: number }> {
  const parts = texts.map((text) => chunksOf(text, model.maxChunks));
  const flat = parts.flat();
  const made: number[][] = [];
  for (let at = 0; at < flat.length; at += model.batch)
    made.push(...(await model.embed(flat.slice(at, at + model.batch))));
  let from = 0;
  const vectors = parts.map((part) => {
    from += part.length;
    return unit(mean(made.slice(from - part.length, from), part), model.name);
  });
  return { vectors, chunks: flat.length };
}

/**
 * As embedTexts, with null for each text that the model refuses though it takes others: of those its neighbours need
 * not go without. One that refuses everything is not asked about texts but badly set up, and that is thrown.
 */
export async function embedAccepted(
  model: EmbeddingModel,
  texts: readonly string[],
): Promise<{ vectors: (number[] | null)[]; chunks: number }> {
  try {
    return await embedTexts(model, texts);
  } catch (error) {
    if (!(error instanceof TextsRefused)) throw error;
  }
  await model.embed(["text"]);
  const vectors: (number[] | null)[] = [];
  let chunks = 1;
  for (const text of texts) {
    try {
      const made = await embedTexts(model, [text]);
      chunks += made.chunks;
      vectors.push(...made.vectors);
    } catch (error) {
      if (!(error instanceof TextsRefused)) throw error;
      vectors.push(null);
    }
  }
  return { vectors, chunks };
}

/** The few words that are left over for the last chunk must not count as much as a thousand characters. */
function mean(vectors: readonly number[][], chunks: readonly string[]): number[] {
  const [first = []] = vectors;
  return first.map((_, place) =>
    vectors.reduce((sum, vector, at) => sum + (vector[place] ?? 0) * (chunks[at]?.length ?? 0), 0),
  );
}

/** Pieces of about CHUNK_CHARS that end at a space where there is one; at most `most`, evenly spread. */
export function chunksOf(text: string, most: number): string[] {
  const trimmed = text.trim();
  const pieces: string[] = [];
  for (let from = 0; from < trimmed.length; ) {
    const whole = trimmed.slice(from, from + CHUNK_CHARS);
    const isLast = from + whole.length >= trimmed.length;
    const space = isLast ? -1 : whole.search(/\s\S*$/);
    const piece = space > CHUNK_CHARS / 2 ? whole.slice(0, space) : whole;
    if (piece.trim() !== "") pieces.push(piece.trim());
    from += piece.length;
  }
  if (pieces.length <= most) return pieces;
  return Array.from({ length: most }, (_, at) => pieces[Math.floor((at * pieces.length) / most)] ?? "");
}
