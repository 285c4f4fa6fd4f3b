import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, openPglite } from "./database.ts";
import { migrate } from "./migrate.ts";
import { createFromTemplate } from "./template.ts";

let home: string;
let database: Database;
let folder: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "migrate-"));
  await createFromTemplate(join(home, "postgres"));
  database = await openPglite({ folder: join(home, "postgres") });
});
afterAll(async () => {
  await database?.close();
  await rm(home, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(home, "migrations-"));
  await database.exec(
    "delete from supabase_migrations.schema_migrations; drop table if exists public.one, public.two",
  );
});

const write = (name: string, sql: string) => writeFile(join(folder, name), sql);

describe("migrations", () => {
  it("MI1 each is applied once, in the order of the names, and recorded", async () => {
    await write("2_two.sql", "create table public.two (id int references public.one)");
    await write("1_one.sql", "create table public.one (id int primary key)");
    expect(await migrate(database, folder)).toEqual(["1_one.sql", "2_two.sql"]);
    expect(await migrate(database, folder)).toEqual([]);
    const { rows } = await database.query(
      "select version, name from supabase_migrations.schema_migrations order by 1",
    );
    expect(rows).toEqual([
      { version: "1", name: "one" },
      { version: "2", name: "two" },
    ]);
  });

  it("MI2 one that was changed after it was applied is refused, by name", async () => {
    await write("1_one.sql", "create table public.one (id int)");
    await migrate(database, folder);
    await write("1_one.sql", "create table public.one (id bigint)");
    await expect(migrate(database, folder)).rejects.toThrow(
      "1_one.sql was changed after the data folder had taken it",
    );
  });

  it("MI3 one that the database has and this version lacks is refused, by name", async () => {
    await write("1_one.sql", "create table public.one (id int)");
    await migrate(database, folder);
    await rm(join(folder, "1_one.sql"));
    await expect(migrate(database, folder)).rejects.toThrow("1_one, which this version lacks");
  });

  it("MI4 one that fails leaves nothing of itself and names the line", async () => {
    await write("1_one.sql", "create table public.one (id int);\nselect nonsense;");
    await expect(migrate(database, folder)).rejects.toThrow(/1_one\.sql failed: .*"nonsense".* at line 2/);
    await write("1_one.sql", "create table public.one (id int)");
    expect(await migrate(database, folder)).toEqual(["1_one.sql"]);
  });

  it("MI5 a file that is not named like a migration is refused", async () => {
    await write("notes.sql", "select 1");
    await expect(migrate(database, folder)).rejects.toThrow("notes.sql is not named like a migration");
  });

  it("MI6 tables made by a migration carry Supabase's default grants", async () => {
    await write("1_one.sql", "create table public.one (id int)");
    await migrate(database, folder);
    const { rows } = await database.query(
      "select r, has_table_privilege(r, 'public.one', 'select, insert, update, delete') as may from unnest(array['anon', 'authenticated', 'service_role']) r",
    );
    expect(rows).toEqual(["anon", "authenticated", "service_role"].map((r) => ({ r, may: true })));
  });

  it("MI7 what the Supabase CLI pushed and recorded, statement by statement, counts as applied", async () => {
    await write("1_one.sql", "-- One.\ncreate table public.one (id int);\n\nselect 1;\n");
    await database.exec(`create table public.one (id int);
      insert into supabase_migrations.schema_migrations (version, name, statements)
      values ('1', 'one', array[E'-- One.\\ncreate table public.one (id int)', 'select 1'])`);
    expect(await migrate(database, folder)).toEqual([]);
  });

  it("MI7 they run as a superuser, whom hosted projects do not give", async () => {
    await write("1_one.sql", "create table public.one as select current_setting('is_superuser') as is_super");
    await migrate(database, folder);
    expect((await database.query("select * from public.one")).rows).toEqual([{ is_super: "on" }]);
  });

  it("MI8 an extension that the stand-in does not bring along is refused, by name", async () => {
    await write("1_one.sql", "create extension postgis");
    await expect(migrate(database, folder)).rejects.toThrow(
      /1_one\.sql failed: .*"postgis" is not available/,
    );
  });
});
