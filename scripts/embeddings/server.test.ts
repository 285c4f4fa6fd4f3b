/** The local model, loaded once: near what means the same, closed without its key, gone with who started it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Embeddings, startEmbeddings } from "./start.ts";

let server: Embeddings;
beforeAll(async () => {
  server = await startEmbeddings();
}, 60_000);
afterAll(() => server?.stop());

const cosine = (a: readonly number[] = [], b: readonly number[] = []) =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
const post = (
  body: string,
  authorization = `Bearer ${server.secrets.EMBEDDINGS_KEY}`,
  path = "/embeddings",
) => fetch(`${server.secrets.EMBEDDINGS_URL}${path}`, { method: "POST", headers: { authorization }, body });

async function embed(...input: string[]): Promise<number[][]> {
  const answer = await post(JSON.stringify({ model: server.secrets.EMBEDDINGS_MODEL, input }));
  const { data } = (await answer.json()) as { data: { embedding: number[] }[] };
  return data.map(({ embedding }) => embedding);
}

describe("the local model", () => {
  it("finds a paraphrase near and another thing far, below the floor", async () => {
    const vectors = await embed(
      "The automobile crashed on the motorway",
      "A car accident on the road",
      "How to bake bread with rye flour",
      "...",
    );
    expect(vectors.map((vector) => vector.length)).toEqual([384, 384, 384, 384]);
    expect(cosine(vectors[0], vectors[1])).toBeGreaterThan(0.6);
    expect(cosine(vectors[1], vectors[2])).toBeLessThan(2 * Number(server.secrets.EMBEDDINGS_COSINE_FLOOR));
  });

  it("answers with the same vectors when some of the texts were asked for before, in the order of the texts", async () => {
    const [one, two, three] = ["The first text", "A second text", "Something else"];
    const [first, second] = await embed(one, two);
    expect(await embed(three, two, one)).toEqual([expect.any(Array), second, first]);
  });

  it("takes no call without its key, and nothing but texts", async () => {
    const { EMBEDDINGS_MODEL: name } = server.secrets;
    const good = JSON.stringify({ model: name, input: "text" });
    expect((await post(good, "Bearer another key of this length....")).status).toBe(401);
    expect((await post(good, undefined, "/models")).status).toBe(404);
    for (const body of ["", "{", "[]", JSON.stringify({ model: "gte-small", input: "text" })])
      expect((await post(body)).status).toBe(400);
    expect((await post(JSON.stringify({ model: name, input: [] }))).status).toBe(400);
  });
});
