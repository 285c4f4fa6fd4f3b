/** REST: reading tables, as PostgREST answers. */
import { describe, expect, it } from "vitest";
import { ask, openLibrary } from "./rest-library.ts";
import { anonymous } from "./stand-in.ts";

const library = openLibrary();
const books = () => library.ada.client.from("books");
const authors = () => library.ada.client.from("authors");
const ids = (data: { id: number }[] | null) => data?.map(({ id }) => id);

describe("filters", () => {
  it("RF1 eq, neq, gt, gte, lt, lte compare by the column's own type", async () => {
    expect(ids((await books().select("id").eq("year", 1850)).data)).toEqual([2]);
    expect(ids((await books().select("id").neq("year", 1850).order("id")).data)).toEqual([1, 3, 4]);
    expect(ids((await books().select("id").gt("year", 1990)).data)).toEqual([4]);
    expect(ids((await books().select("id").gte("year", 1990).order("id")).data)).toEqual([3, 4]);
    expect(ids((await books().select("id").lt("price", 10.5)).data)).toEqual([2]);
    expect(ids((await books().select("id").lte("price", "10.50").order("id")).data)).toEqual([1, 2]);
  });

  it("RF2 like and ilike take % and _, and * for %", async () => {
    expect(ids((await books().select("id").like("title", "%cat%")).data)).toEqual([3]);
    expect(ids((await books().select("id").like("title", "%CAT%")).data)).toEqual([]);
    expect(ids((await books().select("id").ilike("title", "the CAT *")).data)).toEqual([3]);
    expect(ids((await books().select("id").like("title", "100\\% of\\_it")).data)).toEqual([4]);
  });

  it("RF3 like and ilike of any and of all patterns", async () => {
    expect(ids((await books().select("id").likeAnyOf("title", ["Run%", "%cat%"]).order("id")).data)).toEqual([
      1, 3,
    ]);
    expect(ids((await books().select("id").ilikeAllOf("title", ["%RUN%", "the%"])).data)).toEqual([3]);
  });

  it("RF4 in takes values with commas, quotes and brackets as they are", async () => {
    const title = 'Sketches, "quoted" (and more)';
    expect(ids((await books().select("id").in("title", ["a, (b)", "The cat runs"])).data)).toEqual([3]);
    const escaped = `("${title.replaceAll('"', '\\"')}","The cat runs")`;
    expect(ids((await books().select("id").filter("title", "in", escaped).order("id")).data)).toEqual([2, 3]);
    expect(ids((await books().select("id").in("id", [])).data)).toEqual([]);
    expect(ids((await books().select("id").eq("title", title)).data)).toEqual([2]);
  });

  it("RF5 is knows null, true, false; not turns a filter round", async () => {
    expect(ids((await books().select("id").is("price", null)).data)).toEqual([3]);
    expect(ids((await books().select("id").is("is_out", true).order("id")).data)).toEqual([1, 4]);
    expect(ids((await books().select("id").not("is_out", "is", null).order("id")).data)).toEqual([1, 2, 4]);
    expect(ids((await books().select("id").not("id", "in", "(1,2,3)")).data)).toEqual([4]);
    expect(
      ids(
        (
          await books()
            .select("id")
            .eq("author_id", null as never)
        ).data,
      ),
    ).toEqual([]);
  });

  it("RF6 or, and, nested and negated", async () => {
    expect(ids((await books().select("id").or("year.lt.1850,year.gt.2000").order("id")).data)).toEqual([
      1, 4,
    ]);
    const nested = "and(year.gt.1840,year.lt.1860,not.and(price.gt.8,is_out.is.true)),id.eq.4";
    expect(ids((await books().select("id").or(nested).order("id")).data)).toEqual([2, 4]);
    expect(
      ids((await books().select("id").or('title.eq."The cat runs",title.like."Run*"').order("id")).data),
    ).toEqual([1, 3]);
  });

  it("RF7 contains, containedBy and overlaps on lists", async () => {
    expect(ids((await authors().select("id").contains("tags", ["poetry"]).order("id")).data)).toEqual([1, 2]);
    expect(ids((await authors().select("id").containedBy("tags", ["poetry", "x"]).order("id")).data)).toEqual(
      [2, 3],
    );
    expect(ids((await authors().select("id").overlaps("tags", ["math", "x"])).data)).toEqual([1]);
  });

  it("RF8 contains and containedBy on jsonb", async () => {
    expect(ids((await authors().select("id").contains("profile", { city: "Rome" })).data)).toEqual([2]);
    expect(
      ids(
        (
          await authors()
            .select("id")
            .contains("profile", { langs: ["fr"] })
        ).data,
      ),
    ).toEqual([1]);
    expect(
      ids(
        (
          await authors()
            .select("id")
            .containedBy("profile", { city: "Rome", langs: ["it"], x: 1 })
        ).data,
      ),
    ).toEqual([2]);
  });

  it("RF9 paths into jsonb are read, filtered and ordered by", async () => {
    const { data } = await authors()
      .select("id, city:profile->>city, first:profile->langs->0, n:profile->deep->n")
      .eq("profile->>city", "London");
    expect(data).toEqual([{ id: 1, city: "London", first: "en", n: 1 }]);
    expect(
      ids(
        (await authors().select("id").order("profile->>city", { ascending: false, nullsFirst: false })).data,
      ),
    ).toEqual([2, 1, 3]);
  });

  it("RF10 ranges: contains, overlaps, adjacent and either side", async () => {
    expect(ids((await books().select("id").contains("pages", "[55,58)").order("id")).data)).toEqual([1, 2]);
    expect(ids((await books().select("id").overlaps("pages", "[90,250)").order("id")).data)).toEqual([1, 4]);
    expect(ids((await books().select("id").rangeGt("pages", "[50,60)")).data)).toEqual([4]);
    expect(ids((await books().select("id").rangeLt("pages", "[200,300)").order("id")).data)).toEqual([1, 2]);
    expect(ids((await books().select("id").rangeAdjacent("pages", "[60,70)")).data)).toEqual([2]);
  });

  it("RF11 text search of every kind, with and without a configuration", async () => {
    expect(ids((await books().select("id").textSearch("words", "run").order("id")).data)).toEqual([1, 3]);
    expect(
      ids((await books().select("id").textSearch("words", "cats & !engine", { config: "english" })).data),
    ).toEqual([3]);
    expect(
      ids(
        (
          await books()
            .select("id")
            .textSearch("words", "the running cat", { type: "plain", config: "english" })
        ).data,
      ),
    ).toEqual([3]);
    expect(
      ids(
        (await books().select("id").textSearch("words", "cat runs", { type: "phrase", config: "english" }))
          .data,
      ),
    ).toEqual([3]);
    expect(
      ids(
        (
          await books()
            .select("id")
            .textSearch("words", "engine or cat -sketch", { type: "websearch", config: "english" })
            .order("id")
        ).data,
      ),
    ).toEqual([1, 3]);
  });

  it("RF12 regular expressions, distinctness, any of a list", async () => {
    expect(ids((await books().select("id").filter("title", "match", "^The")).data)).toEqual([3]);
    expect(ids((await books().select("id").filter("title", "imatch", "^the")).data)).toEqual([3]);
    expect(ids((await books().select("id").filter("price", "isdistinct", "7").order("id")).data)).toEqual([
      1, 3, 4,
    ]);
    expect(ids((await books().select("id").filter("id", "eq(any)", "{1,4}").order("id")).data)).toEqual([
      1, 4,
    ]);
  });

  it("RF13 match takes several columns at once, filters add up", async () => {
    expect(ids((await books().select("id").match({ author_id: 1, year: 1843 })).data)).toEqual([1]);
    expect(ids((await books().select("id").gt("year", 1840).lt("year", 1845)).data)).toEqual([1]);
  });
});

describe("shape", () => {
  it("RF14 values look as PostgREST gives them", async () => {
    const { data } = await books().select("*").eq("id", 1).single();
    expect(data).toEqual({
      id: 1,
      author_id: 1,
      title: "Running Engines",
      year: 1843,
      price: 10.5,
      is_out: true,
      isbn: "a-1",
      pages: "[1,100)",
      cover: "\\x00ff",
      place: "[1,0,0]",
      printed_at: "2026-01-02T03:04:05.6+00:00",
      words: "'engin':2 'run':1",
    });
    expect((await authors().select("*").eq("id", 1).single()).data).toEqual({
      id: 1,
      name: "Ada",
      born: "1815-12-10",
      tags: ["math", "poetry"],
      rating: 4.5,
      profile: { city: "London", langs: ["en", "fr"], deep: { n: 1 } },
    });
  });

  it("RF15 columns are renamed, cast and computed", async () => {
    const { data } = await library.ada.client.from("books").select("nr:id, year::text, heading").eq("id", 3);
    expect(data).toEqual([{ nr: 3, year: "1990", heading: "THE CAT RUNS" }]);
  });

  it("RF16 order: direction, nulls, several columns", async () => {
    expect(
      ids((await books().select("id").order("price", { ascending: false, nullsFirst: false })).data),
    ).toEqual([4, 1, 2, 3]);
    expect(ids((await books().select("id").order("price", { nullsFirst: true })).data)).toEqual([3, 2, 1, 4]);
    expect(
      ids((await books().select("id").order("author_id").order("year", { ascending: false })).data),
    ).toEqual([2, 1, 3, 4]);
  });

  it("RF17 limit and range cut the answer, and Content-Range says which part it is", async () => {
    expect(ids((await books().select("id").order("id").limit(2)).data)).toEqual([1, 2]);
    expect(ids((await books().select("id").order("id").range(1, 2)).data)).toEqual([2, 3]);
    const part = await ask(library, "/books?select=id&order=id&offset=1&limit=2", {
      headers: { prefer: "count=exact" },
    });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, "1-2/4"]);
    const ranged = await ask(library, "/books?select=id&order=id", {
      headers: { range: "0-1", "range-unit": "items" },
    });
    expect([ranged.status, ranged.headers.get("content-range"), ranged.body]).toEqual([
      200,
      "0-1/*",
      [{ id: 1 }, { id: 2 }],
    ]);
    expect((await ask(library, "/books?select=id")).headers.get("content-range")).toBe("0-3/*");
    expect((await ask(library, "/books?select=id&id=eq.77")).headers.get("content-range")).toBe("*/*");
  });

  it("RF18 a part behind the end is 416 when the count is known", async () => {
    const { status, error, count } = await books().select("id", { count: "exact" }).range(50, 60);
    expect([status, error?.code, count]).toEqual([416, "PGRST103", null]);
    expect((await books().select("id").range(50, 60)).data).toEqual([]);
  });

  it("RF19 count: exact, planned, estimated, and by HEAD alone", async () => {
    expect(await books().select("id", { count: "exact" }).gt("year", 1845)).toMatchObject({
      count: 3,
      status: 200,
    });
    const head = await books().select("*", { count: "exact", head: true });
    expect([head.count, head.data, head.status]).toEqual([4, null, 200]);
    for (const count of ["planned", "estimated"] as const) {
      expect(typeof (await books().select("id", { count })).count).toBe("number");
    }
  });

  it("RF20 never more than 1,000 rows", async () => {
    const { data, count, status } = await library.ada.client
      .from("many")
      .select("n", { count: "exact" })
      .order("n");
    expect([data?.length, count, status]).toEqual([1000, 1200, 206]);
    expect((await library.ada.client.from("many").select("n").limit(1100)).data).toHaveLength(1000);
    expect(
      (await library.ada.client.from("many").select("n").order("n").range(1000, 1199)).data,
    ).toHaveLength(200);
  });

  it("RF21 single wants exactly one row, maybeSingle at most one", async () => {
    expect((await books().select("id").eq("id", 1).single()).data).toEqual({ id: 1 });
    expect(await books().select("id").eq("id", 77).single()).toMatchObject({
      status: 406,
      error: { code: "PGRST116", details: "The result contains 0 rows" },
    });
    expect(await books().select("id").single()).toMatchObject({
      status: 406,
      error: { code: "PGRST116", details: "The result contains 4 rows" },
    });
    expect(await books().select("id").eq("id", 77).maybeSingle()).toMatchObject({ data: null, error: null });
    expect((await books().select("id").maybeSingle()).error).toMatchObject({ code: "PGRST116" });
  });

  it("RF22 as CSV", async () => {
    expect((await books().select("id, title, year").lte("id", 2).order("id").csv()).data).toBe(
      'id,title,year\n1,"Running Engines",1843\n2,"Sketches, ""quoted"" (and more)",1850',
    );
  });

  it("RF23 without the nulls, when that is asked for", async () => {
    const { data } = await books().select("id, price, year").eq("id", 3).stripNulls();
    expect(data).toEqual([{ id: 3, year: 1990 }]);
  });

  it("RF24 a view reads as a table does", async () => {
    expect(ids((await library.ada.client.from("old_books").select("id").order("id")).data)).toEqual([1, 2]);
  });

  it("RF25 anon reads what a policy lets anon read", async () => {
    expect(ids((await anonymous(library.project).from("books").select("id").order("id")).data)).toEqual([
      1, 2, 3, 4,
    ]);
    expect((await anonymous(library.project).from("shelf").select("id")).data).toEqual([]);
  });

  it("RF26 numeric in CSV: PostgREST keeps the zeros at its end, the stand-in not", async () => {
    const { data } = await books().select("price").eq("id", 1).csv();
    expect(data).toBe(library.project.standIn ? "price\n10.5" : "price\n10.50");
  });

  it("RF27 sums and the like are switched off, as on hosted projects", async () => {
    expect(await books().select("price.sum()")).toMatchObject({ status: 400, error: { code: "PGRST123" } });
  });

  it("RF28 the plan of a query is not shown, as on hosted projects", async () => {
    const headers = { accept: "application/vnd.pgrst.plan+json" };
    expect(await ask(library, "/books", { headers })).toMatchObject({
      status: 406,
      body: { code: "PGRST107" },
    });
  });
});
