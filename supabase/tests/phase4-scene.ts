/** Phase 4's indexes forward and back, as an operator takes them: with psql on a server, a statement a time on PGlite. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { MIGRATIONS, OWNER, type Sql } from "./hosted.ts";

const supabase = join(MIGRATIONS, "..");
export const FORWARD = join(supabase, "operators/phase4-indexes.sql");
export const BACK = join(supabase, "rollback/phase4.sql");
export const MIGRATION = join(MIGRATIONS, "20261126002000_phase4_indexes.sql");

/** What the optimised indexes replace, each its own. */
export const PAIRS: readonly (readonly [first: string, optimised: string])[] = [
  ["idx_blocks_parent_path_gist", "idx_blocks_parent_path_gist_optimized"],
  ["idx_blocks_sort_order", "idx_blocks_document_sort_covering"],
  ["idx_blocks_embedding_hnsw", "idx_blocks_embedding_hnsw_optimized"],
  ["idx_blocks_embedding_standby_hnsw", "idx_blocks_embedding_standby_hnsw_optimized"],
];
export const OPTIMISED = PAIRS.map(([, name]) => name).sort();
export const FIRST = PAIRS.map(([name]) => name).sort();

/** One statement each; psql's own commands are left out. */
export function statementsOf(text: string): string[] {
  const sql = text.replace(/^(?:\\|--).*$/gm, "");
  return (sql.match(/(?:\$\$[\s\S]*?\$\$|[^;$])+/g) ?? []).map((one) => one.trim()).filter(Boolean);
}

/** Runs a file as the owner of the tables; rejects with what the database said. */
export async function runFile(sql: Sql, file: string): Promise<void> {
  if (sql.url !== null) {
    const url = sql.url.replace("postgres@", `${OWNER}@`);
    // What \set ON_ERROR_STOP does not reach is not run: no ~/.psqlrc, nothing but the documented call.
    await promisify(execFile)("psql", [url, "--no-psqlrc", "--quiet", "--file", file]);
    return;
  }
  await sql.exec(`set role ${OWNER}`);
  try {
    for (const statement of statementsOf(readFileSync(file, "utf8"))) await sql.exec(statement);
  } finally {
    await sql.exec("reset role; reset lock_timeout; reset statement_timeout; reset maintenance_work_mem");
  }
}

/** The replaceable indexes that are there, with " (invalid)" where one serves nobody. */
export async function indexesOf(sql: Sql): Promise<string[]> {
  const names = PAIRS.flat().map((name) => `'${name}'`);
  const rows = await sql.query<{ item: string }>(
    `select c.relname || case when i.indisvalid then '' else ' (invalid)' end as item
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = 'public.blocks'::regclass and c.relname in (${names}) order by 1`,
  );
  return rows.map(({ item }) => item);
}

/** Every index of ours as the statement that makes it: whether two ways end with the same. */
export async function definitionsOf(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ item: string }>(
    `select pg_get_indexdef(i.indexrelid) as item from pg_index i
     where i.indrelid = 'public.blocks'::regclass order by 1`,
  );
  return rows.map(({ item }) => item);
}

/** Documents of 50 blocks, every other block below the one before; one block in ten has a vector. Its first document. */
export async function fillBlocks(
  sql: Sql,
  blocks: number,
): Promise<{ workspaceId: string; documentId: string }> {
  const [workspaceId, documentId] = [randomUUID(), randomUUID()];
  await sql.exec(`begin; set local session_replication_role = replica;
    insert into public.workspaces (id, name) values ('${workspaceId}', 'W');
    insert into public.documents (id, workspace_id, sort_order)
    select case n when 1 then '${documentId}'::uuid else gen_random_uuid() end, '${workspaceId}', 'a' || n
    from generate_series(1, ${Math.ceil(blocks / 50)}) n;
    insert into public.blocks (document_id, id, parent_path, sort_order, type, content, plain_text, content_hash, embedding)
    select d.id, md5(d.id::text || n)::uuid,
      (case when n % 2 = 0 then md5(d.id::text || n - 1) else '' end)::extensions.ltree,
      'a' || lpad(n::text, 4, '0'), 'paragraph', '{}', 'word' || n, sha256(n::text::bytea),
      case when n % 10 = 0 then (select array_agg(sin(n * k) + cos(ascii(d.sort_order) + length(d.sort_order) * k))
        from generate_series(1, 384) k)::extensions.vector(384) end
    from public.documents d, generate_series(1, 50) n where d.workspace_id = '${workspaceId}';
    commit`);
  await sql.exec("analyze public.blocks");
  return { workspaceId, documentId };
}

/** Which index answers the product's queries on blocks, where tables are not small: [sort order, hashes, tree, vectors]. */
export async function chosenIndexes(sql: Sql, documentId: string): Promise<(string | undefined)[]> {
  const [block] = await sql.query<{ path: string }>(
    `select max(parent_path::text) as path from public.blocks where document_id = '${documentId}'`,
  );
  const queries = [
    `select id, content from public.blocks where document_id = '${documentId}' order by sort_order, id limit 20`,
    `select id from public.blocks where parent_path operator(extensions.<@) '${block?.path}'`,
    `select id from public.blocks order by embedding operator(extensions.<=>)
       (select embedding from public.blocks where embedding is not null limit 1) limit 5`,
    `select id from public.blocks order by embedding_standby operator(extensions.<=>)
       (select embedding from public.blocks where embedding is not null limit 1) limit 5`,
  ];
  const chosen: (string | undefined)[] = [];
  for (const query of queries) {
    await sql.exec("begin; set local enable_seqscan = off; set local enable_sort = off");
    const plan = await sql.query<Record<string, string>>(`explain ${query}`);
    await sql.exec("rollback");
    const text = plan.map((row) => Object.values(row)[0]).join("\n");
    chosen.push(/(?:using|Index Scan on) (idx_blocks_\w+)/.exec(text)?.[1]);
  }
  return chosen;
}
