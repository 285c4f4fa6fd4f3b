/** Whose vectors are made first: what was just written, a batch at a time, and nobody waits for ever. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Doc, openSearchScene, type SearchScene, vectorOf } from "../../tests/search-scene.ts";
import { createEmbedder } from "./embed.ts";
import { inChunks } from "./project.ts";

const BATCH = 8;
let scene: SearchScene;
let workspaceId: string;
let long: Doc;
beforeAll(async () => {
  scene = await openSearchScene();
  workspaceId = await scene.newWorkspace(await scene.newPerson());
  await scene.rpc("claim_embedding_jobs", { p_models: [{ name: "fake", cosineFloor: 0.1 }] });
}, 120_000);
afterAll(() => scene?.sql.close());
beforeEach(async () => {
  long = await scene.newDocument(workspaceId);
});
afterEach(() => scene.sql.exec("delete from public.documents"));

const embedder = () =>
  createEmbedder(scene.rpc, [
    {
      ...{ name: "fake", cosineFloor: 0.1, batch: BATCH, maxChunks: 4, isInProcess: false },
      embed: async (texts) => texts.map((text) => vectorOf(text)),
    },
  ]);
/** Works on one batch of what is due, as if the half second after each edit were over. */
async function turn(): Promise<boolean> {
  await scene.sql.exec("update private.embedding_jobs set due_at = least(due_at, clock_timestamp())");
  return (await embedder().next()).worked;
}
async function turnsUntil(isDone: () => Promise<boolean>): Promise<number> {
  for (let turns = 1; turns <= 100; turns += 1) {
    await turn();
    if (await isDone()) return turns;
  }
  return Number.POSITIVE_INFINITY;
}
const fill = (documentId: string, blocks: number, text = "'block ' || n") =>
  scene.sql.exec(`insert into public.blocks (document_id, id, sort_order, type, content, plain_text, content_hash)
    select '${documentId}', gen_random_uuid(), 'a0', 'paragraph', '{}', ${text}, sha256(n::text::bytea)
    from generate_series(1, ${blocks}) n`);
async function countVectors(documentId: string): Promise<number> {
  const [row] = await scene.sql.query<{ count: number }>(
    "select count(embedding)::int as count from public.blocks where document_id = $1",
    [documentId],
  );
  return row?.count ?? 0;
}
const hasVector = (blockId: string) => async () => {
  const rows = await scene.sql.query(
    "select from public.blocks where id = $1 and embedding_hash = text_hash",
    [blockId],
  );
  return rows.length === 1;
};

describe("a new line", () => {
  it("in another document has its vector three turns later, while 2,000 blocks are under way", async () => {
    await fill(long.id, 2_000);
    for (let at = 0; at < 4; at += 1) await turn();
    const line = await scene.write((await scene.newDocument(workspaceId)).id, "a new line");
    expect(await turnsUntil(hasVector(line))).toBeLessThanOrEqual(3);
    expect(await countVectors(long.id)).toBeLessThanOrEqual(7 * BATCH);
    expect(await countVectors(long.id)).toBeGreaterThanOrEqual(4 * BATCH);
  });

  it("has it before twenty documents that were made before it, and before a long one that was pasted after it", async () => {
    for (let at = 0; at < 20; at += 1) await fill((await scene.newDocument(workspaceId)).id, 3);
    const line = await scene.write((await scene.newDocument(workspaceId)).id, "a new line");
    await fill(long.id, 200);
    expect(await turnsUntil(hasVector(line))).toBeLessThanOrEqual(3);
  });

  it("at the end of a long document is the first of its texts", async () => {
    await fill(long.id, 500);
    for (let at = 0; at < 2; at += 1) await turn();
    const line = await scene.write(long.id, "a new line");
    expect(await turnsUntil(hasVector(line))).toBe(1);
    expect(await countVectors(long.id)).toBe(3 * BATCH);
  });
});

describe("the rows of a long document", () => {
  it("are written 500 at a time, fewer where they are long, in their order", () => {
    const rows = Array.from({ length: 1_201 }, (_, at) => ({ at, size: at < 3 ? 2_000_000 : 100 }));
    const chunks = inChunks(rows);
    expect(chunks.map(({ length }) => length)).toEqual([2, 500, 500, 199]);
    expect(chunks.flat()).toEqual(rows);
    expect(inChunks([])).toEqual([]);
  });
});

describe("a turn", () => {
  it("is made shorter where the model is slow, and longer where it is fast", async () => {
    await fill(long.id, 250);
    let clock = 0;
    let msPerText = 200;
    const sizes: number[] = [];
    const model = {
      ...{ name: "fake", cosineFloor: 0.1, batch: 32, maxChunks: 4, isInProcess: false },
      embed: async (texts: readonly string[]) => {
        sizes.push(texts.length);
        clock += msPerText * texts.length;
        return texts.map((text) => vectorOf(text));
      },
    };
    const timed = createEmbedder(scene.rpc, [model], () => clock);
    const next = async (turns: number) => {
      for (let at = 0; at < turns; at += 1) {
        await scene.sql.exec("update private.embedding_jobs set due_at = least(due_at, clock_timestamp())");
        await timed.next();
      }
      return sizes.splice(0);
    };
    expect(await next(3)).toEqual([8, 4, 4]);
    msPerText = 10;
    expect(await next(5)).toEqual([4, 8, 16, 32, 32]);
    msPerText = 2_000;
    expect(await next(5)).toEqual([32, 16, 8, 4, 2]);
  });
});

describe("nobody waits for ever", () => {
  it("every fourth turn is of who waited longest, however much is written elsewhere", async () => {
    const others = [await scene.newDocument(workspaceId), await scene.newDocument(workspaceId)];
    await fill(long.id, 2 * BATCH);
    let turns = 0;
    while ((await countVectors(long.id)) < 2 * BATCH && turns < 40) {
      for (const { id } of others) await scene.write(id, `line ${turns}`);
      await turn();
      turns += 1;
    }
    expect(turns).toBeGreaterThan(4);
    // The others wait as well: of two such turns one may be theirs.
    expect(turns).toBeLessThanOrEqual(24);
  });

  it("long texts make short batches: about a thousand characters for each text, one text at least", async () => {
    await fill(long.id, 10, "repeat('word ', 500) || n");
    await turn();
    expect(await countVectors(long.id)).toBe(3);
    await fill((await scene.newDocument(workspaceId)).id, 1, "repeat('long ', 100000)");
    expect(await turnsUntil(async () => !(await turn()))).toBeLessThan(10);
    const [left] = await scene.sql.query<{ count: number }>(
      "select count(*)::int from private.embedding_jobs",
    );
    expect(left?.count).toBe(0);
  });
});
