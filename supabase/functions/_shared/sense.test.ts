/** What the local model makes nothing of, and a model that makes something of everything. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Embeddings, startEmbeddings } from "../../../scripts/embeddings/start.ts";
import { vectorOf } from "../../tests/search-scene.ts";
import { type EmbeddingModel, embedTexts, readModels } from "./embeddings.ts";
import { learnSense, NONSENSE } from "./sense.ts";

let server: Embeddings;
let local: EmbeddingModel;
beforeAll(async () => {
  server = await startEmbeddings();
  const [model] = readModels((name) => server.secrets[name], 60_000);
  if (model === undefined) throw new Error("There is no model.");
  local = model;
  await embedTexts(local, ["The model is loaded by the first text."]);
}, 60_000);
afterAll(() => server?.stop());

async function tell(model: EmbeddingModel, texts: readonly string[]): Promise<boolean[]> {
  const hasSense = await learnSense(model);
  return (await embedTexts(model, texts)).vectors.map(hasSense);
}

describe("sense", () => {
  it("is missing in letters that are none of the examples, and not in words or names", async () => {
    const letters = ["zqxvj wkzpf", "jfkdls ajfkdl", "dfgdfg dfg", "qqq www", "kwrtp"];
    expect(await tell(local, letters)).toEqual(letters.map(() => false));
    const words = ["boat delayed by bad weather", "a cook ruined dinner", "greetings", "vessel", "Müller"];
    expect(await tell(local, words)).toEqual(words.map(() => true));
  });

  it("is in everything, where a model makes no difference", async () => {
    const embed = async (texts: readonly string[]) => texts.map((text) => vectorOf(text));
    const model = { ...local, name: "by words", embed };
    expect(await tell(model, NONSENSE)).toEqual(NONSENSE.map(() => true));
  });
});
