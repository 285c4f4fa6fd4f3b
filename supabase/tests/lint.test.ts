/** No rule of lint-rules.ts finds anything in our database, and each finds what is planted for it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProject, type Sql } from "./hosted.ts";
import { RULES } from "./lint-rules.ts";

let sql: Sql;
beforeAll(async () => {
  sql = await openProject();
});
afterAll(() => sql?.close());

async function find(rule: string, change = ""): Promise<string[]> {
  try {
    await sql.exec(`begin; ${change}`);
    return (await sql.query<{ item: string }>(rule)).map(({ item }) => item);
  } finally {
    await sql.exec("rollback");
  }
}

describe("the linter finds no", () => {
  it.each(RULES)("$name", async (rule) => {
    expect(await find(rule.sql)).toEqual([]);
  });
});

describe("the linter would find", () => {
  it.each(RULES)("$name", async (rule) => {
    expect(await find(rule.sql, rule.planted)).toEqual([rule.item]);
  });
});
