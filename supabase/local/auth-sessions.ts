/**
 * Sessions, their refresh tokens and their access tokens. A refresh token is used once and followed by the next.
 * One that was used may be used again while its follower was not, or within the reuse interval; later the whole
 * family ends: somebody else has it.
 */
import { randomInt, randomUUID } from "node:crypto";
import type { AuthConfig } from "./auth-config.ts";
import { bad } from "./auth-errors.ts";
import { showUser } from "./auth-shown.ts";
import { asAuthAdmin, findById, isBanned, type Json, type User } from "./auth-users.ts";
import type { Database, Session } from "./database.ts";
import type { Tokens } from "./tokens.ts";

/** How a session began; goes into the token's `amr`. */
export type Method =
  | "password"
  | "otp"
  | "anonymous"
  | "recovery"
  | "magiclink"
  | "invite"
  | "email/signup"
  | "email_change";

export interface SessionParts {
  readonly database: Database;
  readonly tokens: Tokens;
  readonly config: AuthConfig;
  /** The issuer of the tokens. */
  readonly issuer: string;
}

/** Where a session is used from. */
export interface Device {
  readonly agent: string | null;
  readonly address: string;
}

interface StoredToken {
  readonly token: string;
  readonly parent: string | null;
  readonly revoked: boolean;
  readonly session_id: string | null;
  readonly user_id: string;
  /** Since its last change. */
  readonly seconds: number;
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const newToken = () => Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");

/** Opens a session and resolves to what the client gets. */
export async function openSession(
  parts: SessionParts,
  tx: Session,
  userId: string,
  method: Method,
  device: Device,
): Promise<Json> {
  const session = randomUUID();
  const token = newToken();
  await tx.query(
    `with session as (
       insert into auth.sessions (id, user_id, aal, user_agent, ip)
       values ($1::uuid, $2::uuid, 'aal1', $3::text, $4::text::inet)
     ), token as (
       insert into auth.refresh_tokens (id, token, user_id, session_id, parent)
       values ($5::text, $6::text, $2::uuid, $1::uuid, '')
     ), claim as (
       insert into auth.mfa_amr_claims (id, session_id, authentication_method)
       values ($7::uuid, $1::uuid, $8::text)
     )
     update auth.users set last_sign_in_at = now(), updated_at = now() where id = $2::uuid`,
    [session, userId, device.agent, device.address, randomUUID(), token, randomUUID(), method],
  );
  return answerWith(parts, tx, userId, session, token);
}

async function answerWith(
  { tokens, config, issuer }: SessionParts,
  tx: Session,
  userId: string,
  session: string,
  refreshToken: string,
): Promise<Json> {
  const user = await findById(tx, userId);
  if (!user) throw new Error(`The person ${userId} is gone`);
  const { rows: amr } = await tx.query<{ method: string; timestamp: number }>(
    `select authentication_method as method, extract(epoch from updated_at)::int as timestamp
     from auth.mfa_amr_claims where session_id = $1::uuid order by updated_at desc`,
    [session],
  );
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    aal: "aal1",
    amr,
    app_metadata: user.raw_app_meta_data ?? {},
    aud: user.aud,
    email: user.email ?? "",
    exp: now + config.jwtExpiry,
    iat: now,
    is_anonymous: user.is_anonymous,
    iss: issuer,
    phone: user.phone ?? "",
    role: user.role,
    session_id: session,
    sub: user.id,
    user_metadata: user.raw_user_meta_data ?? {},
  };
  return {
    access_token: tokens.sign(claims),
    token_type: "bearer",
    expires_in: config.jwtExpiry,
    expires_at: claims.exp,
    refresh_token: refreshToken,
    user: showUser(user),
  };
}

/** The next token, or the error of a token that is unknown, used up, or of a banned person. */
export async function refreshSession(parts: SessionParts, token: string, device: Device): Promise<Json> {
  const found = await findToken(parts.database, token);
  if (!found) throw bad("refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
  const user = await findById(parts.database, found.user_id);
  if (!user) throw bad("refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
  if (isBanned(user)) throw bad("user_banned", "Invalid Refresh Token: User Banned");
  if (!found.session_id) throw bad("session_not_found", "Invalid Refresh Token: No Valid Session Found");
  const answer = await asAuthAdmin(parts.database, (tx) => swap(parts, tx, user, token, device));
  // Thrown out here: what was revoked inside stays revoked.
  if (!answer) throw bad("refresh_token_already_used", "Invalid Refresh Token: Already Used");
  return answer;
}

/** Null when the token was used up; its family is then revoked. */
async function swap(
  parts: SessionParts,
  tx: Session,
  user: User,
  token: string,
  device: Device,
): Promise<Json | null> {
  const locked = await tx.query<{ id: string }>(
    `select s.id from auth.sessions s join auth.refresh_tokens t on t.session_id = s.id
     where t.token = $1::text for update of s`,
    [token],
  );
  const session = locked.rows[0]?.id;
  const used = await findToken(tx, token);
  if (!session || !used)
    throw bad("refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found");
  let issued: string | null = null;
  if (used.revoked) {
    const active = await findActive(tx, session);
    if (active?.parent === token) issued = active.token;
    else if (used.seconds > parts.config.reuseInterval) {
      if (parts.config.rotates) await revokeAll(tx, session);
      return null;
    }
  }
  issued ??= await follow(tx, user.id, session, token);
  await tx.query(
    `update auth.sessions set refreshed_at = now() at time zone 'utc', user_agent = $2::text, ip = $3::text::inet,
       updated_at = now() where id = $1::uuid`,
    [session, device.agent, device.address],
  );
  return answerWith(parts, tx, user.id, session, issued);
}

async function follow(tx: Session, userId: string, session: string, token: string): Promise<string> {
  const next = newToken();
  await tx.query("update auth.refresh_tokens set revoked = true, updated_at = now() where token = $1::text", [
    token,
  ]);
  await tx.query(
    `insert into auth.refresh_tokens (id, token, user_id, session_id, parent, created_at)
     values ($1::text, $2::text, $3::uuid, $4::uuid, $5::text, clock_timestamp())`,
    [randomUUID(), next, userId, session, token],
  );
  return next;
}

const revokeAll = (tx: Session, session: string) =>
  tx.query(
    "update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = $1::uuid and not revoked",
    [session],
  );

async function findToken(session: Session, token: string): Promise<StoredToken | null> {
  const { rows } = await session.query<StoredToken>(
    `select token, parent, revoked, session_id, user_id,
       extract(epoch from clock_timestamp() - updated_at)::float8 as seconds
     from auth.refresh_tokens where token = $1::text`,
    [token],
  );
  return rows[0] ?? null;
}

async function findActive(tx: Session, session: string): Promise<StoredToken | null> {
  const { rows } = await tx.query<StoredToken>(
    "select token, parent from auth.refresh_tokens where session_id = $1::uuid and not revoked order by created_at desc limit 1",
    [session],
  );
  return rows[0] ?? null;
}

export async function sessionExists(database: Session, id: string): Promise<boolean> {
  const { rows } = await database.query("select 1 from auth.sessions where id = $1::uuid", [id]);
  return rows.length > 0;
}

/** `global` ends every session of the person, `local` this one, `others` all but this one. */
export async function closeSessions(
  tx: Session,
  userId: string,
  session: string | null,
  scope: "global" | "local" | "others",
): Promise<void> {
  const which =
    scope === "global" || session === null ? "" : `and id ${scope === "local" ? "=" : "<>"} $2::uuid`;
  await tx.query(
    `delete from auth.sessions where user_id = $1::uuid ${which}`,
    which ? [userId, session] : [userId],
  );
}
