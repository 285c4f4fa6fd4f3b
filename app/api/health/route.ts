/** GET and HEAD /api/health: 200 when able to serve (also when degraded), else 503. See lib/ops/health.ts. */

import { checkHealth, type HealthReport, unknownHealth } from "../../../lib/ops/health.ts";
import { VERSION } from "../../../lib/ops/version.ts";
import { readPublicConfig, readSecretKey } from "../../../lib/supabase/env.ts";

export const dynamic = "force-dynamic";

const CACHE_MS = 2_000;
let last: { readonly at: number; readonly report: Promise<HealthReport> } | null = null;

/** Many askers at once are one check. */
function currentReport(): Promise<HealthReport> {
  if (last === null || performance.now() - last.at > CACHE_MS)
    last = { at: performance.now(), report: check() };
  return last.report;
}

async function check(): Promise<HealthReport> {
  try {
    return await checkHealth({ url: readPublicConfig().url, secretKey: readSecretKey() });
  } catch (error) {
    console.error("health:", error instanceof Error ? error.message : error);
    return unknownHealth();
  }
}

export async function GET(): Promise<Response> {
  const report = await currentReport();
  const body = {
    status: report.status,
    version: VERSION,
    commit: process.env.VERCEL_GIT_COMMIT_SHA ?? process.env.GIT_COMMIT ?? null,
    schemaVersion: report.schemaVersion,
    uptimeSeconds: Math.round(process.uptime()),
    time: new Date().toISOString(),
    checks: report.checks,
  };
  return Response.json(body, {
    status: report.status === "down" ? 503 : 200,
    headers: { "cache-control": "no-store" },
  });
}

export async function HEAD(): Promise<Response> {
  const { status, headers } = await GET();
  return new Response(null, { status, headers });
}
