/** That nothing which takes long holds writers up, and what happens when two do things at once: on a real server only. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { INSTALL_MS, whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { connect, openProject, type Sql } from "./hosted.ts";
import { becoming, callAs } from "./hosted-scene.ts";
import {
  append,
  bytes,
  keepSnapshot,
  type LogScene,
  lease,
  oneValue,
  openLog,
  refusalOf,
  rpcOf,
  writerOf,
} from "./log-scene.ts";
import { until } from "./waiting.ts";

let sql: Sql;
/** Sessions beside the writer's: who works, who stands in the way, who looks on. */
let worker: Sql;
let blocker: Sql;
let watcher: Sql;
beforeAll(async () => {
  if (whyNoNativePostgres !== null) return;
  sql = await openProject("native");
  [worker, blocker, watcher] = [0, 1, 2].map(() => connect(sql.url ?? "")) as [Sql, Sql, Sql];
  // Whoever has to wait for a lock fails instead of hanging.
  await sql.exec("set lock_timeout = '3s'");
}, INSTALL_MS);
beforeEach((context) => {
  if (whyNoNativePostgres) context.skip(whyNoNativePostgres);
});
afterAll(async () => {
  await watcher?.close();
  await blocker?.close();
  await worker?.close();
  await sql?.close();
});

const update = (clientSeq: number) => ({ clientSeq, data: bytes(`update ${clientSeq}`) });
/** Says whether that session waits for a lock; ask for it before the session is busy. */
async function waitOf(who: Sql): Promise<() => Promise<boolean>> {
  const pid = await oneValue<number>(who, "select pg_backend_pid()");
  const query = `select coalesce(wait_event_type, '') = 'Lock' from pg_stat_activity where pid = ${pid}`;
  return () => oneValue<boolean>(watcher, query);
}

/** 30 rows, of which 20 may go. */
async function oldLog(): Promise<{ scene: LogScene; sent: { clientSeq: number; data: string }[] }> {
  const scene = await openLog(sql);
  const writer = writerOf(scene);
  for (const hours of [50, 25, 1]) {
    await writer.write(10);
    await keepSnapshot(scene, Y.encodeStateAsUpdate(writer.doc), hours);
  }
  return { scene, sent: writer.sent };
}

describe("writers do not wait", () => {
  it("for a snapshot that is being stored, however long that takes", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1));
    const { lease: p_lease } = await lease(scene);
    const isWaiting = await waitOf(worker);
    await blocker.exec("begin; lock table public.document_snapshots in share mode");
    const state = Buffer.alloc(1_000_000, 7);
    const written = rpcOf(worker)<boolean>("write_snapshot", {
      ...{ p_document_id: scene.documentId, p_lease, p_upto_seq: 1, p_state: bytes(state) },
      p_sha256: createHash("sha256").update(state).digest("hex"),
    });
    try {
      await until(isWaiting, "the snapshot to wait in its insert");
      for (let clientSeq = 2; clientSeq < 12; clientSeq += 1) await append(scene, update(clientSeq));
    } finally {
      await blocker.exec("rollback");
    }
    expect(await written).toBe(true);
    const [head] = await sql.query(
      `select last_seq::int as last, snapshot_seq::int as snapshot, tail_bytes::int as tail, snapshot_bytes::int as size
       from public.document_heads where document_id = '${scene.documentId}'`,
    );
    const tail = Array.from({ length: 10 }, (_, at) => `update ${at + 2}`).join("").length;
    expect(head).toEqual({ last: 11, snapshot: 1, tail, size: 1_000_000 });
    // What is unpacked at each opening is packed for that.
    const packed = `select pg_column_compression(state) from public.document_snapshots where document_id = '${scene.documentId}'`;
    expect(await oneValue(sql, packed)).toBe("lz4");
  });

  it("for rows that are being deleted", async () => {
    const { scene } = await oldLog();
    const isWaiting = await waitOf(worker);
    await blocker.exec(`begin; select from public.document_updates
      where document_id = '${scene.documentId}' and seq = 5 for update`);
    const pruned = callAs<{ rows: number }>(worker, "service_role", "prune_log");
    try {
      await until(isWaiting, "the pruning to wait for a row");
      for (let clientSeq = 31; clientSeq < 41; clientSeq += 1) await append(scene, update(clientSeq));
    } finally {
      await blocker.exec("rollback");
    }
    expect(await pruned).toMatchObject({ rows: 20 });
  });

  it("for somebody who floods: they are refused before any lock", async () => {
    const scene = await openLog(sql);
    await append(scene, update(1));
    await sql.exec(`update private.append_budgets set spent_until = now() + interval '5 minutes'`);
    await blocker.exec(
      `begin; select from public.document_heads where document_id = '${scene.documentId}' for update`,
    );
    try {
      expect(await refusalOf(append(scene, update(2)))).toBe("PT429 too_fast");
    } finally {
      await blocker.exec("rollback");
    }
  });
});

describe("a retry that meets the pruning of its row", () => {
  it("is stored once: it waits for the head, then looks", async () => {
    const { scene, sent } = await oldLog();
    const isWaiting = await waitOf(sql);
    await worker.exec(
      "begin; select set_config('request.jwt.claims', '{\"role\": \"service_role\"}', true); set local role service_role; select public.prune_log()",
    );
    const retry = append(scene, ...sent.slice(18, 21));
    await until(isWaiting, "the retry to wait for the head");
    await worker.exec("commit");
    expect((await retry).accepted).toEqual([
      { clientSeq: 19, seq: 0 },
      { clientSeq: 20, seq: 0 },
      { clientSeq: 21, seq: 21 },
    ]);
    expect(
      await oneValue(
        sql,
        `select last_seq::int from public.document_heads where document_id = '${scene.documentId}'`,
      ),
    ).toBe(30);
  });

  it("two prunings at once: the second leaves the work to the first", async () => {
    const { scene } = await oldLog();
    await worker.exec("begin; set local role service_role; select public.prune_log()");
    expect(await callAs(sql, "service_role", "prune_log")).toEqual({ documents: 0, rows: 0 });
    await worker.exec("commit");
    expect(
      await oneValue(
        sql,
        `select count(*)::int from public.document_updates where document_id = '${scene.documentId}'`,
      ),
    ).toBe(10);
  });
});

describe("the purge of the trash", () => {
  it("does not wait for a tree that somebody changes, and leaves what is restored meanwhile", async () => {
    const { owner, documentId } = await openLog(sql);
    await callAs(sql, owner, "trash_document", { p_document_id: documentId });
    await sql.exec(
      `update public.documents set trashed_at = now() - interval '31 days' where id = '${documentId}'`,
    );
    await blocker.exec(`begin; ${becoming(owner)} select public.restore_document('${documentId}')`);
    const purge = () => oneValue<number>(worker, "select private.purge_trash()::int");
    expect(await purge()).toBe(0);
    await blocker.exec("commit");
    expect(await purge()).toBe(0);
    const left = `select trashed_at is null as alive from public.documents where id = '${documentId}'`;
    expect(await sql.query(left)).toEqual([{ alive: true }]);
  });
});

describe("pg_cron", () => {
  it("has its jobs, each of which runs", async () => {
    const jobs = await sql.query<{ jobname: string; schedule: string; command: string }>(
      "select jobname, schedule, command from cron.job order by jobname",
    );
    expect(jobs.map(({ jobname, schedule }) => [jobname, schedule])).toEqual([
      ["find missing rows", "53 * * * *"],
      ["find missing vectors", "41 * * * *"],
      ["forget words", "* * * * *"],
      ["keep functions warm", "* * * * *"],
      ["prune log", "* * * * *"],
      ["purge trash", "23 * * * *"],
      ["sweep embedding jobs", "30 seconds"],
      ["sweep projection jobs", "30 seconds"],
      ["sweep unused files", "7 * * * *"],
      ["tidy log", "17 * * * *"],
      ["vacuum queues", "*/20 * * * *"],
      ["vacuum tables", "29 3 * * *"],
      ["watch jobs", "* * * * *"],
    ]);
    // As pg_cron runs them: a statement of its own each, by who is no superuser.
    await sql.exec("set role hosted_postgres");
    for (const { command } of jobs) await sql.exec(command);
    await sql.exec("reset role");
    const vacuumed = await sql.query<{ name: string }>(
      "select name from private.metrics_tables where vacuumed_at is not null",
    );
    for (const name of ["private.projection_jobs", "public.document_heads", "public.document_updates"])
      expect(vacuumed.map((row) => row.name)).toContain(name);
  });
});
