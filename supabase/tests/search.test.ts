/** What search finds: words in any script, parts, one typing error, meaning, filters; and what bad queries get. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSearchScene, type SearchScene, vectorOf } from "./search-scene.ts";

const MODEL = { name: "fake", cosineFloor: 0.25 };
const SYNONYMS = { automobile: "car", motorway: "road", crashed: "accident", collision: "accident" };
const TEXTS = {
  accident: "The automobile crashed on the motorway",
  whiteboard: "白板保存有问题",
  thai: "การบันทึกกระดานไวท์บอร์ด",
  korean: "한국어 문장입니다",
  cafe: "Café crème à la Zoë",
  cyrillic: "МОСКВА слезам не верит",
  experiment: "An experimental determination of pressure coefficients",
  experiments: "Experiments with pressure",
  name: "See createTable in src/lib/table.ts, don't forget",
  twice: "pressure pressure pressure",
  common: "common words everywhere",
} as const;
type Name = keyof typeof TEXTS;

let scene: SearchScene;
let workspaceId: string;
let personId: string;
let otherId: string;
const ids = new Map<string, Name>();
const docs = new Map<string, string>();
beforeAll(async () => {
  scene = await openSearchScene();
  personId = await scene.newPerson();
  otherId = await scene.newPerson();
  workspaceId = await scene.newWorkspace(personId);
  await scene.join(workspaceId, otherId, "editor");
  await scene.rpc("claim_embedding_jobs", { p_models: [MODEL] });
  const parent = await scene.newDocument(workspaceId, { title: "Über uns", by: otherId });
  docs.set("parent", parent.id);
  const child = await scene.newDocument(workspaceId, { title: "Pressure of 白板", parent, by: personId });
  docs.set("child", child.id);
  for (const [name, text] of Object.entries(TEXTS)) {
    const place = name === "twice" ? child : parent;
    const type = name === "common" ? "heading" : "paragraph";
    ids.set(await scene.write(place.id, text, { type }), name as Name);
  }
  for (const [id, name] of ids)
    await scene.sql.query(
      "update public.blocks set embedding = $2::text::extensions.vector, embedding_hash = text_hash where id = $1",
      [id, JSON.stringify(vectorOf(TEXTS[name], SYNONYMS))],
    );
}, 120_000);
afterAll(() => scene?.sql.close());

interface Hit {
  readonly block_id: string;
  readonly title: string;
  readonly path: readonly { id: string; title: string }[];
  readonly snippet: string;
  readonly snippet_start: number;
  readonly text_length: number;
  readonly words: number;
  readonly meaning: number;
}
const search = (query: string, more: Record<string, unknown> = {}) =>
  scene.ask<Hit>(personId, "search_blocks", { p_workspace_id: workspaceId, p_query: query, ...more });
const found = async (query: string, more: Record<string, unknown> = {}) =>
  (await search(query, more)).map(({ block_id }) => ids.get(block_id));
const byMeaning = (query: string) => ({
  p_embedding: JSON.stringify(vectorOf(query, SYNONYMS)),
  p_model: MODEL.name,
});

describe("words", () => {
  it.each([
    ["a part of Chinese", "保存", "whiteboard"],
    ["one character of it", "题", "whiteboard"],
    ["a part of Thai", "กระดาน", "thai"],
    ["a part of Korean", "국어", "korean"],
    ["without accents", "cafe creme zoe", "cafe"],
    ["with accents that are elsewhere", "cafè", "cafe"],
    ["accents written apart", "Cafe\u0301", "cafe"],
    ["other capitals", "москва", "cyrillic"],
    ["a beginning", "determ", "experiment"],
    ["a part in the middle", "erminat", "experiment"],
    ["another form of a word", "coefficient ", "experiment"],
    ["one letter missing", "determnation ", "experiment"],
    ["two letters exchanged", "detemrination ", "experiment"],
    ["a name with capitals inside", "createtable", "name"],
    ["a file's name", "table.ts", "name"],
    ["an apostrophe", "dont", "name"],
  ])("%s: %s", async (_, query, expected) => {
    expect((await found(query))[0]).toBe(expected);
  });

  it("two typing errors, or one in a short word, find nothing", async () => {
    expect(await found("dtermnation ")).toEqual([]);
    expect(await found("slezm x")).toEqual([]);
  });

  it("what matches more of the query, and more often, comes first", async () => {
    expect((await found("pressure "))[0]).toBe("twice");
    expect((await found("pressure coefficients "))[0]).toBe("experiment");
  });

  it("says where: document, ancestors, the part of a long text", async () => {
    const [hit] = await search("twice pressure ");
    expect(hit).toMatchObject({
      title: "Pressure of 白板",
      path: [{ id: docs.get("parent"), title: "Über uns" }],
    });
    expect(hit).toMatchObject({ snippet: TEXTS.twice, snippet_start: 0, text_length: TEXTS.twice.length });
    const text = `${"filler ".repeat(3_000)}needle ${"filler ".repeat(100)}`;
    const id = await scene.write(docs.get("child") ?? "", text);
    const [long] = await search("needle");
    expect(long?.snippet).toContain("needle");
    expect(long?.snippet).toBe(text.slice(long?.snippet_start, (long?.snippet_start ?? 0) + 240));
    await scene.sql.exec(`delete from public.blocks where id = '${id}'`);
  });

  it("a block of a megabyte is stored, found, and has a vector to be made", async () => {
    const text = `beginning ${"白板 lorem ipsum ".repeat(72_000)}`;
    expect(text.length).toBeGreaterThan(1_000_000);
    const id = await scene.write(docs.get("child") ?? "", text);
    expect((await search("beginning"))[0]?.block_id).toBe(id);
    const [model] = await scene.sql.query<{ id: string }>(
      "select id from private.embedding_models where state = 'active'",
    );
    const missing = await scene.rpc<{ id: string; text: string }[]>("read_embedding_texts", {
      p_document_id: docs.get("child"),
      p_model_id: Number(model?.id),
    });
    expect(missing).toMatchObject([{ id, text }]);
    await scene.sql.exec(`delete from public.blocks where id = '${id}'`);
  });
});

describe("meaning", () => {
  it("finds a paraphrase without a shared word, and says how near it is", async () => {
    const query = "car collision road";
    expect(await found(query)).toEqual([]);
    const [hit] = await search(query, byMeaning(query));
    expect(ids.get(hit?.block_id ?? "")).toBe("accident");
    expect(hit).toMatchObject({ words: 0, meaning: expect.any(Number) });
    expect(hit?.meaning).toBeGreaterThan(0.3);
  });

  it.each([
    ["of another model", { p_model: "another" }],
    ["of no model", { p_model: null }],
    ["of a wrong size", { p_embedding: "[1,2,3]" }],
    ["without a direction", { p_embedding: JSON.stringify(new Array(384).fill(0)) }],
  ])("a vector %s is not looked at", async (_, wrong) => {
    const query = "car collision road";
    expect(await found(query, { ...byMeaning(query), ...wrong })).toEqual([]);
    expect(await found("pressure ", { ...byMeaning("pressure"), ...wrong })).toEqual(
      await found("pressure "),
    );
  });

  it("a vector of a text that changed since does not count", async () => {
    const id = [...ids].find(([, name]) => name === "accident")?.[0] ?? "";
    await scene.write(docs.get("parent") ?? "", "Something else", { id });
    expect(await found("car collision road", byMeaning("car collision road"))).not.toContain("accident");
    await scene.write(docs.get("parent") ?? "", TEXTS.accident, { id });
    expect(await found("car collision road", byMeaning("car collision road"))).toEqual(["accident"]);
  });
});

describe("filters", () => {
  it.each([
    ["a document with what is below it", () => ({ p_within: docs.get("child") }), ["twice"]],
    ["a person", () => ({ p_person: personId }), ["twice"]],
    ["a type", () => ({ p_types: ["heading"] }), []],
    ["a time before", () => ({ p_before: "2020-01-01" }), []],
    ["a time after", () => ({ p_after: "2020-01-01", p_within: docs.get("child") }), ["twice"]],
    ["a document that is not there", () => ({ p_within: workspaceId }), []],
  ])("%s", async (_, filter, expected) => {
    expect(await found("pressure ", filter())).toEqual(expected);
    const meant = await found("pressure ", { ...filter(), ...byMeaning("pressure") });
    expect(meant.filter((name) => !expected.includes(name as never))).toEqual([]);
  });
});

describe("documents", () => {
  const titles = async (query: string) =>
    (await scene.ask<Hit>(personId, "search_documents", { p_workspace_id: workspaceId, p_query: query })).map(
      ({ title }) => title,
    );
  it.each([
    ["uber", ["Über uns"]],
    ["UNS über", ["Über uns"]],
    ["白", ["Pressure of 白板"]],
    ["pressre of", ["Pressure of 白板"]],
    ["essure", ["Pressure of 白板"]],
    ["nothing like it", []],
    ["", []],
  ])("by title: %s", async (query, expected) => {
    expect(await titles(query)).toEqual(expected);
  });
});

describe("other forms of a word", () => {
  it("count as often as they are there: two once each are less than the word three times", async () => {
    const doc = await scene.newDocument(workspaceId);
    const forms = await scene.write(doc.id, "lanterns lanterned");
    const itself = await scene.write(doc.id, "lantern lantern lantern");
    const hits = await scene.ask<{ block_id: string }>(personId, "search_blocks", {
      ...{ p_workspace_id: workspaceId, p_query: "lantern " },
    });
    expect(hits.map(({ block_id }) => block_id)).toEqual([itself, forms]);
    await scene.sql.query("delete from public.documents where id = $1", [doc.id]);
  });
});

describe("words that no text has any more", () => {
  const known = async () => {
    const rows = await scene.sql.query<{ word: string }>(
      "select word from private.workspace_words where workspace_id = $1 and word like 'zeppel%' order by word",
      [workspaceId],
    );
    return rows.map(({ word }) => word);
  };
  const sweep = async () => {
    await scene.sql.query("select private.forget_words($1)", [workspaceId]);
    await scene.sql.exec("update private.workspace_words set missed_at = missed_at - interval '1 day'");
  };

  it("are forgotten when they are missed twice, a day apart, and not if they were written in between", async () => {
    const doc = await scene.newDocument(workspaceId);
    const id = await scene.write(doc.id, "Zeppel zeppeli zeppelin");
    await sweep();
    await scene.write(doc.id, "Zeppelin", { id });
    await sweep();
    expect(await known()).toEqual(["zeppel", "zeppeli", "zeppelin"]);
    await scene.write(doc.id, "Zeppelin zeppeli", { id });
    await scene.write(doc.id, "Zeppelin", { id });
    await sweep();
    expect(await known()).toEqual(["zeppeli", "zeppelin"]);
    await sweep();
    expect(await known()).toEqual(["zeppelin"]);
    await scene.sql.query("delete from public.documents where id = $1", [doc.id]);
    await sweep();
    await sweep();
    expect(await known()).toEqual([]);
    expect(await found("pressre "), "the others stay").not.toEqual([]);
  });

  it("each workspace has its minute of the day", async () => {
    const minutes = await scene.sql.query<{ own: number }>(
      "select mod(hashtext(id::text)::bigint + 2147483648, 1440)::int as own from public.workspaces",
    );
    for (const { own } of minutes) expect(own).toBeGreaterThanOrEqual(0);
    await scene.sql.exec("select private.forget_words_of_this_minute()");
  });
});

describe("bad queries", () => {
  it.each([
    ["empty", ""],
    ["spaces", "   \t "],
    ["punctuation", "?!... --- *** ((("],
    ["SQL", "'; drop table blocks; --"],
    ["tsquery", "a & | ! <-> :* 'b' \\"],
    ["a pattern", "%_%\\ [a-z]+ ^$"],
    ["quotes", `"''" \\' "`],
    ["long", "word ".repeat(2_000)],
    ["one long word", "x".repeat(5_000)],
    ["many words", Array.from({ length: 200 }, (_, at) => `w${at}`).join(" ")],
    ["controls", "\u0001\u0007\u001b[0m"],
    ["emoji and joiners", "👩‍👩‍👧‍👦 \u200b\u202e"],
    ["numbers", "12345 -6 7.8e9"],
  ])("%s: an answer", async (_, query) => {
    for (const more of [{}, byMeaning("pressure")])
      expect(Array.isArray(await search(query, more))).toBe(true);
    await scene.ask(personId, "search_documents", { p_workspace_id: workspaceId, p_query: query });
  });

  it("a limit that is none, and ids of nothing", async () => {
    expect(await found("pressure ", { p_limit: 0 })).toHaveLength(1);
    expect((await found("pressure ", { p_limit: null })).length).toBeGreaterThan(1);
    expect(
      await scene.ask(personId, "search_blocks", { p_workspace_id: personId, p_query: "pressure" }),
    ).toEqual([]);
    const nothing = { p_document_id: personId, p_block_id: personId };
    expect(await scene.ask(personId, "related_blocks", nothing)).toEqual([]);
  });
});

describe("related blocks", () => {
  it("are those of other documents that are near, and nothing far", async () => {
    const id = [...ids].find(([, name]) => name === "twice")?.[0];
    const values = { p_document_id: docs.get("child"), p_block_id: id };
    const related = await scene.ask<Hit>(personId, "related_blocks", values);
    expect(related.map(({ block_id }) => ids.get(block_id)).sort()).toEqual(["experiment", "experiments"]);
  });
});
