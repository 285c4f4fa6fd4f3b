/** REST: the direct path for RPC first, lite for everything else, statuses as PostgREST gives them. */
import type { Database } from "./database.ts";
import { isConnectionLost } from "./database-native-errors.ts";
import type { Lite, RestAnswer } from "./lite.ts";
import { isPgError, toErrorResponse } from "./pg-errors.ts";
import { callDirectly } from "./rpc.ts";
import type { RpcCatalog } from "./rpc-catalog.ts";
import type { Caller } from "./services.ts";

export interface RestParts {
  readonly database: Database;
  readonly lite: Lite;
  readonly catalog: RpcCatalog;
}

/** With `x-stand-in-path: lite` the direct path is left out; the contract tests compare the two. */
export async function answerRest(parts: RestParts, request: Request, caller: Caller): Promise<Response> {
  if (request.headers.get("x-stand-in-path") !== "lite") {
    const direct = await callDirectly(parts.database, parts.catalog, request, caller);
    if (direct) return direct;
  }
  return corrected(await parts.lite.restFetch(request, caller), caller.role);
}

/**
 * lite answers 500 "SUP" or a code of its own for many codes of Postgres, and drops some hints. What Postgres said
 * is answered as PostgREST would; lite's wording stays where it names the column as PostgREST does.
 */
async function corrected({ response, error }: RestAnswer, role: string): Promise<Response> {
  if (response.ok) return response;
  // Like an error of the direct path: the door knows what to answer.
  if (isConnectionLost(error)) throw error;
  if (!isPgError(error)) return response;
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as { code?: unknown; message?: unknown } | null;
  const message = body?.code === error.code ? String(body.message ?? error.message) : error.message;
  const { code, detail, hint } = error;
  return toErrorResponse({ code, message, detail, hint }, role);
}
