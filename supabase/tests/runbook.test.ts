/**
 * RUNBOOK.md, followed: every block of SQL on Postgres 17 and on PGlite, every block of commands against a project on
 * Postgres 17 that serves, or in the short list of what needs an account. Also that nothing of the order it was written
 * from is missing, and that each alert and each issue says all it must.
 */
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { GET as live } from "../../app/api/health/live/route.ts";
import { GET as health } from "../../app/api/health/route.ts";
import { type Cluster, INSTALL_MS, startCluster, whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { type StandIn, startStandIn } from "../../scripts/stand-in.ts";
import { OWNER, openProject, type Sql } from "./hosted.ts";
import {
  anchorOf,
  blocksOf,
  headingsOf,
  NEEDS_AN_ACCOUNT,
  needsAccount,
  ROOT,
  readRunbook,
  withoutComments,
} from "./runbook-blocks.ts";
import { createDocument, homeOf } from "./scene.ts";
import { anonymous, newPerson, type Person } from "./stand-in.ts";

const runbook = readRunbook();
const blocks = blocksOf(runbook);
const headings = headingsOf(runbook);
const sqlBlocks = blocks.filter(({ language }) => language === "sql");
/** Each, but the benchmark once only: it takes longest. */
const shellBlocks = blocks.filter(
  (block, at) =>
    block.language === "bash" &&
    needsAccount(block) === null &&
    (!block.text.startsWith("npm run benchmark") ||
      blocks.findIndex(({ text }) => text === block.text) === at),
);
const named = <Block extends { line: number; heading: string; text: string }>(block: Block) =>
  [
    `line ${block.line}, ${block.heading}: ${withoutComments(block.text).split("\n")[0]?.slice(0, 60)}`,
    block,
  ] as const;

describe("the text", () => {
  it("has only blocks that are run, and those that need an account", () => {
    expect(blocks.length).toBeGreaterThan(40);
    expect([...new Set(blocks.map(({ language }) => language))].sort()).toEqual(["bash", "sql"]);
    expect(blocks.filter((block) => needsAccount(block) !== null)).toHaveLength(NEEDS_AN_ACCOUNT.length);
  });

  it("says nothing that may not stand in a browser's files: it is a workspace's second document", () => {
    expect(runbook).not.toMatch(/SUPABASE_SECRET_KEY|sb_secret_[\w-]{8,}/);
  });

  it("has every section of the order, in its order", (context) => {
    const seed = join(ROOT, "../shared/seed/runbook.md");
    if (!existsSync(seed)) return context.skip("The order, ../shared/seed/runbook.md, is not at hand.");
    const wanted = headingsOf(readFileSync(seed, "utf8")).map(({ level, title }) => `${level} ${title}`);
    const found = headings.map(({ level, title }) => `${level} ${title}`);
    expect(found.filter((title) => wanted.includes(title))).toEqual(wanted);
  });

  it("has no link into nothing", () => {
    const anchors = headings.map(({ title }) => anchorOf(title));
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1]);
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter((link) => !anchors.includes(link ?? ""))).toEqual([]);
  });

  const from = (title: string) => {
    const start = headings.findIndex((heading) => heading.title === title);
    const rest = headings.slice(start + 1);
    return rest
      .slice(0, rest.findIndex(({ level }) => level < 4) >>> 0)
      .map((heading) => [heading.title, heading] as const);
  };
  const explained = [...from("Alerts"), ...from("Common Issues and Solutions")];
  it.each(explained)(
    "%s has meaning, impact, three commands, a decision and a way back",
    (title, { body }) => {
      for (const part of ["Meaning", "Impact", "Decision", "Way back"])
        expect(body).toContain(`- **${part}:** `);
      const [first] = blocksOf(body);
      expect(withoutComments(first?.text ?? "").split("\n")).toHaveLength(3);
      expect(title).not.toBe("");
    },
  );

  it("explains each alert of the table, and each issue of the other one", () => {
    const titles = explained.map(([title]) => title.toLowerCase());
    const tableOf = (title: string) =>
      [
        ...(headings.find((heading) => heading.title === title)?.body ?? "").matchAll(
          /^\| ([^|]+?) (?:\(P95\) )?\|/gm,
        ),
      ]
        .map((match) => match[1]?.toLowerCase() ?? "")
        .filter((cell) => !["metric", "issue"].includes(cell));
    const wanted = [...tableOf("Key Metrics to Monitor"), ...tableOf("Common Issues and Solutions")];
    expect(wanted).toHaveLength(10);
    expect(wanted.filter((title) => !titles.includes(title))).toEqual([]);
  });

  it("names commands and flags that the command line of Supabase knows", { timeout: 60_000 }, async () => {
    const lines = blocks.filter(needsAccount).flatMap(({ text }) => withoutComments(text).split("\n"));
    const calls = lines.flatMap((line) => /npx supabase (.*)$/.exec(line)?.[1] ?? []);
    const commands = new Set(
      calls.map((call) => call.split(/ -| <| process-block| search| sweep-files/)[0] ?? ""),
    );
    expect([...commands].sort()).toEqual(["db diff", "functions deploy", "functions list", "link"]);
    const program = join(ROOT, "node_modules/supabase/dist/supabase.js");
    for (const command of commands) {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [program, ...command.split(" "), "--help"],
        {
          env: quiet(),
        },
      );
      expect(stdout).toContain(`supabase ${command}`);
      const flags = calls
        .filter((call) => call.startsWith(command))
        .flatMap((call) => call.match(/--[\w-]+/g) ?? []);
      // The functions' commands still take this one (and ask for a token then), and no longer list it.
      for (const flag of flags.filter((name) => name !== "--project-ref")) expect(stdout).toContain(flag);
    }
  });
});

const quiet = () => ({
  ...process.env,
  DO_NOT_TRACK: "1",
  SUPABASE_TELEMETRY_DISABLED: "1",
  SUPABASE_YES: "1",
  CI: "true",
  PGSSLMODE: "disable",
});

/** Not to be had in PGlite: the block says so itself, and the line before it asks in a way that works everywhere. */
const NOT_IN_PGLITE = /FROM pg_stat_statements/;

const engines: readonly Sql["engine"][] = whyNoNativePostgres === null ? ["pglite", "native"] : ["pglite"];
describe.each(engines)("the SQL on %s", (engine) => {
  let sql: Sql;
  beforeAll(async () => {
    sql = await openProject(engine);
    if (engine === "native")
      await sql.exec(
        `create extension pg_stat_statements with schema extensions; grant pg_read_all_stats to ${OWNER}`,
      );
    await sql.exec(`set role ${OWNER}`);
  }, INSTALL_MS);
  afterAll(() => sql?.close());

  it.each(sqlBlocks.map(named))("%s", async (_, { text }) => {
    if (engine === "pglite" && NOT_IN_PGLITE.test(text))
      return expect(sql.query(text)).rejects.toThrow('relation "pg_stat_statements" does not exist');
    const rows = await sql.query<Record<string, unknown>>(text);
    // The one of which the runbook says what it shows.
    if (text.includes("FROM pg_extension")) expect(rows).toHaveLength(engine === "native" ? 5 : 3);
  });
});

describe("the commands", () => {
  let folder: string;
  let cluster: Cluster | null = null;
  let standIn: StandIn | null = null;
  let app: Server | null = null;
  let spare: Cluster | null = null;
  let person: Person;
  let leaver: Person;
  let env: Record<string, string | undefined> = {};

  /** The product's own answers, with no Next around them. */
  const routes: Readonly<Record<string, () => Promise<Response> | Response>> = {
    "/api/health": health,
    "/api/health/live": live,
    "/api/auth/session": () => Response.json({ authenticated: false, user: null, expiresAt: null }),
  };
  async function startApp(): Promise<string> {
    const server = createServer(async (request, response) => {
      const answer = (await routes[request.url ?? ""]?.()) ?? new Response(null, { status: 404 });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(request.method === "HEAD" ? undefined : await answer.text());
    });
    app = server;
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** pg_dump must be of the server's version, which is in native-postgres's own root. */
  async function bringPgDump(): Promise<string> {
    const home = process.env.NATIVE_POSTGRES_HOME ?? join(homedir(), ".cache/native-postgres-17");
    const bin = join(folder, "bin");
    await mkdir(bin);
    await writeFile(
      join(bin, "pg_dump"),
      `#!/bin/sh\nexec chroot ${home}/root /usr/lib/postgresql/17/bin/pg_dump "$@"\n`,
    );
    await chmod(join(bin, "pg_dump"), 0o755);
    return bin;
  }

  beforeAll(async () => {
    if (whyNoNativePostgres !== null) return;
    folder = await mkdtemp(join(tmpdir(), "runbook-"));
    cluster = await startCluster();
    standIn = await startStandIn({ dataFolder: join(folder, "data"), databaseUrl: cluster.url });
    const { url, publishableKey, secretKey } = standIn;
    const project = { url, publishableKey, secretKey, folder: null, standIn, stop: async () => undefined };
    person = await newPerson(project);
    const workspaceId = await homeOf(person);
    await createDocument(person, workspaceId, { title: "Kept" });
    leaver = await newPerson(project, "Leaver");
    // An empty project to restore into: what makes it has ended.
    spare = await startCluster();
    await (await startStandIn({ dataFolder: join(folder, "spare"), databaseUrl: spare.url })).stop();
    const app = {
      NEXT_PUBLIC_SUPABASE_URL: url,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
      SUPABASE_SECRET_KEY: secretKey,
    };
    for (const [name, value] of Object.entries(app)) vi.stubEnv(name, value);
    const baseUrl = await startApp();
    const bin = await bringPgDump();
    env = {
      ...quiet(),
      ...app,
      ...{
        BASE_URL: baseUrl,
        SITE_URL: baseUrl,
        WORKSPACE_ID: workspaceId,
        BACKUPS: folder,
        BENCHMARK_SAMPLES: "5",
        PERSON_EMAIL: leaver.email,
      },
      ...{ DATABASE_URL: cluster.url, RESTORE_URL: spare.url },
      PATH: `${bin}:${join(ROOT, "node_modules/.bin")}:${process.env.PATH}`,
    };
  }, INSTALL_MS);
  beforeEach((context) => {
    if (whyNoNativePostgres !== null) context.skip(whyNoNativePostgres);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    app?.close();
    await standIn?.stop();
    await Promise.all([cluster?.stop(), spare?.stop()]);
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function run(text: string): Promise<{ code: number | null; said: string }> {
    // The built-in engine: a folder of its own, and no project on a server.
    const isLocal = text.includes("npm run backup");
    const data = join(folder, "local");
    const { DATABASE_URL: _, NEXT_PUBLIC_SUPABASE_URL: __, ...without } = env;
    if (isLocal) {
      await mkdir(data, { recursive: true });
      await writeFile(join(data, "keys.json"), "{}");
    }
    const given = isLocal ? { ...without, COMMAND_CENTER_DATA: data } : env;
    const child = spawn("bash", ["-euc", text], { cwd: ROOT, env: given as NodeJS.ProcessEnv });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (part: Buffer) => {
        said += part.toString();
      });
    const code = await new Promise<number | null>((done) => child.once("close", done));
    return { code, said };
  }

  it.each(shellBlocks.map(named))("%s", { timeout: 120_000 }, async (_, { text }) => {
    const { code, said } = await run(text);
    // Whether this machine is quick enough is another question than whether the command works.
    if (text.startsWith("npm run benchmark")) expect(said).toMatch(/Written to \S+benchmark\.json/);
    else expect(code, said).toBe(0);
    if (text.includes("preflight")) expect(said).toMatch(/\d+ of \d+ boxes ticked, \d+ left out\./);
    if (text.includes("migration list")) expect(said).toContain("20261126002000");
  });

  it("the person who asked has what was kept of them, and no account any more", async () => {
    const kept = JSON.parse(await readFile(join(folder, "person.json"), "utf8"));
    expect(kept).toMatchObject({ account: { email: leaver.email }, profile: { name: "Leaver" } });
    const { email, password } = leaver;
    expect((await leaver.client.auth.signInWithPassword({ email, password })).error?.code).toBe(
      "invalid_credentials",
    );
  });

  it("the restored project has what was dumped, and people sign in to it", async () => {
    const again = await startStandIn({ dataFolder: join(folder, "spare"), databaseUrl: spare?.url ?? null });
    try {
      const client = anonymous({ ...again, folder: null, standIn: again });
      const { email, password } = person;
      expect((await client.auth.signInWithPassword({ email, password })).error).toBe(null);
      expect((await client.from("documents").select("title")).data).toEqual([{ title: "Kept" }]);
    } finally {
      await again.stop();
    }
  });
});
