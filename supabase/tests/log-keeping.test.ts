/** How fast, how much, how long: what one person may append, what a document holds, and what of its log goes when. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { SCHEMA_VERSION } from "../../lib/core/schema-version.ts";
import { openProject, type Sql } from "./hosted.ts";
import { callAs } from "./hosted-scene.ts";
import {
  append,
  bytes,
  keepSnapshot,
  type LogScene,
  lease,
  oneValue,
  openAs,
  openLog,
  project,
  pull,
  refusalOf,
  rpcOf,
  setBack,
  writerOf,
} from "./log-scene.ts";

let sql: Sql;
beforeAll(async () => {
  sql = await openProject();
  // Where there is no pg_net, a call is at least noted.
  await sql.exec(`
    do $$ begin
      if to_regnamespace('net') is null then
        create schema net;
        grant usage on schema net to public;
        create function net.http_post(url text, body jsonb, headers jsonb, timeout_milliseconds integer) returns bigint
        language sql as 'select 1::bigint';
      end if;
    end $$;
    insert into private.runtime_config values ('functions_url', 'http://127.0.0.1:9'), ('functions_secret', 'secret')`);
});
afterAll(() => sql?.close());

const update = (clientSeq: number, text = `update ${clientSeq}`) => ({ clientSeq, data: bytes(text) });
const of = ({ documentId }: LogScene) => `where document_id = '${documentId}'`;
const headOf = async (scene: LogScene) =>
  (
    await sql.query<{ last_seq: number; tail: number; snapshot: number; pruned: number }>(
      `select last_seq::int, tail_bytes::int as tail, snapshot_bytes::int as snapshot, pruned_seq::int as pruned
       from public.document_heads ${of(scene)}`,
    )
  )[0];
const rowsOf = async (scene: LogScene) =>
  (
    await sql.query<{ seq: number }>(
      `select seq::int as seq from public.document_updates ${of(scene)} order by seq`,
    )
  ).map(({ seq }) => seq);
const prune = (rows?: number) =>
  callAs<{ documents: number; rows: number }>(
    sql,
    "service_role",
    "prune_log",
    rows === undefined ? {} : { p_rows: rows },
  );
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe("how fast", () => {
  it("whoever is 30 seconds ahead is refused with the pause to keep, and nobody else is", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1));
    const spend = (seconds: number) =>
      sql.exec(
        `update private.append_budgets set spent_until = clock_timestamp() + interval '${seconds} s' ${of(scene)}`,
      );
    await spend(32);
    const refused = append(scene, update(2));
    await expect(refused).rejects.toMatchObject({ code: "PT429", message: "too_fast" });
    const { hint } = (await refused.catch((error: unknown) => error)) as { hint: string };
    const pause = Number(/^retry after (\d+) ms$/.exec(hint)?.[1]);
    expect(pause).toBeGreaterThan(1_000);
    expect(pause).toBeLessThanOrEqual(2_000);
    expect(await rowsOf(scene)).toEqual([1]);
    await append(await openLog(sql), update(1));
    await spend(29);
    await append(scene, update(2));
    expect(await rowsOf(scene)).toEqual([1, 2]);
  });

  it("is counted for the person, in whatever session, and for retries too", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1));
    const other = { ...scene, ...(await openAs(sql, scene.owner, scene.documentId)) };
    const spent = () =>
      oneValue<number>(
        sql,
        `select extract(epoch from max(spent_until))::float8 from private.append_budgets ${of(scene)}`,
      );
    const before = await spent();
    await append(other, update(1));
    const between = await spent();
    await append(scene, update(1));
    expect(between - before).toBeGreaterThan(0.009);
    expect((await spent()) - between).toBeGreaterThan(0.009);
  });

  it("leaves people and what they bring back from a flight alone", async () => {
    const cost = (updates: number, size: number) =>
      oneValue<number>(sql, `select private.append_cost(${updates}, ${size})`);
    expect((await cost(1, 200)) * 15, "a fast typist costs less than the time that passes").toBeLessThan(0.2);
    expect((await cost(100, 8_000_000)) * 3, "24 MB at once").toBeLessThan(30);
    expect((await cost(50, 20_000)) * 900, "ten hours of typing at once").toBeLessThan(45);
    expect((await cost(1, 20)) * 4_000, "4,000 appends in no time").toBeGreaterThan(30);
  });
});

describe("how much", () => {
  it("counts the bytes after the newest snapshot and those of the snapshot", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1, "12345"), update(2, "1234567"));
    await append(scene, update(2, "1234567"), update(3, "123"));
    expect(await headOf(scene)).toMatchObject({ tail: 15, snapshot: 0 });
    await keepSnapshot(scene, Buffer.from("state"));
    await append(scene, update(4, "1234"));
    expect(await headOf(scene)).toMatchObject({ last_seq: 4, tail: 4, snapshot: 5 });
  });

  it("a full document takes nothing more, says what is safe, and still acknowledges what it has", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1));
    await sql.exec(`update public.document_heads set snapshot_bytes = 64000000 - 20 ${of(scene)}`);
    await append(scene, update(2, "12345"));
    const refused = append(scene, update(3, "x".repeat(20)));
    await expect(refused).rejects.toMatchObject({
      code: "PT413",
      message: "document_full",
      detail: expect.stringMatching(/All of them are safe/),
    });
    expect((await append(scene, update(2, "12345"))).accepted).toEqual([{ clientSeq: 2, seq: 2 }]);
    expect(await rowsOf(scene)).toEqual([1, 2]);
  });
});

describe("how long", () => {
  /** 30 rows; snapshots at 10, 20 and 25, of which the given ones are old. */
  async function grown(hours: readonly [number, number, number]) {
    const scene = await openLog(sql);
    const writer = writerOf(scene);
    for (const [at, count] of [10, 10, 5].entries()) {
      await writer.write(count);
      await keepSnapshot(scene, Y.encodeStateAsUpdate(writer.doc), hours[at]);
    }
    await writer.write(5);
    return { scene, writer };
  }

  it("rows go once a day-old snapshot covers them and a newer one is there; the rest stays", async () => {
    const { scene } = await grown([50, 25, 1]);
    expect(await prune()).toEqual({ documents: 1, rows: 20 });
    expect(await rowsOf(scene)).toEqual(range(21, 30));
    expect(await headOf(scene)).toMatchObject({ pruned: 20, last_seq: 30 });
    expect(await prune()).toEqual({ documents: 0, rows: 0 });
  });

  it.each<[string, readonly [number, number, number]]>([
    ["no snapshot is a day old", [23, 22, 1]],
    ["there is no newer one", [1, 1, 50]],
  ])("none goes while %s", async (_, hours) => {
    const { scene } = await grown(hours);
    await prune();
    expect(await rowsOf(scene)).toEqual(range(1, 30));
  });

  it.each(["base", "newest"])("none goes while the %s snapshot is damaged", async (which) => {
    const { scene } = await grown([50, 25, 1]);
    const seq = which === "base" ? 20 : 25;
    const damage = (to: string) =>
      setBack(sql, `update public.document_snapshots set state = ${to} ${of(scene)} and upto_seq = ${seq}`);
    const whole = `'\\x${await oneValue<string>(sql, `select encode(state, 'hex') from public.document_snapshots ${of(scene)} and upto_seq = ${seq}`)}'::bytea`;
    await damage("state || '\\x00'::bytea");
    await prune();
    expect(await rowsOf(scene)).toEqual(range(1, 30));
    await damage(whole);
    await prune();
    expect(await rowsOf(scene)).toEqual(range(21, 30));
  });

  it("refused rows stay, with the names of their authors", async () => {
    const { scene } = await grown([50, 25, 1]);
    await sql.exec(`insert into public.document_quarantine (document_id, seq, reason) values
      ('${scene.documentId}', 7, 'skip')`);
    await prune();
    expect(await rowsOf(scene)).toEqual([7, ...range(21, 30)]);
    const listed = await callAs(sql, scene.owner, "list_refused_updates", {
      p_document_id: scene.documentId,
    });
    expect(listed).toMatchObject([{ seq: 7, name: "Olga", userId: scene.owner }]);
  });

  it("in small steps, each of which leaves a document that opens", async () => {
    const { scene, writer } = await grown([50, 25, 1]);
    for (let step = 0; step < 3; step += 1) {
      await prune(8);
      for (const after of [0, 3, 8, 12, 19, 20, 26]) {
        const doc = new Y.Doc();
        // Somebody who has everything up to `after`.
        for (const { data } of writer.sent.slice(0, after)) Y.applyUpdate(doc, Buffer.from(data, "base64"));
        const { snapshot, updates } = await pull(scene, after);
        if (snapshot) Y.applyUpdate(doc, Buffer.from(snapshot.state, "base64"));
        for (const { data } of updates) Y.applyUpdate(doc, Buffer.from(data, "base64"));
        expect(doc.getText("title").toString(), `after ${after}, step ${step}`).toBe("x".repeat(30));
        const from = snapshot?.uptoSeq ?? after;
        expect(updates.map((row) => row.seq)).toEqual(range(from + 1, 30));
      }
    }
    expect(await rowsOf(scene)).toEqual(range(21, 30));
  });

  it("a retry of whatever age is acknowledged and not stored again", async () => {
    const { scene, writer } = await grown([50, 25, 1]);
    await prune();
    const again = [19, 20, 21].map((clientSeq) => writer.sent[clientSeq - 1] ?? update(0));
    expect((await append(scene, ...again)).accepted).toEqual([
      { clientSeq: 19, seq: 0 },
      { clientSeq: 20, seq: 0 },
      { clientSeq: 21, seq: 21 },
    ]);
    expect(await headOf(scene)).toMatchObject({ last_seq: 30 });
    await append(scene, update(31));
    const other = { ...scene, ...(await openAs(sql, scene.owner, scene.documentId)) };
    expect((await append(other, update(1))).accepted).toEqual([{ clientSeq: 1, seq: 32 }]);
  });

  it("what is left is projected from the newest snapshot, and from the older one when that is damaged", async () => {
    const { scene } = await grown([50, 25, 1]);
    await prune();
    await project(scene);
    const title = () =>
      oneValue<string>(sql, `select title from public.documents where id = '${scene.documentId}'`);
    expect(await title()).toBe("x".repeat(30));
    await sql.exec(`update public.documents set title = '' where id = '${scene.documentId}'`);
    await setBack(sql, `update public.document_snapshots set state = '\\x00' ${of(scene)} and upto_seq = 25`);
    await project(scene);
    expect(await title()).toBe("x".repeat(30));
  });

  it("of snapshots the newest two stay, the newest one a day old, and one for six hours since", async () => {
    const scene = await openLog(sql);
    const hours = [80, 60, 30, 26, 20, 19.9, 19.8, 13, 7, 1, 0.5, 0.1];
    for (const [at, ago] of hours.entries()) {
      await append(scene, update(at + 1));
      await keepSnapshot(scene, Buffer.from("state"), ago);
    }
    await sql.exec(`select private.thin_snapshots('${scene.documentId}')`);
    const kept = (
      await sql.query<{ seq: number }>(
        `select upto_seq::int as seq from public.document_snapshots ${of(scene)} order by 1`,
      )
    ).map(({ seq }) => hours[seq - 1] ?? -1);
    expect(kept.slice(0, 1), "the newest one a day old").toEqual([26]);
    expect(kept.slice(-2)).toEqual([0.5, 0.1]);
    // Six-hour bins begin where the clock has them: of 20, 19.9 and 19.8 two can lie in different ones.
    expect(kept.filter((ago) => ago < 24 && ago > 19).length).toBeLessThanOrEqual(2);
    expect(kept).toEqual(expect.arrayContaining([13, 7]));
    expect(kept.length).toBeLessThanOrEqual(9);
  });
});

describe("a snapshot is refused", () => {
  it("without the lease, and when its bytes are not those of the sum; then nothing is kept", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1));
    const { lease: p_lease } = await lease(scene);
    const write = (change: object) =>
      refusalOf(
        rpcOf(sql)("write_snapshot", {
          ...{ p_document_id: scene.documentId, p_lease, p_upto_seq: 1, p_state: bytes("state") },
          p_sha256: createHash("sha256").update("state").digest("hex"),
          ...change,
        }),
      );
    expect(await write({ p_lease: scene.documentId })).toBe("PT409 lease_lost");
    expect(await write({ p_sha256: "00".repeat(32) })).toBe("PT409 snapshot_differs");
    expect(await oneValue(sql, `select count(*)::int from public.document_snapshots ${of(scene)}`)).toBe(0);
    expect(await write({})).toBe("");
    expect(await headOf(scene)).toMatchObject({ tail: 0, snapshot: 5 });
  });
});

describe("by itself", () => {
  it("sessions of a month ago that never wrote are forgotten, and no others", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1));
    const [idle, fresh, pruned] = [
      await openAs(sql, scene.owner, scene.documentId),
      await openAs(sql, scene.owner, scene.documentId),
      await openAs(sql, scene.owner, scene.documentId),
    ];
    const old = [scene, idle, pruned].map(({ session }) => `'${session.p_session_id}'`).join();
    await sql.exec(`
      update public.document_sessions set opened_at = now() - interval '31 days' where session_id in (${old});
      update public.document_sessions set pruned_client_seq = 4 where session_id = '${pruned.session.p_session_id}';
      update private.append_budgets set spent_until = now() - interval '2 hours' ${of(scene)};
      select private.tidy_log()`);
    const left = await sql.query<{ id: string }>(
      `select session_id as id from public.document_sessions ${of(scene)} order by 1`,
    );
    expect(left.map(({ id }) => id)).toEqual(
      [scene, fresh, pruned].map(({ session }) => session.p_session_id).sort(),
    );
    expect(await oneValue(sql, `select count(*)::int from private.append_budgets ${of(scene)}`)).toBe(0);
  });

  it("a projection job that nobody took is asked for again, and one that is being worked on is not", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1));
    const isAskedFor = async (change: string) => {
      await sql.exec(`delete from private.projection_jobs where document_id <> '${scene.documentId}';
        update private.projection_jobs set kicked_at = null, leased_until = null, dead_at = null,
          due_at = now() - interval '1 minute';
        update private.projection_jobs set ${change};
        select private.sweep_projection_jobs()`);
      return oneValue<boolean>(
        sql,
        "select coalesce(kicked_at > now() - interval '4 seconds', false) from private.projection_jobs",
      );
    };
    expect(await isAskedFor("attempts = 0")).toBe(true);
    expect(await isAskedFor("leased_until = now() - interval '1 second', attempts = 1")).toBe(true);
    expect(await isAskedFor("leased_until = now() + interval '1 minute'")).toBe(false);
    expect(await isAskedFor("due_at = now()")).toBe(false);
    expect(await isAskedFor("dead_at = now()")).toBe(false);
  });
});

describe("versions", () => {
  it("the newest that the database knows is the one that this program writes", async () => {
    expect(await oneValue(sql, "select private.known_schema_version()::int")).toBe(SCHEMA_VERSION);
  });

  it("programs that send none are of the first; a newer one takes over the session of an older one", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1));
    await sql.exec(`update public.document_heads set schema_version = 3 ${of(scene)}`);
    expect(await refusalOf(append(scene, update(2)))).toBe("PT409 newer_version");
    const again = (p_schema_version: number) =>
      callAs(sql, scene.owner, "open_document", {
        ...{ ...scene.session, p_yjs_client_id: scene.yjsClientId, p_schema_version },
      });
    await again(2);
    expect(await refusalOf(append(scene, update(2)))).toBe("PT409 newer_version");
    await again(4);
    await again(1);
    expect((await append(scene, update(2))).headSeq).toBe(2);
    expect((await pull(scene)).schemaVersion).toBe(3);
    expect(await refusalOf(again(0))).toBe("PT400 invalid_input");
  });
});
