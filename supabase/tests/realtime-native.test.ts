/** On a server the connection that listens may be lost: what was committed meanwhile is told when it is back. */
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listenTo, newTopic, startRealtimeProject } from "./realtime-scene.ts";
import { anonymous, type Project, service } from "./stand-in.ts";
import { joined, until } from "./waiting.ts";

let project: Project;
let sql: postgres.Sql;
beforeAll(async () => {
  project = await startRealtimeProject();
  if (project.databaseUrl) sql = postgres(project.databaseUrl, { max: 4, onnotice: () => undefined });
});
afterAll(async () => {
  await sql?.end();
  await project?.stop();
});
beforeEach((context) => {
  if (!project.databaseUrl) context.skip("only a server's connections can be cut");
});

/** Ends whoever listens and, in the same breath, runs what nobody can hear then. */
async function unheard(work: (tx: postgres.TransactionSql) => Promise<unknown>): Promise<void> {
  await sql.begin(async (tx) => {
    await work(tx);
    const cut = await tx<{ pid: number }[]>`
      select pid from pg_stat_activity
      where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()
        and pg_terminate_backend(pid)`;
    expect(cut).not.toHaveLength(0);
    const pids = cut.map(({ pid }) => pid);
    // Another may listen already on a slow machine; it is these that have to be gone.
    await until(async () => {
      const [left] = await sql<{ n: number }[]>`
        select count(*)::int as n from pg_stat_activity where pid = any(${pids}::int[])`;
      return left?.n === 0;
    }, "the listener to be gone");
  });
}

describe("a lost connection", () => {
  it("RTN1 loses no stored broadcast and tells none twice", async () => {
    const topic = newTopic().replace(":", "-");
    const { heard, channel } = await listenTo(anonymous(project), topic);
    const send = (db: postgres.Sql | postgres.TransactionSql, n: number) =>
      db`select realtime.send(jsonb_build_object('n', ${n}::int), 'said', ${topic}, false)`;
    await send(sql, 1);
    await until(() => heard.length === 1, "the first");
    await unheard(async (tx) => {
      await send(tx, 2);
      await send(tx, 3);
    });
    await until(() => heard.length >= 3, "what was missed");
    await send(sql, 4);
    await until(() => heard.some(({ payload }) => payload.n === 4), "the next");
    // Only one that came too often would come now.
    await sleep(200);
    expect(heard.map(({ payload }) => payload.n).toSorted()).toEqual([1, 2, 3, 4]);
    await channel.unsubscribe();
  });

  it("RTN2 loses no change event and tells none twice", async () => {
    const admin = service(project);
    const seen: unknown[] = [];
    const channel = admin.channel(newTopic("changes"), {
      config: { postgres_changes_options: { wait: true } },
    });
    channel.on("postgres_changes", { event: "INSERT", schema: "public", table: "rt_open" }, (change) =>
      seen.push(change.new.id),
    );
    await joined(channel);
    await sql`insert into rt_open (id) values (1)`;
    await until(() => seen.length === 1, "the first");
    await unheard((tx) => tx`insert into rt_open (id) values (2), (3)`);
    await until(() => seen.length >= 3, "what was missed");
    await sql`insert into rt_open (id) values (4)`;
    await until(() => seen.includes(4), "the next");
    expect(seen).toEqual([1, 2, 3, 4]);
    await channel.unsubscribe();
  });
});
