/** The log in partitions (supabase/operators): the same keys, rights and triggers, and everything runs over it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { catalogDifferences } from "./catalog.ts";
import { OWNER, openProject, type Sql } from "./hosted.ts";
import { buildSqlScene, callAs } from "./hosted-scene.ts";
import {
  append,
  bytes,
  keepSnapshot,
  type LogScene,
  oneValue,
  openLog,
  project,
  pull,
  refusalOf,
  writerOf,
} from "./log-scene.ts";
import { differences, partOf } from "./matrix.ts";

const SCRIPT = join(import.meta.dirname, "../operators/partition-document-updates.sql");

/** All that makes the table what it is, but that it has parts. */
const SHAPE = `
  select 'column ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' ' || a.attstorage::text
    || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '') as item
  from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = 'public.document_updates'::regclass and a.attnum > 0
  union all select 'constraint ' || pg_get_constraintdef(oid) from pg_constraint
  where conrelid = 'public.document_updates'::regclass and contype in ('p', 'u', 'f', 'c')
  union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger
  where tgrelid = 'public.document_updates'::regclass and not tgisinternal
  union all select 'policy ' || polname || pg_get_expr(polqual, polrelid) from pg_policy
  where polrelid = 'public.document_updates'::regclass
  union all select 'security ' || relrowsecurity || relforcerowsecurity from pg_class
  where oid = 'public.document_updates'::regclass
  union all select 'grant ' || grantee || ' ' || privilege_type from information_schema.role_table_grants
  where table_schema = 'public' and table_name = 'document_updates' and grantee <> '${OWNER}'
  order by 1`;
const shapeOf = async (sql: Sql) => (await sql.query<{ item: string }>(SHAPE)).map(({ item }) => item);

let sql: Sql;
let before: string[];
/** Written before the change. */
let old: LogScene;
const first = { clientSeq: 1, data: bytes("before") };
beforeAll(async () => {
  sql = await openProject();
  old = await openLog(sql);
  await append(old, first);
  before = await shapeOf(sql);
  await sql.exec(`begin; set local role ${OWNER}; ${readFileSync(SCRIPT, "utf8")}; commit`);
});
afterAll(() => sql?.close());

const countIn = (what: string, { documentId }: LogScene) =>
  oneValue<number>(sql, `select count(*)::int from ${what} where document_id = '${documentId}'`);

describe("the log in partitions", () => {
  it("is the same table by name, columns, keys, triggers, row security and grants", async () => {
    expect(before.length).toBeGreaterThan(20);
    expect(await shapeOf(sql)).toEqual(before);
    expect(
      await oneValue(
        sql,
        "select relkind::text from pg_class where oid = 'public.document_updates'::regclass",
      ),
    ).toBe("p");
    expect(await catalogDifferences(sql)).toEqual([]);
  });

  it("gives everybody the rights that they had, and nobody a way to the parts", async () => {
    await sql.exec("delete from private.projection_jobs");
    const scene = await buildSqlScene(sql);
    expect(await differences(sql, scene, partOf(scene, "public.document_updates"))).toEqual([]);
    const open = await sql.query(`
      select c.relname, role from pg_class c, unnest(array['anon', 'authenticated', 'service_role']) role
      where c.relnamespace = 'partitions'::regnamespace and c.relkind = 'r' and (not c.relforcerowsecurity
        or has_any_column_privilege(role, c.oid, 'select, insert, update') or has_schema_privilege(role, 'partitions', 'usage'))`);
    expect(open).toEqual([]);
  });

  it("has what was written before, takes retries of it, and refuses what it refused", async () => {
    expect((await append(old, first)).accepted).toEqual([{ clientSeq: 1, seq: 1 }]);
    expect(await refusalOf(append(old, { clientSeq: 1, data: bytes("other") }))).toBe(
      "PT409 client_seq_reused",
    );
    expect((await append(old, { clientSeq: 2, data: bytes("after") })).headSeq).toBe(2);
    expect((await pull(old)).updates.map(({ seq }) => seq)).toEqual([1, 2]);
    const change = `update public.document_updates set client_seq = 9 where document_id = '${old.documentId}'`;
    expect(await refusalOf(sql.exec(change))).toBe("PT409 append_only");
  });

  it("is projected, compacted and pruned, document by document", async () => {
    const scenes = [await openLog(sql), await openLog(sql), await openLog(sql)];
    for (const scene of scenes) {
      const writer = writerOf(scene);
      for (const hours of [50, 25, 1]) {
        await writer.write(4);
        await keepSnapshot(scene, Y.encodeStateAsUpdate(writer.doc), hours);
      }
      await project(scene);
      expect(await oneValue(sql, `select title from public.documents where id = '${scene.documentId}'`)).toBe(
        "x".repeat(12),
      );
    }
    expect(await callAs(sql, "service_role", "prune_log")).toEqual({ documents: 3, rows: 24 });
    for (const scene of scenes) expect(await countIn("public.document_updates", scene)).toBe(4);
    const parts = await oneValue<number>(
      sql,
      "select count(distinct tableoid)::int from public.document_updates",
    );
    expect(parts).toBeGreaterThan(1);
  });

  it("is asked in one part only, for a document's rows", async () => {
    const plan = await sql.query<Record<string, string>>(
      `explain select * from public.document_updates where document_id = '${old.documentId}' and seq > 0 order by seq`,
    );
    const text = plan.map((row) => Object.values(row)[0]).join("\n");
    expect(text.match(/ on document_updates_\d+/g)?.length).toBe(1);
  });

  it("goes with its document", async () => {
    const values = { p_document_id: old.documentId };
    await callAs(sql, old.owner, "trash_document", values);
    await callAs(sql, old.owner, "delete_document_forever", values);
    expect(await countIn("public.document_updates", old)).toBe(0);
  });
});
