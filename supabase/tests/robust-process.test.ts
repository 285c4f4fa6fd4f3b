/** How the process ends and why it does not start: in order, with exit codes and a sentence each. */
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it, type TestContext } from "vitest";
import { type StandIn, startStandIn } from "../../scripts/stand-in.ts";
import { Faults } from "./faults.ts";
import type { TestDatabase } from "./native-database.ts";
import { anonymous, newDatabase, newFolder, newPerson, type Project } from "./stand-in.ts";
import { joined, until } from "./waiting.ts";

const schema = resolve(import.meta.dirname, "schema");
const main = resolve(import.meta.dirname, "../local/main.ts");
const folders: string[] = [];
/** Of the folders whose database is on a server; the others hold it themselves, whatever DATABASE_URL says. */
const databases = new Map<string, TestDatabase | null>();
const running: StandIn[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.stop()));
  for (const database of databases.values()) await database?.drop();
  databases.clear();
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

async function folder(): Promise<string> {
  const made = await newFolder();
  folders.push(made);
  return made;
}

async function folderWithDatabase(): Promise<string> {
  const made = await folder();
  databases.set(made, await newDatabase());
  return made;
}

interface Started extends Project {
  readonly standIn: StandIn;
  /** What it wrote on stderr until now. */
  complaints(): string;
}

async function start(dataFolder: string): Promise<Started> {
  const databaseUrl = databases.get(dataFolder)?.url ?? null;
  const standIn = await startStandIn({ dataFolder, databaseUrl, args: ["--test", "--migrations", schema] });
  running.push(standIn);
  const { url, publishableKey, secretKey } = standIn;
  let said = "";
  standIn.process.stderr?.on("data", (part: Buffer) => {
    said += part;
  });
  const stop = () => standIn.stop();
  const keys = { publishableKey, secretKey };
  const complaints = () => said;
  return { url, ...keys, folder: dataFolder, databaseUrl, standIn, stop, complaints };
}

describe("SIGTERM", () => {
  it("RP1 under load: what was asked before is answered, what was acknowledged is kept, nothing is complained of", async () => {
    const data = await folderWithDatabase();
    const project = await start(data);
    const ada = await newPerson(project);
    const faults = new Faults(project);
    await faults.delayRpc([400, 800]);
    const asked = Array.from({ length: 64 }, (_, n) => write(ada.client, `first ${n}`));
    await until(async () => (await faults.state()).rpc.delayed === 64, "all of them to arrive");
    const since = performance.now();
    project.standIn.process.kill("SIGTERM");
    const later = Array.from({ length: 16 }, (_, n) => hammer(ada.client, `later ${n}`));
    const first = await Promise.all(asked);
    const code = await project.standIn.ended;
    expect(performance.now() - since).toBeLessThan(10_000);
    expect({ code, said: project.complaints() }).toEqual({ code: 0, said: "" });
    expect(first.filter((body) => body === null)).toEqual([]);
    const acknowledged = [...first, ...(await Promise.all(later)).flat()];
    const again = await start(data);
    const { data: rows } = await ada.client.from("notes").select("body");
    const stored = new Set(rows?.map(({ body }) => body));
    expect(acknowledged.filter((body) => !stored.has(body))).toEqual([]);
    expect(again.url).toBe(project.url);
  });

  it("RP2 with people signing up, sockets open and mails on their way, it ends with 0 and says nothing", async () => {
    const project = await start(await folderWithDatabase());
    const people = await Promise.all(["Ada", "Bob", "Eve"].map((name) => newPerson(project, name)));
    await Promise.all(people.map(({ client }) => joined(client.channel("open"))));
    const email = () => `${randomUUID()}@example.com`;
    const busy = Array.from({ length: 12 }, () =>
      anonymous(project).auth.signUp({ email: email(), password: randomUUID() }),
    );
    await Promise.race(busy);
    project.standIn.process.kill("SIGTERM");
    expect(await project.standIn.ended).toBe(0);
    expect(project.complaints()).toBe("");
    await Promise.all(busy);
    await Promise.all(people.map(({ client }) => client.realtime.disconnect()));
  });
});

type Client = Awaited<ReturnType<typeof newPerson>>["client"];

/** Resolves to the body once it was acknowledged, or null. */
async function write(client: Client, body: string): Promise<string | null> {
  const { error } = await client.rpc("quiet", { p_body: body });
  return error ? null : body;
}

/** Writes one after the other until nobody listens; resolves to what was acknowledged. */
async function hammer(client: Client, name: string): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let n = 0; ; n++) {
    const { error } = await client.rpc("quiet", { p_body: `${name} ${n}` });
    if (!error) acknowledged.push(`${name} ${n}`);
    else if (error.message.includes("fetch failed")) return acknowledged;
  }
}

const ON_PGLITE = { ...process.env, DATABASE_URL: "" };

interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the stand-in until it ends by itself; `prelude` is shell that runs before, in mounts of its own. */
function runToEnd(data: string, { args = [] as string[], prelude = "" } = {}): Promise<Ending> {
  const line = [process.execPath, main, "--data", data, "--migrations", schema, ...args];
  const script = `${prelude}\nexec ${line.map((word) => `'${word}'`).join(" ")}`;
  const [command, ...rest] = prelude ? ["unshare", "--mount", "sh", "-ec", script] : line;
  const child = spawn(String(command), rest, { stdio: ["ignore", "pipe", "pipe"], env: ON_PGLITE });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (part: Buffer) => {
    stdout += part;
  });
  child.stderr.on("data", (part: Buffer) => {
    stderr += part;
  });
  return new Promise((done) => child.once("close", (code) => done({ code, stdout, stderr })));
}

/** One line, ended by a full stop, without a stack. */
const SENTENCE = /^[A-Z/][^\n]*\.\n$/;

function needMounts(context: TestContext): void {
  const { status } = spawnSync("unshare", ["--mount", "true"]);
  if (status !== 0) context.skip("may not mount a file system here");
}

describe("a start that cannot be", () => {
  it("RP3 on a port that is taken", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => squatter.once("listening", done));
    const address = squatter.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const ending = await runToEnd(await folder(), { args: ["--port", String(port)] });
    squatter.close();
    expect(ending).toMatchObject({ code: 1, stdout: "" });
    expect(ending.stderr).toMatch(SENTENCE);
    expect(ending.stderr).toContain(`Port ${port} is taken`);
  });

  it("RP4 on a folder in use, which the one that uses it does not notice", async () => {
    const data = await folder();
    const project = await start(data);
    const ending = await runToEnd(data);
    expect(ending).toMatchObject({ code: 2, stdout: "" });
    expect(ending.stderr).toMatch(SENTENCE);
    expect(ending.stderr).toContain(`in use by process ${project.standIn.process.pid}`);
    expect((await fetch(`${project.url}/health`)).status).toBe(200);
  });

  it("RP5 on a folder of another Postgres version, which stays as it is", async () => {
    const data = await folder();
    await mkdir(join(data, "postgres"));
    await writeFile(join(data, "postgres", "PG_VERSION"), "16\n");
    const ending = await runToEnd(data);
    expect(ending).toMatchObject({ code: 1, stdout: "" });
    expect(ending.stderr).toMatch(SENTENCE);
    expect(ending.stderr).toContain("is of Postgres 16");
  });

  it("RP6 on a folder that cannot be written", async (context) => {
    needMounts(context);
    const place = await folder();
    const data = `${place}/data`;
    for (const made of ["", `mkdir ${data}; `]) {
      const prelude = `mount -t tmpfs -o size=64m tmpfs ${place}; ${made}mount -o remount,ro ${place}`;
      const ending = await runToEnd(data, { prelude });
      expect(ending).toMatchObject({ code: 1, stdout: "" });
      expect(ending.stderr).toMatch(SENTENCE);
      expect(ending.stderr).toContain(`The data folder ${data} cannot be `);
    }
  });

  it("RP7 where a file is in the folder's place", async () => {
    const data = join(await folder(), "file");
    await writeFile(data, "");
    for (const place of [data, join(data, "below")]) {
      const ending = await runToEnd(place);
      expect(ending).toMatchObject({ code: 1, stdout: "" });
      expect(ending.stderr).toMatch(SENTENCE);
      expect(ending.stderr).toContain("a file in its way");
    }
  });

  it("RP8 on a full disk; with room it starts on the same folder", async (context) => {
    needMounts(context);
    const place = await folder();
    const data = `${place}/data`;
    const kept = `${await folder()}/kept`;
    const prelude = `mount -t tmpfs -o size=10m tmpfs ${place}; trap 'true' EXIT`;
    // What the failed start left behind is what the next one finds.
    const script = `${prelude}; '${process.execPath}' '${main}' --data ${data} --migrations '${schema}' || code=$?; cp -r ${data} ${kept}; exit $code`;
    const child = spawnSync("unshare", ["--mount", "sh", "-c", script], { encoding: "utf8", env: ON_PGLITE });
    expect({ code: child.status, stdout: child.stdout }).toEqual({ code: 1, stdout: "" });
    expect(child.stderr).toMatch(SENTENCE);
    expect(child.stderr).toContain("is full");
    const again = await folder();
    await cp(kept, again, { recursive: true });
    expect((await newPerson(await start(again))).id).toMatch(/^[0-9a-f-]{36}$/);
  });
});
