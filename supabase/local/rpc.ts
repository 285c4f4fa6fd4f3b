/**
 * The direct path for RPC: `POST /rest/v1/rpc/<function>` with named arguments, in one round trip.
 *
 * lite runs about ten statements for a call; people type faster than that. Here the role, the claims and the
 * call go as one message of several statements, which Postgres runs in one transaction. The answers are
 * PostgREST's. Whatever is out of the ordinary (a query string, `Prefer`, another profile or media type,
 * overloads that stay ambiguous, a function nobody knows) is left to lite by answering null.
 */
import type { Database } from "./database.ts";
import { isConnectionLost } from "./database-native-errors.ts";
import { isPgError, toErrorResponse } from "./pg-errors.ts";
import type { RpcCatalog, RpcFunction } from "./rpc-catalog.ts";
import type { Caller } from "./services.ts";
import { responseWith, textOf } from "./whole-bodies.ts";

const ident = (name: string) => `"${name.replaceAll('"', '""')}"`;
/** `standard_conforming_strings` is on, so a quote is the only character with a meaning. */
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The answer, or null when lite should give it. */
export async function callDirectly(
  database: Database,
  catalog: RpcCatalog,
  request: Request,
  caller: Caller,
): Promise<Response | null> {
  const name = directName(request);
  if (!name) return null;
  const body = await textOf(request);
  const given = argumentNames(body);
  if (!given) return null;
  const found = await catalog.find(name, given);
  if (!found) return null;
  const script = [...settings(request, caller, name), call(found, given, body || "{}"), RESPONSE].join(";\n");
  try {
    return toResponse(found, await database.script(script));
  } catch (error) {
    if (isConnectionLost(error) || !isPgError(error)) throw error;
    // The function may have been replaced since the catalog was read.
    if (error.code === "42883") catalog.forget();
    return toErrorResponse(error, caller.role);
  }
}

function directName(request: Request): string | null {
  const url = new URL(request.url);
  const name = /^\/rest\/v1\/rpc\/([A-Za-z_][A-Za-z0-9_]*)$/.exec(url.pathname)?.[1];
  const { headers } = request;
  const profile = headers.get("content-profile") ?? "public";
  const accept = headers.get("accept") ?? "*/*";
  const ordinary =
    request.method === "POST" &&
    [...url.searchParams.keys()].every((key) => key === "apikey") &&
    !headers.has("prefer") &&
    profile === "public" &&
    (headers.get("content-type") ?? "application/json").startsWith("application/json") &&
    (accept === "*/*" || accept === "application/json");
  return ordinary ? (name ?? null) : null;
}

/** The keys of the one JSON object in the body; null when it is anything else, or holds what SQL cannot. */
function argumentNames(body: string): string[] | null {
  if (body === "") return [];
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && !body.includes("\0") ? Object.keys(value) : null;
  } catch {
    return null;
  }
}

function settings(request: Request, caller: Caller, name: string): string[] {
  const values = {
    "request.jwt.claims": JSON.stringify(caller.claims),
    "request.jwt.claim.sub": String(caller.claims.sub ?? ""),
    "request.jwt.claim.role": caller.role,
    "request.method": request.method,
    "request.path": `/rpc/${name}`,
    "request.headers": JSON.stringify(safeHeaders(request)),
    "response.status": "",
    "response.headers": "",
    search_path: "public, extensions",
    role: caller.role,
  };
  const list = Object.entries(values).map(
    ([key, value]) => `set_config(${literal(key)}, ${literal(value)}, true)`,
  );
  return [`select ${list.join(", ")}`];
}

function safeHeaders(request: Request): Record<string, string> {
  return Object.fromEntries([...request.headers].map(([key, value]) => [key, value.replaceAll("\0", "")]));
}

function call(found: RpcFunction, given: readonly string[], body: string): string {
  const used = found.parameters.filter((parameter) => given.includes(parameter.name));
  const columns = used.map(({ name, type }) => `${ident(name)} ${type}`).join(", ");
  const passed = used.map(({ name }) => `${ident(name)} => _.${ident(name)}`).join(", ");
  const source = used.length > 0 ? ` from json_to_record(${literal(body)}::json) as _(${columns})` : "";
  const target = `public.${ident(found.name)}(${passed})`;
  if (found.returns === "void") return `select ${target}${source}`;
  if (found.returns === "value") return `select to_json(${target})::text as body${source}`;
  const from = source ? `${source}, lateral ${target} as r` : ` from ${target} as r`;
  return `select coalesce(json_agg(r), '[]')::text as body, count(*)::int as rows${from}`;
}

/** Reads what the function may have wished for its answer, in the same transaction. */
const RESPONSE =
  "select current_setting('response.status', true) as status, current_setting('response.headers', true) as headers";

function toResponse(found: RpcFunction, results: readonly Record<string, unknown>[][]): Response {
  const [, value, wish] = results;
  const headers = new Headers();
  const wished = wish?.[0]?.headers;
  if (typeof wished === "string" && wished !== "") {
    for (const entry of JSON.parse(wished) as Record<string, string>[]) {
      for (const [key, text] of Object.entries(entry)) headers.append(key, text);
    }
  }
  const status = Number(wish?.[0]?.status || 0);
  if (found.returns === "void") return new Response(null, { status: status || 204, headers });
  headers.set("content-type", "application/json; charset=utf-8");
  headers.set("content-range", rangeOf(value?.[0]?.rows));
  return responseWith(String(value?.[0]?.body ?? "null"), { status: status || 200, headers });
}

/** Which of the rows these are, as PostgREST says it; a single value counts as one. */
function rangeOf(rows: unknown): string {
  if (typeof rows !== "number") return "0-0/*";
  return rows === 0 ? "*/*" : `0-${rows - 1}/*`;
}
