/**
 * Who a request comes from: the API key says anon or service_role, a token in `Authorization` says a person.
 * Answers what hosted projects answer when either is missing, unknown, forged or expired.
 */
import type { Keys } from "./keys.ts";
import type { Caller } from "./services.ts";
import type { Claims, Tokens } from "./tokens.ts";

const ROLES = new Set(["anon", "authenticated", "service_role"]);

export type Identity = { readonly caller: Caller } | { readonly refusal: Response };

function refuse(body: Record<string, unknown>, headers: Record<string, string> = {}): Identity {
  return { refusal: Response.json(body, { status: 401, headers }) };
}

const noKey = () =>
  refuse(
    { message: "No API key found in request", hint: "No `apikey` request header or url param was found." },
    { "sb-error-code": "UNAUTHORIZED_MISSING_API_KEY" },
  );
const badKey = () =>
  refuse(
    { message: "Invalid API key", hint: "Double check your Supabase `apikey`." },
    { "sb-error-code": "UNAUTHORIZED_INVALID_API_KEY" },
  );
const secretInBrowser = () =>
  refuse(
    {
      message: "Forbidden use of secret API key in browser",
      hint: "Secret API keys never leave the server.",
    },
    { "sb-error-code": "UNAUTHORIZED_INVALID_API_KEY_TYPE" },
  );
const badToken = (code: string, message: string) =>
  refuse(
    { code, details: null, hint: null, message },
    { "www-authenticate": `Bearer error="invalid_token"` },
  );

export const bearerOf = (request: Request): string | null =>
  /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? null;

export const keyOf = (request: Request): string | null =>
  request.headers.get("apikey") ?? new URL(request.url).searchParams.get("apikey");

const isBrowser = (request: Request) => /^\s*Mozilla\/5\.0/i.test(request.headers.get("user-agent") ?? "");

/** The kind of an API key of this folder, or null. */
export function kindOf(keys: Keys, key: string | null): Caller["key"] {
  if (key === keys.publishableKey) return "publishable";
  return key === keys.secretKey ? "secret" : null;
}

export function identify(keys: Keys, tokens: Tokens, request: Request): Identity {
  const given = keyOf(request);
  if (!given) return noKey();
  const key = kindOf(keys, given);
  if (!key) return badKey();
  if (key === "secret" && isBrowser(request)) return secretInBrowser();
  const bearer = bearerOf(request);
  if (!bearer || bearer === given || bearer.startsWith("sb_")) return { caller: keyCaller(key) };
  return identifyToken(tokens, bearer, key);
}

export function keyCaller(key: Caller["key"]): Caller {
  const role = key === "secret" ? "service_role" : "anon";
  return { role, claims: { role }, key };
}

function identifyToken(tokens: Tokens, bearer: string, key: Caller["key"]): Identity {
  const claims: Claims | null = tokens.verify(bearer);
  if (claims && ROLES.has(claims.role)) return { caller: { role: claims.role, claims, key } };
  if (claims) return badToken("22023", `role "${claims.role}" does not exist`);
  return tokens.read(bearer)
    ? badToken("PGRST303", "JWT expired")
    : badToken("PGRST301", "The token is not one of this project");
}
