/** What `npm run dev` says when it cannot start; that it starts is proved by the browser tests. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "./free-port.ts";
import { startStandIn } from "./stand-in.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "serve-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function runDev(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const dev = resolve(import.meta.dirname, "dev.ts");
  const names = {
    NEXT_PUBLIC_SUPABASE_URL: "",
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "",
    SUPABASE_SECRET_KEY: "",
  };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [dev, ...args],
      { env: { ...process.env, ...names, ...env } },
      (error, out, err) => done({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

describe("npm run dev", () => {
  it("SV1 says in one sentence that the data folder is in use", async () => {
    const standIn = await startStandIn({ dataFolder: folder });
    try {
      const { code, out, err } = await runDev(["--data", folder, "--port", "0"]);
      expect([code, out]).toEqual([1, ""]);
      expect(err).toContain(`in use by process ${standIn.process.pid}`);
      expect(err.trim().split("\n")).toHaveLength(1);
    } finally {
      await standIn.stop();
    }
  });

  it("SV2 names the variable that is set while the address is not", async () => {
    const { code, err } = await runDev(["--data", folder], { SUPABASE_SECRET_KEY: "sb_secret_x" });
    expect([code, err.trim()]).toEqual([
      1,
      "SUPABASE_SECRET_KEY is set but NEXT_PUBLIC_SUPABASE_URL is not: set all three names, or none of them.",
    ]);
  });

  it("SV3 names a port that is none", async () => {
    const { code, err } = await runDev(["--port", "many"]);
    expect([code, err.trim()]).toEqual([1, "many is not a port; give a number from 0 to 65535."]);
  });

  it("SV4 takes the next port when one is taken", async () => {
    const taken = await findFreePort(0);
    const squatter = createServer().listen(taken, "127.0.0.1");
    await new Promise((done) => squatter.once("listening", done));
    expect(await findFreePort(taken)).toBeGreaterThan(taken);
    squatter.close();
  });
});
