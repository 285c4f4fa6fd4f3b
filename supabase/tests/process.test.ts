/** The stand-in as a process: what it keeps over a kill, whom it lets in, what it leaves behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type StandIn, startStandIn } from "../../scripts/stand-in.ts";
import type { TestDatabase } from "./native-database.ts";
import { anonymous, newDatabase, newFolder, newPerson, type Person, type Project } from "./stand-in.ts";

const schema = resolve(import.meta.dirname, "schema");
const running: StandIn[] = [];
/** Each folder with its database, when that is not in the folder. */
const folders = new Map<string, TestDatabase | null>();
afterEach(async () => {
  await Promise.all(running.splice(0).map((standIn) => standIn.stop()));
  for (const [folder, database] of folders) {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  }
  folders.clear();
});

async function folder(): Promise<string> {
  const made = await newFolder();
  folders.set(made, await newDatabase());
  return made;
}

const databaseOf = (folder: string) => folders.get(folder)?.url ?? null;

async function start(dataFolder: string, args: string[] = ["--migrations", schema]): Promise<Project> {
  const databaseUrl = databaseOf(dataFolder);
  const standIn = await startStandIn({ dataFolder, databaseUrl, args });
  running.push(standIn);
  const { url, publishableKey, secretKey } = standIn;
  const keys = { publishableKey, secretKey };
  return { url, ...keys, folder: dataFolder, databaseUrl, standIn, stop: () => standIn.stop() };
}

async function kill(project: Project): Promise<void> {
  project.standIn?.process.kill("SIGKILL");
  await project.standIn?.ended;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Writes until the door closes; resolves to what was acknowledged. */
async function writeUntilKilled(ada: Person, round: number, started: () => void): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let n = 0; ; n++) {
    const body = `${round}-${n}`;
    const { error } =
      n % 2
        ? await ada.client.rpc("quiet", { p_body: body })
        : await ada.client.from("notes").insert({ body });
    if (error) return acknowledged;
    acknowledged.push(body);
    if (n === 20) started();
  }
}

describe("durability", () => {
  it("PR1 a kill -9 at any moment loses no acknowledged row and no session", async () => {
    const data = await folder();
    let project = await start(data);
    const ada = await newPerson(project);
    const session = (await ada.client.auth.getSession()).data.session;
    const acknowledged: string[] = [];
    const ports = new Set([project.url]);
    for (let round = 0; round < 3; round++) {
      const busy = Promise.withResolvers<void>();
      const writing = [0, 1].map((lane) => writeUntilKilled(ada, round * 2 + lane, busy.resolve));
      await busy.promise;
      await kill(project);
      acknowledged.push(...(await Promise.all(writing)).flat());
      project = await start(data);
      ports.add(project.url);
    }
    const { data: rows } = await ada.client.from("notes").select("body");
    const stored = new Set(rows?.map((row) => row.body));
    expect(acknowledged.length).toBeGreaterThan(60);
    expect(acknowledged.filter((body) => !stored.has(body))).toEqual([]);
    const { error } = await anonymous(project).auth.refreshSession({
      refresh_token: session?.refresh_token ?? "",
    });
    expect(error).toBeNull();
    expect([...ports]).toHaveLength(1);
  });

  it("PR2 a kill -9 during the very first start does not spoil the folder", {
    timeout: 240_000,
  }, async (context) => {
    if (process.env.DATABASE_URL)
      context.skip("On a server the folder holds no database that a kill could spoil.");
    const data = await folder();
    for (const file of ["keys.json", "postgres.new", "postgres"]) {
      const first = spawnStandIn(data);
      await appears(join(data, file));
      first.kill("SIGKILL");
      await new Promise((done) => first.once("close", done));
    }
    const project = await start(data);
    expect((await newPerson(project)).id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

function spawnStandIn(data: string): ChildProcess {
  const main = resolve(import.meta.dirname, "../local/main.ts");
  return spawn(process.execPath, [main, "--data", data, "--migrations", schema, "--with-parent"], {
    stdio: ["pipe", "ignore", "ignore"],
  });
}

const appears = (path: string) =>
  expect.poll(() => stat(path).then(Boolean, () => false), { interval: 2, timeout: 60_000 }).toBe(true);

describe("the folder", () => {
  it("PR3 a second process on the same folder is refused with a sentence", async () => {
    const data = await folder();
    const project = await start(data);
    const pid = project.standIn?.process.pid;
    await expect(startStandIn({ dataFolder: data })).rejects.toThrow(`in use by process ${pid}`);
    expect((await fetch(`${project.url}/health`)).status).toBe(200);
  });

  it("PR4 keys and outbox are readable by their owner only, and never printed", async () => {
    const data = await folder();
    const project = await start(data);
    const ada = await newPerson(project);
    await anonymous(project).auth.resetPasswordForEmail(ada.email);
    for (const file of ["keys.json", "outbox.jsonl"]) {
      expect((await stat(join(data, file))).mode & 0o777).toBe(0o600);
    }
    const before = await readFile(join(data, "keys.json"), "utf8");
    await project.stop();
    expect((await start(data)).secretKey).toBe(project.secretKey);
    expect(await readFile(join(data, "keys.json"), "utf8")).toBe(before);
  });
});

describe("the process", () => {
  it("PR5 it ends when the process that started it is killed", async () => {
    const data = await folder();
    const script = `import { startStandIn } from ${JSON.stringify(resolve("scripts/stand-in.ts"))};
      const s = await startStandIn({ dataFolder: ${JSON.stringify(data)}, databaseUrl: ${JSON.stringify(databaseOf(data))}, args: ["--migrations", ${JSON.stringify(schema)}] });
      console.log(s.process.pid);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = Number(await new Promise((done) => parent.stdout.once("data", done)));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  it("PR6 a port that is taken: another one is used, unless it was asked for", async () => {
    const data = await folder();
    const first = await start(data);
    const port = Number(new URL(first.url).port);
    await first.stop();
    const squatter = createServer().listen(port, "127.0.0.1");
    await new Promise((done) => squatter.once("listening", done));
    await expect(start(data, ["--port", String(port)])).rejects.toThrow(`Port ${port} is taken`);
    const second = await start(data);
    expect(second.url).not.toBe(first.url);
    squatter.close();
  });

  it("PR7 what it cannot understand is refused with a sentence", async () => {
    const data = await folder();
    await expect(start(data, ["--port", "many"])).rejects.toThrow("--port many is not a port");
    await writeFile(join(data, "keys.json"), "{");
    await expect(start(data)).rejects.toThrow("cannot be read");
  });
});
