/** Change events of tables: what each person sees of them, and which. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPerson, newTopic, startRealtimeProject, Wire } from "./realtime-scene.ts";
import { anonymous, type Person, type Project, service } from "./stand-in.ts";
import { joined, subscribe, until } from "./waiting.ts";

let project: Project;
let me: Person;
let you: Person;
let admin: SupabaseClient;
const others: SupabaseClient[] = [];
let nextId = 1000;
const newId = () => ++nextId;

beforeAll(async () => {
  project = await startRealtimeProject();
  me = await newPerson(project, "Me");
  you = await newPerson(project, "You");
  admin = service(project);
});
afterAll(async () => {
  await Promise.all([me?.client, you?.client, admin, ...others].map((client) => client?.removeAllChannels()));
  await project?.stop();
});

interface Change {
  eventType: string;
  schema: string;
  table: string;
  commit_timestamp: string;
  errors: string[] | null;
  new: Record<string, unknown>;
  old: Record<string, unknown>;
}
interface Wish {
  table: string;
  event?: "*" | "INSERT" | "UPDATE" | "DELETE";
  filter?: string;
  select?: string[];
}
const WAIT = { config: { postgres_changes_options: { wait: true } } };

/** Subscribes with a client and collects; it hears every change from now on. */
async function watch(client: SupabaseClient, { event = "*", ...wish }: Wish): Promise<Change[]> {
  const seen: Change[] = [];
  const channel = client.channel(newTopic("changes"), WAIT);
  channel.on("postgres_changes", { event, schema: "public", ...wish } as never, (change: unknown) => {
    seen.push(change as Change);
  });
  await joined(channel);
  return seen;
}
/** How a subscription is refused. */
async function refusalOf(client: SupabaseClient, wish: Wish & { schema?: string }): Promise<string> {
  const { event = "*", ...rest } = wish;
  const channel = client.channel(newTopic("changes"), WAIT);
  channel.on("postgres_changes", { event, schema: "public", ...rest } as never, () => undefined);
  const { message } = await subscribe(channel);
  await channel.unsubscribe();
  return message;
}
async function done(work: PromiseLike<{ error: { message: string } | null }>): Promise<void> {
  const { error } = await work;
  if (error) throw new Error(error.message);
}
const shapes = (seen: readonly Change[]) => seen.map((change) => [change.eventType, change.new, change.old]);

describe("what a person sees", () => {
  it("RTC1 is their own rows, without columns they may not select", async () => {
    const [mine, yours] = [
      await watch(me.client, { table: "rt_notes" }),
      await watch(you.client, { table: "rt_notes" }),
    ];
    const [a, b] = [newId(), newId()];
    const rowOf = (id: number, owner: string) => ({ id, owner, size: 5, title: "t", secret: "s" });
    await done(admin.from("rt_notes").insert([rowOf(a, me.id), rowOf(b, you.id)]));
    await done(admin.from("rt_notes").update({ size: 7 }).eq("id", a));
    await until(() => mine.length === 2 && yours.length === 1, "the rows to be seen");
    const { secret: _, ...seen } = rowOf(a, me.id);
    expect(shapes(mine)).toEqual([
      ["INSERT", seen, {}],
      ["UPDATE", { ...seen, size: 7 }, { id: a }],
    ]);
    expect(mine[0]).toMatchObject({ schema: "public", table: "rt_notes", errors: null });
    expect(mine[0]?.commit_timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("RTC2 of a DELETE is the key only, of everybody's rows, even where the whole row is logged", async () => {
    const seen = await watch(me.client, { table: "rt_full", event: "DELETE" });
    const id = newId();
    await done(admin.from("rt_full").insert({ id, owner: you.id, word: "secret" }));
    await done(admin.from("rt_full").delete().eq("id", id));
    await until(() => seen.length === 1, "the end of the row");
    expect(shapes(seen)).toEqual([["DELETE", {}, { id }]]);
  });

  it("RTC3 of an UPDATE is the whole old row with replica identity full, under row security, too", async () => {
    const seen = await watch(me.client, { table: "rt_full", event: "UPDATE" });
    const id = newId();
    await done(admin.from("rt_full").insert({ id, owner: me.id, word: "before" }));
    await done(admin.from("rt_full").update({ word: "after" }).eq("id", id));
    await until(() => seen.length === 1, "the change");
    const rest = { id, owner: me.id };
    expect(shapes(seen)).toEqual([["UPDATE", { ...rest, word: "after" }, { ...rest, word: "before" }]]);
  });

  it("RTC4 without row security is everything, old rows with replica identity full as well", async () => {
    const visitor = anonymous(project);
    others.push(visitor);
    const seen = await watch(visitor, { table: "rt_open" });
    const id = newId();
    await done(admin.from("rt_open").insert({ id, word: "a" }));
    await done(admin.from("rt_open").delete().eq("id", id));
    await until(() => seen.length === 2, "both");
    const row = { id, word: "a", flag: null, amount: null, made: null, bits: null };
    expect(shapes(seen)).toEqual([
      ["INSERT", row, {}],
      ["DELETE", {}, row],
    ]);
  });

  it("RTC5 are values as JSON has them, with the types of their columns", async () => {
    const wire = await Wire.open(project, "2.0.0", project.secretKey);
    const id = newId();
    const wish = { event: "*", schema: "public", table: "rt_open", filter: `id=eq.${id}` };
    await wire.join("types", {
      config: { postgres_changes: [wish], postgres_changes_options: { wait: true } },
    });
    const made = "2026-01-02T03:04:05.678+00:00";
    await done(
      admin.from("rt_open").insert({ id, word: "ä", flag: true, amount: 1.5, made, bits: "\\x00ff" }),
    );
    const frame = await wire.find(({ event }) => event === "postgres_changes", "the change");
    const { ids, data } = frame.payload as { ids: number[]; data: Record<string, unknown> };
    expect(ids).toHaveLength(1);
    expect(data).toEqual({
      schema: "public",
      table: "rt_open",
      type: "INSERT",
      commit_timestamp: expect.any(String),
      errors: null,
      columns: [
        { name: "id", type: "int4" },
        { name: "word", type: "text" },
        { name: "flag", type: "bool" },
        { name: "amount", type: "numeric" },
        { name: "made", type: "timestamptz" },
        { name: "bits", type: "bytea" },
      ],
      record: { id, word: "ä", flag: true, amount: 1.5, made, bits: "\\x00ff" },
    });
    wire.close();
  });

  it("RTC6 can be chosen by columns; the key comes along", async () => {
    const seen = await watch(me.client, { table: "rt_notes", select: ["title"] });
    const id = newId();
    await done(admin.from("rt_notes").insert({ id, owner: me.id, title: "t", size: 1 }));
    await until(() => seen.length === 1, "the row");
    expect(seen[0]?.new).toEqual({ id, title: "t" });
  });

  it("RTC7 is an error without the row where there is no key, where the key is hidden, where a policy fails", async () => {
    const [keyless, hidden, failing] = [
      await watch(me.client, { table: "rt_keyless" }),
      await watch(me.client, { table: "rt_hidden_key" }),
      await watch(me.client, { table: "rt_failing" }),
    ];
    await done(admin.from("rt_keyless").insert({ word: "a" }));
    await done(admin.from("rt_hidden_key").insert({ id: newId(), word: "a" }));
    await done(admin.from("rt_failing").insert({ id: newId(), word: "no number" }));
    await until(() => [keyless, hidden, failing].every((seen) => seen.length === 1), "three complaints");
    expect([keyless, hidden, failing].map(([change]) => [change?.errors, change?.new])).toEqual([
      [["Error 400: Bad Request, no primary key"], {}],
      [["Error 401: Unauthorized"], {}],
      [["Error 500: Internal Server Error, RLS policy evaluation failed"], {}],
    ]);
  });

  it("RTC8 of a row above a megabyte are its small values and an error", async () => {
    const seen = await watch(me.client, { table: "rt_notes", event: "INSERT" });
    const id = newId();
    await done(admin.from("rt_notes").insert({ id, owner: me.id, size: 1, title: "x".repeat(1_100_000) }));
    await until(() => seen.length === 1, "the row");
    expect(seen[0]).toMatchObject({
      new: { id, owner: me.id, size: 1 },
      errors: ["Error 413: Payload Too Large"],
    });
    expect(seen[0]?.new).not.toHaveProperty("title");
  });

  it("RTC9 is not cut by the publication's column lists and row filters, as hosted Supabase does not either", async () => {
    const seen = await watch(admin, { table: "rt_listed" });
    await done(admin.from("rt_listed").insert({ id: 1, word: "a", other: "b" }));
    await until(() => seen.length === 1, "the row");
    expect(seen[0]?.new).toEqual({ id: 1, word: "a", other: "b" });
  });
});

describe("which changes", () => {
  it("RTC10 come by kind", async () => {
    const kinds = ["INSERT", "UPDATE", "DELETE"] as const;
    const seen = await Promise.all(kinds.map((event) => watch(admin, { table: "rt_open", event })));
    const id = newId();
    await done(admin.from("rt_open").insert({ id }));
    await done(admin.from("rt_open").update({ word: "b" }).eq("id", id));
    await done(admin.from("rt_open").delete().eq("id", id));
    await until(() => seen.every((changes) => changes.length === 1), "one each");
    expect(seen.map(([change]) => change?.eventType)).toEqual(kinds);
  });

  it("RTC11 come in the order of the commits", async () => {
    const seen = await watch(admin, { table: "rt_open", event: "INSERT" });
    const ids = Array.from({ length: 30 }, newId);
    for (const id of ids) await done(admin.from("rt_open").insert({ id }));
    await until(() => seen.length === 30, "all");
    expect(seen.map((change) => change.new.id)).toEqual(ids);
  });

  const rows = [
    { word: "apple", flag: true, amount: 1 },
    { word: "pear, green", flag: false, amount: 2 },
    { word: null, flag: null, amount: 3 },
    { word: 'say "a"', flag: true, amount: null },
  ];
  it.each([
    ["word=eq.apple", [0]],
    ["word=neq.apple", [1, 3]],
    ["word=not.eq.apple", [1, 3]],
    ["amount=gt.1", [1, 2]],
    ["amount=gte.2", [1, 2]],
    ["amount=lt.2", [0]],
    ["amount=lte.2", [0, 1]],
    ["amount=in.(1,3)", [0, 2]],
    ["amount=not.in.(1,3)", [1]],
    ['word=in.("pear, green",apple)', [0, 1]],
    ['word=eq."pear, green"', [1]],
    ['word=eq."say \\"a\\""', [3]],
    ["word=like.%p%", [0, 1]],
    ["word=ilike.APP%", [0]],
    ["word=match.^p", [1]],
    ["word=imatch.^P", [1]],
    ["word=is.null", [2]],
    ["word=not.is.null", [0, 1, 3]],
    ["flag=is.true", [0, 3]],
    ["word=isdistinct.apple", [1, 2, 3]],
    ["amount=gte.1,flag=is.true", [0]],
  ] as const)("RTC12 come by the filter %s", async (filter, places) => {
    const seen = await watch(admin, { table: "rt_open", filter, event: "INSERT" });
    const end = await watch(admin, { table: "rt_open", event: "INSERT" });
    const ids = rows.map(newId);
    await done(admin.from("rt_open").insert(rows.map((row, at) => ({ ...row, id: ids[at] ?? 0 }))));
    await until(() => end.length === rows.length, "the last row");
    expect(seen.map((change) => ids.indexOf(Number(change.new.id)))).toEqual([...places]);
    for (const client of [admin]) await client.removeAllChannels();
  });

  it("RTC13 of deleted rows come by a filter on what is known of them: the key, or all with replica identity full", async () => {
    const byKey = await watch(me.client, { table: "rt_notes", event: "DELETE", filter: "id=gt.0" });
    const byOther = await watch(me.client, { table: "rt_notes", event: "DELETE", filter: "size=gt.0" });
    const whole = await watch(admin, { table: "rt_open", event: "DELETE", filter: "word=eq.mine" });
    const id = newId();
    await done(admin.from("rt_notes").insert({ id, owner: me.id, size: 1 }));
    await done(admin.from("rt_notes").delete().eq("id", id));
    await done(admin.from("rt_open").insert({ id, word: "mine" }));
    await done(admin.from("rt_open").delete().eq("id", id));
    await until(() => byKey.length === 1 && whole.length === 1, "the ends");
    expect(byOther).toEqual([]);
  });

  it("RTC14 of a whole schema come with one wish", async () => {
    const seen: Change[] = [];
    const channel = admin.channel(newTopic("changes"), WAIT);
    channel.on("postgres_changes", { event: "INSERT", schema: "public" }, (change) =>
      seen.push(change as unknown as Change),
    );
    await joined(channel);
    await done(admin.from("rt_open").insert({ id: newId() }));
    await done(admin.from("rt_full").insert({ id: newId() }));
    await until(() => seen.length === 2, "both tables");
    expect(seen.map(({ table }) => table)).toEqual(["rt_open", "rt_full"]);
  });
});

describe("a wish that cannot be met", () => {
  const SORRY = "RealtimeDisabledForConfiguration: Unable to subscribe to changes with given parameters.";
  const because = (table: string, filters: string, select: string, reason: string) =>
    `${SORRY} An exception happened so please check your connect parameters: [event: *, schema: public, table: ${table}, filters: [${filters}], select: ${select}]. Exception: ERROR P0001 (raise_exception) ${reason}`;

  it.each([
    [
      { table: "rt_notes", filter: "secret=eq.1" },
      '{"secret", "eq", "1", false}',
      "nil",
      "invalid column for filter secret",
    ],
    [
      { table: "rt_notes", filter: "nothing=eq.1" },
      '{"nothing", "eq", "1", false}',
      "nil",
      "invalid column for filter nothing",
    ],
    [
      { table: "rt_notes", filter: "size=is.true" },
      '{"size", "is", "true", false}',
      "nil",
      "is true filter requires a boolean column, got integer",
    ],
    [
      { table: "rt_notes", filter: "size=is.5" },
      '{"size", "is", "5", false}',
      "nil",
      "invalid value for is filter: must be null, true, false, or unknown",
    ],
    [{ table: "rt_notes", select: ["secret"] }, "", '["secret"]', "invalid column for select secret"],
    [
      { table: "rt_notes", filter: `id=in.(${Array.from({ length: 101 }, (_, n) => n).join()})` },
      `{"id", "in", "{${Array.from({ length: 101 }, (_, n) => n).join()}}", false}`,
      "nil",
      "too many values for `in` filter. Maximum 100",
    ],
  ])("RTC15 is refused with the reason: %j", async (wish, filters, select, reason) => {
    expect(await refusalOf(me.client, wish)).toBe(because("rt_notes", filters, select, reason));
  });

  it("RTC16 is refused for a table that is not published, and for an unreadable filter", async () => {
    expect(await refusalOf(me.client, { table: "rt_unpublished" })).toBe(
      `${SORRY} Please check Realtime is enabled for the given connect parameters: [event: *, schema: public, table: rt_unpublished, filters: [], select: nil]`,
    );
    const unreadable = (filter: string) => refusalOf(me.client, { table: "rt_notes", filter });
    const start = "RealtimeDisabledForConfiguration: Error parsing `filter` params:";
    expect(await unreadable("undefined")).toBe(`${start} ["undefined"]`);
    expect(await unreadable("size=foo.1")).toBe(`${start} ["foo", "1"]`);
    expect(await unreadable("size=in.1")).toBe(`${start} \`in\` filter value must be wrapped by parentheses`);
    expect(await unreadable("size=eq.1,")).toBe(
      `${start} filter must not contain empty segments (check for extra commas)`,
    );
  });

  it("RTC17 does not refuse a join that does not wait; a system message tells it", async () => {
    const systems: Record<string, unknown>[] = [];
    const channel = me.client.channel(newTopic("changes"));
    channel.on("system", {}, (message) => systems.push(message));
    channel.on(
      "postgres_changes",
      { event: "*", schema: "public", table: "rt_notes", filter: "undefined" },
      () => undefined,
    );
    await joined(channel);
    await until(() => systems.length > 0, "the complaint");
    expect(systems).toMatchObject([
      {
        extension: "postgres_changes",
        status: "error",
        message: 'Error parsing `filter` params: ["undefined"]',
      },
    ]);
    expect(channel.state).toBe("joined");
  });
});
