/**
 * What each service of a hosted project answers when its database is away, and what a lost or refused request
 * looks like to its caller.
 *
 * PostgREST: 503 with `Retry-After`; PGRST001 when the connection broke under a request, PGRST000 while there is
 * none. GoTrue: 500 `unexpected_failure`, which its client may try again. Storage: 544, a pool that gives no connection.
 */

/** Thrown where the caller shall see its connection break instead of an answer. */
export class ConnectionCut extends Error {}

/** Ends without the database: they answer also while it is away. */
const WITHOUT_DATABASE = /^\/auth\/v1\/(\.well-known\/|health$|settings$)/;

/** Whether a hosted project would ask the database before it answers this path at all. */
export function asksDatabase(path: string): boolean {
  if (path.startsWith("/auth/v1/")) return !WITHOUT_DATABASE.test(path);
  return path.startsWith("/rest/v1/") || path === "/health";
}

const cors = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Retry-After,Proxy-Status",
};

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers: { ...cors, ...headers } });

/** `retryAfter` in whole seconds. */
export function databaseGone(request: Request, broken: boolean, retryAfter: number): Response {
  const { pathname } = new URL(request.url);
  if (pathname.startsWith("/rest/v1/")) return restUnavailable(broken, retryAfter);
  if (pathname.startsWith("/auth/v1/")) return authFailure(request);
  if (pathname.startsWith("/storage/v1/")) {
    const message = "The connection to the database timed out";
    return json(544, { statusCode: "544", error: "DatabaseTimeout", message });
  }
  return json(503, { message: "The database is away." }, { "retry-after": String(retryAfter) });
}

export function restUnavailable(broken: boolean, retryAfter: number): Response {
  const [code, details, message] = broken
    ? ["PGRST001", "no connection to the server\n", "Database client error. Retrying the connection."]
    : [
        "PGRST000",
        'connection to server at "127.0.0.1", port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n',
        "Database connection error. Retrying the connection.",
      ];
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "retry-after": String(retryAfter),
    "proxy-status": `PostgREST; error=${code}`,
  };
  return json(503, { code, details, hint: null, message }, headers);
}

/** GoTrue's two forms: the client says by a header which one it reads. */
function authFailure(request: Request): Response {
  const message = "Unexpected failure, please check server logs for more information";
  const isDated = request.headers.has("x-supabase-api-version");
  if (isDated) {
    const headers = { "x-supabase-api-version": "2024-01-01" };
    return json(500, { code: "unexpected_failure", message }, headers);
  }
  return json(500, { code: 500, error_code: "unexpected_failure", msg: message });
}

/** The gateway's own answer when the service behind it does not answer in time. */
export const upstreamTimeout = () => json(504, { message: "The upstream server is timing out" });
