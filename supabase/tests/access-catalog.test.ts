/** The table of permissions names everything that is there, and each thing that is not named shows. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogDifferences } from "./catalog.ts";
import { OWNER, openProject, type Sql } from "./hosted.ts";

let sql: Sql;
beforeAll(async () => {
  sql = await openProject();
});
afterAll(() => sql?.close());

/** The differences after a change that is taken back. */
async function differencesWith(change: string): Promise<string[]> {
  try {
    await sql.exec(`begin; set local role ${OWNER}; ${change}; reset role`);
    return await catalogDifferences(sql);
  } finally {
    await sql.exec("rollback");
  }
}

describe("the table of permissions", () => {
  it("names what the database holds, and nothing else", async () => {
    expect(await catalogDifferences(sql)).toEqual([]);
  });

  it.each([
    ["a table", "create table public.forgotten (id int primary key)", "tables of the API: forgotten"],
    ["a view", "create view public.forgotten as select 1 as one", "tables of the API: forgotten"],
    ["a closed table", "create table private.forgotten (id int)", "tables behind it: forgotten"],
    [
      "a function",
      "create function public.forgotten() returns int language sql as 'select 1'",
      "functions of the API: forgotten",
    ],
    [
      "a function of the same name",
      "create function public.ensure_account(p_name text) returns int language sql as 'select 1'",
      "functions of the API: ensure_account",
    ],
    [
      "a function opened to all",
      "grant execute on function public.ensure_account() to public",
      "functions that nobody signed in calls: ensure_account",
    ],
    [
      "a function of the server opened to people",
      "grant execute on function public.health_report() to authenticated",
      "functions that people call: health_report",
    ],
    [
      "a helper opened to people",
      "grant execute on function private.require_role(uuid, text[]) to authenticated",
      "helpers of policies: require_role",
    ],
    [
      "a column",
      "grant select (token_hash) on public.invitations to authenticated",
      "grants to people: SELECT invitations",
    ],
    [
      "a right to change",
      "grant update (access_epoch) on public.workspaces to authenticated",
      "grants to people: UPDATE workspaces.access_epoch",
    ],
    [
      "a right to delete",
      "grant delete on public.documents to authenticated",
      "grants to people: DELETE documents",
    ],
    [
      "a right of nobody",
      "grant select on public.profiles to anon",
      "grants to nobody signed in: SELECT profiles",
    ],
    [
      "a right of the server",
      "grant insert on public.document_updates to service_role",
      "tables that the server writes: document_updates",
    ],
    [
      "a topic that is sent to",
      `create function private.tell() returns text language sql as $$ select format('document:%s:gossip:%s', 1, 2) $$`,
      "topics: document:gossip",
    ],
    ["a bucket", "insert into storage.buckets (id, name) values ('b', 'b')", "buckets: b"],
  ])("shows %s that it does not name", async (_, change, expected) => {
    expect(await differencesWith(change)).toContain(`${expected} is not in permissions.ts`);
  });

  it("shows what is gone", async () => {
    expect(await differencesWith("revoke select on public.blocks from authenticated")).toContain(
      "grants to people: SELECT blocks is not in the database",
    );
    expect(await differencesWith("drop function public.health_report()")).toContain(
      "functions of the API: health_report is not in the database",
    );
  });

  it("a function made later is closed until it is granted", async () => {
    const made = await differencesWith(
      "create function public.later() returns int language sql as 'select 1'",
    );
    expect(made).toEqual(["functions of the API: later is not in permissions.ts"]);
  });
});
