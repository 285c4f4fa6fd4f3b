/** /api/health over a whole project: its answer while the project lives, dies and lives again. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { GET, HEAD } from "../../app/api/health/route.ts";
import { type StandIn, startStandIn } from "../../scripts/stand-in.ts";
import { type Project, startProject } from "./stand-in.ts";
import { until } from "./waiting.ts";

const isElsewhere = Boolean(process.env.SUPABASE_URL);
let project: Project;
let again: StandIn | null = null;

beforeAll(async () => {
  project = await startProject();
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_URL", project.url);
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", project.publishableKey);
  vi.stubEnv("SUPABASE_SECRET_KEY", project.secretKey);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await again?.stop();
  await project?.stop();
});

describe("/api/health", () => {
  it("is ok with every service, once the function has started", async () => {
    let body: Record<string, unknown> = {};
    await until(async () => {
      body = await (await GET()).json();
      return body.status === "ok";
    }, "all checks to be ok");
    expect(body).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      schemaVersion: expect.stringMatching(/^\d{14}$/),
      uptimeSeconds: expect.any(Number),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      checks: { queue: { queued: 0, dead: 0, oldestSeconds: 0 } },
    });
    expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|sb_secret/);
  });

  it("answers HEAD alike, uncached, without cookies and without a body", async () => {
    const answer = await HEAD();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("set-cookie")).toBe(null);
    expect(await answer.text()).toBe("");
  });

  it.skipIf(isElsewhere)(
    "is 503 within five seconds of the database's end, and 200 again after",
    async () => {
      await project.standIn?.stop();
      await until(async () => (await GET()).status === 503, "503", 5_000);
      again = await startStandIn({ dataFolder: project.folder ?? "" });
      expect(again.url).toBe(project.url);
      await until(async () => (await GET()).status === 200, "200", 5_000);
    },
  );
});
