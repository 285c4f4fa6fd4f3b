import { describe, expect, it } from "vitest";
import type { BrowserSupabase } from "../../lib/supabase/browser.ts";
import { NO_FILTERS } from "./filters.ts";
import { knownHits, titledAlike } from "./known-documents.ts";
import { supabaseSearch } from "./search-source.ts";

const ID = "00000000-0000-4000-8000-00000000000";
const documentRow = (at: number, path: number[] = [], updated_at = new Date().toISOString()) => ({
  document_id: ID + at,
  title: `Title ${at}`,
  path: path.map((id) => ({ id: ID + id, title: "above" })),
  updated_at,
  score: 1,
});
const blockRow = {
  ...{ document_id: `${ID}1`, block_id: `${ID}2`, type: "task", title: "T", path: [] },
  ...{ snippet: "👍 all good", snippet_start: 5, text_length: 15, updated_at: "", score: 1, meaning: 0.5 },
  words: 0,
};

function scene(answers: Record<string, unknown>) {
  const asked: Record<string, unknown> = {};
  const client = {
    rpc: (name: string, values: object) => {
      asked[name] = values;
      return { abortSignal: async () => ({ data: answers[name], error: null, status: 200 }) };
    },
    functions: {
      invoke: async (name: string, { body }: { body: object }) => {
        asked[name] = body;
        return { data: answers[name], error: null };
      },
    },
  } as unknown as BrowserSupabase;
  return { asked, source: supabaseSearch(async () => client, "w") };
}
const signal = new AbortController().signal;

describe("the source of a search", () => {
  it("asks by words and by meaning for the same, cleaned of what cannot be sent", async () => {
    const answers = { search_documents: [], search_blocks: [], search: {} };
    const { asked, source } = scene({ ...answers, search: { documents: [], blocks: [], byMeaning: false } });
    const filters = { within: `${ID}7`, person: `${ID}8`, kind: "headings", since: "week" } as const;
    const question = { query: "a\u0000b\ud800", filters };
    await source.byWords(question, signal);
    await source.byMeaning(question, signal);
    const types = ["heading1", "heading2", "heading3"];
    const after = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
    const [p_within, p_person] = [filters.within, filters.person];
    expect(asked.search_blocks).toEqual({
      ...{ p_workspace_id: "w", p_query: "a b", p_within, p_person, p_types: types, p_after: after },
    });
    expect(asked.search).toEqual({
      ...{ workspaceId: "w", query: "a b", within: p_within, person: p_person, types, after },
    });
    await source.byMeaning({ query: "a", filters: NO_FILTERS }, signal);
    expect(asked.search).toEqual({ workspaceId: "w", query: "a" });
  });

  it("reads rows as lines, and refuses what is none", async () => {
    const { source } = scene({ search_documents: [documentRow(1)], search_blocks: [blockRow], search: [] });
    const question = { query: "x", filters: NO_FILTERS };
    const { documents, blocks } = await source.byWords(question, signal);
    expect(documents).toMatchObject([{ kind: "document", documentId: `${ID}1`, title: "Title 1" }]);
    expect(blocks).toMatchObject([
      { blockId: (ID + 2).replaceAll("-", ""), isCutBefore: true, isCutBehind: false, words: 0 },
    ]);
    await expect(source.byMeaning(question, signal)).rejects.toThrow();
    await expect(source.status()).rejects.toThrow();
  });

  it("narrows titles to what is inside a document and was changed in time, and has none for a kind or a person", async () => {
    const rows = [
      documentRow(1),
      documentRow(2, [1]),
      documentRow(3, [4]),
      documentRow(5, [1], "2001-01-01"),
    ];
    const { source } = scene({ search_documents: rows, search_blocks: [] });
    const found = async (change: object) => {
      const { documents } = await source.byWords(
        { query: "x", filters: { ...NO_FILTERS, ...change } },
        signal,
      );
      return documents.map(({ documentId }) => documentId.at(-1)).join("");
    };
    expect(await found({})).toBe("1235");
    expect(await found({ within: `${ID}1` })).toBe("125");
    expect(await found({ within: `${ID}1`, since: "day" })).toBe("12");
    expect([await found({ kind: "tasks" }), await found({ person: ID })]).toEqual(["", ""]);
  });
});

it("without a connection titles are found by their words, those with the most of them first", () => {
  const documents = ["Harbour", "Slow harbour log", "Other", ""].map((title, at) => ({
    ...{ id: String(at), title, path: at === 1 ? [{ id: "0", title: "Harbour" }] : [] },
  }));
  const ids = (query: string, filters = NO_FILTERS) =>
    titledAlike(documents, query, filters).map(({ documentId }) => documentId);
  expect(ids("harbour slow")).toEqual(["1", "0"]);
  expect(ids("HÁRBOUR", { ...NO_FILTERS, within: "0" })).toEqual(["0", "1"]);
  expect(ids("nowhere")).toEqual([]);
  expect(knownHits(documents, ["2", "gone", "0"]).map(({ title }) => title)).toEqual(["Other", "Harbour"]);
});
