/** A disk that fills up while the stand-in writes to it. */
import { spawn, spawnSync } from "node:child_process";
import { cp, readFile, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { startStandIn } from "../../scripts/stand-in.ts";
import { newFolder, newPerson, type Project, service } from "./stand-in.ts";

const schema = resolve(import.meta.dirname, "schema");
const main = process.env.STAND_IN_MAIN ?? resolve(import.meta.dirname, "../local/main.ts");
const mayMount = spawnSync("unshare", ["--mount", "true"]).status === 0;
const ROWS = 100;

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function folder(): Promise<string> {
  const made = await newFolder();
  folders.push(made);
  return made;
}

/** Writes until nobody answers any more; resolves to the batches that were acknowledged. */
async function fill(project: Project, owner: string): Promise<number[]> {
  const acknowledged: number[] = [];
  for (let n = 0; n < 2_000; n++) {
    const rows = Array.from({ length: ROWS }, () => ({
      owner,
      label: null,
      body: `${n} ${"x".repeat(900)}`,
    }));
    const { error } = await service(project)
      .from("notes")
      .insert(rows)
      .abortSignal(AbortSignal.timeout(20_000));
    if (error) return acknowledged;
    acknowledged.push(n);
  }
  throw new Error("the disk never filled up");
}

describe("a disk that fills up", () => {
  it("RP9 ends the process with a sentence, and nothing acknowledged is lost", {
    timeout: 300_000,
  }, async (context) => {
    if (!mayMount) context.skip("may not mount a file system here");
    if (process.env.SUPABASE_URL) context.skip("only a stand-in's disk can be filled");
    const place = await folder();
    const kept = `${await folder()}/kept`;
    const command = `'${process.execPath}' '${main}' --data ${place}/data --migrations '${schema}'`;
    const script = `mount -t tmpfs -o size=80m tmpfs ${place}; ${command} || code=$?; cp -r ${place}/data ${kept}; exit $code`;
    const env = { ...process.env, DATABASE_URL: "" };
    const child = spawn("unshare", ["--mount", "sh", "-c", script], {
      stdio: ["ignore", "pipe", "pipe"],
      env,
    });
    const ended = new Promise<number | null>((done) => child.once("close", done));
    let complaint = "";
    child.stderr.on("data", (part: Buffer) => {
      complaint += part;
    });
    const said = await new Promise<string>((done) => child.stdout.once("data", (part) => done(String(part))));
    // The disk is seen by that process only, and through it.
    const keys = JSON.parse(await readFile(`/proc/${child.pid}/root${place}/data/keys.json`, "utf8"));
    const url = /http:\S+/.exec(said)?.[0] ?? "";
    const project = {
      ...keys,
      url,
      folder: null,
      databaseUrl: null,
      standIn: null,
      stop: async () => undefined,
    };
    const ada = await newPerson(project);
    const acknowledged = await fill(project, ada.id);
    expect(await ended).toBe(1);
    expect(complaint).toMatch(/^The disk that holds [^\n]+ is full\.[^\n]+\.\n$/);
    expect(acknowledged.length).toBeGreaterThan(10);

    const again = await folder();
    await cp(kept, again, { recursive: true });
    const standIn = await startStandIn({
      dataFolder: again,
      databaseUrl: null,
      args: ["--migrations", schema],
    });
    const { publishableKey, secretKey } = standIn;
    const back = { ...project, url: standIn.url, publishableKey, secretKey };
    const { count } = await service(back).from("notes").select("id", { count: "exact", head: true });
    await standIn.stop();
    // One more batch may have been stored whose answer did not come.
    const rows = acknowledged.length * ROWS;
    expect([rows, rows + ROWS]).toContain(count);
  });
});
