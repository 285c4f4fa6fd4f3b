/** The queue of vectors: what makes a job, what ends it, what a provider that fails does to it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Doc, openSearchScene, type SearchScene, vectorOf } from "../../tests/search-scene.ts";
import type { Rpc } from "../_shared/database.ts";
import { type EmbeddingModel, TextsRefused } from "../_shared/embeddings.ts";
import { createEmbedder } from "./embed.ts";

let scene: SearchScene;
let workspaceId: string;
let personId: string;
let doc: Doc;
beforeAll(async () => {
  scene = await openSearchScene();
  personId = await scene.newPerson();
  workspaceId = await scene.newWorkspace(personId);
  // The first offer makes the model the active one; before, nobody asks for vectors.
  await scene.rpc("claim_embedding_jobs", { p_models: [{ name: "fake", cosineFloor: 0.1 }] });
}, 120_000);
afterAll(() => scene?.sql.close());
beforeEach(async () => {
  doc = await scene.newDocument(workspaceId);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await scene.sql.exec("delete from private.embedding_jobs");
});

interface Job {
  readonly document_id: string;
  readonly attempts: number;
  readonly dead: boolean;
  readonly last_error: string | null;
  readonly wait: number;
}
const jobs = () =>
  scene.sql.query<Job>(`select document_id, attempts::int, dead_at is not null as dead, last_error,
    extract(epoch from due_at - clock_timestamp())::float8 as wait from private.embedding_jobs`);
/** As if so much time had passed. */
const later = (time = "1 hour") =>
  scene.sql.exec(`update private.embedding_jobs set due_at = due_at - interval '${time}',
    leased_until = leased_until - interval '${time}'`);
const vectorsOf = (documentId: string) =>
  scene.sql.query<{ id: string; has: boolean; is_present: boolean }>(
    `select id, embedding is not null as has, embedding_hash is not distinct from text_hash as is_present
     from public.blocks where document_id = $1`,
    [documentId],
  );

function modelWith(embed: EmbeddingModel["embed"], name = "fake"): EmbeddingModel {
  return { name, cosineFloor: 0.1, batch: 4, maxChunks: 4, isInProcess: false, embed };
}
const good = async (texts: readonly string[]) => texts.map((text) => vectorOf(text));
const work = async (embed: EmbeddingModel["embed"] = good, rpc: Rpc = scene.rpc) => {
  await later();
  return createEmbedder(rpc, [modelWith(embed)]).next();
};

describe("jobs", () => {
  it("100 edits make one job, which one turn ends", async () => {
    const id = await scene.write(doc.id, "edit 0");
    for (let at = 1; at < 100; at += 1) await scene.write(doc.id, `edit ${at}`, { id });
    expect((await jobs()).map(({ document_id }) => document_id)).toEqual([doc.id]);
    const asked: string[] = [];
    await work(async (texts) => {
      asked.push(...texts);
      return good(texts);
    });
    expect(asked).toEqual(["edit 99"]);
    expect(await jobs()).toEqual([]);
    expect(await vectorsOf(doc.id)).toEqual([{ id, has: true, is_present: true }]);
  });

  it("an edit that is undone leaves none, and empty text never makes one", async () => {
    const id = await scene.write(doc.id, "as it was");
    await work();
    await scene.write(doc.id, "changed", { id });
    expect(await jobs()).toHaveLength(1);
    await scene.write(doc.id, "as it was", { id });
    expect(await jobs()).toEqual([]);
    await scene.write(doc.id, " \n\t", {});
    await scene.write(doc.id, "", {});
    expect(await jobs()).toEqual([]);
  });

  it("is due half a second after an edit and at most two after the first", async () => {
    const id = await scene.write(doc.id, "one");
    expect((await jobs())[0]?.wait).toBeLessThanOrEqual(0.5);
    await scene.sql.exec(
      "update private.embedding_jobs set requested_at = requested_at - interval '1.8 seconds'",
    );
    await scene.write(doc.id, "two", { id });
    expect((await jobs())[0]?.wait).toBeLessThanOrEqual(0.2);
  });

  it("an edit while vectors are made: the old one is not written, the new one is", async () => {
    const id = await scene.write(doc.id, "before");
    const asked: string[] = [];
    const slow = async (texts: readonly string[]) => {
      if (asked.length === 0) await scene.write(doc.id, "meanwhile", { id });
      asked.push(...texts);
      return good(texts);
    };
    await work(slow);
    expect(await vectorsOf(doc.id)).toEqual([{ id, has: false, is_present: false }]);
    await work(slow);
    expect(asked).toEqual(["before", "meanwhile"]);
    const [row] = await scene.sql.query<{ embedding: string }>(
      "select embedding::text from public.blocks where id = $1",
      [id],
    );
    const stored = JSON.parse(row?.embedding ?? "[]") as number[];
    const near = stored.reduce((sum, value, at) => sum + value * (vectorOf("meanwhile")[at] ?? 0), 0);
    expect(near).toBeCloseTo(1, 4);
    expect(await jobs()).toEqual([]);
  });

  it("a vector that arrives twice is written once more without a difference", async () => {
    const id = await scene.write(doc.id, "text");
    await later();
    const claimed = await scene.rpc<{ jobs: { lease: string }[]; models: { id: number }[] }>(
      "claim_embedding_jobs",
      {
        p_models: [{ name: "fake" }],
      },
    );
    const held = {
      p_document_id: doc.id,
      p_lease: claimed.jobs[0]?.lease,
      p_model_id: claimed.models[0]?.id,
    };
    const [{ hash } = { hash: "" }] = await scene.rpc<{ hash: string }[]>("read_embedding_texts", {
      p_document_id: doc.id,
      p_model_id: held.p_model_id,
    });
    const vectors = [{ id, hash, vector: JSON.stringify(vectorOf("text")) }];
    expect(await scene.rpc("write_embeddings", { ...held, p_vectors: vectors })).toBe(1);
    const first = await vectorsOf(doc.id);
    expect(await scene.rpc("write_embeddings", { ...held, p_vectors: vectors })).toBe(1);
    expect(await vectorsOf(doc.id)).toEqual(first);
    const finish = { p_document_id: doc.id, p_lease: held.p_lease, p_models: [held.p_model_id] };
    expect(await scene.rpc("finish_embedding", finish)).toBe(true);
    await expect(scene.rpc("finish_embedding", finish)).rejects.toThrow("lease_lost");
    await expect(scene.rpc("write_embeddings", { ...held, p_vectors: vectors })).rejects.toThrow(
      "lease_lost",
    );
  });

  it("a lease that ran out is taken by the next one, and its holder writes no more", async () => {
    await scene.write(doc.id, "text");
    await later();
    const claim = () =>
      scene.rpc<{ jobs: { lease: string }[] }>("claim_embedding_jobs", { p_models: [{ name: "fake" }] });
    const first = (await claim()).jobs[0]?.lease;
    expect((await claim()).jobs).toEqual([]);
    await later();
    const second = (await claim()).jobs[0]?.lease;
    expect(second).not.toBe(first);
    const gone = { p_document_id: doc.id, p_lease: first, p_error: "" };
    await expect(scene.rpc("fail_embedding", gone)).rejects.toThrow("lease_lost");
  });

  it("six leases that nobody gives back are the last", async () => {
    await scene.write(doc.id, "text");
    for (let at = 0; at < 7; at += 1) {
      await later();
      await scene.rpc("claim_embedding_jobs", { p_models: [{ name: "fake" }] });
    }
    expect(await jobs()).toMatchObject([{ dead: true, attempts: 6, last_error: "The lease ran out." }]);
  });
});

describe("a provider that fails", () => {
  it("is asked six times, further and further apart; then the job is dead, until the next edit", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const id = await scene.write(doc.id, "text");
    const waits: number[] = [];
    for (let at = 0; at < 6; at += 1) {
      await work(async () => Promise.reject(new Error("fake answered 500.")));
      const [job] = await jobs();
      expect(job).toMatchObject({ attempts: at + 1, dead: at === 5, last_error: "fake answered 500." });
      waits.push(job?.wait ?? 0);
    }
    waits.slice(0, 5).forEach((wait, at) => {
      expect(wait).toBeGreaterThan(0.7 * 4 ** at);
      expect(wait).toBeLessThan(1.3 * 4 ** at);
    });
    expect(log).toHaveBeenCalledTimes(6);
    expect((await work()).worked).toBe(false);
    // People read and write on; who looks sees that something is missing.
    const report = await scene.rpc<{ embedding: object }>("health_report", {});
    expect(report.embedding).toMatchObject({ queued: 0, dead: 1, model: "fake", preparing: null });
    const [seen] = await scene.ask<{ search_status: object }>(personId, "search_status", {
      p_workspace_id: workspaceId,
    });
    expect(seen?.search_status).toEqual({ model: "fake", waiting: 0, failed: 1, preparing: null });
    await scene.write(doc.id, "text, edited", { id });
    expect(await jobs()).toMatchObject([{ dead: false, attempts: 0 }]);
    expect((await work()).worked).toBe(true);
    expect(await vectorsOf(doc.id)).toEqual([{ id, has: true, is_present: true }]);
  });

  it("that refuses one text gives the others theirs, and is not asked about that one again", async () => {
    const [good1, bad] = [await scene.write(doc.id, "good"), await scene.write(doc.id, "bad")];
    const picky = vi.fn(async (texts: readonly string[]) => {
      if (texts.includes("bad")) throw new TextsRefused("fake answered 400.");
      return good(texts);
    });
    await work(picky);
    expect(await jobs()).toEqual([]);
    expect(new Set(await vectorsOf(doc.id))).toEqual(
      new Set([
        { id: good1, has: true, is_present: true },
        { id: bad, has: false, is_present: true },
      ]),
    );
    await scene.write(doc.id, "bad no more", { id: bad });
    await work(picky);
    expect(await vectorsOf(doc.id)).toContainEqual({ id: bad, has: true, is_present: true });
  });

  it("that refuses everything is badly set up: no text is given up for it", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    await scene.write(doc.id, "text");
    await work(async () => Promise.reject(new TextsRefused("fake answered 400.")));
    expect(await jobs()).toMatchObject([{ attempts: 1, last_error: "fake answered 400." }]);
  });

  it("keeps what it got before, and goes on from there", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    for (let at = 0; at < 9; at += 1) await scene.write(doc.id, `block ${at}`);
    let calls = 0;
    const twice = async (texts: readonly string[]) => {
      calls += 1;
      if (calls === 3) throw new Error("fake answered 429.");
      return good(texts);
    };
    for (let turn = 0; turn < 3; turn += 1) await work(twice);
    expect((await vectorsOf(doc.id)).filter(({ has }) => has)).toHaveLength(8);
    expect(await jobs()).toMatchObject([{ attempts: 1, dead: false }]);
    await work(twice);
    expect((await vectorsOf(doc.id)).filter(({ has }) => has)).toHaveLength(9);
    expect(calls).toBe(4);
  });
});

describe("another model", () => {
  it("is prepared beside the present one, shows how far it is, and takes over when nothing is missing", async () => {
    const other = modelWith(async (texts) => texts.map((text) => vectorOf(`other ${text}`)), "other");
    const both = [modelWith(good), other];
    const turn = async () => {
      await later();
      return createEmbedder(scene.rpc, both).next();
    };
    await scene.sql.exec("delete from public.blocks");
    const elsewhere = await scene.newDocument(await scene.newWorkspace(personId));
    const docs = [doc, await scene.newDocument(workspaceId)];
    for (const { id } of [...docs, elsewhere]) await scene.write(id, "text");
    for (const _ of [...docs, elsewhere]) await work();
    const status = async () => {
      const [row] = await scene.ask<{ search_status: object }>(personId, "search_status", {
        p_workspace_id: workspaceId,
      });
      return row?.search_status;
    };
    const postpone = (time: string) =>
      scene.sql.query(
        `update private.embedding_jobs set due_at = due_at + interval '${time}' where document_id = $1`,
        [elsewhere.id],
      );
    // as the first turn does, which takes a document besides where the clock has not gone on meanwhile
    await scene.sql.query("select private.offer_embedding_models($1)", [
      JSON.stringify(both.map(({ name, cosineFloor }) => ({ name, cosineFloor }))),
    ]);
    await postpone("1 day");
    // What can be found by the present model does not wait.
    const prepared = (progress: number) => ({
      model: "fake",
      waiting: 0,
      preparing: { name: "other", progress },
    });
    expect(await status()).toMatchObject(prepared(0));
    await turn();
    expect(await status()).toMatchObject(prepared(0.5));
    await turn();
    expect(await status(), "whatever waits in other workspaces").toMatchObject(prepared(1));
    // An edit meanwhile gets both vectors, so that it is found before and after.
    await scene.write(docs[0]?.id ?? "", "written meanwhile");
    expect(await status()).toMatchObject({ waiting: 1, preparing: { progress: 0.5 } });
    await turn();
    await postpone("-1 day");
    await turn();
    expect(await status()).toEqual({ model: "other", waiting: 0, failed: 0, preparing: null });
    const filled = () =>
      scene.sql.query<{ main: number; standby: number }>(
        "select count(embedding)::int as main, count(embedding_standby)::int as standby from public.blocks",
      );
    expect(await filled()).toEqual([{ main: 4, standby: 4 }]);
    await scene.sql.exec("select private.sweep_embedding_jobs()");
    expect(await filled()).toEqual([{ main: 0, standby: 4 }]);
    // And back again, into the place that is free now.
    for (let at = 0; at < 5; at += 1) {
      await later();
      await createEmbedder(scene.rpc, [other, modelWith(good)]).next();
    }
    expect(await status()).toMatchObject({ model: "fake", preparing: null });
    await scene.sql.exec("select private.sweep_embedding_jobs()");
    expect(await filled()).toEqual([{ main: 4, standby: 0 }]);
  });
});
