/** How words are looked up: by the index where many documents are searched, else block by block; and small words. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSearchScene, type SearchScene } from "./search-scene.ts";

/** More than are looked through one by one. */
const DOCUMENTS = 120;

let scene: SearchScene;
let workspaceId: string;
let personId: string;
let documents: string[];

beforeAll(async () => {
  scene = await openSearchScene();
  personId = await scene.newPerson();
  workspaceId = await scene.newWorkspace(personId);
  documents = [];
  for (let at = 0; at < DOCUMENTS; at += 1) {
    const document = await scene.newDocument(workspaceId, { by: personId });
    documents.push(document.id);
    await scene.write(
      document.id,
      `${"lantern ".repeat(at % 5)}lanterns of the harbour ${at % 3 ? "fog" : ""} f${at}`,
    );
  }
  await scene.sql.exec("analyze public.documents");
}, 120_000);
afterAll(() => scene?.sql.close());

interface Occurrence {
  readonly place: number;
  readonly id: string;
  readonly times: number;
  readonly length: number;
}
const TERMS = [
  { place: 1, words: ["lantern"], wanted: "'lantern'", weight: 1 },
  { place: 1, words: ["lanterns"], wanted: "'lanterns'", weight: 0.6 },
  { place: 2, words: ["f11"], wanted: "'f11':*", weight: 1 },
];

async function occurrences(userId: string, scope: readonly string[], types = "null") {
  await scene.sql.exec(`begin; set local role authenticated;
    set local request.jwt.claims = '${JSON.stringify({ sub: userId, role: "authenticated" })}'`);
  try {
    const found = await scene.sql.query<Occurrence>(
      `select place, id, round(times::numeric, 4)::float8 as times, length
       from private.occurrences($1::text::jsonb, $2::uuid[], ${types}, null, null, 5000)`,
      [JSON.stringify(TERMS), scope],
    );
    return found.toSorted((a, b) => a.place - b.place || a.id.localeCompare(b.id) || a.times - b.times);
  } finally {
    await scene.sql.exec("rollback");
  }
}

describe("where words stand", () => {
  it("is the same by the index as block by block, and told to nobody who may not read it", async () => {
    const strangerId = await scene.newPerson();
    const theirs = await scene.newDocument(await scene.newWorkspace(strangerId));
    await scene.write(theirs.id, "Another lantern");
    const byIndex = await occurrences(personId, [...documents, theirs.id]);
    const halves = [documents.slice(0, 60), documents.slice(60)];
    const oneByOne: Occurrence[] = [];
    for (const half of halves) oneByOne.push(...(await occurrences(personId, half)));
    expect(byIndex.filter(({ place }) => place === 2).length, "f11, f110 to f119").toBe(11);
    expect(byIndex.length).toBe(96 + DOCUMENTS + 11);
    expect(byIndex).toEqual(
      oneByOne.toSorted((a, b) => a.place - b.place || a.id.localeCompare(b.id) || a.times - b.times),
    );
    expect(await occurrences(personId, documents, "array['heading']")).toEqual([]);
    expect(await occurrences(strangerId, documents)).toEqual([]);
  });

  it("is asked of indexes that have no list of what was just written, which each look would read", async () => {
    const lists = await scene.sql.query(
      `select c.relname from pg_class c join pg_am a on a.oid = c.relam and a.amname = 'gin'
       join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('public', 'private')
       where c.relname in ('idx_blocks_search_words', 'idx_workspace_words_trigrams')
         and 'fastupdate=off' = any (c.reloptions)`,
    );
    expect(lists).toHaveLength(2);
  });
});

describe("small words", () => {
  const search = async (query: string) => {
    const values = { p_workspace_id: workspaceId, p_query: query, p_limit: 100 };
    return scene.ask<{ snippet: string; words: number }>(personId, "search_blocks", values);
  };

  it("find nothing beside other words, and what they stand for by themselves", async () => {
    expect(await search("what is of the zeppelin ")).toEqual([]);
    expect((await search("of the ")).length).toBe(100);
  });

  it("count little: one word that tells something is more than several of them", async () => {
    const [asked, small] = ["What a thermometer says", "what is that which it was of and for"];
    const document = await scene.newDocument(workspaceId);
    for (const text of [asked, `${small} thermometry`]) await scene.write(document.id, text);
    const hits = await search("what is that which it was of thermometer ");
    expect(hits.map(({ snippet }) => snippet)).toEqual([asked, `${small} thermometry`]);
  });

  it("are none while they are being written: the beginning of others", async () => {
    const document = await scene.newDocument(workspaceId);
    await scene.write(document.id, "Whatsoever floats");
    expect((await search("zeppelins what")).map(({ snippet }) => snippet)).toContain("Whatsoever floats");
  });
});
