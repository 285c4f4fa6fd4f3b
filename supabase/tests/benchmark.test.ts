/** `npm run benchmark` as a program: what it measures, what it leaves, and how it ends. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Project, service, startProject } from "./stand-in.ts";

const program = resolve(import.meta.dirname, "../../scripts/benchmark.ts");
let project: Project;
let out: string;
beforeAll(async () => {
  project = await startProject();
  out = join(project.folder ?? "/tmp", "benchmark.json");
});
afterAll(() => project?.stop());

async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = {
    ...process.env,
    NEXT_PUBLIC_SUPABASE_URL: project.url,
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: project.publishableKey,
    SUPABASE_SECRET_KEY: project.secretKey,
  };
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (part: Buffer) => {
      said[name] += part.toString();
    });
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, ...said };
}

const TABLES = [
  "documents",
  "blocks",
  "document_updates",
  "document_sessions",
  "document_heads",
  "workspace_members",
  "workspaces",
] as const;
/** Every row that there is, and every account. */
async function everything(): Promise<Record<string, unknown[]>> {
  const client = service(project);
  const found: Record<string, unknown[]> = {};
  for (const table of TABLES) {
    const { data, error } = await client.from(table).select("*");
    if (error) throw new Error(`${table}: ${error.message}`);
    found[table] = data.map((row) => JSON.stringify(row)).sort();
  }
  const { data } = await client.auth.admin.listUsers();
  found.people = data.users.map(({ id }) => id).sort();
  return found;
}

describe("the benchmark", () => {
  it("seeds a workspace, measures it, changes nothing in it, and takes it away again", async () => {
    const seeded = await run("--seed", "--documents", "3", "--blocks", "40");
    expect(seeded.code, seeded.stderr).toBe(0);
    const workspaceId = seeded.stdout.trim();
    const before = await everything();
    expect(before.blocks).toHaveLength(40);

    const measured = await run(workspaceId, "--samples", "3", "--out", out);
    expect(await everything()).toEqual(before);
    const figures = JSON.parse(await readFile(out, "utf8"));
    expect(measured.code, measured.stderr).toBe(figures.missed.length > 0 ? 1 : 0);
    for (const sentence of figures.missed) expect(measured.stdout).toContain(sentence);
    expect(figures).toMatchObject({ workspaceId, documents: 3, largestBlocks: 14, errorShare: 0 });
    const counted = Object.fromEntries(
      figures.entries.map(
        ({ name, figure, absent }: { name: string; figure: { count: number }; absent: string | null }) => [
          name,
          absent ?? figure.count,
        ],
      ),
    );
    expect(counted).toMatchObject({
      ...{ tree: 3, "open 14 blocks": 3, "search titles": 3, "search blocks": 3, "save, acknowledged": 3 },
      ...{ "presence, join to seen": 3, "broadcast, edit to other window": 3, "in the database: tree": 3 },
      ...{
        "in the database: open 14 blocks": 3,
        "in the database: nearest": "the workspace has nothing for it",
      },
    });
    expect(JSON.stringify(figures)).not.toContain(project.secretKey);

    expect(await run(workspaceId, "--remove")).toMatchObject({ code: 0 });
    expect((await everything()).workspaces).toEqual([]);
  });

  it.each([
    ["an unknown workspace", [randomUUID()], /^There is no workspace [0-9a-f-]{36} on http\S+\.\n$/],
    [
      "a workspace of somebody's",
      [randomUUID(), "--remove"],
      /is not a workspace that --seed made; nothing was removed\./,
    ],
  ])("ends with 1 and a sentence for %s", async (_, args, sentence) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([1, expect.stringMatching(sentence)]);
  });
});
