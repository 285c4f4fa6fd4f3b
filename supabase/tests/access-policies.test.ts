/**
 * The table of permissions against the database itself: it names everything that is there, every cell holds, and
 * each policy is needed. Taking one away, or letting it say yes to everything, must show in the matrix.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProject, type Sql } from "./hosted.ts";
import { buildSqlScene, type SqlScene } from "./hosted-scene.ts";
import { differences, PARTS, partOf } from "./matrix.ts";
import { TABLES } from "./permissions.ts";

let sql: Sql;
let scene: SqlScene;
beforeAll(async () => {
  sql = await openProject();
  scene = await buildSqlScene(sql);
});
afterAll(() => sql?.close());

interface Policy {
  readonly name: string;
  readonly table: string;
  readonly command: "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "ALL";
}

const readPolicies = () =>
  sql.query<Policy>(`
    select policyname as name, schemaname || '.' || tablename as table, cmd as command from pg_policies
    where schemaname in ('public', 'private', 'realtime', 'storage') order by 2, 1`);

/** The same policy, saying yes to all it is asked about. */
function yesTo({ name, table, command }: Policy): string {
  const using = command === "INSERT" ? "" : " using (true)";
  const check = command === "SELECT" || command === "DELETE" ? "" : " with check (true)";
  return `alter policy "${name}" on ${table}${using}${check}`;
}

describe("the matrix", () => {
  it.each(PARTS)("%s is as the table of permissions says", async (part) => {
    expect(await differences(sql, scene, partOf(scene, part))).toEqual([]);
  });

  it("shows each policy that is gone", async () => {
    const policies = await readPolicies();
    expect(policies.length).toBeGreaterThanOrEqual(15);
    for (const policy of policies) {
      const drop = `drop policy "${policy.name}" on ${policy.table}`;
      const shown = await differences(sql, scene, partOf(scene, policy.table), drop);
      expect(shown.length, `${policy.name} is gone and nobody notices`).toBeGreaterThan(0);
    }
  });

  it("shows each policy that says yes to everything", async () => {
    for (const policy of await readPolicies()) {
      const shown = await differences(sql, scene, partOf(scene, policy.table), yesTo(policy));
      expect(shown.length, `${policy.name} is true and nobody notices`).toBeGreaterThan(0);
    }
  });

  it("shows each table whose row security is off", async () => {
    for (const name of Object.keys(TABLES)) {
      const off = `alter table public.${name} disable row level security`;
      const shown = await differences(sql, scene, partOf(scene, `public.${name}`), off);
      expect(shown.length, `${name} is open and nobody notices`).toBeGreaterThan(0);
    }
  });

  it("shows each table that everybody may write to", async () => {
    for (const name of Object.keys(TABLES)) {
      const open = `grant insert, update, delete on public.${name} to authenticated, anon`;
      const shown = await differences(sql, scene, partOf(scene, `public.${name}`), open);
      expect(shown.length, `${name} can be written and nobody notices`).toBeGreaterThan(0);
    }
  });
});
