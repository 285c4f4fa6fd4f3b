import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  CHECK_LIMIT_MS,
  checkHealth,
  EMBEDDING_LIMIT_SECONDS,
  QUEUE_LIMIT_SECONDS,
  unknownHealth,
} from "./health.ts";
import { SCHEMA_MIGRATION } from "./schema-version.ts";
import { VERSION } from "./version.ts";

const embedding = { queued: 0, dead: 0, oldestSeconds: 0, preparing: null as string | null };
const healthy = { schemaVersion: SCHEMA_MIGRATION, queued: 0, dead: 0, oldestSeconds: 0, embedding };
type Answer = Response | "never" | "refused";

/** Answers by the first part of the path; everything else is well. */
function target(answers: Record<string, () => Answer> = {}) {
  const asked: string[] = [];
  const send: typeof fetch = async (input, init) => {
    const path = new URL(String(input)).pathname;
    asked.push(path);
    const answer = answers[path.split("/")[1] ?? ""]?.() ?? Response.json(healthy);
    if (answer === "refused") throw new TypeError("fetch failed: ECONNREFUSED db.internal");
    if (answer !== "never") return answer;
    return new Promise((_, fail) => init?.signal?.addEventListener("abort", () => fail(init.signal?.reason)));
  };
  return { asked, health: { url: "http://supabase.internal", secretKey: "sb_secret_x", fetch: send } };
}

describe("health", () => {
  it("is ok when everything answers", async () => {
    const report = await checkHealth(target().health);
    expect(report.status).toBe("ok");
    expect(report.schemaVersion).toBe(SCHEMA_MIGRATION);
    expect(Object.keys(report.checks)).toEqual([
      ...["database", "auth", "realtime", "functions", "queue", "embedding"],
    ]);
  });

  it("is down when the database is gone, and soon", async () => {
    const started = performance.now();
    const refused = await checkHealth(target({ rest: () => "refused" }).health);
    const silent = await checkHealth(target({ rest: () => "never" }).health);
    expect([refused.status, silent.status]).toEqual(["down", "down"]);
    expect(performance.now() - started).toBeLessThan(4 * CHECK_LIMIT_MS);
  });

  it("survives one slow answer of the database", async () => {
    let first = true;
    const slowOnce = () => {
      if (!first) return Response.json(healthy);
      first = false;
      return "never" as const;
    };
    expect((await checkHealth(target({ rest: slowOnce }).health)).status).toBe("ok");
  });

  it("is down when the database lacks a migration, and well when it is ahead", async () => {
    const at = (schemaVersion: string | null) =>
      checkHealth(target({ rest: () => Response.json({ ...healthy, schemaVersion }) }).health);
    expect((await at("20200101000000")).status).toBe("down");
    expect((await at(null)).status).toBe("down");
    expect((await at("29990101000000")).status).toBe("ok");
  });

  it.each(["auth", "realtime", "functions"] as const)("is only degraded without %s", async (service) => {
    for (const answer of ["refused", "never", 503, 404] as const) {
      const broken = () => (typeof answer === "number" ? new Response(null, { status: answer }) : answer);
      const report = await checkHealth(target({ [service]: broken }).health);
      expect(report.status).toBe("degraded");
      expect(report.checks[service].status).toBe("degraded");
    }
  });

  it("is degraded when a job was given up or waits too long", async () => {
    for (const trouble of [{ dead: 1 }, { oldestSeconds: QUEUE_LIMIT_SECONDS + 1 }]) {
      const rest = () => Response.json({ ...healthy, ...trouble });
      expect((await checkHealth(target({ rest }).health)).status).toBe("degraded");
    }
  });

  it("is degraded when vectors were given up or wait too long, but not while another model is prepared", async () => {
    const at = async (trouble: Partial<typeof embedding>) => {
      const rest = () => Response.json({ ...healthy, embedding: { ...embedding, ...trouble } });
      return (await checkHealth(target({ rest }).health)).checks.embedding.status;
    };
    const late = { oldestSeconds: EMBEDDING_LIMIT_SECONDS + 1 };
    expect([await at({ dead: 1 }), await at(late)]).toEqual(["degraded", "degraded"]);
    expect(await at({ ...late, preparing: "another" })).toBe("ok");
  });

  it("names no host, error or key", async () => {
    const refused = (): Answer => "refused";
    const all = { rest: refused, auth: refused };
    const text = JSON.stringify([await checkHealth(target(all).health), unknownHealth()]);
    expect(text).not.toMatch(/internal|ECONN|sb_secret|http/);
  });

  it("expects the newest migration of the repository", () => {
    const folder = new URL("../../supabase/migrations", import.meta.url);
    const newest = readdirSync(folder).sort().at(-1);
    expect(newest?.split("_")[0]).toBe(SCHEMA_MIGRATION);
  });

  it("tells the version of the package", () => {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    expect(JSON.parse(text).version).toBe(VERSION);
  });
});
