/**
 * What SQL alone decides beyond access (access-*.test.ts) and the linter's rules (lint.test.ts): the indexes and
 * the publication the runbook names, the log that nobody changes, the queue, the sign-up.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProject, type Sql } from "./hosted.ts";
import { buildSqlScene, type SqlScene, signUp } from "./hosted-scene.ts";

let sql: Sql;
let scene: SqlScene;
beforeAll(async () => {
  sql = await openProject();
  scene = await buildSqlScene(sql);
});
afterAll(() => sql?.close());

async function list(query: string): Promise<string[]> {
  return (await sql.query<{ item: string }>(query)).map(({ item }) => item).sort();
}

async function evaluate<Value>(expression: string): Promise<Value | undefined> {
  return (await sql.query<{ value: Value }>(`select ${expression} as value`))[0]?.value;
}

describe("the tables", () => {
  it("carry the indexes that the runbook names", async () => {
    const names = await list("select indexname as item from pg_indexes where tablename = 'blocks'");
    expect(names).toEqual(
      expect.arrayContaining([
        "idx_blocks_parent_path_gist_optimized",
        "idx_blocks_document_sort_covering",
        "idx_blocks_embedding_hnsw_optimized",
        "idx_blocks_filters",
      ]),
    );
  });

  it("blocks and documents are published", async () => {
    const published =
      "select tablename as item from pg_publication_tables where pubname = 'supabase_realtime'";
    expect(await list(published)).toEqual(["blocks", "documents"]);
  });
});

describe("the log", () => {
  it.each(["document_updates", "document_snapshots"])(
    "rows of %s are never changed, by nobody",
    async (table) => {
      expect(await evaluate<number>(`(select count(*)::int from public.${table})`)).toBeGreaterThan(0);
      await expect(sql.exec(`update public.${table} set created_at = now()`)).rejects.toThrow("append_only");
    },
  );
});

describe("the queue", () => {
  const job = () => `private.projection_jobs where document_id = '${scene.documentId}'`;
  const claim = async () => {
    await sql.exec("update private.projection_jobs set due_at = now() where dead_at is null");
    type Claimed = { jobs: { lease: string; attempt: number }[] };
    return (await evaluate<Claimed>("public.claim_projection_jobs(1)"))?.jobs[0];
  };
  /** One more row of the log, which asks for a projection. */
  const appendRow = (seq: number) =>
    sql.exec(`insert into public.document_updates (document_id, seq, session_id, client_seq, data, sha256)
      select document_id, ${seq}, session_id, ${seq}, 'x', sha256('x'::bytea) from public.document_updates
      where document_id = '${scene.documentId}' and seq = 1`);

  it("gives a job up after the sixth failure, with growing pauses, until the next edit", async () => {
    await appendRow(2);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const held = await claim();
      expect(held?.attempt).toBe(attempt);
      const values = `'${scene.documentId}', '${held?.lease}', 'broken'`;
      const answer = await evaluate(`public.fail_projection(${values})`);
      expect(answer).toEqual({ attempts: attempt, dead: attempt === 6 });
      const pause = `(select extract(epoch from due_at - now())::float8 from ${job()})`;
      pauses.push((await evaluate<number>(pause)) ?? 0);
    }
    expect(pauses[4]).toBeGreaterThan((pauses[0] ?? 0) * 4);
    expect(await claim()).toBe(undefined);
    await appendRow(3);
    expect((await claim())?.attempt).toBe(1);
  });

  it("takes back a lease that ran out", async () => {
    await sql.exec("update private.projection_jobs set leased_until = now() - interval '1 second'");
    expect((await claim())?.attempt).toBe(2);
    expect(await claim()).toBe(undefined);
  });

  it("admits a signed call once, and no stale or altered one", async () => {
    const id = scene.documentId;
    await sql.exec(`insert into private.runtime_config (key, value) values ('functions_secret', 'a secret')
      on conflict (key) do nothing`);
    const secret = "(select value from private.runtime_config where key = 'functions_secret')";
    const admit = async (time: number, nonce: string, asked = id) => {
      const signed = await evaluate<string>(
        `encode(extensions.hmac('${time}.${nonce}.${id}', ${secret}, 'sha256'), 'hex')`,
      );
      return evaluate<boolean>(`public.admit_function_call('${time}', '${nonce}', '${signed}', '${asked}')`);
    };
    const now = Math.floor(Date.now() / 1000);
    expect(await admit(now, "a")).toBe(true);
    expect(await admit(now, "a")).toBe(false);
    expect(await admit(now - 301, "b")).toBe(false);
    expect(await admit(now, "c", randomUUID())).toBe(false);
    expect(await admit(now, "d")).toBe(true);
  });
});

describe("a sign-up", () => {
  it("gives a profile and a workspace, by the service that owns the accounts and not our tables", async () => {
    const id = await signUp(sql, "Nora");
    expect(await list(`select name as item from public.profiles where id = '${id}'`)).toEqual(["Nora"]);
    expect(await list(`select role as item from public.workspace_members where user_id = '${id}'`)).toEqual([
      "owner",
    ]);
  });

  it("succeeds even when the workspace cannot be made", async () => {
    await sql.exec("alter function private.provision_account(uuid, text, text) rename to away");
    try {
      const id = await signUp(sql, "Nils");
      expect(await list(`select id::text as item from auth.users where id = '${id}'`)).toEqual([id]);
      expect(await list(`select id::text as item from public.profiles where id = '${id}'`)).toEqual([]);
    } finally {
      await sql.exec("alter function private.away(uuid, text, text) rename to provision_account");
    }
  });
});
