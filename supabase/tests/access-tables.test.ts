/** Each table for each kind of person and each verb, as permissions.ts says, through REST. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccessScene, buildAccessScene } from "./access-scene.ts";
import { ACTORS, type Actor, CLOSED_TABLES, TABLES, type TableRights } from "./permissions.ts";

let at: AccessScene;
beforeAll(async () => {
  at = await buildAccessScene({ removed: true });
});
afterAll(() => at?.stop());

const keyOf = ({ of }: TableRights) =>
  ({ workspace: at.scene.workspaceId, document: at.document.id, owner: at.scene.people.owner.id })[of];

const cases = Object.entries(TABLES).flatMap(([name, rights]) =>
  ACTORS.map((actor) => ({ name, rights, actor })),
);

describe("tables", () => {
  it.each(cases)("$name for the $actor: rows to read", async ({ name, rights, actor }) => {
    const columns = rights.columns?.join(",") ?? "*";
    const { data, error } = await at.clientOf(actor).from(name).select(columns).eq(rights.key, keyOf(rights));
    if (actor === "anonymous") expect(error?.code).toBe("42501");
    else if (rights.select.includes(actor)) expect(data?.length).toBeGreaterThan(0);
    else expect(data).toEqual([]);
  });

  it.each(cases.filter(({ rights }) => rights.columns))(
    "$name for the $actor: no column beyond those",
    async ({ name, rights, actor }) => {
      const { error } = await at.clientOf(actor).from(name).select("*").eq(rights.key, keyOf(rights));
      expect(error?.code).toBe("42501");
    },
  );

  it.each(cases)("$name for the $actor: what to insert and delete", async ({ name, rights, actor }) => {
    const client = at.clientOf(actor);
    const { error } = await client.from(name).insert({ [rights.key]: keyOf(rights) } as object);
    if (rights.insert.includes(actor)) expect(error).toBe(null);
    else expect(error?.code).toBe("42501");
    const deleted = await client.from(name).delete({ count: "exact" }).eq(rights.key, keyOf(rights));
    if (rights.delete.length === 0) expect(deleted.error?.code).toBe("42501");
    else expect(deleted.count).toBe(rights.delete.includes(actor) ? 1 : 0);
  });

  it.each(cases)("$name for the $actor: what to change", async ({ name, rights, actor }) => {
    const change = async (values: object) => {
      const changed = at.clientOf(actor).from(name).update(values).eq(rights.key, keyOf(rights));
      const { data, error } = await changed.select(rights.key);
      return error ? error.code : data.length;
    };
    const outcome = (by: readonly Actor[]) => (actor === "anonymous" ? "42501" : by.includes(actor) ? 1 : 0);
    for (const [column, { to, by }] of Object.entries(rights.update)) {
      expect([column, await change({ [column]: to })]).toEqual([column, outcome(by)]);
    }
    // Marks that only functions set.
    expect(await change({ [rights.fixed]: null })).toBe("42501");
  });

  it.each(CLOSED_TABLES)("%s is not in the API, not even for the server", async (name) => {
    const { error } = await at.scene.service.from(name).select("*");
    expect(error?.code).toBe("PGRST205");
  });
});
