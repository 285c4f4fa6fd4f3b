/** The planted errors that campaigns with servers must find within their share. By hand: `npm run chaos -- --plant`. */
import { describe, expect, it } from "vitest";
import { whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { limit, runShare, type Share } from "./chaos-share.ts";

/**
 * What is quick to find with a server. The guard turned off is found by the suite model (scripts/chaos) and, by hand, by
 * `npm run chaos -- --suite hostile --plant guard-off`. One of them needs two sessions of one database at the same
 * time: PGlite has one.
 */
const PLANTED: readonly (Share & { readonly plant: string })[] = [
  { name: "kill", engine: "PGlite", plant: "acknowledge-before-commit" },
  { name: "kill", engine: "PGlite", plant: "show-before-commit" },
  { name: "stack", engine: "Postgres 17", plant: "duplicate-check-before-lock" },
  { name: "stack", engine: "PGlite", plant: "seq-from-a-sequence" },
];

describe("a planted error", () => {
  it.for(PLANTED)(
    "CH2 $plant is found by $name within its share ($engine)",
    limit,
    async (share, context) => {
      if (share.engine === "Postgres 17" && whyNoNativePostgres) context.skip(whyNoNativePostgres);
      const { again } = await runShare(share, share.plant);
      expect(again).toHaveLength(1);
      // An exception is no finding: an invariant tells what is broken.
      expect(again.flat().filter((line) => !/^(?:I\d+ |npm run)/.test(line))).toEqual([]);
    },
  );
});
