/** GET /api/metrics: Prometheus text, for `Authorization: Bearer $METRICS_TOKEN`. Without that variable it is not there. */
import { findHealth } from "../../../lib/data/health.ts";
import { findOperationsReport } from "../../../lib/data/operations.ts";
import { writeMetrics } from "../../../lib/ops/metrics-text.ts";
import { judgeToken } from "../../../lib/ops/token.ts";
import { findWebsockets } from "../../../lib/ops/websockets.ts";

export const dynamic = "force-dynamic";

const noStore = { "cache-control": "no-store" };

export async function GET(request: Request): Promise<Response> {
  const entry = judgeToken(request.headers.get("authorization"));
  if (entry === "absent") return new Response(null, { status: 404, headers: noStore });
  if (entry === "wrong")
    return new Response(null, { status: 401, headers: { ...noStore, "www-authenticate": "Bearer" } });
  const [report, health, websockets] = await Promise.all([
    findOperationsReport(),
    findHealth(),
    findWebsockets(),
  ]);
  return new Response(writeMetrics({ report, health, websockets }), {
    headers: { ...noStore, "content-type": "text/plain; version=0.0.4; charset=utf-8" },
  });
}
