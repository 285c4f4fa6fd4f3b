/** REST: rows of other tables inside rows, as PostgREST answers. */
import { describe, expect, it } from "vitest";
import { openLibrary } from "./rest-library.ts";

const library = openLibrary();
const books = () => library.ada.client.from("books");
const authors = () => library.ada.client.from("authors");
const ids = (data: { id: number }[] | null) => data?.map(({ id }) => id);

describe("embedding", () => {
  it("RM1 the one that a row refers to", async () => {
    const { data } = await books().select("id, authors(name)").order("id");
    expect(data).toEqual([
      { id: 1, authors: { name: "Ada" } },
      { id: 2, authors: { name: "Ada" } },
      { id: 3, authors: { name: "Bob" } },
      { id: 4, authors: null },
    ]);
  });

  it("RM2 the many that refer to a row, in their own order and number", async () => {
    const { data } = await authors()
      .select("id, books(id)")
      .order("id")
      .order("id", { referencedTable: "books", ascending: false });
    expect(data).toEqual([
      { id: 1, books: [{ id: 2 }, { id: 1 }] },
      { id: 2, books: [{ id: 3 }] },
      { id: 3, books: [] },
    ]);
    const cut = await authors()
      .select("id, books(id)")
      .eq("id", 1)
      .order("id", { referencedTable: "books" })
      .limit(1, { referencedTable: "books" });
    expect(cut.data).toEqual([{ id: 1, books: [{ id: 1 }] }]);
  });

  it("RM3 many to many, through the table between", async () => {
    const { data } = await library.ada.client
      .from("shops")
      .select("name, books(title), stock(copies)")
      .eq("id", 2);
    expect(data).toEqual([{ name: "South", books: [{ title: "Running Engines" }], stock: [{ copies: 1 }] }]);
  });

  it("RM4 renamed, and several levels deep", async () => {
    const { data } = await library.ada.client
      .from("stock")
      .select("copies, item:books(title, writer:authors(name))")
      .eq("copies", 5);
    expect(data).toEqual([{ copies: 5, item: { title: "Running Engines", writer: { name: "Ada" } } }]);
  });

  it("RM5 inner leaves out rows without a match, also with a filter on the other table", async () => {
    expect(ids((await books().select("id, authors!inner(name)").order("id")).data)).toEqual([1, 2, 3]);
    expect(ids((await books().select("id, authors!inner(name)").eq("authors.name", "Bob")).data)).toEqual([
      3,
    ]);
  });

  it("RM6 a filter on an embedded table cuts that one alone", async () => {
    const { data } = await authors().select("id, books(id)").eq("books.year", 1850).order("id");
    expect(data).toEqual([
      { id: 1, books: [{ id: 2 }] },
      { id: 2, books: [] },
      { id: 3, books: [] },
    ]);
    const either = await authors()
      .select("id, books(id)")
      .or("year.eq.1850,year.eq.1990", { referencedTable: "books" })
      .order("id");
    expect(either.data).toEqual([
      { id: 1, books: [{ id: 2 }] },
      { id: 2, books: [{ id: 3 }] },
      { id: 3, books: [] },
    ]);
  });

  it("RM7 rows without any match: an embedded table that is null", async () => {
    expect(ids((await authors().select("id, books()").is("books", null)).data)).toEqual([3]);
    expect(ids((await authors().select("id, books()").not("books", "is", null).order("id")).data)).toEqual([
      1, 2,
    ]);
  });

  it("RM8 of two references to one table, the name of the constraint or column tells which", async () => {
    const letters = () => library.ada.client.from("letters");
    const { data } = await letters()
      .select("id, sender:authors!letters_sender_fkey(name), reader:authors!reader_id(name)")
      .eq("id", 1);
    expect(data).toEqual([{ id: 1, sender: { name: "Ada" }, reader: { name: "Bob" } }]);
    expect(await letters().select("id, authors(name)")).toMatchObject({
      status: 300,
      error: { code: "PGRST201" },
    });
  });

  it("RM9 a table that refers to itself, in both directions", async () => {
    const staff = () => library.ada.client.from("staff");
    expect((await staff().select("name, boss:boss_id(name)").eq("id", 2)).data).toEqual([
      { name: "Clerk", boss: { name: "Chief" } },
    ]);
    expect((await staff().select("name, people:staff!boss_id(name)").eq("id", 1)).data).toEqual([
      { name: "Chief", people: [{ name: "Clerk" }, { name: "Cook" }] },
    ]);
  });

  it("RM10 spread puts the other's columns beside the row's own", async () => {
    expect((await books().select("id, ...authors(writer:name)").eq("id", 1)).data).toEqual([
      { id: 1, writer: "Ada" },
    ]);
  });

  it("RM11 order by a column of the one that is referred to", async () => {
    const { data } = await books()
      .select("id, authors(name)")
      .order("authors(name)", { ascending: false, nullsFirst: false })
      .order("id");
    expect(ids(data)).toEqual([3, 1, 2, 4]);
  });

  it("RM12 how many there are, instead of them", async () => {
    expect((await authors().select("id, books(count)").order("id")).data).toEqual([
      { id: 1, books: [{ count: 2 }] },
      { id: 2, books: [{ count: 1 }] },
      { id: 3, books: [{ count: 0 }] },
    ]);
  });

  it("RM13 what is not related is PGRST200", async () => {
    expect(await books().select("id, staff(name)")).toMatchObject({
      status: 400,
      error: { code: "PGRST200" },
    });
  });

  it("RM14 a reference that a function computes", async () => {
    const { data } = await authors().select("id, old_ones(id)").lte("id", 2).order("id");
    expect(data).toEqual([
      { id: 1, old_ones: [{ id: 1 }] },
      { id: 2, old_ones: [] },
    ]);
  });
});
