/** Phase 4: its indexes forward and back while people write. Chooses its engines itself. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INSTALL_MS, whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { connect, openProject, type Sql } from "./hosted.ts";
import {
  BACK,
  chosenIndexes,
  definitionsOf,
  FIRST,
  FORWARD,
  fillBlocks,
  indexesOf,
  MIGRATION,
  OPTIMISED,
  PAIRS,
  runFile,
  statementsOf,
} from "./phase4-scene.ts";

const firstOf = (at: number) => PAIRS[at]?.[0];
const optimisedOf = (at: number) => PAIRS[at]?.[1];
const inOrder = (of: typeof firstOf) => [of(1), of(0), of(2), of(3)];

/** Somebody who writes, and somebody who looks whether a column is without an index, until `stop`. */
function keepBusy(sql: Sql, documentId: string) {
  const [writer, watcher] = [connect(sql.url ?? ""), connect(sql.url ?? "")];
  let isOver = false;
  const seen = { writes: 0, looks: 0, longestMs: 0, bare: [] as string[] };
  const write = async () => {
    while (!isOver) {
      const started = performance.now();
      await writer.exec(`insert into public.blocks as b (document_id, id, sort_order, type, content, content_hash)
        values ('${documentId}', md5('${seen.writes % 40}')::uuid, 'b${seen.writes}', 'paragraph', '{}', sha256('${seen.writes}'))
        on conflict (document_id, id) do update set sort_order = excluded.sort_order, content_hash = excluded.content_hash`);
      seen.longestMs = Math.max(seen.longestMs, performance.now() - started);
      seen.writes += 1;
    }
  };
  const watch = async () => {
    while (!isOver) {
      const there = await indexesOf(watcher);
      seen.looks += 1;
      for (const pair of PAIRS) if (!pair.some((name) => there.includes(name))) seen.bare.push(pair[0]);
    }
  };
  const work = Promise.all([write(), watch()]);
  const stop = async () => {
    isOver = true;
    await work;
    await Promise.all([writer.close(), watcher.close()]);
    return seen;
  };
  return { seen, stop };
}

const engines: readonly Sql["engine"][] = whyNoNativePostgres === null ? ["pglite", "native"] : ["pglite"];
describe.each(engines)("the indexes of phase 4 on %s", (engine) => {
  let sql: Sql;
  let documentId: string;
  let atFirst: string[];
  beforeAll(async () => {
    sql = await openProject(engine);
    ({ documentId } = await fillBlocks(sql, engine === "native" ? 4_000 : 500));
    atFirst = await definitionsOf(sql);
  }, INSTALL_MS);
  afterAll(() => sql?.close());

  it("are there in place of the first ones, and answer", async () => {
    expect(await indexesOf(sql)).toEqual(OPTIMISED);
    expect(await chosenIndexes(sql, documentId)).toEqual(inOrder(optimisedOf));
  });

  it("go back, again back, and forward again, and nothing is ever without an index", async () => {
    const busy = sql.url === null ? null : keepBusy(sql, documentId);
    await runFile(sql, BACK);
    expect(await indexesOf(sql)).toEqual(FIRST);
    expect(await chosenIndexes(sql, documentId)).toEqual(inOrder(firstOf));
    const back = await definitionsOf(sql);
    await runFile(sql, BACK);
    expect(await definitionsOf(sql)).toEqual(back);
    await runFile(sql, FORWARD);
    expect(await definitionsOf(sql)).toEqual(atFirst);
    expect(await chosenIndexes(sql, documentId)).toEqual(inOrder(optimisedOf));
    await runFile(sql, FORWARD);
    const seen = await busy?.stop();
    if (seen) {
      expect(seen.bare).toEqual([]);
      expect(Math.min(seen.writes, seen.looks)).toBeGreaterThan(20);
      console.log(`${seen.writes} writes meanwhile, the longest ${seen.longestMs.toFixed(0)} ms`);
    }
    expect(await definitionsOf(sql)).toEqual(atFirst);
  });

  it("the migration itself runs again after a way back", async () => {
    await runFile(sql, BACK);
    await sql.exec(`begin; ${readFileSync(MIGRATION, "utf8")}; commit`);
    expect(await definitionsOf(sql)).toEqual(atFirst);
  });

  it("an index that a broken build left behind is made anew, forward and back", async () => {
    const breakOne = (name: string) =>
      sql.exec(`update pg_index set indisvalid = false where indexrelid = 'public.${name}'::regclass`);
    await sql.exec("create index idx_blocks_sort_order on public.blocks (document_id, sort_order)");
    await breakOne("idx_blocks_sort_order");
    await runFile(sql, BACK);
    expect(await indexesOf(sql)).toEqual(FIRST);
    await sql.exec("create index idx_blocks_document_sort_covering on public.blocks (document_id)");
    await breakOne("idx_blocks_document_sort_covering");
    await runFile(sql, FORWARD);
    expect(await definitionsOf(sql)).toEqual(atFirst);
  });

  it.each([
    ["back", BACK, "idx_blocks_sort_order", "Not every first index is there and valid"],
    ["forward", FORWARD, "idx_blocks_document_sort_covering", "Not every optimised index is there and valid"],
  ])(
    "nothing is dropped on the way %s when one of the others is missing",
    async (way, file, name, sentence) => {
      if (way === "forward") await runFile(sql, BACK);
      const before = await indexesOf(sql);
      // Its name is taken, so that IF NOT EXISTS makes none.
      await sql.exec(`create index ${name} on public.documents (title)`);
      await expect(runFile(sql, file)).rejects.toThrow(sentence);
      expect(await indexesOf(sql)).toEqual(expect.arrayContaining(before));
      await sql.exec(`drop index public.${name}`);
      await runFile(sql, FORWARD);
      expect(await definitionsOf(sql)).toEqual(atFirst);
    },
  );

  it("take blocks at the depth that is allowed, and rows as large as they get", async () => {
    const path = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(32, "f")).join(".");
    await sql.exec(`insert into public.blocks (document_id, id, parent_path, sort_order, type, content, plain_text, content_hash)
      select '${documentId}', gen_random_uuid(), '${path}'::extensions.ltree, repeat('z', 200), repeat('t', 64),
        jsonb_build_object('text', repeat('word ', 50000)), 'x', sha256(n::text::bytea) from generate_series(1, 100) n`);
    const [found] = await sql.query<{ n: number }>(
      `select count(*)::int as n from public.blocks where parent_path operator(extensions.~) '*.${"f".repeat(30)}1f'`,
    );
    expect(found?.n).toBe(100);
  });
});

it("the files forward and back hold the statements they should", () => {
  for (const file of [FORWARD, BACK]) {
    const statements = statementsOf(readFileSync(file, "utf8"));
    const made = statements.filter((one) => one.startsWith("create index concurrently if not exists"));
    const dropped = statements.filter((one) => one.startsWith("drop index concurrently if exists"));
    expect([made.length, dropped.length]).toEqual([4, 4]);
    expect(statements.findIndex((one) => one.includes("raise exception"))).toBeLessThan(
      statements.findIndex((one) => one.startsWith("drop index")),
    );
  }
});
