/** GET and HEAD /api/health: 200 when able to serve (also when degraded), else 503. See lib/ops/health.ts. */
import { findHealth } from "../../../lib/data/health.ts";
import { VERSION } from "../../../lib/ops/version.ts";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  const report = await findHealth();
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
