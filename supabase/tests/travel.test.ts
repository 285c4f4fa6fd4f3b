/**
 * The migrations as they travel to a hosted project: pushed by Supabase's own command line, to a Postgres 17 that
 * is set up as hosted (hosted.sql), as an owner who is no superuser. Skipped where native-postgres is not at hand.
 */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { INSTALL_MS, whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { catalogDifferences } from "./catalog.ts";
import { connect, OWNER, openEmptyProject, openProject, readMigrations, type Sql } from "./hosted.ts";
import { buildSqlScene, type SqlScene } from "./hosted-scene.ts";
import { differences, PARTS, partOf } from "./matrix.ts";
import { type Cli, openCli } from "./supabase-cli.ts";

/** The first release; people had data in it when later migrations came. */
const FIRST_RELEASE = "20261122000210";
const migrations = readMigrations();

beforeEach((context) => {
  if (whyNoNativePostgres !== null) context.skip(whyNoNativePostgres);
});

const asOwner = (sql: Sql) => `--remote=${sql.url?.replace("postgres@", `${OWNER}@`)}?sslmode=disable`;
const list = async (sql: Sql, query: string) =>
  (await sql.query<{ item: string }>(query)).map(({ item }) => item);

/** What belongs to services of Supabase, but for policies and triggers: a migration may not touch it. */
const FOREIGN = `
  select n.nspname || '.' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
    || c.relowner::regrole || ' ' || c.relrowsecurity || coalesce(c.relacl::text, '') as item
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  where n.nspname in ('auth', 'realtime', 'storage') and a.attnum > 0
  union all
  select p.oid::regprocedure::text || p.prosrc || coalesce(p.proacl::text, '') from pg_proc p
  where p.pronamespace in ('auth'::regnamespace, 'realtime'::regnamespace, 'storage'::regnamespace)
  order by 1`;

describe("pushed by the command line", () => {
  let sql: Sql;
  let cli: Cli;
  let foreign: string[];
  beforeAll(async () => {
    if (whyNoNativePostgres !== null) return;
    [sql, cli] = await Promise.all([openEmptyProject("native"), openCli()]);
    foreign = await list(sql, FOREIGN);
  }, INSTALL_MS);
  afterAll(async () => {
    await Promise.all([sql?.close(), cli?.close()]);
  });

  interface Listed {
    readonly migrations: readonly { readonly local: string; readonly remote: string }[];
  }
  const listed = async () => (await cli.json<Listed>("migration", "list", asOwner(sql))).migrations;
  const isRecorded = async (version: string) =>
    (await list(sql, "select version as item from supabase_migrations.schema_migrations")).includes(version);

  it("all are pending on an empty project", async () => {
    expect(await listed()).toMatchObject(migrations.map(({ version }) => ({ local: version, remote: "" })));
  });

  it("all are applied, in order, by an owner who is no superuser", async () => {
    expect(
      await sql.query(
        `select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = '${OWNER}'`,
      ),
    ).toEqual([{ rolsuper: false, rolbypassrls: true, rolcreaterole: true }]);
    const { code, stderr } = await cli.run("db", "push", asOwner(sql));
    expect([code, stderr.match(/Applying migration \S+\.sql/g)]).toEqual([
      0,
      migrations.map(({ file }) => `Applying migration ${file}`),
    ]);
    expect(await listed()).toMatchObject(
      migrations.map(({ version }) => ({ local: version, remote: version })),
    );
  });

  it("a second push changes nothing", async () => {
    const answer = await cli.json("db", "push", asOwner(sql));
    expect(answer).toMatchObject({ upToDate: true, migrations: [] });
  });

  it("each record holds its file, word for word", async () => {
    const words = (text: string) => text.replace(/[\s;]+/g, " ").trim();
    const rows = await sql.query<{ version: string; text: string }>(
      `select version, array_to_string(statements, E'\\n') as text from supabase_migrations.schema_migrations
       order by version`,
    );
    expect(rows.map(({ version, text }) => [version, words(text)])).toEqual(
      migrations.map(({ version, sql: text }) => [version, words(text)]),
    );
  });

  it("what they make belongs to that owner, and what was there is untouched", async () => {
    const owners = (catalog: string, owner: string, schema: string) =>
      list(
        sql,
        `select distinct ${owner}::regrole::text as item from ${catalog}
         where ${schema} in ('public'::regnamespace, 'private'::regnamespace)`,
      );
    expect(await owners("pg_class", "relowner", "relnamespace")).toEqual([OWNER]);
    expect(await owners("pg_proc", "proowner", "pronamespace")).toEqual([OWNER]);
    expect(await list(sql, FOREIGN)).toEqual(foreign);
  });

  it("the project then works for everybody, and only as the table of permissions says", async () => {
    const scene = await buildSqlScene(sql);
    expect(await catalogDifferences(sql)).toEqual([]);
    for (const part of PARTS) expect(await differences(sql, scene, partOf(scene, part))).toEqual([]);
  });

  it("an account that goes takes its profile along and leaves the workspace", async () => {
    const scene = await buildSqlScene(sql);
    const { viewer } = scene.ids;
    await sql.exec(`set role supabase_auth_admin; delete from auth.users where id = '${viewer}'; reset role`);
    expect(await sql.query(`select from public.profiles where id = '${viewer}'`)).toHaveLength(0);
    expect(await sql.query(`select from public.workspace_members where user_id = '${viewer}'`)).toHaveLength(
      0,
    );
  });

  it("one that fails half way leaves nothing", async () => {
    const file = "20991231235959_half.sql";
    await cli.addMigration(file, "create table public.half (id int);\nselect 1 / 0;\n");
    const { code, stderr } = await cli.run("db", "push", asOwner(sql));
    await cli.removeMigration(file);
    expect([code, stderr]).toEqual([1, expect.stringContaining("division by zero")]);
    expect(await list(sql, "select to_regclass('public.half')::text as item")).toEqual([null]);
    expect(await isRecorded("20991231235959")).toBe(false);
  });

  it("one older than what is applied is not slipped in", async () => {
    const file = "20261122000101_late.sql";
    await cli.addMigration(file, "create table public.late (id int);");
    const { code, stderr } = await cli.run("db", "push", asOwner(sql));
    await cli.removeMigration(file);
    expect([code, stderr]).toEqual([1, expect.stringContaining(file)]);
    expect(await isRecorded("20261122000101")).toBe(false);
  });

  it("a database that is ahead of the files is refused", async () => {
    const last = migrations.at(-1)?.file ?? "";
    const behind = await openCli();
    await behind.removeMigration(last);
    const { code, stderr } = await behind.run("db", "push", asOwner(sql));
    await behind.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining(last.split("_")[0] ?? "")]);
  });

  it("gives the very schema that our own way of applying gives; a difference shows", async () => {
    const own = await openProject("native");
    try {
      const url = (of: Sql) => `${of.url?.replace("postgres@", `${OWNER}@`)}?sslmode=disable`;
      const diff = async () => {
        const { code, stdout, stderr } = await cli.run("db", "diff", "--from", url(sql), "--to", url(own));
        expect([code, stderr]).toEqual([0, expect.any(String)]);
        return stdout.trim();
      };
      expect(await diff()).toBe("");
      await own.exec("alter table public.documents add column planted integer");
      const added = (await diff()).replace(/\s+/g, " ");
      expect(added).toBe('ALTER TABLE "public"."documents" ADD COLUMN "planted" integer;');
    } finally {
      await own.close();
    }
  });

  interface Finding {
    readonly name: string;
    readonly level: "INFO" | "WARN" | "ERROR";
    readonly detail: string;
  }
  const advise = async () => {
    const { results } = await cli.json<{ results: Finding[] }>(
      "db",
      "advisors",
      asOwner(sql),
      "--level",
      "info",
    );
    // Nobody has used the indexes of a new project.
    return results.filter(({ name }) => name !== "unused_index");
  };

  it("Supabase's own linter finds nothing but tables that are closed on purpose", async () => {
    const found = (await advise()).map(
      ({ level, name, detail }) => `${level} ${name} ${detail.split("`")[1]}`,
    );
    expect(found.sort()).toEqual([
      "INFO rls_enabled_no_policy private.append_budgets",
      "INFO rls_enabled_no_policy private.departures",
      "INFO rls_enabled_no_policy private.embedding_jobs",
      "INFO rls_enabled_no_policy private.embedding_models",
      "INFO rls_enabled_no_policy private.file_mentions",
      "INFO rls_enabled_no_policy private.file_readings",
      "INFO rls_enabled_no_policy private.function_nonces",
      "INFO rls_enabled_no_policy private.job_watch",
      "INFO rls_enabled_no_policy private.projection_jobs",
      "INFO rls_enabled_no_policy private.removals",
      "INFO rls_enabled_no_policy private.runtime_config",
      "INFO rls_enabled_no_policy private.workspace_words",
    ]);
    await sql.exec("create table public.planted (password text); grant select on public.planted to anon");
    const planted = (await advise()).filter(({ detail }) => detail.includes("public.planted"));
    await sql.exec("drop table public.planted");
    expect(planted.map(({ name }) => name).sort()).toEqual([
      "no_primary_key",
      "rls_disabled_in_public",
      "sensitive_columns_exposed",
    ]);
  });
});

describe("pushed onto a project that people use", () => {
  let sql: Sql;
  let first: Cli;
  let cli: Cli;
  let scene: SqlScene;
  const later = migrations.filter(({ version }) => version > FIRST_RELEASE);
  beforeAll(async () => {
    if (whyNoNativePostgres !== null) return;
    [sql, first, cli] = await Promise.all([openEmptyProject("native"), openCli(), openCli()]);
    for (const { file } of later) await first.removeMigration(file);
    const { code, stderr } = await first.run("db", "push", asOwner(sql));
    if (code !== 0) throw new Error(stderr);
    scene = await buildSqlScene(sql);
  });
  afterAll(async () => {
    await Promise.all([sql?.close(), first?.close(), cli?.close()]);
  });

  interface Columns {
    readonly table: string;
    readonly columns: string;
  }
  const readColumns = () =>
    sql.query<Columns>(`
      select c.oid::regclass::text as table, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind = 'r' and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
      group by c.oid order by 1`);

  /** A line for each table: its rows in those columns, as one hash. */
  async function contents(of: readonly Columns[]): Promise<string[]> {
    const lines: string[] = [];
    for (const { table, columns } of of) {
      const rows = await list(sql, `select row(${columns})::text as item from ${table} order by 1`);
      lines.push(`${table} ${rows.length} ${createHash("sha256").update(rows.join("\n")).digest("hex")}`);
    }
    return lines;
  }

  it("the later ones change no row, and somebody who reads meanwhile is answered", async () => {
    const columns = await readColumns();
    const before = await contents(columns);
    const { url } = sql;
    if (url === null) throw new Error("a native project has an address");
    const other = connect(url);
    let isDone = false;
    let reads = 0;
    const reading = (async () => {
      while (!isDone) {
        await other.query("select count(*) from public.documents");
        reads += 1;
      }
    })();
    const { code, stderr } = await cli.run("db", "push", asOwner(sql));
    isDone = true;
    await reading;
    await other.close();
    expect([code, stderr.match(/Applying migration \S+\.sql/g) ?? []]).toEqual([
      0,
      later.map(({ file }) => `Applying migration ${file}`),
    ]);
    expect(reads).toBeGreaterThan(0);
    expect(await contents(columns)).toEqual(before);
  });

  it("and everything works as on a new one", async () => {
    expect(await catalogDifferences(sql)).toEqual([]);
    for (const part of PARTS) expect(await differences(sql, scene, partOf(scene, part))).toEqual([]);
  });
});

describe("PGlite and Postgres 17", () => {
  /** Tables, columns, constraints, indexes, functions, policies, triggers and grants of ours, one a line. */
  const SCHEMA = `
    with ours as (select oid from pg_namespace where nspname in ('public', 'private'))
    select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
      || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || coalesce(a.attacl::text, '') as item
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace in (select oid from ours) and c.relkind in ('r', 'p')
    union all
    select c.relname || ' ' || c.relrowsecurity || c.relforcerowsecurity || coalesce(c.relacl::text, '') from pg_class c
    where c.relnamespace in (select oid from ours) and c.relkind in ('r', 'p')
    union all select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
    where connamespace in (select oid from ours)
    union all select pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indrelid
    where c.relnamespace in (select oid from ours)
    union all select pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '') from pg_proc p
    where p.pronamespace in (select oid from ours)
    union all select p::text from pg_policies p where p.schemaname in ('public', 'private', 'realtime', 'storage')
    union all select pg_get_triggerdef(t.oid) from pg_trigger t join pg_proc p on p.oid = t.tgfoid
    where not t.tgisinternal and p.pronamespace in (select oid from ours)
    order by 1`;

  it("end with the same schema", async () => {
    const [light, native] = await Promise.all([openProject("pglite"), openProject("native")]);
    try {
      const lines = await list(light, SCHEMA);
      expect(lines.length).toBeGreaterThan(100);
      expect(lines).toEqual(await list(native, SCHEMA));
    } finally {
      await Promise.all([light.close(), native.close()]);
    }
  });
});
