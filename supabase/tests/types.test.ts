/**
 * lib/supabase/database-types.gen.ts is what Supabase's generator makes of our schema. A schema that changed shows
 * everywhere, by the digest in the file's head; whole, where native-postgres is at hand. `npm run types` writes it.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { INSTALL_MS, whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { OWNER, openProject, type Sql } from "./hosted.ts";
import { openCli } from "./supabase-cli.ts";

const root = resolve(import.meta.dirname, "../..");
const file = join(root, "lib/supabase/database-types.gen.ts");

/** All that the types are made of: columns, references and functions of the API's schema. */
const SCHEMA = `
  select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull || ' '
    || a.atthasdef || a.attidentity::text || a.attgenerated::text as item
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
  union all select conrelid::regclass::text || ' ' || pg_get_constraintdef(oid) from pg_constraint
  where connamespace = 'public'::regnamespace and contype in ('f', 'u', 'p')
  union all select proname || '(' || pg_get_function_arguments(oid) || ') ' || pg_get_function_result(oid)
  from pg_proc where pronamespace = 'public'::regnamespace
  union all select typname || ' ' || typtype::text from pg_type where typnamespace = 'public'::regnamespace and typtype <> 'b'`;

async function digestOf(sql: Sql): Promise<string> {
  const lines = (await sql.query<{ item: string }>(SCHEMA)).map(({ item }) => item).sort();
  expect(lines.length).toBeGreaterThan(50);
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/** By the formatter of this repository; the generator leaves that to others. */
async function format(source: string): Promise<string> {
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const args = [biome, "format", "--stdin-file-path=lib/supabase/database-types.ts"];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(source);
  return text(child.stdout);
}

let sql: Sql;
beforeAll(async () => {
  sql = await openProject(whyNoNativePostgres === null ? "native" : "pglite");
}, INSTALL_MS);
afterAll(() => sql?.close());

describe("the database's types", () => {
  it("are those of the present schema (else: npm run types)", async (context) => {
    const digest = await digestOf(sql);
    if (sql.url === null) {
      expect(await readFile(file, "utf8")).toContain(`schema ${digest}`);
      return context.skip(`Only the digest was compared. ${whyNoNativePostgres}`);
    }
    const cli = await openCli({ migrations: false });
    const from = `--remote=${sql.url.replace("postgres@", `${OWNER}@`)}`;
    const made = await cli.run("gen", "types", "--lang", "typescript", "--schema", "public", from);
    await cli.close();
    if (made.code !== 0) throw new Error(made.stderr);
    const head = `// Made by the Supabase CLI from the schema ${digest}; \`npm run types\` makes it anew.\n`;
    await expect(await format(`${head}${made.stdout.trimStart()}`)).toMatchFileSnapshot(file);
  });

  it.each([
    ["a column", "alter table public.documents add column planted integer"],
    ["a column that may be null", "alter table public.documents alter column title drop not null"],
    ["a function", "create function public.planted() returns int language sql as 'select 1'"],
  ])("would be stale after %s", async (_, change) => {
    try {
      await sql.exec(`begin; ${change}`);
      expect(await readFile(file, "utf8")).not.toContain(`schema ${await digestOf(sql)}`);
    } finally {
      await sql.exec("rollback");
    }
  });
});
