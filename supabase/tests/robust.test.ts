/**
 * Many at once: nobody is ever answered as somebody else. STAND_IN_REQUESTS sets how many requests are sent;
 * 10,000 take about a minute on two busy cores.
 */
import { resolve } from "node:path";
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymous, newPerson, type Project, service, startProject } from "./stand-in.ts";

const schema = resolve(import.meta.dirname, "schema");
const REQUESTS = Number(process.env.STAND_IN_REQUESTS ?? 2_000);
const AT_ONCE = 64;

interface Identity {
  readonly client: SupabaseClient;
  readonly role: string;
  readonly uid: string | null;
  /** Whose notes this identity sees. */
  readonly sees: readonly string[];
}

let project: Project;
let identities: readonly Identity[];
beforeAll(async () => {
  project = await startProject({ args: ["--migrations", schema] });
  const [ada, bob] = [await newPerson(project, "Ada"), await newPerson(project, "Bob")];
  for (const { client, id } of [ada, bob]) {
    const { error } = await client.from("notes").insert({ body: `of ${id}` });
    if (error) throw new Error(error.message);
  }
  identities = [
    { client: ada.client, role: "authenticated", uid: ada.id, sees: [ada.id] },
    { client: bob.client, role: "authenticated", uid: bob.id, sees: [bob.id] },
    { client: anonymous(project), role: "anon", uid: null, sees: [] },
    { client: service(project), role: "service_role", uid: null, sees: [ada.id, bob.id].sort() },
  ];
});
afterAll(() => project?.stop());

/** What one request showed of who it was taken for; null when it was the right one. */
type Ask = (who: Identity, n: number) => Promise<unknown>;

const ways: Record<string, Ask> = {
  "select of a table": async ({ client, sees }) => {
    const { data, error } = await client.from("notes").select("owner").like("body", "of %").order("owner");
    const owners = data?.map(({ owner }) => String(owner));
    return JSON.stringify(owners) === JSON.stringify(sees) ? null : { owners, error };
  },
  "direct RPC": async ({ client, role, uid }) => isOneself(await client.rpc("who"), role, uid),
  "RPC through lite": async ({ client, role, uid }) =>
    isOneself(await client.rpc("who").setHeader("x-stand-in-path", "lite"), role, uid),
  "RPC by GET": async ({ client, role, uid }) =>
    isOneself(await client.rpc("who", {}, { get: true }), role, uid),
  "insert that returns its row": async ({ client, role, uid }, n) => {
    const { data, error, status } = await client
      .from("notes")
      .insert({ body: `note ${n}` })
      .select("owner");
    if (role === "authenticated") return data?.[0]?.owner === uid ? null : { data, error };
    // Nobody owns what these write: anon may not, and of the service the column demands an owner.
    return error && (role === "anon" ? status === 401 : error.code === "23502") ? null : { data, error };
  },
};

interface Who {
  readonly uid: string | null;
  readonly role: string;
  readonly user: string;
}

function isOneself({ data, error }: { data: Who | null; error: unknown }, role: string, uid: string | null) {
  return data?.role === role && data.user === role && data.uid === uid ? null : { data, error };
}

describe("identity", () => {
  it("RB1 of thousands of requests of 4 identities, 64 at a time, none is taken for another", {
    timeout: 600_000,
  }, async () => {
    const asks = Object.entries(ways);
    const mixed: unknown[] = [];
    const answered = new Map<string, number>();
    let next = 0;
    const lane = async () => {
      for (let n = next++; n < REQUESTS; n = next++) {
        const who = identities[n % identities.length];
        const [way, ask] = asks[Math.floor(n / identities.length) % asks.length] ?? [];
        if (!who || !way || !ask) throw new Error(`nobody asks request ${n}`);
        const wrong = await ask(who, n);
        if (wrong) mixed.push({ n, way, role: who.role, uid: who.uid, wrong });
        const key = `${way} as ${who.role}`;
        answered.set(key, (answered.get(key) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    expect(mixed, JSON.stringify(mixed.slice(0, 3))).toEqual([]);
    expect([...answered.values()].reduce((sum, count) => sum + count, 0)).toBe(REQUESTS);
    expect(answered.size).toBe(3 * asks.length);
  });
});
