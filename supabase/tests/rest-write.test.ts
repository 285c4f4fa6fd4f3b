/** REST: writing tables, as PostgREST answers. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ask, openLibrary } from "./rest-library.ts";
import { anonymous, newPerson } from "./stand-in.ts";

const library = openLibrary();
const shelf = () => library.ada.client.from("shelf");
const code = () => randomUUID();

describe("insert", () => {
  it("RW1 answers 201 with nothing, or with what was asked back", async () => {
    expect(await shelf().insert({ code: code() })).toMatchObject({ status: 201, data: null, error: null });
    const { data, status } = await shelf().insert({ label: "a" }).select("label, copies, size");
    expect([status, data]).toEqual([201, [{ label: "a", copies: 7, size: 14 }]]);
  });

  it("RW2 many rows at once: missing columns are null, or the default when that is asked for", async () => {
    const rows = [
      { code: code(), copies: 1 },
      { code: code(), label: "b", copies: 2 },
    ];
    const { data } = await shelf()
      .insert(rows, { defaultToNull: false })
      .select("label, copies")
      .order("copies");
    expect(data).toEqual([
      { label: "none", copies: 1 },
      { label: "b", copies: 2 },
    ]);
    expect((await shelf().insert(rows.map((row) => ({ ...row, code: code() })))).error).toMatchObject({
      code: "23502",
    });
  });

  it("RW3 all of the rows or none", async () => {
    const mine = code();
    const { status } = await shelf().insert([{ code: mine }, { code: code(), copies: -1 }]);
    expect(status).toBe(400);
    expect((await shelf().select("id").eq("code", mine)).data).toEqual([]);
  });

  it("RW4 bytes, json, lists and vectors come back as they went in", async () => {
    const row = {
      data: "\\x00ff10",
      meta: { a: [1, null, "x"], b: { c: true } },
      list: ["a", 'b "c"', "d,e"],
      place: JSON.stringify([1, 2.5, -3]),
    };
    const { data, error } = await shelf().insert(row).select("data, meta, list, place").single();
    expect(error).toBeNull();
    expect(data).toEqual({ ...row, place: "[1,2.5,-3]" });
  });

  it("RW5 json that is a text, a number, null or a list", async () => {
    for (const meta of ["text", 5, true, [1, 2], {}, "[1]"]) {
      expect((await shelf().insert({ meta }).select("meta").single()).data).toEqual({ meta });
    }
    expect((await shelf().insert({ meta: null }).select("meta").single()).data).toEqual({ meta: null });
  });

  it("RW6 what a reference, a check, a type or a missing value forbids", async () => {
    expect(await shelf().insert({ book_id: 77 })).toMatchObject({ status: 409, error: { code: "23503" } });
    expect(await shelf().insert({ copies: -1 })).toMatchObject({ status: 400, error: { code: "23514" } });
    expect(await shelf().insert({ copies: "many" })).toMatchObject({ status: 400, error: { code: "22P02" } });
    expect(await shelf().insert({ label: null })).toMatchObject({ status: 400, error: { code: "23502" } });
    expect(await shelf().insert({ size: 3 })).toMatchObject({ status: 400, error: { code: "428C9" } });
    expect(await shelf().insert({ copies: 99_999_999_999 })).toMatchObject({
      status: 400,
      error: { code: "22003" },
    });
    expect(await shelf().insert({ place: "[1,2]" })).toMatchObject({ status: 400, error: { code: "22000" } });
  });

  it("RW7 a duplicate is 409 and says which rule, but not the value, which row security may hide", async () => {
    const mine = code();
    await shelf().insert({ code: mine });
    const { status, error } = await shelf().insert({ code: mine });
    expect(status).toBe(409);
    expect(error).toMatchObject({
      code: "23505",
      details: null,
      hint: null,
    });
    expect(error?.message).toBe('duplicate key value violates unique constraint "shelf_code_key"');
  });

  it("RW8 a policy that forbids is 403, for anon 401", async () => {
    const foreign = { owner: randomUUID() };
    const expected = {
      code: "42501",
      message: 'new row violates row-level security policy for table "shelf"',
    };
    expect(await shelf().insert(foreign)).toMatchObject({ status: 403, error: expected });
    expect(await anonymous(library.project).from("shelf").insert(foreign)).toMatchObject({
      status: 401,
      error: expected,
    });
  });

  it("RW9 Location names the new row when only headers are asked for", async () => {
    const headers = { prefer: "return=headers-only" };
    const {
      status,
      headers: got,
      body,
    } = await ask(library, "/shelf", { method: "POST", headers, body: '{"label":"x"}' });
    expect([status, body]).toEqual([201, null]);
    expect(got.get("location")).toMatch(/^\/shelf\?id=eq\.\d+$/);
    expect(got.get("preference-applied")).toBe("return=headers-only");
    expect(got.get("content-range")).toBe("*/*");
  });

  it("RW10 a column nobody knows is PGRST204", async () => {
    expect(await shelf().insert({ nowhere: 1 })).toMatchObject({
      status: 400,
      error: {
        code: "PGRST204",
        message: "Could not find the 'nowhere' column of 'shelf' in the schema cache",
      },
    });
  });

  it("RW11 a body that is no JSON is PGRST102", async () => {
    expect(await ask(library, "/shelf", { method: "POST", body: "{" })).toMatchObject({
      status: 400,
      body: { code: "PGRST102" },
    });
  });

  it("RW12 an empty list adds nothing", async () => {
    expect(await shelf().insert([]).select()).toMatchObject({ status: 201, data: [] });
  });

  it("RW13 CSV goes in as well", async () => {
    const [one, two] = [code(), code()];
    const { status } = await ask(library, "/shelf", {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: `code,copies,label\n${one},3,"a, b"\n${two},4,NULL_`,
    });
    expect(status).toBe(201);
    const { data } = await shelf().select("copies, label").in("code", [one, two]).order("copies");
    expect(data).toEqual([
      { copies: 3, label: "a, b" },
      { copies: 4, label: "NULL_" },
    ]);
  });

  it("RW14 a wish to roll back is not heard, as on hosted projects", async () => {
    const mine = code();
    const headers = { prefer: "tx=rollback" };
    await ask(library, "/shelf", { method: "POST", headers, body: JSON.stringify({ code: mine }) });
    expect((await shelf().select("id").eq("code", mine)).data).toHaveLength(1);
  });
});

describe("upsert", () => {
  it("RU1 changes the row with the same key", async () => {
    const { data: made } = await shelf().insert({ label: "old" }).select("id").single();
    const { data, status } = await shelf().upsert({ id: made?.id, label: "new" }).select("id, label, copies");
    expect([status, data]).toEqual([200, [{ id: made?.id, label: "new", copies: 7 }]]);
  });

  it("RU2 by another unique column", async () => {
    const mine = code();
    await shelf().insert({ code: mine, copies: 1 });
    const { data } = await shelf().upsert({ code: mine, copies: 5 }, { onConflict: "code" }).select("copies");
    expect(data).toEqual([{ copies: 5 }]);
    expect(await shelf().upsert({ code: mine, copies: 6 })).toMatchObject({
      status: 409,
      error: { code: "23505" },
    });
  });

  it("RU3 leaves what is there alone, when told to ignore duplicates", async () => {
    const [mine, other] = [code(), code()];
    await shelf().insert({ code: mine, copies: 1 });
    const rows = [
      { code: mine, copies: 5 },
      { code: other, copies: 6 },
    ];
    const { data, status } = await shelf()
      .upsert(rows, { onConflict: "code", ignoreDuplicates: true })
      .select("copies");
    expect([status, data]).toEqual([201, [{ copies: 6 }]]);
    expect((await shelf().select("copies").eq("code", mine)).data).toEqual([{ copies: 1 }]);
  });

  it("RU4 on columns without a unique index is 42P10", async () => {
    expect(await shelf().upsert({ label: "x" }, { onConflict: "label" })).toMatchObject({
      status: 400,
      error: { code: "42P10" },
    });
  });

  it("RU5 of somebody else's row is refused by the policy", async () => {
    const mine = code();
    await shelf().insert({ code: mine });
    const bob = await newPerson(library.project, "Bob");
    const { status, error } = await bob.client
      .from("shelf")
      .upsert({ code: mine, copies: 9 }, { onConflict: "code" });
    expect([status, error?.code]).toEqual([403, "42501"]);
  });
});

describe("update", () => {
  it("RX1 answers 204 with nothing, or 200 with what was asked back", async () => {
    const mine = code();
    await shelf().insert({ code: mine });
    expect(await shelf().update({ copies: 1 }).eq("code", mine)).toMatchObject({ status: 204, data: null });
    const { data, status } = await shelf()
      .update({ copies: 2, label: "b" })
      .eq("code", mine)
      .select("copies, label, size");
    expect([status, data]).toEqual([200, [{ copies: 2, label: "b", size: 4 }]]);
  });

  it("RX2 of no row is no error, and counts as none", async () => {
    expect(await shelf().update({ copies: 1 }).eq("code", code()).select()).toMatchObject({
      status: 200,
      data: [],
    });
    expect(await shelf().update({ copies: 1 }, { count: "exact" }).eq("code", code())).toMatchObject({
      count: 0,
    });
    expect((await shelf().update({ copies: 1 }).eq("code", code()).select().single()).error).toMatchObject({
      code: "PGRST116",
    });
  });

  it("RX3 counts the rows that changed", async () => {
    const label = code();
    await shelf().insert([{ label }, { label }, { label }]);
    expect(await shelf().update({ copies: 1 }, { count: "exact" }).eq("label", label)).toMatchObject({
      count: 3,
      error: null,
    });
  });

  it("RX4 with single, more than one row changes nothing", async () => {
    const label = code();
    await shelf().insert([{ label }, { label }]);
    const { status, error } = await shelf().update({ copies: 1 }).eq("label", label).select("id").single();
    expect([status, error?.code]).toEqual([406, "PGRST116"]);
    expect((await shelf().select("copies").eq("label", label)).data).toEqual([{ copies: 7 }, { copies: 7 }]);
  });

  it("RX5 more rows than allowed changes nothing", async () => {
    const label = code();
    await shelf().insert([{ label }, { label }]);
    const headers = { prefer: "handling=strict, max-affected=1" };
    const change = { method: "PATCH", headers, body: '{"copies":1}' };
    expect(await ask(library, `/shelf?label=eq.${label}`, change)).toMatchObject({
      status: 400,
      body: { code: "PGRST124" },
    });
    expect((await shelf().select("copies").eq("label", label)).data).toEqual([{ copies: 7 }, { copies: 7 }]);
  });

  it("RX6 reaches nobody else's rows", async () => {
    const mine = code();
    await shelf().insert({ code: mine });
    const bob = await newPerson(library.project, "Bob");
    expect((await bob.client.from("shelf").update({ copies: 0 }).eq("code", mine).select()).data).toEqual([]);
    expect((await shelf().update({ owner: bob.id }).eq("code", mine)).error).toMatchObject({ code: "42501" });
  });

  it("RX7 embeds what the changed row refers to", async () => {
    const mine = code();
    await shelf().insert({ code: mine });
    const { data } = await shelf()
      .update({ book_id: 1 })
      .eq("code", mine)
      .select("book_id, books(title)")
      .single();
    expect(data).toEqual({ book_id: 1, books: { title: "Running Engines" } });
  });

  it("RX8 of every row at once is refused, as hosted projects do", async () => {
    expect(await shelf().update({ copies: 1 })).toMatchObject({
      status: 400,
      error: { code: "21000", message: "UPDATE requires a WHERE clause" },
    });
  });

  it("RX9 of every row inside a function is refused by hosted projects alone", async () => {
    const { status, error } = await library.ada.client.rpc("clear_scratch");
    if (library.project.standIn) expect(status).toBe(204);
    else expect([status, error?.code]).toEqual([400, "21000"]);
  });
});

describe("delete", () => {
  it("RD1 answers 204 with nothing, or 200 with what was there", async () => {
    const [one, two] = [code(), code()];
    await shelf().insert([{ code: one }, { code: two }]);
    expect(await shelf().delete().eq("code", one)).toMatchObject({ status: 204, data: null });
    expect(await shelf().delete().eq("code", two).select("code")).toMatchObject({
      status: 200,
      data: [{ code: two }],
    });
    expect((await shelf().select("id").in("code", [one, two])).data).toEqual([]);
  });

  it("RD2 counts", async () => {
    const label = code();
    await shelf().insert([{ label }, { label }]);
    expect(await shelf().delete({ count: "exact" }).eq("label", label)).toMatchObject({ count: 2 });
  });

  it("RD3 of every row at once is refused, as hosted projects do", async () => {
    await shelf().insert({ label: "stays" });
    expect(await shelf().delete()).toMatchObject({
      status: 400,
      error: { code: "21000", message: "DELETE requires a WHERE clause" },
    });
    expect((await shelf().select("id").eq("label", "stays")).data).not.toEqual([]);
  });

  it("RD4 reaches nobody else's rows, and what is referred to stays", async () => {
    const mine = code();
    await shelf().insert({ code: mine });
    const bob = await newPerson(library.project, "Bob");
    expect((await bob.client.from("shelf").delete().eq("code", mine).select()).data).toEqual([]);
    expect((await shelf().select("id").eq("code", mine)).data).toHaveLength(1);
  });
});

describe("a table that is not for writing", () => {
  it("RD5 gives 42501 without a policy, and 204 without a row", async () => {
    const authors = () => library.ada.client.from("authors");
    expect(await authors().insert({ id: 9, name: "x" })).toMatchObject({
      status: 403,
      error: { code: "42501" },
    });
    expect(await authors().update({ name: "x" }).eq("id", 1).select()).toMatchObject({
      status: 200,
      data: [],
    });
    expect((await authors().select("name").eq("id", 1)).data).toEqual([{ name: "Ada" }]);
  });
});

describe("PUT", () => {
  it("RD6 makes or replaces the one row that its filter names, and no other", async () => {
    const { data: made } = await shelf().insert({ label: "old" }).select("id").single();
    const put = (id: number, row: object) =>
      ask(library, `/shelf?id=eq.${id}`, { method: "PUT", body: JSON.stringify(row) });
    const whole = {
      id: made?.id,
      owner: library.ada.id,
      code: null,
      label: "put",
      copies: 1,
      data: null,
      meta: null,
      list: null,
      place: null,
      book_id: null,
      made_at: "2026-01-01T00:00:00Z",
    };
    expect((await put(made?.id, whole)).status).toBe(204);
    expect((await shelf().select("label").eq("id", made?.id)).data).toEqual([{ label: "put" }]);
    expect(await put(made?.id + 100_000, whole)).toMatchObject({ status: 400, body: { code: "PGRST115" } });
  });
});
