/**
 * What hosted projects refuse of a migration in the schema `storage`, whose tables belong to Storage there since
 * April 2025. The stand-in runs migrations as a superuser and would let it pass.
 */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const folder = resolve(import.meta.dirname, "../migrations");

/** Statements that end in "must be owner of table objects" or "permission denied for schema storage". */
const REFUSED = [
  /\b(alter|drop|truncate)\s+(table|function|schema)\s+(if\s+exists\s+)?(only\s+)?"?storage\b/i,
  /\bcreate\s+(or\s+replace\s+)?(table|function|view|type|sequence)\s+(if\s+not\s+exists\s+)?"?storage"?\./i,
  /\bcreate\s+(unique\s+)?index\b[^;]*\bon\s+"?storage"?\./i,
  /\bcomment\s+on\s+(policy|table|column)\b[^;]*\bstorage"?\./i,
  /\b(grant|revoke)\b[^;]*\bon\s+(all\s+tables\s+in\s+schema\s+)?"?storage\b/i,
  /\bdelete\s+from\s+"?storage"?\./i,
];

const withoutComments = (sql: string) => sql.replace(/--.*$/gm, "");
const isRefused = (sql: string) => REFUSED.some((pattern) => pattern.test(withoutComments(sql)));

describe("migrations", () => {
  it("SH1 do in the schema storage only what hosted projects allow", async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".sql"));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect([name, isRefused(await readFile(join(folder, name), "utf8"))]).toEqual([name, false]);
    }
  });

  it.each([
    "alter table storage.objects enable row level security",
    'alter table "storage"."objects" force row level security',
    "create index x on storage.objects (name)",
    "create or replace function storage.mine() returns int language sql as 'select 1'",
    "comment on policy x on storage.objects is 'y'",
    "revoke all on storage.objects from anon",
    "delete from storage.objects where true",
    "drop table if exists storage.objects",
  ])("SH2 the check knows: %s", (sql) => expect(isRefused(sql)).toBe(true));

  it.each([
    "create policy x on storage.objects for select to authenticated using (true)",
    "drop policy if exists x on storage.objects",
    "insert into storage.buckets (id, name) values ('a', 'a') on conflict (id) do nothing",
    "-- alter table storage.objects enable row level security",
  ])("SH3 and lets pass: %s", (sql) => expect(isRefused(sql)).toBe(false));
});
