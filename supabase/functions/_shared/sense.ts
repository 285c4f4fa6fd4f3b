/**
 * Whether a model makes anything of a text. Every text has neighbours in meaning, letters without sense as well: what a
 * model makes of such letters points much the same way, whatever they are. That way is learned from examples, and so is
 * how far from it words with a sense stay. A model that tells no such difference has a sense for everything.
 */
import { type EmbeddingModel, embedTexts } from "./embeddings.ts";

/** Of a text's vector, of length 1: whether the text has a sense. */
export type Sense = (vector: readonly number[]) => boolean;

export const NONSENSE: readonly string[] = [
  "xkjhgf lkjhg",
  "zqwv",
  "asdfgh jklm",
  "qwertz uiop",
  "vbnm trewq plok",
  "gjhgjh",
  "pqxz wvut",
  "hjkl hjkl",
  "kjsdhf wkrtz",
  "fghfgh",
  "bcdfg npqrst",
  "zxcv mnb",
];
const SENSE = [
  "meeting",
  "how to start",
  "plan for next year",
  "children and animals",
  "money",
  "ship",
  "a car accident",
  "medicine",
  "hiring people",
  "bad weather",
  "shopping list",
  "who wrote this",
];

/** Throws what the model throws. */
export async function learnSense(model: EmbeddingModel): Promise<Sense> {
  const { vectors } = await embedTexts(model, [...NONSENSE, ...SENSE]);
  const without = vectors.slice(0, NONSENSE.length);
  const way = directionOf(without);
  // Each by the others: by itself it would be nearer than any that is new.
  const nearest = Math.min(
    ...without.map((one, at) => cosine(one, directionOf(without.filter((_, other) => other !== at)))),
  );
  const farthest = Math.max(...vectors.slice(NONSENSE.length).map((one) => cosine(one, way)));
  if (nearest <= farthest) return () => true;
  const border = (nearest + farthest) / 2;
  return (vector) => cosine(vector, way) < border;
}

const cosine = (one: readonly number[], other: readonly number[]) =>
  one.reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0);

function directionOf(vectors: readonly (readonly number[])[]): number[] {
  const [first = []] = vectors;
  const sum = first.map((_, place) => vectors.reduce((total, vector) => total + (vector[place] ?? 0), 0));
  const length = Math.hypot(...sum) || 1;
  return sum.map((value) => value / length);
}
