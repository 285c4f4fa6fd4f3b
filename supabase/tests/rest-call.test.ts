/** REST: calling functions, as PostgREST answers; each on the direct path and on lite's where both can. */
import { describe, expect, it } from "vitest";
import { ask, openLibrary, type Plain } from "./rest-library.ts";
import { anonymous } from "./stand-in.ts";

const library = openLibrary();
const rpc = (
  name: string,
  args: Record<string, unknown> = {},
  options: { get?: boolean; head?: boolean; count?: "exact" } = {},
) => library.ada.client.rpc(name, args, options);

/** The same call on both paths; the answers must be equal. */
async function both(name: string, body: unknown): Promise<Plain> {
  const call = (path: string) =>
    ask(library, `/rpc/${name}`, {
      method: "POST",
      headers: { "x-stand-in-path": path },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const [direct, lite] = [await call("direct"), await call("lite")];
  expect([direct.status, direct.body, direct.headers.get("content-range")]).toEqual([
    lite.status,
    lite.body,
    lite.headers.get("content-range"),
  ]);
  return direct;
}

describe("arguments", () => {
  it("RC1 defaults fill what is not given", async () => {
    expect((await both("add_up", { p_a: 1 })).body).toBe(11);
    expect((await both("add_up", { p_a: 1, p_b: 2 })).body).toBe(3);
    expect((await both("add_up", { p_b: 2, p_a: null })).body).toBeNull();
  });

  it("RC2 lists, also of bytes", async () => {
    expect((await both("total", { p_numbers: [1, 2, 3] })).body).toBe(6);
    expect((await both("joined", { p_data: ["\\x00", "\\xff"] })).body).toBe("\\x00ff");
    expect((await both("total", { p_numbers: "{4,5}" })).body).toBe(9);
  });

  it("RC3 jsonb keeps its kind: object, list, text, number, null", async () => {
    for (const value of [{ b: 1 }, [1], "text", 5, null, "[1]"]) {
      expect((await both("pick", { p_doc: { a: value }, p_path: "a" })).body).toEqual(value);
    }
    expect((await both("pick", { p_doc: {}, p_path: "a" })).body).toBeNull();
    for (const value of ["text", "[1]", 5, true, [1]]) {
      expect((await both("kept", { p_doc: value })).body).toEqual(value);
    }
  });

  it("RC4 a vector goes in as the text of a list, rows come out nearest first", async () => {
    const near = await both("nearest", { p_place: JSON.stringify([1, 0.1, 0]), p_count: 2 });
    expect((near.body as { id: number }[]).map(({ id }) => id)).toEqual([1, 2]);
    expect((await rpc("nearest", { p_place: "[0,0,1]" }).select("id")).data).toEqual([{ id: 4 }]);
  });

  it("RC5 one unnamed parameter takes the whole body", async () => {
    expect((await both("whole_body", { any: [1] })).body).toEqual({ any: [1] });
  });

  it("RC6 variadic ones, as a list", async () => {
    expect((await both("total_of", { p_numbers: [1, 2] })).body).toBe(3);
  });

  it("RC7 a date, and what is none", async () => {
    expect((await both("day_after", { p_day: "2026-02-28" })).body).toBe("2026-03-01");
    expect(await both("day_after", { p_day: "2026-02-30" })).toMatchObject({
      status: 400,
      body: { code: "22008" },
    });
    expect(await both("day_after", { p_day: "soon" })).toMatchObject({
      status: 400,
      body: { code: "22007" },
    });
  });
});

describe("answers", () => {
  it("RC8 rows of a table, which may be filtered, ordered, cut and embedded", async () => {
    expect((await both("books_of", { p_author: 1 })).body).toHaveLength(2);
    const { data } = await rpc("books_of", { p_author: 1 }).select("id, authors(name)").gt("year", 1845);
    expect(data).toEqual([{ id: 2, authors: { name: "Ada" } }]);
    expect(
      (await rpc("books_of", { p_author: 1 }).select("id").order("id", { ascending: false }).limit(1)).data,
    ).toEqual([{ id: 2 }]);
    expect(await rpc("books_of", { p_author: 1 }, { count: "exact" }).select("id").limit(1)).toMatchObject({
      count: 2,
      status: 206,
    });
  });

  it("RC9 one row of a table is an object, and none is nulls", async () => {
    expect((await both("one_book", { p_id: 3 })).body).toMatchObject({
      id: 3,
      title: "The cat runs",
      cover: null,
    });
    expect((await rpc("one_book", { p_id: 3 }).select("title")).data).toEqual({ title: "The cat runs" });
  });

  it("RC10 OUT parameters are an object", async () => {
    expect((await both("both", { p_in: 3 })).body).toEqual({ doubled: 6, halved: 1.5 });
  });

  it("RC11 numbers keep every digit on the wire", async () => {
    for (const path of ["direct", "lite"]) {
      const { data } = await library.ada.client.auth.getSession();
      const answer = await fetch(`${library.project.url}/rest/v1/rpc/big`, {
        method: "POST",
        headers: {
          apikey: library.project.publishableKey,
          authorization: `Bearer ${data.session?.access_token}`,
          "x-stand-in-path": path,
        },
      });
      expect(await answer.text()).toBe("9007199254740993");
    }
  });

  it("RC12 HEAD gives no body, GET the same as POST", async () => {
    expect(await rpc("books_of", { p_author: 1 }, { head: true, count: "exact" })).toMatchObject({
      data: null,
      count: 2,
      status: 200,
    });
    expect((await rpc("books_of", { p_author: 1 }, { get: true }).select("id")).data).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    expect((await rpc("total", { p_numbers: [1, 2] }, { get: true })).data).toBe(3);
    expect((await rpc("add_up", { p_a: 4 }, { get: true })).data).toBe(14);
  });

  it("RC13 GET cannot write: 405", async () => {
    expect(await rpc("write_now", {}, { get: true })).toMatchObject({
      status: 405,
      error: { code: "25006" },
    });
    expect((await rpc("write_now")).data).toBe(1);
  });

  it("RC14 a function sees the request: headers, method and path", async () => {
    for (const path of ["direct", "lite"]) {
      const headers = { "x-wish": "tea", "x-stand-in-path": path };
      expect(
        (await ask(library, "/rpc/header", { method: "POST", headers, body: '{"p_name":"x-wish"}' })).body,
      ).toBe("tea");
      expect((await ask(library, "/rpc/where_am_i", { method: "POST", headers })).body).toEqual([
        "POST",
        "/rpc/where_am_i",
      ]);
    }
    expect((await ask(library, "/rpc/where_am_i")).body).toEqual(["GET", "/rpc/where_am_i"]);
  });

  it("RC15 a single row or CSV of a set, when that is asked for", async () => {
    expect((await rpc("books_of", { p_author: 2 }).select("id").single()).data).toEqual({ id: 3 });
    expect(await rpc("books_of", { p_author: 1 }).select("id").single()).toMatchObject({
      status: 406,
      error: { code: "PGRST116" },
    });
    expect((await rpc("books_of", { p_author: 1 }).select("id").csv()).data).toBe("id\n1\n2");
  });
});

describe("refusals", () => {
  it("RC16 a function nobody knows is PGRST202 and says what was looked for", async () => {
    expect((await both("nowhere", { p_a: 1 })).body).toMatchObject({
      code: "PGRST202",
      message: "Could not find the function public.nowhere(p_a) in the schema cache",
    });
    expect(await both("add_up", { p_c: 1 })).toMatchObject({ status: 404, body: { code: "PGRST202" } });
    expect(await both("add_up", {})).toMatchObject({ status: 404, body: { code: "PGRST202" } });
  });

  it("RC17 an exception that describes the whole answer", async () => {
    const answer = await both("teapot_by_error", {});
    expect(answer).toMatchObject({
      status: 418,
      body: { code: "POT", message: "short and stout", details: "tea", hint: "pour" },
    });
    expect(answer.headers.get("x-pot")).toBe("tea");
  });

  it("RC18 two rows where one must be are 500, as PostgREST has it", async () => {
    expect(await both("two_rows_as_one", {})).toMatchObject({ status: 500, body: { code: "21000" } });
  });

  it("RC19 each SQLSTATE has PostgREST's status, on both paths", async () => {
    const expected = {
      "08006": 503,
      "09000": 500,
      "0L000": 403,
      "0P000": 403,
      "21000": 500,
      "22000": 400,
      "22023": 400,
      "23502": 400,
      "23503": 409,
      "23505": 409,
      "23514": 400,
      "25006": 405,
      "25P02": 500,
      "28000": 403,
      "2D000": 500,
      "38000": 500,
      "39000": 500,
      "3B000": 500,
      "40001": 500,
      "40P01": 500,
      "42501": 403,
      "42601": 400,
      "42883": 404,
      "42P01": 404,
      "42P17": 500,
      "53400": 500,
      "53300": 503,
      "54000": 500,
      "55000": 500,
      "57014": 500,
      "57P01": 503,
      "58000": 500,
      F0000: 500,
      HV000: 500,
      P0001: 400,
      P0002: 500,
      PT402: 402,
      PT404: 404,
      PT409: 409,
      PT429: 429,
      XX000: 500,
      ZZ999: 400,
    };
    const got: Record<string, number> = {};
    for (const code of Object.keys(expected)) {
      const answer = await both("fail", { p_code: code });
      got[code] = answer.status;
      expect(answer.body).toEqual({ code, message: "stable_code", details: "A sentence.", hint: "A hint." });
    }
    expect(got).toEqual(expected);
  });

  it("RC20 only GET, HEAD and POST call a function", async () => {
    expect(await ask(library, "/rpc/add_up?p_a=1", { method: "DELETE" })).toMatchObject({
      status: 405,
      body: { code: "PGRST101" },
    });
  });

  it("RC21 anon calls what anon may", async () => {
    expect((await anonymous(library.project).rpc("add_up", { p_a: 1 })).data).toBe(11);
    expect((await anonymous(library.project).rpc("write_now")).status).toBe(401);
  });
});

describe("requests that make no sense", () => {
  it("RC22 tables, columns and schemas nobody knows", async () => {
    const { client } = library.ada;
    expect(await client.from("nowhere").select()).toMatchObject({
      status: 404,
      error: { code: "PGRST205", message: "Could not find the table 'public.nowhere' in the schema cache" },
    });
    expect(await client.from("books").select("nowhere")).toMatchObject({
      status: 400,
      error: { code: "42703", message: "column books.nowhere does not exist" },
    });
    expect(await client.from("books").select("id").eq("nowhere", 1)).toMatchObject({
      status: 400,
      error: { code: "42703" },
    });
    expect(await client.from("books").select("id").order("nowhere")).toMatchObject({
      status: 400,
      error: { code: "42703" },
    });
    expect(await client.schema("private").from("books").select()).toMatchObject({
      status: 406,
      error: { code: "PGRST106" },
    });
  });

  it("RC23 values and operators that do not fit", async () => {
    const books = () => library.ada.client.from("books");
    expect(await books().select("id").eq("id", "x")).toMatchObject({
      status: 400,
      error: { code: "22P02", message: 'invalid input syntax for type integer: "x"' },
    });
    expect(await ask(library, "/books?id=nonsense.1")).toMatchObject({
      status: 400,
      body: { code: "PGRST100" },
    });
    expect(await ask(library, "/books?select=id,(")).toMatchObject({
      status: 400,
      body: { code: "PGRST100" },
    });
    expect(await ask(library, "/books?or=(id.eq.1")).toMatchObject({
      status: 400,
      body: { code: "PGRST100" },
    });
    expect(await books().select("id").like("id", "1%")).toMatchObject({
      status: 404,
      error: { code: "42883" },
    });
    expect(await books().select("id").eq("authors.name", "Ada")).toMatchObject({
      status: 400,
      error: { code: "PGRST108" },
    });
  });

  it("RC24 media types nobody speaks", async () => {
    expect(await ask(library, "/books", { headers: { accept: "image/png" } })).toMatchObject({
      status: 406,
      body: { code: "PGRST107" },
    });
  });

  it("RC25 without a key, with a wrong key, with a token that is none", async () => {
    const url = `${library.project.url}/rest/v1/books?select=id`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { apikey: "sb_publishable_wrong" } })).status).toBe(401);
    expect((await ask(library, "/books", { headers: { authorization: "Bearer x.y.z" } })).status).toBe(401);
  });

  it("RC26 every answer says its type and part", async () => {
    const { headers } = await ask(library, "/books?select=id");
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("content-range")).toBe("0-3/*");
    const single = await ask(library, "/books?select=id&id=eq.1", {
      headers: { accept: "application/vnd.pgrst.object+json" },
    });
    expect(single.headers.get("content-type")).toBe("application/vnd.pgrst.object+json; charset=utf-8");
  });

  it("RC27 preferences: the ones that count are named, unknown ones are ignored unless handling is strict", async () => {
    const lenient = await ask(library, "/books?select=id", {
      headers: { prefer: "count=exact, nonsense=1" },
    });
    expect([lenient.status, lenient.headers.get("preference-applied")]).toEqual([200, "count=exact"]);
    const strict = await ask(library, "/books?select=id", {
      headers: { prefer: "handling=strict, nonsense=1" },
    });
    expect(strict).toMatchObject({ status: 400, body: { code: "PGRST122" } });
  });

  it("RC28 the stand-in does not describe itself: no OpenAPI at the root", async () => {
    const { status } = await ask(library, "/");
    if (library.project.standIn) expect([403, 404]).toContain(status);
  });

  it("RC29 the stand-in has no GraphQL, so no schema of that name", async () => {
    const { status, error } = await library.ada.client.schema("graphql_public").from("books").select();
    if (library.project.standIn) expect([status, error?.code]).toEqual([406, "PGRST106"]);
  });

  it("RC30 a call may take as long as it takes; hosted projects end one of anon after three seconds", async () => {
    const { status, error } = await anonymous(library.project).rpc("nap", { p_seconds: 3.3 });
    if (library.project.standIn) expect(status).toBe(204);
    else expect([status, error?.code]).toEqual([500, "57014"]);
  });
});
