/**
 * How good the order of what is found is, on Cranfield, through the real tables and the real search_blocks: by words,
 * by vectors, by both, and by the ranks of both (reciprocal rank fusion), which the product does not do. How much
 * meaning weighs is chosen on every second question and reported on the others.
 */
import { readModels } from "../../supabase/functions/_shared/embeddings.ts";
import { openSearchScene, type SearchScene } from "../../supabase/tests/search-scene.ts";
import { startEmbeddings } from "../embeddings/start.ts";
import { type Cranfield, ndcg, readCranfield, recall } from "./cranfield.ts";
import { embedOrRecall } from "./kept-vectors.ts";

export interface Quality {
  readonly ndcgAt10: number;
  readonly recallAt50: number;
}
export interface QualityFigures {
  readonly words: Quality;
  readonly vectors: Quality;
  readonly rankFusion: Quality;
  readonly hybrid: Quality;
  /** The hybrid on the half that chose nothing, with the weight that the other half chose; the product's is 0.3. */
  readonly chosenWeight: number;
  readonly hybridOnOtherHalf: Quality;
  /** Null where all vectors were kept from a run before. */
  readonly embeddedPerSecond: number | null;
}

interface Hit {
  readonly block_id: string;
  readonly words: number;
  readonly meaning: number;
}
type Ranked = readonly { readonly id: number; readonly words: number; readonly meaning: number }[];
const WEIGHTS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];

/** Making the vectors takes minutes; they are kept for the next run (kept-vectors.ts). */
export async function measureQuality(engine: "pglite" | "native"): Promise<QualityFigures> {
  const collection = readCranfield();
  const { abstracts, questions, floor, embeddedPerSecond } = await makeVectors(collection);
  const scene = await openSearchScene(engine);
  try {
    const person = await scene.newPerson();
    const workspaceId = await scene.newWorkspace(person);
    const numbers = await store(scene, workspaceId, collection, abstracts, floor);
    const ask = async (query: string, vector: readonly number[] | undefined): Promise<Ranked> => {
      const meant = vector ? { p_embedding: JSON.stringify(vector), p_model: "measured" } : {};
      const values = { p_workspace_id: workspaceId, p_query: query, p_limit: 100, ...meant };
      const hits = await scene.ask<Hit>(person, "search_blocks", values);
      return hits.map(({ block_id, words, meaning }) => ({ id: numbers.get(block_id) ?? 0, words, meaning }));
    };
    const [words, vectors, hybrid]: Ranked[][] = [[], [], []];
    for (const [at, { text }] of collection.questions.entries()) {
      words?.push(await ask(`${text} `, undefined));
      vectors?.push(await ask("", questions[at]));
      hybrid?.push(await ask(`${text} `, questions[at]));
    }
    return { ...judge(collection, words ?? [], vectors ?? [], hybrid ?? []), embeddedPerSecond };
  } finally {
    await scene.sql.close();
  }
}

function judge({ questions }: Cranfield, words: Ranked[], vectors: Ranked[], hybrid: Ranked[]) {
  const quality = (ranked: readonly Ranked[], half: 0 | 1 | null = null): Quality => {
    const chosen = questions
      .map((question, at) => ({ ...question, at }))
      .filter(({ at }) => half === null || at % 2 === half);
    const mean = (of: (ids: number[], relevant: ReadonlyMap<number, number>) => number) =>
      chosen.reduce(
        (sum, { relevant, at }) =>
          sum +
          of(
            (ranked[at] ?? []).map(({ id }) => id),
            relevant,
          ),
        0,
      ) / chosen.length;
    return {
      ndcgAt10: mean((ids, relevant) => ndcg(ids, relevant, 10)),
      recallAt50: mean((ids, relevant) => recall(ids, relevant, 50)),
    };
  };
  // As search_blocks weighs them.
  const weighed = (weight: number) =>
    hybrid.map((hits) => {
      const best = Math.max(0, ...hits.map((hit) => hit.words));
      const score = (hit: Ranked[number]) => hit.words + weight * (0.2 + best) * hit.meaning;
      return hits.toSorted((a, b) => score(b) - score(a));
    });
  const [best] = WEIGHTS.toSorted(
    (a, b) => quality(weighed(b), 0).ndcgAt10 - quality(weighed(a), 0).ndcgAt10,
  );
  const chosenWeight = best ?? 0.3;
  return {
    words: quality(words),
    vectors: quality(vectors),
    rankFusion: quality(words.map((hits, at) => fuse(hits, vectors[at] ?? []))),
    hybrid: quality(hybrid),
    chosenWeight,
    hybridOnOtherHalf: quality(weighed(chosenWeight), 1),
  };
}

function fuse(...lists: readonly Ranked[]): Ranked {
  const scores = new Map<number, number>();
  for (const list of lists)
    for (const [at, { id }] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (60 + at));
  return [...scores].sort(([, a], [, b]) => b - a).map(([id, words]) => ({ id, words, meaning: 0 }));
}

async function store(
  scene: SearchScene,
  workspaceId: string,
  { abstracts }: Cranfield,
  vectors: readonly (readonly number[])[],
  cosineFloor: number,
): Promise<Map<string, number>> {
  await scene.rpc("claim_embedding_jobs", { p_models: [{ name: "measured", cosineFloor }] });
  const numbers = new Map<string, number>();
  for (const [at, { id, title, text }] of abstracts.entries()) {
    const document = await scene.newDocument(workspaceId, { title: title.slice(0, 500) });
    const block = await scene.write(document.id, text);
    numbers.set(block, id);
    await scene.sql.query(
      "update public.blocks set embedding = $2::text::extensions.vector, embedding_hash = text_hash where id = $1",
      [block, JSON.stringify(vectors[at])],
    );
  }
  await scene.sql.exec("analyze");
  return numbers;
}

interface Vectors {
  readonly abstracts: readonly (readonly number[])[];
  readonly questions: readonly (readonly number[])[];
  readonly floor: number;
  readonly embeddedPerSecond: number | null;
}

async function makeVectors({ abstracts, questions }: Cranfield): Promise<Vectors> {
  const server = await startEmbeddings();
  try {
    const [model] = readModels((name) => server.secrets[name], 600_000);
    if (model === undefined) throw new Error("The local model is not there.");
    const asked = await embedOrRecall(
      model,
      questions.map(({ text }) => text),
    );
    const made = await embedOrRecall(
      model,
      abstracts.map(({ text }) => text || "."),
    );
    return {
      abstracts: made.vectors,
      questions: asked.vectors,
      floor: model.cosineFloor,
      embeddedPerSecond: made.madePerSecond,
    };
  } finally {
    await server.stop();
  }
}
