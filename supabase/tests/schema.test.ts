/**
 * What the catalog says, against rules: row security everywhere, no function or column open that is not listed
 * here, no index missing. Reads the data folder of a stand-in that has ended, as its superuser; skipped for a
 * project elsewhere.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { ltree } from "@electric-sql/pglite/contrib/ltree";
import { pgcrypto } from "@electric-sql/pglite/contrib/pgcrypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append, base64, createDocument, homeOf, openSession, type Session } from "./scene.ts";
import { newPerson, startProject } from "./stand-in.ts";

const isElsewhere = Boolean(process.env.SUPABASE_URL);
let database: PGlite;
let session: Session;
let cleanUp: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  if (isElsewhere) return;
  const folder = await mkdtemp(join(tmpdir(), "no-functions-"));
  const project = await startProject({ args: ["--functions", folder] });
  cleanUp = async () => {
    await project.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const person = await newPerson(project, "Sven");
  const { id } = await createDocument(person, await homeOf(person));
  session = await openSession(person, id);
  await append(person.client, session, [{ clientSeq: 1, data: base64("x") }]);
  await project.standIn?.stop();
  database = await PGlite.create(join(project.folder ?? "", "postgres"), { extensions: { ltree, pgcrypto } });
});
afterAll(async () => {
  await database?.close();
  await cleanUp();
});

async function list(sql: string): Promise<string[]> {
  const { rows } = await database.query<{ item: string }>(sql);
  return rows.map((row) => row.item).sort();
}

const mayExecute = (role: string) =>
  list(`select n.nspname || '.' || p.proname as item from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('public', 'private') and has_function_privilege('${role}', p.oid, 'execute')`);

describe.skipIf(isElsewhere)("functions", () => {
  it("anon executes one", async () => {
    expect(await mayExecute("anon")).toEqual(["public.describe_invitation"]);
  });

  it("people execute these", async () => {
    expect(await mayExecute("authenticated")).toEqual([
      "private.documents_i_write",
      "private.my_documents",
      "private.my_fellows",
      "private.my_workspaces",
      "private.topic_rights",
      "private.workspaces_i_manage",
      ...[
        "accept_invitation",
        "append_updates",
        "claim_workspace_seed",
        "create_document",
        "create_invitation",
        "delete_document_forever",
        "describe_invitation",
        "ensure_account",
        "finish_workspace_seed",
        "list_document_people",
        "move_document",
        "open_document",
        "pull_updates",
        "remove_member",
        "restore_document",
        "revoke_invitation",
        "set_member_role",
        "trash_document",
      ].map((name) => `public.${name}`),
    ]);
  });

  it("each sees an empty search_path", async () => {
    expect(
      await list(`select p.oid::regprocedure::text as item from pg_proc p
                  where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
                  and not coalesce(p.proconfig @> array['search_path=""'], false)`),
    ).toEqual([]);
  });

  it("a function made later is closed until it is granted", async () => {
    await database.exec("create function public.later() returns int language sql as 'select 1'");
    expect(await mayExecute("anon")).not.toContain("public.later");
    expect(await mayExecute("authenticated")).not.toContain("public.later");
    await database.exec("drop function public.later()");
  });
});

describe.skipIf(isElsewhere)("tables", () => {
  const ours = "c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)";

  it("have row security, forced", async () => {
    expect(
      await list(`select c.oid::regclass::text as item from pg_class c
                  where ${ours} and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)`),
    ).toEqual([]);
  });

  it("give anon nothing, and people only what is listed", async () => {
    const grants = (role: string) =>
      list(`select distinct privilege_type || ' ' || table_name ||
              case when privilege_type = 'SELECT' and table_name <> 'invitations' then '' else '.' || column_name end
              as item
            from information_schema.column_privileges
            where grantee = '${role}' and table_schema in ('public', 'private')`);
    expect(await grants("anon")).toEqual([]);
    expect(await grants("authenticated")).toEqual(
      [
        "blocks",
        "document_heads",
        "document_quarantine",
        "document_sessions",
        "document_snapshots",
        "document_updates",
        "documents",
        ...["accepted_at", "accepted_by", "created_at", "created_by", "expires_at"].map(
          (name) => `invitations.${name}`,
        ),
        ...["id", "revoked_at", "role", "workspace_id"].map((name) => `invitations.${name}`),
        "profiles",
        "workspace_members",
        "workspaces",
      ]
        .map((name) => `SELECT ${name}`)
        .concat(["UPDATE profiles.color", "UPDATE profiles.name", "UPDATE workspaces.name"])
        .sort(),
    );
    expect(
      await list(`select grantee || ' ' || privilege_type || ' ' || table_name as item
                  from information_schema.role_table_grants
                  where table_schema in ('public', 'private') and grantee in ('anon', 'authenticated')
                  and privilege_type <> 'SELECT'`),
    ).toEqual([]);
  });

  it("of the log and its rows are written by functions only, even for the server", async () => {
    const written = [
      "document_updates",
      "document_snapshots",
      "document_heads",
      "blocks",
      "document_sessions",
    ];
    for (const table of written) {
      const { rows } = await database.query(
        `select has_table_privilege('service_role', 'public.${table}', 'insert, update, delete, truncate') as may`,
      );
      expect([table, rows]).toEqual([table, [{ may: false }]]);
    }
  });

  it("have an index for every reference, and none twice", async () => {
    expect(
      await list(`select k.conrelid::regclass::text || ': ' || k.conname as item from pg_constraint k
                  join pg_class c on c.oid = k.conrelid
                  where k.contype = 'f' and ${ours} and not exists (
                    select from pg_index i where i.indrelid = k.conrelid
                    and (i.indkey::int2[])[0:array_length(k.conkey, 1) - 1] @> k.conkey)`),
    ).toEqual([]);
    expect(
      await list(`select i.indrelid::regclass::text || ' ' || i.indkey::text as item from pg_index i
                  join pg_class c on c.oid = i.indrelid where ${ours}
                  group by i.indrelid, i.indkey, i.indclass::text, coalesce(pg_get_expr(i.indpred, i.indrelid), '')
                  having count(*) > 1`),
    ).toEqual([]);
  });

  it("carry the indexes that the runbook names", async () => {
    const names = await list("select indexname as item from pg_indexes where tablename = 'blocks'");
    expect(names).toEqual(expect.arrayContaining(["idx_blocks_parent_path_gist", "idx_blocks_sort_order"]));
  });

  it("blocks and documents are published", async () => {
    const published =
      "select tablename as item from pg_publication_tables where pubname = 'supabase_realtime'";
    expect(await list(published)).toEqual(["blocks", "documents"]);
  });
});

describe.skipIf(isElsewhere)("policies", () => {
  const ours = "schemaname in ('public', 'private') or (schemaname = 'realtime' and tablename = 'messages')";

  it("are for signed-in people, never always true, one for each command", async () => {
    expect(
      await list(`select policyname as item from pg_policies where (${ours}) and (roles <> '{authenticated}'
                  or coalesce(qual, with_check) in ('true', '(true)')
                  or coalesce(qual, '') || coalesce(with_check, '') like '%user_metadata%')`),
    ).toEqual([]);
    expect(
      await list(`select tablename || ' ' || cmd as item from pg_policies where ${ours}
                  group by tablename, cmd having count(*) > 1`),
    ).toEqual([]);
  });

  it("ask who asks once a statement, not once a row", async () => {
    expect(
      await list(`select policyname as item from pg_policies where (${ours})
                  and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''),
                    'SELECT (auth\\.uid|realtime\\.topic)\\(\\)', '', 'gi') ~ '(auth\\.uid|realtime\\.topic)\\(\\)'`),
    ).toEqual([]);
  });

  it("stand on every table of the API", async () => {
    expect(
      await list(`select tablename as item from pg_tables t where schemaname = 'public' and not exists (
                  select from pg_policies p where p.schemaname = 'public' and p.tablename = t.tablename)`),
    ).toEqual([]);
  });

  it("no view passes by them, no extension lies in the API's schema", async () => {
    expect(await list("select viewname as item from pg_views where schemaname = 'public'")).toEqual([]);
    const extensions = "select extname as item from pg_extension where extnamespace = 'public'::regnamespace";
    expect(await list(extensions)).toEqual([]);
  });
});

describe.skipIf(isElsewhere)("the log", () => {
  it.each(["document_updates", "document_snapshots"])(
    "rows of %s are never changed, by nobody",
    async (table) => {
      if (table === "document_snapshots") {
        await database.query(
          `insert into public.document_snapshots values ($1, 1, '\\x00', sha256('\\x00'::bytea))`,
          [session.documentId],
        );
      }
      await expect(database.query(`update public.${table} set created_at = now()`)).rejects.toThrow(
        "append_only",
      );
    },
  );
});

describe.skipIf(isElsewhere)("the queue", () => {
  const asJson = async <Value>(sql: string, params: unknown[] = []) =>
    (await database.query<{ value: Value }>(`select ${sql} as value`, params)).rows[0]?.value;
  const claim = async () => {
    await database.exec("update private.projection_jobs set due_at = now() where dead_at is null");
    type Claimed = { jobs: { lease: string; attempt: number }[] };
    return (await asJson<Claimed>("public.claim_projection_jobs(1)"))?.jobs[0];
  };

  it("gives a job up after the sixth failure, with growing pauses, until the next edit", async () => {
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const job = await claim();
      expect(job?.attempt).toBe(attempt);
      const values = [session.documentId, job?.lease];
      const answer = await asJson("public.fail_projection($1, $2, 'broken')", values);
      expect(answer).toEqual({ attempts: attempt, dead: attempt === 6 });
      const pause = "extract(epoch from due_at - now())::float8";
      pauses.push((await asJson<number>(`(select ${pause} from private.projection_jobs)`)) ?? 0);
    }
    expect(pauses[4]).toBeGreaterThan((pauses[0] ?? 0) * 4);
    expect(await claim()).toBe(undefined);
    await database.query(
      `insert into public.document_updates (document_id, seq, session_id, client_seq, data, sha256)
       values ($1, 2, $2, 2, 'x', sha256('x'::bytea))`,
      [session.documentId, session.sessionId],
    );
    expect((await claim())?.attempt).toBe(1);
  });

  it("takes back a lease that ran out", async () => {
    await database.exec("update private.projection_jobs set leased_until = now() - interval '1 second'");
    expect((await claim())?.attempt).toBe(2);
    expect(await claim()).toBe(undefined);
  });

  it("admits a signed call once, and no stale or altered one", async () => {
    const secret = "(select value from private.runtime_config where key = 'functions_secret')";
    const signature = `encode(extensions.hmac($1 || '.' || $2 || '.' || $3, ${secret}, 'sha256'), 'hex')`;
    const admit = async (time: number, nonce: string, id = session.documentId) => {
      const signed = await asJson<string>(signature, [`${time}`, nonce, session.documentId]);
      return asJson<boolean>("public.admit_function_call($1, $2, $3, $4)", [`${time}`, nonce, signed, id]);
    };
    const now = Math.floor(Date.now() / 1000);
    expect(await admit(now, "a")).toBe(true);
    expect(await admit(now, "a")).toBe(false);
    expect(await admit(now - 301, "b")).toBe(false);
    expect(await admit(now, "c", crypto.randomUUID())).toBe(false);
    expect(await admit(now, "d")).toBe(true);
  });
});

describe.skipIf(isElsewhere)("a sign-up", () => {
  it("succeeds even when the workspace cannot be made", async () => {
    await database.exec("alter function private.provision_account(uuid, text, text) rename to away");
    const { rows } = await database.query(
      "insert into auth.users (id, email) values (gen_random_uuid(), 'a@example.com') returning id",
    );
    expect(rows).toHaveLength(1);
    await database.exec("alter function private.away(uuid, text, text) rename to provision_account");
  });
});
