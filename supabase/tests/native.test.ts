/** The stand-in on a Postgres 17 server: what it says when it cannot use one, and that a crash of it is survived. */
import { rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { resolve } from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findFreePort } from "../../scripts/free-port.ts";
import { type Cluster, startCluster, whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { type StandIn, startStandIn } from "../../scripts/stand-in.ts";
import { takeDatabase } from "./native-database.ts";
import { anonymous, newFolder, newPerson, type Project } from "./stand-in.ts";
import { until } from "./waiting.ts";

const schema = resolve(import.meta.dirname, "schema");
let cluster: Cluster | null = null;
beforeAll(async () => {
  if (whyNoNativePostgres === null) cluster = await startCluster();
});
beforeEach((context) => {
  if (whyNoNativePostgres) context.skip(whyNoNativePostgres);
});
afterAll(() => cluster?.stop());

const running: StandIn[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.stop()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function start(databaseUrl: string): Promise<Project> {
  const folder = await newFolder();
  folders.push(folder);
  const standIn = await startStandIn({ dataFolder: folder, databaseUrl, args: ["--migrations", schema] });
  running.push(standIn);
  const { url, publishableKey, secretKey } = standIn;
  return { url, publishableKey, secretKey, folder, databaseUrl, standIn, stop: () => standIn.stop() };
}

const server = () => cluster?.url ?? "";
/** The server's address with other parts. */
function at(change: { user?: string; password?: string; database?: string; port?: number }): string {
  const url = new URL(server());
  if (change.user) url.username = change.user;
  if (change.password) url.password = change.password;
  if (change.database) url.pathname = `/${change.database}`;
  if (change.port) url.port = String(change.port);
  return url.href;
}

async function asSuperuser(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

/** Says that it is a Postgres of another version, to whoever asks for it. */
async function startOldServer(): Promise<{ port: number; stop(): void }> {
  const message = (type: string, body: Buffer) => {
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const ready = message("Z", Buffer.from("I"));
  const cell = (text: string) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const column = (name: string, type: number) => {
    const rest = Buffer.alloc(18);
    rest.writeInt32BE(type, 6);
    return Buffer.concat([Buffer.from(`${name}\0`), rest]);
  };
  const columns = [column("version", 23), column("text", 25), column("isSuper", 16)];
  const answer = Buffer.concat([
    message("1", Buffer.alloc(0)),
    message("t", Buffer.alloc(2)),
    message("T", Buffer.concat([Buffer.from([0, 3]), ...columns])),
    message("2", Buffer.alloc(0)),
    message("D", Buffer.concat([Buffer.from([0, 3]), cell("160004"), cell("16.4"), cell("t")])),
    message("C", Buffer.from("SELECT 1\0")),
    ready,
  ]);
  const old = createServer((socket) => {
    let isGreeted = false;
    socket.on("data", () => {
      socket.write(isGreeted ? answer : Buffer.concat([message("R", Buffer.alloc(4)), ready]));
      isGreeted = true;
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((done) => old.listen(0, "127.0.0.1", done));
  const address = old.address();
  return { port: typeof address === "object" && address ? address.port : 0, stop: () => old.close() };
}

it("a server of a test's own takes another port where its port is taken meanwhile", async () => {
  const squatter = createServer();
  const taken = await new Promise<number>((done) =>
    squatter.listen(0, "127.0.0.1", () => done((squatter.address() as AddressInfo).port)),
  );
  const ports = [taken];
  const other = await startCluster(async () => ports.pop() ?? findFreePort(0));
  try {
    expect(ports).toEqual([]);
    await asSuperuser(other.url, (sql) => sql`select 1`);
  } finally {
    await other.stop();
    squatter.close();
  }
}, 120_000);

describe("a server that cannot be used, in a sentence", () => {
  it("NA1 nothing listens there", async () => {
    await expect(start(at({ port: 9 }))).rejects.toThrow(/^No Postgres listens at 127\.0\.0\.1:9\. Start it/);
  });

  it("NA2 the address is none", async () => {
    await expect(start("mysql://nowhere")).rejects.toThrow(
      /^The database URL is not one; it looks like postgresql:/,
    );
  });

  it("NA3 it has no such database", async () => {
    await expect(start(at({ database: "nowhere" }))).rejects.toThrow(
      /has no database nowhere\. Create it first\./,
    );
  });

  it("NA4 the password is wrong, and is not told", async () => {
    await asSuperuser(server(), async (sql) => {
      await sql`create role locked login superuser password 'right'`;
      const [{ file = "" } = {}] = await sql<{ file: string }[]>`select current_setting('hba_file') as file`;
      const line = "host all locked 127.0.0.1/32 scram-sha-256";
      const program = `cat - ${file} > ${file}.new && mv ${file}.new ${file}`;
      await sql.unsafe(`copy (select '${line}') to program '${program}'`);
      await sql`select pg_reload_conf()`;
    });
    const wrong = at({ user: "locked", password: "not-the-password" });
    const refusal = await start(wrong).then(
      () => "",
      (error: Error) => error.message,
    );
    expect(refusal).toMatch(/refused the password of locked\.$/);
    expect(refusal).not.toContain("not-the-password");
  });

  it("NA5 the user is no superuser", async () => {
    await asSuperuser(server(), (sql) => sql`create role nobody login`);
    await expect(start(at({ user: "nobody" }))).rejects.toThrow(/must name a superuser/);
  });

  it("NA6 another stand-in works on the database", async () => {
    const database = await takeDatabase(server());
    await start(database.url);
    await expect(start(database.url)).rejects.toThrow(/is in use by another stand-in\.$/);
    await running.pop()?.stop();
    await database.drop();
  });

  it("NA7 it is of another version", async () => {
    const old = await startOldServer();
    await expect(start(at({ port: old.port }))).rejects.toThrow(
      /is Postgres 16\.4; this version needs Postgres 17\./,
    );
    old.stop();
  });
});

describe("one server", () => {
  it("NA8 carries several projects, started at the same moment", async () => {
    const databases = [
      await takeDatabase(server()),
      await takeDatabase(server()),
      await takeDatabase(server()),
    ];
    const projects = await Promise.all(databases.map(({ url }) => start(url)));
    const people = await Promise.all(projects.map((project) => newPerson(project)));
    await Promise.all(people.map(({ client }, n) => client.from("notes").insert({ body: `of ${n}` })));
    for (const [n, { client }] of people.entries()) {
      expect((await client.from("notes").select("body")).data).toEqual([{ body: `of ${n}` }]);
    }
    await Promise.all(projects.map((project) => project.stop()));
    await Promise.all(databases.map((database) => database.drop()));
  });

  it("NA9 may crash: what was acknowledged is there, requests fail meanwhile and work afterwards", async () => {
    const database = await takeDatabase(server());
    const project = await start(database.url);
    const { client } = await newPerson(project);
    const acknowledged: string[] = [];
    const statuses = new Set<number>();
    let isOver = false;
    const lanes = [0, 1, 2, 3].map(async (lane) => {
      for (let n = 0; !isOver; n++) {
        const body = `${lane}-${n}`;
        const { error, status } =
          n % 2 ? await client.rpc("quiet", { p_body: body }) : await client.from("notes").insert({ body });
        if (!error) acknowledged.push(body);
        statuses.add(status);
      }
    });
    await until(async () => acknowledged.length > 40, "40 rows");
    await cluster?.kill();
    await until(async () => statuses.has(503), "503 while the server is away");
    const before = acknowledged.length;
    await cluster?.restart();
    await until(async () => acknowledged.length > before + 40, "40 rows more", 20_000);
    isOver = true;
    await Promise.all(lanes);
    const stored = new Set<string>();
    for (let from = 0; stored.size >= from; from += 1000) {
      const { data } = await client
        .from("notes")
        .select("body")
        .order("id")
        .range(from, from + 999);
      for (const { body } of data ?? []) stored.add(body);
    }
    expect(acknowledged.filter((body) => !stored.has(body))).toEqual([]);
    expect([...statuses].sort()).toEqual([201, 204, 503]);
    expect((await anonymous(project).rpc("who")).data).toMatchObject({
      role: "anon",
      user: "anon",
      uid: null,
    });

    // It listens again: a table that is new is found when the database says that the schema changed.
    await asSuperuser(database.url, (sql) =>
      sql.unsafe(
        "create table public.later (n int); grant select on public.later to anon; notify pgrst, 'reload schema'",
      ),
    );
    await until(async () => !(await anonymous(project).from("later").select()).error, "the new table");
    await project.stop();
    await database.drop();
  });
});
