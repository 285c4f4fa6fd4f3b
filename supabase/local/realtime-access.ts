/**
 * Who a token speaks for, and what that person may do on a topic.
 *
 * Rights are never computed here: the project's own policies on `realtime.messages` decide, by probe rows
 * that are written and read as that person and taken back (see `probe_read` and `probe_write` in
 * realtime.sql). A probe that fails for any other reason is an error, never a yes.
 */
import { timingSafeEqual } from "node:crypto";
import type { Database } from "./database.ts";

export interface Keys {
  readonly publishableKey: string;
  readonly secretKey: string;
}
export type Claims = Record<string, unknown>;
/** Resolves to the claims of a token whose signature is right, else null. May or may not look at `exp`. */
export type VerifyToken = (token: string) => Claims | null | Promise<Claims | null>;

export interface Identity {
  readonly role: string;
  readonly subject: string | null;
  /** JSON, as the database sees it in `request.jwt.claims`. */
  readonly claims: string;
  /** Seconds since 1970; null for an API key, which does not expire. */
  readonly expiresAt: number | null;
  readonly token: string;
}
export type Verdict = { ok: true; identity: Identity } | { ok: false; code: string; message: string };

export interface ReadRights {
  readonly broadcast: boolean;
  readonly presence: boolean;
}

export interface Access {
  identify(token: string): Promise<Verdict>;
  /** The person behind the `apikey` of a connection, or null. */
  identifyKey(apiKey: string): Promise<Identity | null>;
  isSecretKey(key: string): boolean;
  readRights(identity: Identity, topic: string): Promise<ReadRights>;
  canWrite(identity: Identity, topic: string, extension: "broadcast" | "presence"): Promise<boolean>;
}

export const nowInSeconds = () => Math.floor(Date.now() / 1000);

export function createAccess(database: Database, keys: Keys, verifyToken: VerifyToken): Access {
  const identify = (token: string) => identifyToken(token, verifyToken);
  return {
    identify,
    isSecretKey: (key) => isSame(key, keys.secretKey),
    async identifyKey(apiKey) {
      if (isSame(apiKey, keys.publishableKey)) return keyIdentity("anon", apiKey);
      if (isSame(apiKey, keys.secretKey)) return keyIdentity("service_role", apiKey);
      const verdict = await identify(apiKey);
      return verdict.ok ? verdict.identity : null;
    },
    async readRights({ role, claims }, topic) {
      const { rows } = await database.query<ReadRights>("select * from realtime.probe_read($1, $2, $3)", [
        role,
        topic,
        claims,
      ]);
      return { broadcast: rows[0]?.broadcast === true, presence: rows[0]?.presence === true };
    },
    async canWrite({ role, claims }, topic, extension) {
      const { rows } = await database.query<{ allowed: boolean }>(
        "select realtime.probe_write($1, $2, $3, $4) as allowed",
        [role, topic, claims, extension],
      );
      return rows[0]?.allowed === true;
    },
  };
}

function keyIdentity(role: string, token: string): Identity {
  return { role, subject: null, claims: JSON.stringify({ role }), expiresAt: null, token };
}

async function identifyToken(token: string, verifyToken: VerifyToken): Promise<Verdict> {
  const unverified = peekClaims(token);
  if (!unverified) return refuse("MalformedJWT", "The token provided is not a valid JWT");
  const late = typeof unverified.exp === "number" ? nowInSeconds() - unverified.exp : -1;
  if (late >= 0) return refuse("InvalidJWTToken", expiredMessage(late));
  const claims = await verifyToken(token);
  if (!claims) return refuse("JwtSignatureError", "Failed to validate JWT signature");
  const { role, exp, sub } = claims;
  if (typeof role !== "string" || typeof exp !== "number") {
    return refuse("InvalidJWTToken", "Fields `role` and `exp` are required in JWT");
  }
  const subject = typeof sub === "string" ? sub : null;
  return { ok: true, identity: { role, subject, claims: JSON.stringify(claims), expiresAt: exp, token } };
}

export const expiredMessage = (secondsAgo: number) => `Token has expired ${secondsAgo} seconds ago`;

function refuse(code: string, message: string): Verdict {
  return { ok: false, code, message };
}

/** Only to say what is wrong with a token; nothing is granted on it. */
function peekClaims(token: string): Claims | null {
  const [, body, signature] = token.split(".");
  if (!body || !signature) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? (claims as Claims) : null;
  } catch {
    return null;
  }
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The code of an error that SQL itself raised; null when the database was not to be had. */
export function sqlCode(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  // 08: connection, 53: resources, 57: shutdown.
  return /^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57)/.test(code) ? code : null;
}
