/**
 * Errors of the whole product: one class, a few codes, one table to HTTP. `reason` is the finer, stable snake_case
 * word of the server (`client_seq_reused`), for those who must tell two conflicts apart; people read `message`.
 */

export const HTTP_STATUS = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  expired: 410,
  too_large: 413,
  too_many: 429,
  unavailable: 503,
  internal: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof HTTP_STATUS;

export type AppErrorOptions = { cause?: unknown; reason?: string; retryAfterMs?: number };

export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  /** The server's own word, or the code when it gave none. */
  readonly reason: string;
  /** The server asks for at least this pause before the next try; 0 when it asks for none. */
  readonly retryAfterMs: number;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.reason = options.reason ?? code;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** Codes after which asking again in the same way may succeed. */
export function isRetryable(error: AppError): boolean {
  return (
    error.code === "unavailable" ||
    error.code === "too_many" ||
    error.code === "unauthenticated" ||
    error.code === "internal"
  );
}

/** What PostgREST and supabase-js hand back. `status` is 0 when no answer came. */
export type ServerError = {
  code?: string | null | undefined;
  message?: string | null | undefined;
  details?: string | null | undefined;
  hint?: string | null | undefined;
};

const BY_STATUS: ReadonlyMap<number, ErrorCode> = new Map([
  [400, "invalid_input"],
  [401, "unauthenticated"],
  [403, "forbidden"],
  [404, "not_found"],
  [409, "conflict"],
  [410, "expired"],
  [413, "too_large"],
  [429, "too_many"],
]);

/** Postgres and PostgREST codes that our functions do not raise themselves. */
const BY_SQLSTATE: ReadonlyMap<string, ErrorCode> = new Map([
  ["42501", "forbidden"],
  ["22P02", "invalid_input"],
  ["22023", "invalid_input"],
  ["23502", "invalid_input"],
  ["23514", "invalid_input"],
  ["23503", "not_found"],
  ["23505", "conflict"],
  ["40001", "unavailable"],
  ["40P01", "unavailable"],
  ["55P03", "unavailable"],
  ["57014", "unavailable"],
  ["PGRST301", "unauthenticated"],
  ["PGRST302", "unauthenticated"],
  ["PGRST303", "unauthenticated"],
  ["PGRST116", "not_found"],
]);

/** Classes of SQLSTATE (first two characters) that mean "the database is not there just now". */
const UNAVAILABLE_CLASSES = new Set(["08", "53", "57", "58"]);

/** 'PT404' is the way our functions choose their HTTP status. */
function codeOfRaise(code: string): ErrorCode | null {
  const match = /^PT(\d{3})$/.exec(code);
  return match === null ? null : (BY_STATUS.get(Number(match[1])) ?? "internal");
}

function codeOfSqlState(code: string, status: number): ErrorCode | null {
  // A key without a person behind it (the session ran out) is answered 401 and may work again after a refresh.
  if (code === "42501" && status === 401) return "unauthenticated";
  const known = BY_SQLSTATE.get(code);
  if (known !== undefined) return known;
  if (/^PGRST00[0-3]$/.test(code)) return "unavailable";
  // An unknown function or table is our fault, not "your document is gone".
  if (/^PGRST2\d\d$/.test(code)) return "internal";
  if (/^[0-9A-Z]{5}$/.test(code) && UNAVAILABLE_CLASSES.has(code.slice(0, 2))) return "unavailable";
  return null;
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 0 || status === 502 || status === 503 || status === 504 || status === 408)
    return "unavailable";
  return BY_STATUS.get(status) ?? "internal";
}

/** A pause longer than a minute is not believed. */
const LONGEST_PAUSE_MS = 60_000;

/** Our functions say so in the hint: "retry after 1500 ms". */
function retryAfterOf(hint: string | null | undefined): number {
  const found = /^retry after (\d{1,9}) ms$/.exec(hint ?? "");
  return found === null ? 0 : Math.min(Number(found[1]), LONGEST_PAUSE_MS);
}

/** Maps an error of PostgREST, of a proxy before it, or of the network, to ours. Never throws. */
export function fromServerError(error: ServerError, status: number): AppError {
  const serverCode = error.code ?? "";
  const raised = codeOfRaise(serverCode);
  if (raised !== null) {
    const word = error.message ?? raised;
    const retryAfterMs = retryAfterOf(error.hint);
    return new AppError(raised, error.details ?? word, { cause: error, reason: word, retryAfterMs });
  }
  const code = codeOfSqlState(serverCode, status) ?? codeOfStatus(status);
  return new AppError(code, error.message || `The server answered ${status}.`, { cause: error });
}

/** Anything thrown, as an AppError: what is not one yet is `unavailable` if the network failed, else `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const isNetwork = thrown instanceof TypeError && /fetch|network|load failed/i.test(message);
  const isAbort = thrown instanceof Error && (thrown.name === "AbortError" || thrown.name === "TimeoutError");
  return new AppError(isNetwork || isAbort ? "unavailable" : "internal", message, { cause: thrown });
}
