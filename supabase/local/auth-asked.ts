/** What is asked of the account service, and by whom. */
import type { AuthConfig } from "./auth-config.ts";
import { AuthError, bad, forbidden, invalid } from "./auth-errors.ts";
import type { Limits } from "./auth-limits.ts";
import type { Device } from "./auth-sessions.ts";
import { sessionExists } from "./auth-sessions.ts";
import { findById, type Json, type User } from "./auth-users.ts";
import type { Database } from "./database.ts";
import { bearerOf } from "./identity.ts";
import type { Keys } from "./keys.ts";
import type { Outbox } from "./mail.ts";
import type { Caller } from "./services.ts";
import type { Claims, Tokens } from "./tokens.ts";

export interface AuthParts {
  readonly database: Database;
  readonly keys: Keys;
  readonly tokens: Tokens;
  readonly outbox: Outbox;
  readonly config: AuthConfig;
  readonly limits: Limits;
  /** `http://127.0.0.1:PORT/auth/v1`, the issuer of the tokens. */
  readonly issuer: string;
}

export interface Asked {
  readonly request: Request;
  readonly url: URL;
  readonly body: Json;
  /** What the key alone says. */
  readonly caller: Caller;
  readonly device: Device;
}

export interface Person {
  readonly user: User;
  readonly claims: Claims;
  readonly sessionId: string | null;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const EMAIL = /^[^\s@,;:"'()<>[\]\\]+@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i;

export async function readAsked(request: Request, caller: Caller): Promise<Asked> {
  const text = request.method === "GET" ? "" : await request.text();
  return {
    request,
    url: new URL(request.url),
    body: text === "" ? {} : parseBody(text),
    caller,
    device: { agent: request.headers.get("user-agent"), address: addressOf(request, caller) },
  };
}

/** Everybody is on this machine. A server may say for whom it asks, as on hosted projects, with the secret key. */
function addressOf(request: Request, caller: Caller): string {
  const said = request.headers.get("sb-forwarded-for")?.split(",")[0]?.trim();
  return caller.key === "secret" && said && /^[\da-f.:]+$/i.test(said) ? said : "127.0.0.1";
}

function parseBody(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch (error) {
    throw bad("bad_json", `Could not parse request body as JSON: ${(error as Error).message}`);
  }
  throw bad("bad_json", "Could not parse request body as JSON: it is not an object");
}

function partOf(body: Json, key: string, kind: string): unknown {
  const value = body[key] ?? null;
  const found: string = typeof value;
  if (value === null || found === kind) return value;
  throw bad("bad_json", `Could not parse request body as JSON: json: cannot unmarshal ${key} into a ${kind}`);
}

/** "" when it is not said. */
export const textOf = (body: Json, key: string): string => String(partOf(body, key, "string") ?? "");
export const flagOf = (body: Json, key: string): boolean => partOf(body, key, "boolean") === true;
/** Null when it is not said. */
export const tableOf = (body: Json, key: string): Json | null => partOf(body, key, "object") as Json | null;
/** Null when it is not said, which is another thing than "". */
export const wordOf = (body: Json, key: string): string | null =>
  partOf(body, key, "string") as string | null;

/** In lower case. Throws when it is none. */
export function emailOf(body: Json, key = "email"): string {
  const email = textOf(body, key);
  if (email === "") throw invalid("An email address is required");
  if (email.length > 255) throw invalid("An email address is too long");
  if (!EMAIL.test(email)) throw invalid("Unable to validate email address: invalid format");
  return email.toLowerCase();
}

export function checkPassword({ config }: AuthParts, password: string): void {
  const length = new TextEncoder().encode(password).length;
  if (length > 72) throw invalid("Password cannot be longer than 72 characters");
  if (length >= config.minimumPasswordLength) return;
  const message = `Password should be at least ${config.minimumPasswordLength} characters.`;
  throw new AuthError(422, "weak_password", message, { weak_password: { reasons: ["length"] } });
}

/** What the token says or, without one, what the key says. Throws when the token is not one of ours. */
export function claimsOf({ tokens }: AuthParts, { request, caller }: Asked): Claims {
  const bearer = bearerOf(request);
  if (!bearer || bearer.startsWith("sb_")) return caller.claims;
  const claims = tokens.verify(bearer);
  if (claims) return claims;
  const reason = tokens.read(bearer)
    ? "token has invalid claims: token is expired"
    : "token signature is invalid: signature is invalid";
  throw forbidden("bad_jwt", `invalid JWT: unable to parse or verify signature, ${reason}`);
}

/** The person of the token, whose session has not ended. */
export async function requirePerson(parts: AuthParts, asked: Asked): Promise<Person> {
  const claims = claimsOf(parts, asked);
  const subject = String(claims.sub ?? "");
  if (subject === "") throw forbidden("bad_jwt", "invalid claim: missing sub claim");
  if (!UUID.test(subject)) throw bad("bad_jwt", "invalid claim: sub claim must be a UUID");
  const user = await findById(parts.database, subject);
  if (!user) throw forbidden("user_not_found", "User from sub claim in JWT does not exist");
  const sessionId = String(claims.session_id ?? "");
  if (sessionId === "") return { user, claims, sessionId: null };
  if (!UUID.test(sessionId)) throw forbidden("bad_jwt", "invalid claim: session_id claim must be a UUID");
  if (!(await sessionExists(parts.database, sessionId))) {
    throw forbidden("session_not_found", "Session from session_id claim in JWT does not exist");
  }
  return { user, claims, sessionId };
}

export function requireAdmin(parts: AuthParts, asked: Asked): void {
  const { role } = claimsOf(parts, asked);
  if (role !== "service_role" && role !== "supabase_admin") throw forbidden("not_admin", "User not allowed");
}

export const isUuid = (text: string) => UUID.test(text);
