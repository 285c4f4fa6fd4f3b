/** A short share of `scripts/soak.ts`, with a bound that a leak of a kilobyte a message would break. */
import { describe, expect, it } from "vitest";
import { slopeOf, soak } from "../../scripts/soak.ts";

describe("memory", () => {
  it("SO1 of the process stays steady under 200 sockets, edits, cursors and people who come and go", {
    timeout: 300_000,
  }, async (context) => {
    if (process.env.SUPABASE_URL) context.skip("only a process of our own shows its memory");
    const figures = await soak({ seconds: 20, sockets: 200 });
    expect(figures.done.heard).toBeGreaterThan(500);
    expect(figures.done.edits).toBeGreaterThan(5);
    // What the compiler keeps of code that has just become hot is in it: 1.5 MB a minute on a busy machine.
    expect(figures.heapSlope).toBeLessThan(12);
  });

  it("SO2 that grows is noticed", () => {
    const points = Array.from({ length: 20 }, (_, n) => [n * 3, 100 + n * 0.5] as const);
    expect(slopeOf(points)).toBeCloseTo(10);
    expect(slopeOf(points.map(([second]) => [second, 7] as const))).toBeCloseTo(0);
  });
});
