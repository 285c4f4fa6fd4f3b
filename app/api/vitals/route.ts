/** POST /api/vitals: what a browser measured. 204 when it was counted; anybody may tell, little and not often. */
import { count, readBody, VitalsReport } from "../../../lib/vitals/report.ts";
import { addressOf } from "../../../lib/web/client-address.ts";
import { createLimit } from "../../../lib/web/limit.ts";

export const dynamic = "force-dynamic";

const noStore = { "cache-control": "no-store" };
/** A window tells once a minute; behind one address may sit a whole office. */
const limit = createLimit(120);

export async function POST(request: Request): Promise<Response> {
  const address = addressOf(request.headers);
  const wait = address === null ? 0 : limit.secondsToWait(address);
  if (wait > 0) return refusal(429, "too_many_requests", { "retry-after": String(wait) });
  const text = await readBody(request);
  if (text === null) return refusal(413, "too_large");
  const report = VitalsReport.safeParse(parse(text));
  if (!report.success) return refusal(400, "invalid");
  count(report.data);
  return new Response(null, { status: 204, headers: noStore });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no report either
  }
}

const refusal = (status: number, code: string, more: Record<string, string> = {}) =>
  Response.json({ code }, { status, headers: { ...noStore, ...more } });
