import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FolderInUse, lockFolder } from "./lock.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lock-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = () => join(folder, "lock");

describe("the lock of a data folder", () => {
  it("LK1 a living holder keeps others out and is named", async () => {
    const lock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(`in use by process ${process.pid}`);
    await lock.release();
    await (await lockFolder(folder)).release();
  });

  it.each([
    ["LK2 whose process is gone", '{"pid":4194303,"started":"","id":"a"}'],
    ["LK3 whose number another process has now", `{"pid":${process.pid},"started":"1","id":"b"}`],
    ["LK4 that cannot be read", "{"],
  ])("%s: it is taken over", async (_, stale) => {
    await writeFile(file(), stale);
    const lock = await lockFolder(folder);
    expect(JSON.parse(await readFile(file(), "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it("LK5 of many who find a stale lock at once, one gets it", async () => {
    for (let round = 0; round < 20; round++) {
      await writeFile(file(), `{"pid":4194303,"started":"","id":"${round}"}`);
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const got = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
      expect(got).toHaveLength(1);
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") expect(outcome.reason).toBeInstanceOf(FolderInUse);
      }
      await got[0]?.release();
    }
  });
});
