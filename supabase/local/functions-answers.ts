/** What the platform itself answers in place of a function, in hosted Supabase's codes and words. */
import { decodeProtectedHeader } from "./functions-token.ts";

const STATUS = {
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  BOOT_ERROR: 503,
  WORKER_ERROR: 500,
  WORKER_RESOURCE_LIMIT: 546,
  IDLE_TIMEOUT: 504,
  UNAUTHORIZED_NO_AUTH_HEADER: 401,
  UNAUTHORIZED_INVALID_JWT_FORMAT: 401,
  UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM: 401,
  UNAUTHORIZED_LEGACY_JWT: 401,
  UNAUTHORIZED_ASYMMETRIC_JWT: 401,
} as const;

export type FailureCode = keyof typeof STATUS;

const MESSAGES = {
  NOT_FOUND: "Requested function was not found",
  METHOD_NOT_ALLOWED: "Method not allowed",
  BOOT_ERROR: "Function failed to start (please check logs)",
  WORKER_ERROR: "Function exited due to an error (please check logs)",
  WORKER_RESOURCE_LIMIT: "Function failed due to not having enough compute resources (please check logs)",
  UNAUTHORIZED_NO_AUTH_HEADER: "Missing authorization header",
} as const;

/** `{code, message}` with the code in `sb-error-code`, too. */
export function failure(code: FailureCode, words?: string): Response {
  const message = words ?? MESSAGES[code as keyof typeof MESSAGES] ?? "Invalid JWT";
  const headers = { "sb-error-code": code, "access-control-expose-headers": "sb-error-code" };
  return Response.json({ code, message }, { status: STATUS[code], headers });
}

const METHODS = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export const refuseMethod = (method: string): Response | null =>
  METHODS.has(method) ? null : failure("METHOD_NOT_ALLOWED");

/** A token of either kind is asked for; the new API keys are none, wherever they stand. */
export function refuseStranger(request: Request, verify: (token: string) => unknown): Response | null {
  if (request.method === "OPTIONS") return null;
  const header = request.headers.get("authorization");
  if (!header) return failure("UNAUTHORIZED_NO_AUTH_HEADER");
  const token = /^bearer\s+(\S+)$/i.exec(header.trim())?.[1];
  if (!token) return failure("UNAUTHORIZED_INVALID_JWT_FORMAT", "Auth header is not 'Bearer {token}'");
  const algorithm = decodeProtectedHeader(token);
  if (algorithm === null) return failure("UNAUTHORIZED_INVALID_JWT_FORMAT");
  if (algorithm !== "HS256" && algorithm !== "ES256" && algorithm !== "RS256") {
    return failure("UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM", `Unsupported JWT algorithm ${algorithm}`);
  }
  if (verify(token)) return null;
  return failure(algorithm === "HS256" ? "UNAUTHORIZED_LEGACY_JWT" : "UNAUTHORIZED_ASYMMETRIC_JWT");
}
