/** `npm run backup` and `npm run restore`: everything comes back, and what is damaged or in the way changes nothing. */
import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { filesOf } from "../../scripts/backup/data-folder.ts";
import { flawsOfStored } from "../../scripts/chaos/evidence.ts";
import { type StandIn, startStandIn } from "../../scripts/stand-in.ts";
import { append, base64, createDocument, homeOf, must, openSession } from "./scene.ts";
import { anonymous, newPerson, type Person, type Project, service } from "./stand-in.ts";
import { until } from "./waiting.ts";

const scripts = resolve(import.meta.dirname, "../../scripts");
let home: string;
let folder: string;
let file: string;
const running: StandIn[] = [];

async function start(): Promise<Project> {
  const standIn = await startStandIn({ dataFolder: folder, databaseUrl: null });
  running.push(standIn);
  const { url, publishableKey, secretKey } = standIn;
  return { url, publishableKey, secretKey, folder, databaseUrl: null, standIn, stop: () => standIn.stop() };
}

/** A folder of two files in place of the real one, and a backup of it: to see what is refused, that is enough. */
async function small(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "postgres/pg_wal"), { recursive: true });
  await writeFile(join(folder, "keys.json"), JSON.stringify({ secretKey: "sb_secret_x" }));
  await writeFile(join(folder, "postgres/PG_VERSION"), "17");
  await writeFile(join(folder, "functions.log"), "left out");
  expect(await run("backup", "--out", file)).toMatchObject({ code: 0, stderr: "" });
}

async function run(name: "backup" | "restore", ...args: string[]) {
  const { DATABASE_URL: _, NEXT_PUBLIC_SUPABASE_URL: __, ...env } = process.env;
  const child = spawn(process.execPath, [join(scripts, `${name}.ts`), "--data", folder, ...args], { env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (part: Buffer) => {
    stdout += part.toString();
  });
  child.stderr.on("data", (part: Buffer) => {
    stderr += part.toString();
  });
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, stdout, stderr };
}

/** A document with text of this person, a file in it, and its rows written. */
async function write(project: Project, person: Person): Promise<{ documentId: string; path: string }> {
  const document = await createDocument(person, await homeOf(person));
  const session = await openSession(person, document.id);
  const doc = new Y.Doc();
  doc.clientID = session.yjsClientId;
  doc.getText("title").insert(0, "Kept");
  const update = { clientSeq: 1, data: base64(Y.encodeStateAsUpdate(doc)) };
  expect((await append(person.client, session, [update])).refusal).toBe(null);
  const path = `${document.id}/${crypto.randomUUID()}`;
  const { error } = await person.client.storage
    .from("attachments")
    .upload(path, Buffer.from("a file"), { contentType: "text/plain" });
  expect(error).toBe(null);
  await until(async () => {
    const { data } = await service(project).from("documents").select("title").eq("id", document.id).single();
    return data?.title === "Kept";
  }, "the rows to be written");
  return { documentId: document.id, path };
}

const TABLES = [
  "profiles",
  "workspaces",
  "workspace_members",
  "documents",
  "blocks",
  "document_heads",
  "document_sessions",
  "document_updates",
  "document_snapshots",
];
async function rowsOf(project: Project): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {};
  for (const table of TABLES) {
    const { data, error } = await service(project).from(table).select("*");
    if (error) throw new Error(error.message);
    rows[table] = data.map((row) => JSON.stringify(row)).sort();
  }
  return rows;
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "backup-"));
  folder = join(home, "data");
  file = join(home, "kept/one.tar.gz");
});
afterAll(async () => {
  await Promise.all(running.map((standIn) => standIn.stop()));
  await rm(home, { recursive: true, force: true });
});

describe("a backup", () => {
  it("of everything that was written brings it back after all is lost", async () => {
    const project = await start();
    const person = await newPerson(project);
    const { documentId, path } = await write(project, person);
    const before = await rowsOf(project);
    expect(before.document_updates).toHaveLength(1);

    const busy = await run("backup", "--out", file);
    expect(busy).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is in use by process \d+: end it first/),
    });
    expect(await run("restore", file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is in use"),
    });
    await project.stop();

    expect(await run("backup", "--out", file)).toMatchObject({ code: 0, stderr: "" });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(home, "kept"))).toEqual(["one.tar.gz"]);
    await rm(folder, { recursive: true });
    expect(await run("restore", file)).toMatchObject({ code: 0, stderr: "" });

    const again = await start();
    expect(await rowsOf(again)).toEqual(before);
    expect(await flawsOfStored(service(again), documentId)).toEqual([]);
    const client = anonymous(again);
    const { email, password } = person;
    expect((await client.auth.signInWithPassword({ email, password })).error).toBe(null);
    expect(await must(client, "pull_updates", { p_document_id: documentId })).toMatchObject({
      headSeq: 1,
      title: "Kept",
    });
    const { data } = await client.storage.from("attachments").download(path);
    expect(await data?.text()).toBe("a file");
    // Whoever was signed in still is: the keys came along.
    expect((await person.client.auth.getUser()).error).toBe(null);
    await again.stop();
  });

  it("goes over data that is there only when told, and keeps that", async () => {
    await small();
    expect(await run("restore", file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("holds data. With --force"),
    });
    await writeFile(join(folder, "later"), "x");
    const { code, stdout } = await run("restore", file, "--force");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/What was there is in \S+data\.before-\S+\.\n$/),
    ]);
    const aside = (await readdir(home)).find((name) => name.startsWith("data.before-"));
    expect(filesOf(join(home, aside ?? ""))).toEqual(["keys.json", "later", "postgres/PG_VERSION"]);
    expect(filesOf(folder)).toEqual(["keys.json", "postgres/PG_VERSION"]);
    expect(await readdir(join(folder, "postgres"))).toEqual(["PG_VERSION", "pg_wal"]);
  });

  it.each([
    [
      "cut short",
      async (bad: string) => writeFile(bad, (await readFile(file)).subarray(0, 300)),
      /cannot be unpacked/,
    ],
    ["something else", async (bad: string) => writeFile(bad, "hello"), /cannot be unpacked/],
    [
      "an archive of something else",
      async (bad: string) => {
        await mkdir(join(home, "other"), { recursive: true });
        await writeFile(join(home, "other/a"), "a");
        await tarOf(bad, join(home, "other"));
      },
      /is no backup of npm run backup/,
    ],
    [
      "changed in one byte",
      async (bad: string) =>
        changed(bad, "data/keys.json", (text) => text.replace("sb_secret_", "sb_secret-")),
      /keys\.json is damaged/,
    ],
    [
      "short of a file",
      async (bad: string) => changed(bad, "data/postgres/PG_VERSION", () => null),
      /PG_VERSION is missing/,
    ],
    [
      "with a file more",
      async (bad: string) => changed(bad, "data/more", () => "x"),
      /more does not belong to it/,
    ],
    [
      "of a later version",
      async (bad: string) =>
        changed(bad, "manifest.json", (text) =>
          text.replace(/"schemaVersion":"\d+"/, '"schemaVersion":"29990101000000"'),
        ),
      /with migration 29990101000000, which this version lacks/,
    ],
  ])("that is %s changes nothing", async (_, make, sentence) => {
    const bad = join(home, "bad.tar.gz");
    await copyFile(file, bad);
    await make(bad);
    const before = filesOf(folder);
    const { code, stderr } = await run("restore", bad, "--force");
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
    expect(stderr).toContain("Nothing was changed.");
    expect(filesOf(folder)).toEqual(before);
    expect((await readdir(home)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("of nothing, and one of a project on a server, are refused with a sentence", async () => {
    const { code, stderr } = await run("backup", "--data", join(home, "nothing"));
    expect([code, stderr]).toEqual([1, expect.stringContaining("holds no data of the product")]);
  });
});

const tarOf = (archive: string, from: string) => call("tar", "-czf", archive, "-C", from, ".");

/** The archive with one of its files changed, or without it. */
async function changed(
  archive: string,
  path: string,
  change: (text: string) => string | null,
): Promise<void> {
  const draft = await mkdtemp(join(tmpdir(), "backup-changed-"));
  await call("tar", "-xzf", file, "-C", draft);
  const text = await readFile(join(draft, path), "latin1").catch(() => "");
  const next = change(text);
  if (next === null) await rm(join(draft, path));
  else await writeFile(join(draft, path), next, "latin1");
  await call("tar", "-czf", archive, "-C", draft, "manifest.json", "data");
  await rm(draft, { recursive: true });
}

async function call(program: string, ...args: string[]): Promise<void> {
  const child = spawn(program, args, { stdio: "ignore" });
  const code = await new Promise<number | null>((done) => child.once("close", done));
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}
