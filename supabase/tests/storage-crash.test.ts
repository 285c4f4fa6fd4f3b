/** What the stand-in's Storage keeps over kill -9: never half a file, never a row without its file. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StandIn, startStandIn } from "../../scripts/stand-in.ts";
import { type Project, service, startProject } from "./stand-in.ts";

const ROUNDS = 4;
let project: Project;
let standIn: StandIn | null;
const storage = (of: Pick<Project, "url" | "secretKey">) => service({ ...project, ...of }).storage;

beforeAll(async () => {
  project = await startProject();
  standIn = project.standIn;
});
afterAll(async () => {
  await standIn?.stop();
  await project?.stop();
});

const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Every file below Storage's folder, by its path from there. */
async function filesOnDisk(): Promise<string[]> {
  const folder = join(project.folder ?? "", "storage");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Uploads, replaces and removes until the door closes; resolves to what was acknowledged: name to hash. */
async function writeUntilKilled(
  url: StandIn,
  round: number,
  busy: () => void,
): Promise<Map<string, string | null>> {
  const acknowledged = new Map<string, string | null>();
  for (let n = 0; ; n++) {
    const bytes = randomBytes(200_000 + Math.floor(Math.random() * 800_000));
    const name = `${round}/${n % 5 === 4 ? n - 1 : n}`;
    const files = storage(url).from("crash");
    // Not known to be either one until it is acknowledged.
    acknowledged.delete(name);
    const put = await files.upload(name, bytes, { contentType: "image/png", upsert: true });
    if (put.error) return acknowledged;
    acknowledged.set(name, hash(bytes));
    if (n % 7 === 6) {
      acknowledged.delete(`${round}/${n - 3}`);
      if ((await files.remove([`${round}/${n - 3}`])).error) return acknowledged;
      acknowledged.set(`${round}/${n - 3}`, null);
    }
    if (n === 3) busy();
  }
}

async function killed(now: StandIn): Promise<StandIn> {
  now.process.kill("SIGKILL");
  await now.ended;
  return startStandIn({ dataFolder: project.folder ?? "", databaseUrl: project.databaseUrl ?? null });
}

describe("kill -9", () => {
  it(`SK1 ${ROUNDS} times during uploads: what was acknowledged is whole, and nothing half is seen`, async (context) => {
    if (!standIn) context.skip("nobody kills a hosted project");
    else await storage(standIn).createBucket("crash", { public: false });
    for (let round = 0; round < ROUNDS && standIn; round++) {
      const now: StandIn = standIn;
      const busy = Promise.withResolvers<void>();
      const lanes = [0, 1].map((lane) => writeUntilKilled(now, round * 2 + lane, busy.resolve));
      await Promise.race([busy.promise, ...lanes]);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 200));
      standIn = await killed(now);
      const acknowledged = new Map((await Promise.all(lanes)).flatMap((lane) => [...lane]));
      expect(acknowledged.size).toBeGreaterThanOrEqual(3);
      await expectWhole(standIn, acknowledged);
      await storage(standIn).emptyBucket("crash");
    }
  }, 240_000);

  it("SK2 files that no row names are swept away at the start", async (context) => {
    if (!standIn) context.skip("nobody sees the disk of a hosted project");
    else {
      await storage(standIn).from("crash").upload("kept", "kept", { contentType: "image/png" });
      const before = await filesOnDisk();
      const shelf = join(before[0] ?? "", "..", "..", "ab");
      await mkdir(shelf, { recursive: true });
      await writeFile(join(shelf, "ab000000-0000-4000-8000-000000000000"), "lost");
      await writeFile(join(shelf, "..", "..", "incoming", "half"), "half");
      standIn = await killed(standIn);
      expect((await filesOnDisk()).sort()).toEqual(before.sort());
    }
  });

  it("SK3 no name that a request brings becomes a name on disk", async (context) => {
    if (!standIn) context.skip("nobody sees the disk of a hosted project");
    else {
      const headers = { apikey: standIn.secretKey, "content-type": "text/plain" };
      const names = ["..%2F..%2F..%2Fescaped", "%2e%2e%2f%2e%2e%2fescaped", "%2Fetc%2Fescaped", "C:escaped"];
      for (const name of names) {
        const url = `${standIn.url}/storage/v1/object/crash/${name}`;
        await (await fetch(url, { method: "POST", headers, body: "x" })).text();
      }
      for (const path of await filesOnDisk()) {
        expect(path).toMatch(/objects\/[0-9a-f]{2}\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      }
    }
  });
});

async function expectWhole(now: StandIn, acknowledged: ReadonlyMap<string, string | null>): Promise<void> {
  const files = storage(now).from("crash");
  for (const [name, right] of acknowledged) {
    const { data } = await files.download(name);
    expect(data ? hash(new Uint8Array(await data.arrayBuffer())) : null).toBe(right);
  }
  const { data } = await files.listV2({ limit: 1000 });
  const rows = data?.objects ?? [];
  for (const { name, metadata } of rows) {
    const { data: file, error } = await files.download(name);
    expect([name, error, file?.size]).toEqual([name, null, metadata?.size]);
    const bytes = new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer());
    expect(`"${createHash("md5").update(bytes).digest("hex")}"`).toBe(metadata?.eTag);
  }
  expect(await filesOnDisk()).toHaveLength(rows.length);
}
