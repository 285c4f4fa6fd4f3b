/** Refusals of the account service, in both shapes that GoTrue speaks (`x-supabase-api-version`). */

const VERSION = "2024-01-01";
const HEADER = "x-supabase-api-version";

export class AuthError extends Error {
  readonly status: number;
  readonly code: string;
  readonly more: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, more: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.more = more;
  }
}

export const bad = (code: string, message: string) => new AuthError(400, code, message);
export const invalid = (message: string) => new AuthError(400, "validation_failed", message);
export const forbidden = (code: string, message: string) => new AuthError(403, code, message);
export const missing = (code: string, message: string) => new AuthError(404, code, message);
export const unprocessable = (code: string, message: string) => new AuthError(422, code, message);
export const broken = (message: string) => new AuthError(500, "unexpected_failure", message);

/**
 * The answer for whatever was thrown. With `x-supabase-api-version` of 2024-01-01 or later (what supabase-js
 * sends) `code` is the word and `message` the sentence; without it `code` is the status, `error_code` the word
 * and `msg` the sentence. What is no AuthError goes to stderr and is answered 500.
 */
export function toAuthResponse(request: Request, thrown: unknown): Response {
  const error = thrown instanceof AuthError ? thrown : unexpected(thrown);
  const { status, code, message, more } = error;
  const headers: Record<string, string> = { "x-sb-error-code": code };
  if (!isDated(request)) {
    return Response.json({ code: status, error_code: code, msg: message, ...more }, { status, headers });
  }
  headers[HEADER] = VERSION;
  return Response.json({ code, message, ...more }, { status, headers });
}

function isDated(request: Request): boolean {
  const asked = request.headers.get(HEADER) ?? "";
  return /^\d{4}-\d\d-\d\d$/.test(asked) && asked >= VERSION;
}

function unexpected(thrown: unknown): AuthError {
  process.stderr.write(`auth: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  return broken("Unexpected failure, please check server logs for more information");
}
