/**
 * kill -9 under writes: no acknowledged row is lost, no sequence has a gap, and a row sent again is stored once.
 * A few runs each; CRASH_RUNS sets how many, `node supabase/tests/crash.ts --runs 50` shows each.
 */
import { describe, expect, it } from "vitest";
import { whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { type CrashOptions, crash } from "./crash.ts";

const runs = Number(process.env.CRASH_RUNS ?? 0);

async function expectNothingLost(
  share: number,
  options: Pick<CrashOptions, "native" | "victim">,
): Promise<void> {
  const figures = await crash({ runs: runs || share, seed: 1, ...options });
  expect(figures.broken, figures.broken.slice(0, 3).join("\n")).toEqual([]);
  expect(figures.acknowledged).toBeGreaterThan(figures.runs * 10);
}

const limit = { timeout: 900_000 };

describe("kill -9 under writes", () => {
  it("CR1 of the stand-in on PGlite loses no acknowledged row", limit, async () => {
    await expectNothingLost(5, { native: false, victim: "stand-in" });
  });

  it("CR2 of the stand-in on a Postgres server loses no acknowledged row", limit, async (context) => {
    if (whyNoNativePostgres) context.skip(whyNoNativePostgres);
    await expectNothingLost(2, { native: true, victim: "stand-in" });
  });

  it(
    "CR3 of the Postgres server, while the stand-in goes on, loses no acknowledged row",
    limit,
    async (context) => {
      if (whyNoNativePostgres) context.skip(whyNoNativePostgres);
      await expectNothingLost(2, { native: true, victim: "postgres" });
    },
  );

  it("CR4 of both at once loses no acknowledged row", limit, async (context) => {
    if (whyNoNativePostgres) context.skip(whyNoNativePostgres);
    await expectNothingLost(2, { native: true, victim: "both" });
  });
});
