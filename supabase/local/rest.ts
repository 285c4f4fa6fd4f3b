/** REST: the direct path for RPC first, lite for everything else, statuses as PostgREST gives them. */
import type { PgliteDatabase } from "./database.ts";
import type { Lite } from "./lite.ts";
import { statusOf } from "./pg-errors.ts";
import { callDirectly } from "./rpc.ts";
import type { RpcCatalog } from "./rpc-catalog.ts";
import type { Caller } from "./services.ts";

export interface RestParts {
  readonly database: PgliteDatabase;
  readonly lite: Lite;
  readonly catalog: RpcCatalog;
}

/** With `x-stand-in-path: lite` the direct path is left out; the contract tests compare the two. */
export async function answerRest(parts: RestParts, request: Request, caller: Caller): Promise<Response> {
  if (request.headers.get("x-stand-in-path") !== "lite") {
    const direct = await callDirectly(parts.database, parts.catalog, request, caller);
    if (direct) return direct;
  }
  return correctStatus(await parts.lite.restFetch(request, caller), caller.role);
}

/** lite answers 500 for what it does not know, `raise exception` among it. */
async function correctStatus(response: Response, role: string): Promise<Response> {
  if (response.status !== 500) return response;
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as { code?: unknown } | null;
  if (typeof body?.code !== "string" || !/^[0-9A-Z]{5}$/.test(body.code)) return response;
  return new Response(JSON.stringify(body), { status: statusOf(body.code, role), headers: response.headers });
}
