/** What the database clears away by itself: the trash after 30 days, and jobs whose row was lost. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProject, type Sql } from "./hosted.ts";
import { callAs } from "./hosted-scene.ts";
import { append, bytes, oneValue, openLog } from "./log-scene.ts";

let sql: Sql;
beforeAll(async () => {
  sql = await openProject();
});
afterAll(() => sql?.close());

const run = (job: string, limit = "") => oneValue<number>(sql, `select private.${job}(${limit})::int`);
const quoted = (ids: readonly string[]) => ids.map((id) => `'${id}'`).join();

async function openTrash() {
  const { owner } = await openLog(sql);
  const { workspaceId } = await callAs<{ workspaceId: string }>(sql, owner, "ensure_account");
  const create = async (parentId: string | null = null) =>
    (
      await callAs<{ id: string }>(sql, owner, "create_document", {
        p_workspace_id: workspaceId,
        p_parent_id: parentId,
      })
    ).id;
  const trash = async (id: string, days: number) => {
    await callAs(sql, owner, "trash_document", { p_document_id: id });
    await sql.exec(
      `update public.documents set trashed_at = now() - interval '${days} days' where trashed_root = '${id}'`,
    );
  };
  const restore = (id: string) => callAs(sql, owner, "restore_document", { p_document_id: id });
  const left = async (ids: readonly string[]) =>
    (await sql.query<{ id: string }>(`select id from public.documents where id in (${quoted(ids)})`))
      .map(({ id }) => ids.indexOf(id))
      .sort();
  return { owner, create, trash, restore, left };
}

describe("the purge of the trash", () => {
  it("deletes what lay there for 30 days with all inside it, once, and notes each document", async () => {
    const { create, trash, left } = await openTrash();
    const old = await create();
    const child = await create(old);
    const grandchild = await create(child);
    const earlier = await create(old);
    await trash(earlier, 45);
    await trash(old, 30.01);
    const young = await create();
    const within = await create(young);
    await trash(young, 29.9);
    const used = await create();
    const ids = [old, child, grandchild, earlier, young, within, used];
    expect(await run("purge_trash")).toBe(4);
    expect(await left(ids)).toEqual([4, 5, 6]);
    expect(await run("purge_trash")).toBe(0);
    const noted = await sql.query<{ id: string }>(
      `select subject_id as id from private.removals where kind = 'document' and subject_id in (${quoted(ids)})`,
    );
    expect(noted.map(({ id }) => ids.indexOf(id)).sort()).toEqual([0, 1, 2, 3]);
    const gone = `from public.document_heads where document_id in (${quoted(ids.slice(0, 4))})`;
    expect(await oneValue(sql, `select count(*)::int ${gone}`)).toBe(0);
  });

  it("leaves what was restored, and begins to count anew when it is trashed again", async () => {
    const { create, trash, restore, left } = await openTrash();
    const [back, again] = [await create(), await create()];
    await trash(back, 31);
    await restore(back);
    await trash(again, 31);
    await restore(again);
    await trash(again, 1);
    expect(await run("purge_trash")).toBe(0);
    expect(await left([back, again])).toEqual([0, 1]);
  });

  it("keeps a document below which something is kept, so that no path leads nowhere", async () => {
    const { create, trash, left } = await openTrash();
    const old = await create();
    const child = await create(old);
    await trash(old, 31);
    // No function of ours does this; somebody with SQL may.
    await sql.exec(
      `update public.documents set trashed_at = null, trashed_root = null where id = '${child}'`,
    );
    expect(await run("purge_trash")).toBe(0);
    await sql.exec(
      `update public.documents set trashed_at = now() - interval '2 days', trashed_root = id where id = '${child}'`,
    );
    expect(await run("purge_trash")).toBe(0);
    expect(await left([old, child])).toEqual([0, 1]);
  });

  it("goes from the inside out when there is more than one run takes", async () => {
    const { create, trash, left } = await openTrash();
    const old = await create();
    const child = await create(old);
    await trash(old, 31);
    expect(await run("purge_trash", "1")).toBe(1);
    expect(await left([old, child])).toEqual([0]);
    expect(await run("purge_trash", "1")).toBe(1);
    expect(await left([old, child])).toEqual([]);
  });

  it("its notes hold no names, and go after 400 days", async () => {
    await sql.exec(`insert into private.removals (kind, removed_at) values ('files', now() - interval '401 days');
      insert into private.removals (kind, amount, removed_at) values ('files', 3, now() - interval '399 days'), ('files', 4, now() - interval '399 days')`);
    await run("purge_trash");
    expect(
      await sql.query(
        "select kind, amount::int from private.metrics_removals where kind = 'files' and day < now()::date - 390",
      ),
    ).toEqual([{ kind: "files", amount: 7 }]);
  });
});

describe("rows that nobody is to make", () => {
  it("are asked for again, and only those", async () => {
    const scene = await openLog(sql);
    await append(scene, { clientSeq: 1, data: bytes("update") });
    const waiting = await openLog(sql);
    await append(waiting, { clientSeq: 1, data: bytes("update") });
    const job = `from private.projection_jobs where document_id = '${scene.documentId}'`;
    expect(await run("queue_missing_projections")).toBe(0);
    await sql.exec(`delete ${job}`);
    expect(await run("queue_missing_projections")).toBe(1);
    expect(await oneValue(sql, `select count(*)::int ${job}`)).toBe(1);
    await sql.exec(`delete ${job}; update public.document_heads set projected_seq = last_seq`);
    expect(await run("queue_missing_projections")).toBe(0);
  });
});

describe("the call for unused files", () => {
  it("is signed so that the function admits it, once, and is made where there are files and a function only", async () => {
    await sql.exec(`do $$ begin if to_regnamespace('net') is null then create schema net; end if; end $$;
      create table public.calls (url text, headers jsonb);
      create or replace function net.http_post(url text, body jsonb default '{}', params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000)
      returns bigint language sql security definer as 'insert into public.calls values (url, headers) returning 1::bigint';
      grant usage on schema net to public`);
    const calls = async () => {
      await sql.exec(
        "truncate public.calls; set role hosted_postgres; select private.sweep_files(); reset role",
      );
      return sql.query<{ url: string; headers: Record<string, string> }>(
        "select url, headers from public.calls",
      );
    };
    await sql.exec(`insert into private.runtime_config values ('functions_url', 'https://f'), ('functions_secret', 's')
      on conflict (key) do update set value = excluded.value`);
    expect(await calls()).toEqual([]);
    await sql.exec(`insert into storage.objects (bucket_id, name) values ('attachments', 'some/file')`);
    const [made] = await calls();
    expect(made?.url).toBe("https://f/sweep-files");
    const values = {
      p_timestamp: made?.headers["x-timestamp"],
      p_nonce: made?.headers["x-nonce"],
      p_signature: made?.headers["x-signature"],
      p_document_id: "00000000-0000-0000-0000-000000000000",
    };
    const admitted = () => callAs<boolean>(sql, "service_role", "admit_function_call", values);
    expect([await admitted(), await admitted()]).toEqual([true, false]);
    await sql.exec("delete from private.runtime_config where key = 'functions_url'");
    expect(await calls()).toEqual([]);
  });
});
