/** The share of each campaign that needs servers, on the engines it names itself. Full counts: `npm run chaos`. */
import { describe, expect, it } from "vitest";
import { whyNoNativePostgres } from "../../scripts/native-cluster.ts";
import { limit, runShare, type Share } from "./chaos-share.ts";

const SHARES: readonly Share[] = [
  { name: "stack", engine: "PGlite" },
  { name: "kill", engine: "PGlite" },
  { name: "kill", engine: "Postgres 17" },
  { name: "session", engine: "PGlite" },
  { name: "hostile", engine: "PGlite" },
];

describe("a campaign's share", () => {
  it.for(SHARES)("CH1 of $name breaks nothing ($engine)", limit, async (share, context) => {
    if (share.engine === "Postgres 17" && whyNoNativePostgres) context.skip(whyNoNativePostgres);
    const { campaign, suite, again } = await runShare(share);
    expect(again).toEqual([]);
    expect(campaign.runs).toBe(suite.share);
    expect(campaign.counts.acknowledged).toBeGreaterThan(campaign.runs * 3);
  });
});
