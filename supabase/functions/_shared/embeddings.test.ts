import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Failure, type FakeEmbeddings, startFakeEmbeddings } from "../../tests/fake-embeddings.ts";
import { vectorOf } from "../../tests/search-scene.ts";
import { CHUNK_CHARS, chunksOf, type EmbeddingModel, embedTexts, readModels } from "./embeddings.ts";

let fake: FakeEmbeddings;
beforeAll(async () => {
  fake = await startFakeEmbeddings();
});
afterEach(() => {
  fake.fail(null);
  fake.calls.length = 0;
});
afterAll(() => fake?.stop());

/** Of the server of vectors; without a limit, the product's. */
function served(answerLimitMs?: number): EmbeddingModel {
  const [first] = readModels((name) => fake.secrets[name], answerLimitMs);
  if (first === undefined) throw new Error("no model");
  return first;
}

const cosine = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);

describe("models", () => {
  it("are what the environment says, the next one last", () => {
    const next = { EMBEDDINGS_NEXT_URL: "http://x/v1", EMBEDDINGS_NEXT_MODEL: "next" };
    const read = (env: Record<string, string>) => readModels((name) => env[name]).map(({ name }) => name);
    expect(read({})).toEqual([]);
    expect(read({ ...fake.secrets })).toEqual(["fake"]);
    expect(read({ ...fake.secrets, ...next })).toEqual(["fake", "next"]);
    expect(() => read({ EMBEDDINGS_URL: "http://x" })).toThrow("EMBEDDINGS_MODEL is not");
  });

  it("are gte-small where the runtime has it", async () => {
    class Session {
      run = async (text: string) => vectorOf(text);
    }
    Reflect.set(globalThis, "Supabase", { ai: { Session } });
    try {
      const [found] = readModels(() => undefined);
      expect(found).toMatchObject({ name: "gte-small", isInProcess: true });
      expect(cosine((await found?.embed(["a b"]))?.[0], vectorOf("a b"))).toBeCloseTo(1);
    } finally {
      Reflect.deleteProperty(globalThis, "Supabase");
    }
  });
});

describe("vectors from a server", () => {
  it("come in the order of the texts, with the key, in batches", async () => {
    const texts = Array.from({ length: 40 }, (_, at) => `text ${"abcdefghij"[at % 10]} ${"xyz"[at % 3]}`);
    const { vectors } = await embedTexts(served(), texts);
    texts.forEach((text, at) => {
      expect(cosine(vectors[at], vectorOf(text))).toBeCloseTo(1);
    });
    expect(fake.calls.map(({ input }) => input.length)).toEqual([32, 8]);
    expect(fake.calls[0]?.authorization).toBe("Bearer the key");
  });

  it.each<Failure>([429, 500, "garbage", "too few", "wrong size", "no numbers", "zeros", "never"])(
    "a server that answers %s is an error, in time",
    async (failure) => {
      fake.fail(failure);
      await expect(embedTexts(served(300), ["a", "b"])).rejects.toThrow();
    },
  );
});

describe("long texts", () => {
  it("are cut at spaces, without losing a word, or anywhere where there is none", () => {
    const text = Array.from({ length: 1_000 }, (_, at) => `word${at}`).join(" ");
    const pieces = chunksOf(text, 100);
    expect(pieces.join(" ")).toBe(text);
    expect(pieces.every((piece) => piece.length <= CHUNK_CHARS)).toBe(true);
    expect(chunksOf("x".repeat(2_500), 100).map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
    expect(chunksOf("  short \n", 100)).toEqual(["short"]);
  });

  it("of a megabyte are taken in a bounded number of pieces from all over", () => {
    const text = Array.from({ length: 100_000 }, (_, at) => `word${at}`).join(" ");
    const pieces = chunksOf(text, 32);
    expect(pieces).toHaveLength(32);
    expect(pieces[31]).toMatch(/word9[6-9]\d{3}/);
  });

  it("have the mean of their pieces, of length 1", async () => {
    const text = `${"alpha ".repeat(160)}${"omega ".repeat(160)}`;
    const { vectors, chunks } = await embedTexts(served(), [text, "alpha"]);
    expect(chunks).toBe(3);
    expect(cosine(vectors[0], vectors[0])).toBeCloseTo(1);
    expect(cosine(vectors[0], vectorOf("alpha"))).toBeGreaterThan(0.6);
    expect(cosine(vectors[0], vectorOf("omega"))).toBeGreaterThan(0.6);
  });

  it("count a piece as much as it is long", async () => {
    const { vectors, chunks } = await embedTexts(served(), [`${"alpha ".repeat(166)}${"omega ".repeat(4)}`]);
    expect(chunks).toBe(2);
    expect(cosine(vectors[0], vectorOf("alpha"))).toBeGreaterThan(0.99);
  });
});
