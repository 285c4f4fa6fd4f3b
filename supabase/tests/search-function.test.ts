/** From a person's keys to a hit by meaning: the two edge functions, a provider, and what happens when it fails. */
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FakeEmbeddings, MUMBLED, startFakeEmbeddings } from "./fake-embeddings.ts";
import { homeOf, must } from "./scene.ts";
import { vectorOf } from "./search-scene.ts";
import { newPerson, type Person, type Project, service, startProject } from "./stand-in.ts";
import { until } from "./waiting.ts";
import { addBlocks, openWriter, paragraph, readRows } from "./writer.ts";

const SYNONYMS = { automobile: "car", motorway: "road", crashed: "accident", collision: "accident" };
const isHosted = Boolean(process.env.SUPABASE_URL);

interface Answer {
  readonly documents: readonly { document_id: string; title: string }[];
  readonly blocks: readonly { block_id: string; document_id: string; snippet: string; meaning: number }[];
  readonly byMeaning: boolean;
}

describe.skipIf(isHosted)("the function search", () => {
  let fake: FakeEmbeddings;
  let project: Project;
  let person: Person;
  let workspaceId: string;
  beforeAll(async () => {
    fake = await startFakeEmbeddings({ ...SYNONYMS, ...MUMBLED });
    project = await startProject({ functionSecrets: fake.secrets });
    person = await newPerson(project, "Paula");
    workspaceId = await homeOf(person);
  });
  afterEach(() => fake.fail(null));
  afterAll(async () => {
    await project?.stop();
    await fake?.stop();
  });

  async function search(query: string, more: object = {}): Promise<Answer> {
    const { data, error } = await person.client.functions.invoke("search", {
      body: { workspaceId, query, ...more },
    });
    if (error) throw error;
    return data;
  }
  const call = async (init: RequestInit) => {
    const response = await fetch(`${project.url}/functions/v1/search`, { method: "POST", ...init });
    return { status: response.status, body: response.status === 204 ? null : await response.json() };
  };
  const bearer = async () => {
    const { data } = await person.client.auth.getSession();
    return { authorization: `Bearer ${data.session?.access_token}` };
  };

  it("finds a paraphrase within five seconds of the last key", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => addBlocks(doc, paragraph("warm")));
    await until(async () => (await search("warm ")).byMeaning, "the model", 20_000);
    const started = performance.now();
    await writer.edit((doc) => addBlocks(doc, paragraph("The automobile crashed on the motorway")));
    let answer = await search("car collision road");
    await until(async () => {
      answer = await search("car collision road");
      return answer.blocks.length > 0;
    }, "the paraphrase");
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(answer.blocks[0]).toMatchObject({
      document_id: writer.session.documentId,
      snippet: "The automobile crashed on the motorway",
    });
    // Asked for again, it is known.
    const asked = fake.calls.flatMap(({ input }) => input).filter((text) => text === "car collision road");
    expect(asked).toHaveLength(1);
  });

  it("finds nothing by letters without sense, however near a text is to them", async () => {
    const writer = await openWriter(person);
    await writer.edit((doc) => addBlocks(doc, paragraph("mumble")));
    const isNear = async () => {
      const vector = JSON.stringify(vectorOf("mumble"));
      const values = { p_workspace_id: workspaceId, p_query: "", p_embedding: vector, p_model: "fake" };
      return (await must<{ snippet: string }[]>(person.client, "search_blocks", values)).length === 1;
    };
    await until(isNear, "the vector");
    expect(await search("gjhgjh fghfgh ")).toMatchObject({ blocks: [], byMeaning: true });
    expect((await search("mumble ")).blocks, "by words").toHaveLength(1);
  });

  it("answers by words, and says so, while the provider fails; editing goes on, and health shows it", async () => {
    const writer = await openWriter(person);
    for (const failure of [500, "never"] as const) {
      fake.fail(failure);
      await writer.edit((doc) => addBlocks(doc, paragraph(`written during ${failure}`)));
      const hasRow = async () =>
        (await readRows(person, writer.session.documentId)).some(({ plain_text }) =>
          plain_text.includes(`${failure}`),
        );
      await until(hasRow, "the row");
      const answer = await search(`during ${failure} `);
      expect(answer.byMeaning).toBe(false);
      expect(answer.blocks[0]?.snippet).toBe(`written during ${failure}`);
    }
    const report = await must<{ embedding: { queued: number } }>(service(project), "health_report");
    expect(report.embedding.queued).toBe(1);
  });

  it("shows nothing to who is not signed in, and nothing of others' workspaces", async () => {
    const body = JSON.stringify({ workspaceId, query: "automobile" });
    const apikey = project.publishableKey;
    expect((await call({ headers: { apikey }, body })).status).toBe(401);
    expect((await call({ headers: { apikey, authorization: "Bearer nonsense" }, body })).status).toBe(401);
    const stranger = await newPerson(project, "Stella");
    const { data } = await stranger.client.functions.invoke("search", {
      body: { workspaceId, query: "automobile" },
    });
    expect(data).toMatchObject({ documents: [], blocks: [] });
  });

  it("shows each person what the database shows them, and nothing once they are removed", async () => {
    const guest = await newPerson(project, "Gwen");
    const values = { workspace_id: workspaceId, user_id: guest.id, role: "viewer" };
    const asked = { workspaceId, query: "automobile " };
    const find = async () => (await guest.client.functions.invoke<Answer>("search", { body: asked })).data;
    expect((await find())?.blocks).toEqual([]);
    expect((await service(project).from("workspace_members").insert(values)).error).toBeNull();
    const found = await find();
    const { data } = await guest.client.rpc("search_blocks", {
      ...{ p_workspace_id: workspaceId, p_query: asked.query },
    });
    expect(data?.length).toBeGreaterThan(0);
    expect(found?.blocks.map(({ block_id }) => block_id)).toEqual(
      expect.arrayContaining((data ?? []).map(({ block_id }: { block_id: string }) => block_id)),
    );
    await service(project).from("workspace_members").delete().match({ user_id: guest.id });
    expect(await find()).toMatchObject({ documents: [], blocks: [] });
  });

  it("takes any query, and refuses a body that is none with a sentence", async () => {
    for (const query of [
      "",
      "?!",
      "\u0000\ud800",
      "'; drop table blocks; --",
      "a & | ! :*",
      "x".repeat(3_000),
    ])
      expect(Array.isArray((await search(query)).blocks)).toBe(true);
    const odd = { limit: -1, types: [1], within: "x", person: 5, after: "never", unknown: true };
    expect((await search("automobile", odd)).blocks).toHaveLength(0);
    expect((await search("automobile", { ...odd, types: undefined })).blocks.length).toBeGreaterThan(0);
    const headers = await bearer();
    for (const body of ["", "[]", "null", "{", JSON.stringify({ workspaceId: "x", query: "y" })]) {
      const answer = await call({ headers, body });
      expect([answer.status, typeof answer.body.message]).toEqual([400, "string"]);
    }
    const padded = JSON.stringify({ workspaceId, query: "q", pad: "x".repeat(30_000) });
    expect((await call({ headers, body: padded })).status).toBe(400);
    expect((await call({ method: "OPTIONS" })).status).toBe(204);
    const elsewhere = { workspaceId: randomUUID(), query: "automobile" };
    expect((await call({ headers, body: JSON.stringify(elsewhere) })).body.blocks).toEqual([]);
  });
});
