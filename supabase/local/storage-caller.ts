/**
 * Who asks Storage. The gateway lets every request through to it, as hosted gateways do: public files and
 * signed URLs need no key. So Storage itself reads key and token.
 */
import { bearerOf, keyOf, kindOf } from "./identity.ts";
import type { Keys } from "./keys.ts";
import type { Caller } from "./services.ts";
import { accessDenied, malformed, type StorageError } from "./storage-errors.ts";
import type { Claims } from "./tokens.ts";

const ROLES = new Set(["anon", "authenticated", "service_role"]);

export interface StorageCaller {
  /** Whom the policies judge. */
  readonly caller: Caller;
  /** Why this is nobody, where a route insists on somebody: no key and no token, or a bad token. */
  readonly flaw: StorageError | null;
}

export const serviceRole: Caller = { role: "service_role", claims: { role: "service_role" }, key: "secret" };
const nobody: Caller = { role: "anon", claims: { role: "anon" }, key: null };

/** The caller's id, which becomes the owner of what they upload. */
export const ownerOf = (caller: Caller): string | null =>
  typeof caller.claims.sub === "string" ? caller.claims.sub : null;

export function whoAsks(
  keys: Keys,
  verifyToken: (token: string) => Claims | null,
  request: Request,
): StorageCaller {
  const bearer = bearerOf(request);
  // A key is taken in either header; as a bearer it stands for its role.
  const kind = kindOf(keys, keyOf(request)) ?? kindOf(keys, bearer);
  if (!bearer || kindOf(keys, bearer)) {
    if (!kind) return { caller: nobody, flaw: missing(bearer, keyOf(request)) };
    const role = kind === "secret" ? "service_role" : "anon";
    return { caller: { role, claims: { role }, key: kind }, flaw: null };
  }
  const claims = verifyToken(bearer);
  if (claims && ROLES.has(claims.role)) {
    return { caller: { role: claims.role, claims, key: kind }, flaw: null };
  }
  return { caller: nobody, flaw: accessDenied(flawOf(bearer)) };
}

const missing = (bearer: string | null, key: string | null) =>
  bearer || key
    ? accessDenied("Invalid Compact JWS")
    : malformed("headers must have required property 'authorization'");

function flawOf(token: string): string {
  const parts = token.split(".");
  if (parts.length !== 3) return "Invalid Compact JWS";
  const body = Buffer.from(parts[1] ?? "", "base64url").toString("utf8");
  const expires = /"exp":\s*(\d+)/.exec(body)?.[1];
  return expires && Number(expires) * 1000 <= Date.now()
    ? '"exp" claim timestamp check failed'
    : "signature verification failed";
}
