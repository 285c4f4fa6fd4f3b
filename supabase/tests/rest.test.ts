/** REST on a schema of its own (supabase/tests/schema), so on the stand-in only. */
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymous, newPerson, type Person, type Project, service, startProject } from "./stand-in.ts";

let project: Project;
let ada: Person;
beforeAll(async () => {
  project = await startProject({ args: ["--migrations", resolve(import.meta.dirname, "schema")] });
  ada = await newPerson(project);
});
afterAll(() => project?.stop());

interface Answer {
  status: number;
  body: unknown;
}

async function call(
  path: "direct" | "lite",
  name: string,
  body: string,
  token: string | null,
): Promise<Answer> {
  const answer = await fetch(`${project.url}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers: {
      apikey: project.publishableKey,
      "content-type": "application/json",
      "x-stand-in-path": path,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
}

const tokenOf = async (person: Person) =>
  (await person.client.auth.getSession()).data.session?.access_token ?? "";

describe("tables", () => {
  it("RE1 rows are written and read under row security", async () => {
    const bob = await newPerson(project, "Bob");
    const { data, error } = await ada.client.from("notes").insert({ body: "mine" }).select().single();
    expect(error).toBeNull();
    expect(data).toMatchObject({ body: "mine", owner: ada.id });
    expect(
      (await ada.client.from("notes").update({ body: "changed" }).eq("id", data.id).select("body")).data,
    ).toEqual([{ body: "changed" }]);
    expect((await bob.client.from("notes").select().eq("id", data.id)).data).toEqual([]);
    expect((await bob.client.from("notes").delete().eq("id", data.id).select()).data).toEqual([]);
    const { error: foreign } = await bob.client.from("notes").insert({ body: "x", owner: ada.id });
    expect(foreign).toMatchObject({ code: "42501" });
    expect((await service(project).from("notes").select("body").eq("id", data.id)).data).toEqual([
      { body: "changed" },
    ]);
  });

  it("RE2 filters, order, range and count work", async () => {
    const bob = await newPerson(project, "Bob");
    await bob.client.from("notes").insert(["b", "a", "c"].map((body) => ({ body })));
    const { data, count } = await bob.client
      .from("notes")
      .select("body", { count: "exact" })
      .order("body")
      .range(0, 1);
    expect([data, count]).toEqual([[{ body: "a" }, { body: "b" }], 3]);
    expect((await bob.client.from("notes").select("body").in("body", ["c", "z"])).data).toEqual([
      { body: "c" },
    ]);
  });

  it("RE3 what no grant allows is refused, also after many requests", async () => {
    for (const client of [ada.client, anonymous(project)]) {
      expect((await client.from("hidden").select()).error).toMatchObject({ code: "42501" });
    }
    expect((await anonymous(project).rpc("closed")).status).toBe(401);
    expect((await ada.client.rpc("closed")).status).toBe(403);
  });

  it("RE4 a duplicate is 409, a broken check 400, an unknown table 404", async () => {
    const label = crypto.randomUUID();
    expect((await ada.client.from("notes").insert({ body: "1", label })).status).toBe(201);
    expect(await ada.client.from("notes").insert({ body: "2", label })).toMatchObject({
      status: 409,
      error: { code: "23505" },
    });
    const long = "x".repeat(1000);
    expect(await ada.client.from("notes").insert({ body: long })).toMatchObject({
      status: 400,
      error: { code: "23514" },
    });
    expect(await ada.client.from("nowhere").select()).toMatchObject({
      status: 404,
      error: { code: "PGRST205" },
    });
  });
});

describe("functions: the direct path answers as lite's full one", () => {
  const uuid = "0b0b0b0b-0000-4000-8000-000000000001";
  const cases: [string, string, string][] = [
    [
      "RE5 json, lists, numbers, defaults",
      "echo",
      JSON.stringify({ p_text: 'it\'s \\ \u2028 "q" 😀', p_list: [uuid] }),
    ],
    [
      "RE6 null and nested json",
      "echo",
      JSON.stringify({ p_text: null, p_number: 2, p_json: { a: [1, { b: null }] } }),
    ],
    ["RE7 no arguments", "moment", "{}"],
    ["RE8 a scalar", "word", '{"p_word":"plain"}'],
    ["RE9 null", "nothing", "{}"],
    ["RE10 bytes as hex text", "bytes", '{"p_data":"\\\\x00ff"}'],
    ["RE11 a set of scalars", "numbers", '{"p_upto":3}'],
    ["RE12 an empty set", "numbers", '{"p_upto":0}'],
    ["RE13 a table", "pairs", "{}"],
    ["RE14 nothing at all (204)", "quiet", '{"p_body":"said"}'],
    ["RE15 PT404 is 404", "fail", '{"p_code":"PT404"}'],
    ["RE16 P0001 is 400", "fail", '{"p_code":"P0001"}'],
    ["RE17 22023 is 400", "fail", '{"p_code":"22023"}'],
    ["RE18 23505 is 409", "fail", '{"p_code":"23505"}'],
    ["RE19 42501 is 403", "fail", '{"p_code":"42501"}'],
    ["RE20 a value that cannot be cast is 400", "numbers", '{"p_upto":"many"}'],
    ["RE21 an unknown function is 404", "nowhere", "{}"],
    ["RE22 an unknown argument is 404", "word", '{"p_other":1}'],
    ["RE23 broken JSON is 400", "word", "{"],
    ["RE24 the function's own status and headers", "teapot", "{}"],
    ["RE25 no right to call it", "closed", "{}"],
  ];
  it.each(cases)("%s", async (_, name, body) => {
    const token = await tokenOf(ada);
    const [direct, lite] = [await call("direct", name, body, token), await call("lite", name, body, token)];
    expect(direct).toEqual(lite);
  });

  it("RE26 errors carry code, message, details and hint", async () => {
    expect((await ada.client.rpc("fail", { p_code: "PT410" })).error).toMatchObject({
      code: "PT410",
      message: "stable_code",
      details: "A sentence.",
      hint: "A hint.",
    });
    expect((await ada.client.rpc("fail", { p_code: "PT410" })).status).toBe(410);
  });

  it("RE27 anon gets 401 where a person gets 403", async () => {
    expect((await call("direct", "fail", '{"p_code":"42501"}', null)).status).toBe(401);
    expect((await call("direct", "fail", '{"p_code":"42501"}', await tokenOf(ada))).status).toBe(403);
  });

  it("RE28 a call that fails leaves nothing behind, and the next one runs", async () => {
    const bob = await newPerson(project, "Bob");
    expect((await bob.client.rpc("save_and_fail", { p_body: "lost" })).status).toBe(400);
    expect((await bob.client.rpc("my_notes")).data).toEqual([]);
    expect((await bob.client.rpc("quiet", { p_body: "kept" })).status).toBe(204);
    expect((await bob.client.rpc("my_notes")).data).toMatchObject([{ body: "kept", owner: bob.id }]);
  });

  it("RE29 what the direct path leaves to lite works: overloads nobody can tell apart, GET, filters, single rows", async () => {
    expect((await ada.client.rpc("twice", { p_value: 4 })).error).toMatchObject({ code: "PGRST203" });
    expect((await ada.client.rpc("word", { p_word: "got" }, { get: true })).data).toBe("got");
    expect((await ada.client.rpc("pairs").eq("a", 2).single()).data).toEqual({ a: 2, b: "y" });
  });

  it("RE30 two megabytes go in and out", async () => {
    const p_word = "abc😀'\\".repeat(200_000);
    expect((await ada.client.rpc("word", { p_word })).data).toBe(p_word);
  });

  it("RE31 text that is SQL stays text", async () => {
    const p_word = "'); drop table notes; --\\'; $$ select 1";
    expect((await ada.client.rpc("word", { p_word })).data).toBe(p_word);
    expect((await ada.client.from("notes").select("id").limit(1)).error).toBeNull();
  });
});

describe("identity", () => {
  it("RE32 of 4 identities with 64 requests at a time, none is ever taken for another", async () => {
    const bob = await newPerson(project, "Bob");
    const identities = [
      { client: ada.client, role: "authenticated", uid: ada.id },
      { client: bob.client, role: "authenticated", uid: bob.id },
      { client: anonymous(project), role: "anon", uid: null },
      { client: service(project), role: "service_role", uid: null },
    ];
    const faults: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      const asked = Array.from({ length: 64 }, async (_, n) => {
        const who = identities[n % 4];
        if (!who) return;
        const { client, role, uid } = who;
        const kind = Math.floor(n / 4) % 4;
        const query = client.rpc("who", {}, { get: kind === 1 });
        if (kind < 3) {
          const { data } = await (kind === 2 ? query.setHeader("x-stand-in-path", "lite") : query);
          if (data?.role !== role || data?.user !== role || data?.uid !== uid)
            faults.push({ kind, role, data });
        } else {
          const { data } = await client.from("notes").select("owner");
          const foreign = data?.filter((row) => row.owner !== uid).length ?? 0;
          if (role !== "service_role" && foreign > 0) faults.push({ kind, role, foreign });
        }
      });
      await Promise.all(asked);
    }
    expect(faults).toEqual([]);
  });
});

describe("the door", () => {
  it("RE33 another Host is answered nothing", async () => {
    const { request } = await import("node:http");
    const status = await new Promise((done) => {
      const { hostname, port } = new URL(project.url);
      const asked = request(
        { hostname, port, path: "/health", headers: { host: "evil.example" } },
        (answer) => {
          answer.resume();
          done(answer.statusCode);
        },
      );
      asked.end();
    });
    expect(status).toBe(421);
  });

  it("RE34 a page of any origin may call it with its key", async () => {
    const answer = await fetch(`${project.url}/rest/v1/notes`, {
      method: "OPTIONS",
      headers: { origin: "http://127.0.0.1:3000", "access-control-request-headers": "apikey,x-client-info" },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-headers")).toContain("x-client-info");
  });
});
