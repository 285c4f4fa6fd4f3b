/**
 * Codes and links in mails. A code is digits; what is kept is sha224 of address and code, with `pkce_` before it
 * when the browser that asked will prove itself. A person has one of each kind; a newer one replaces it.
 */
import { createHash, randomInt, randomUUID } from "node:crypto";
import type { AuthConfig } from "./auth-config.ts";
import { AuthError } from "./auth-errors.ts";
import type { Limits } from "./auth-limits.ts";
import { type User, updateUser } from "./auth-users.ts";
import type { Session } from "./database.ts";
import { mailHtml, type Outbox } from "./mail.ts";

export type CodeKind =
  | "confirmation_token"
  | "reauthentication_token"
  | "recovery_token"
  | "email_change_token_new"
  | "email_change_token_current";

/** What a link says it is for. */
export type LinkType = "signup" | "invite" | "magiclink" | "recovery" | "email_change";

export interface CodeParts {
  readonly config: AuthConfig;
  readonly limits: Limits;
  readonly outbox: Outbox;
  /** `http://127.0.0.1:PORT/auth/v1`, what links in mails begin with. */
  readonly issuer: string;
}

export interface Code {
  readonly digits: string;
  readonly hash: string;
}

/** How a mail leads back. */
export interface Way {
  readonly redirectTo: string;
  readonly isPkce: boolean;
}

export interface StoredCode {
  readonly user_id: string;
  readonly token_type: CodeKind;
  readonly token_hash: string;
}

const SENT_AT = {
  signup: "confirmation_sent_at",
  invite: "confirmation_sent_at",
  magiclink: "recovery_sent_at",
  recovery: "recovery_sent_at",
  email_change: "email_change_sent_at",
  reauthentication: "reauthentication_sent_at",
} as const;

const SUBJECTS = {
  signup: "Confirm your email address",
  invite: "You have been invited",
  magiclink: "Your sign-in link",
  recovery: "Reset your password",
  email_change: "Confirm your new email address",
  reauthentication: "Confirm that it is you",
} as const;

export const hashOf = (email: string, digits: string) =>
  createHash("sha224")
    .update(email + digits)
    .digest("hex");

export function newCode(config: AuthConfig, email: string, isPkce = false): Code {
  const digits = Array.from({ length: config.otpLength }, () => randomInt(10)).join("");
  return { digits, hash: `${isPkce ? "pkce_" : ""}${hashOf(email, digits)}` };
}

export const linkOf = (issuer: string, hash: string, type: LinkType, redirectTo: string) =>
  `${issuer}/verify?${new URLSearchParams({ token: hash, type, redirect_to: redirectTo })}`;

export async function keepCode(tx: Session, userId: string, kind: CodeKind, relatesTo: string, hash: string) {
  await tx.query(
    `insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to)
     values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text)
     on conflict (user_id, token_type) do update
     set token_hash = excluded.token_hash, relates_to = excluded.relates_to, updated_at = now()`,
    [randomUUID(), userId, kind, hash, relatesTo.toLowerCase()],
  );
}

/** The code with this very hash, of one of the kinds. */
export async function findCode(
  tx: Session,
  hash: string,
  kinds: readonly CodeKind[],
): Promise<StoredCode | null> {
  const { rows } = await tx.query<StoredCode>(
    `select user_id, token_type, token_hash from auth.one_time_tokens
     where token_hash = $1::text and $2::text like '%' || token_type || '%'`,
    [hash, kinds.join(" ")],
  );
  return rows[0] ?? null;
}

export async function forgetCodes(tx: Session, userId: string, kind?: CodeKind): Promise<void> {
  await tx.query(
    "delete from auth.one_time_tokens where user_id = $1::uuid and ($2::text is null or token_type = $2::text)",
    [userId, kind ?? null],
  );
}

export function isExpired(config: AuthConfig, sentAt: string | null): boolean {
  return sentAt === null || Date.now() > new Date(sentAt).getTime() + config.otpExpiry * 1_000;
}

/** Throws when a mail of the kind went to the person a moment ago. */
export function refuseTooEarly(config: AuthConfig, sentAt: string | null): void {
  const left = (sentAt ? new Date(sentAt).getTime() : 0) + config.mailInterval * 1_000 - Date.now();
  if (left <= 0) return;
  const seconds = Math.floor(left / 1_000);
  throw new AuthError(
    429,
    "over_email_send_rate_limit",
    `For security purposes, you can only request this after ${seconds} seconds.`,
  );
}

type Sent = keyof typeof SENT_AT;

function post(parts: CodeParts, to: string, type: Sent, code: Code, redirectTo: string | null): void {
  const subject = SUBJECTS[type];
  const link =
    redirectTo !== null && type !== "reauthentication"
      ? linkOf(parts.issuer, code.hash, type, redirectTo)
      : null;
  const text = `${subject}${link ? `: ${link}` : ""}\n\nOr enter the code: ${code.digits}\n`;
  parts.outbox.send({
    to: to.toLowerCase(),
    subject,
    text,
    html: mailHtml(subject, link, code.digits),
    type,
    tokenHash: link ? code.hash : null,
    token: code.digits,
    link,
  });
}

/** A mail with a link and a code to the address that the person has. */
export async function sendCode(
  parts: CodeParts,
  tx: Session,
  user: User,
  type: "signup" | "invite" | "magiclink" | "recovery",
  way: Way,
): Promise<void> {
  const column = SENT_AT[type];
  if (type !== "invite") refuseTooEarly(parts.config, user[column]);
  parts.limits.spendMail();
  const email = user.email ?? "";
  const code = newCode(parts.config, email, way.isPkce);
  const kind = column === "recovery_sent_at" ? "recovery_token" : "confirmation_token";
  await keepCode(tx, user.id, kind, email, code.hash);
  await updateUser(tx, user.id, `${column} = now()${type === "invite" ? ", invited_at = now()" : ""}`);
  post(parts, email, type, code, way.redirectTo);
}

export async function sendNonce(parts: CodeParts, tx: Session, user: User): Promise<void> {
  refuseTooEarly(parts.config, user.reauthentication_sent_at);
  parts.limits.spendMail();
  const email = user.email ?? "";
  const code = newCode(parts.config, email);
  await keepCode(tx, user.id, "reauthentication_token", email, code.hash);
  await updateUser(tx, user.id, "reauthentication_sent_at = now()");
  post(parts, email, "reauthentication", code, null);
}

/** A mail to the new address, and one to the present one when both have to agree. */
export async function sendEmailChange(parts: CodeParts, tx: Session, user: User, email: string, way: Way) {
  refuseTooEarly(parts.config, user.email_change_sent_at);
  parts.limits.spendMail();
  const isDouble = parts.config.confirmsBothEmails && user.email !== null && user.email !== "";
  const toNew = newCode(parts.config, email, way.isPkce);
  await keepCode(tx, user.id, "email_change_token_new", email, toNew.hash);
  await updateUser(
    tx,
    user.id,
    "email_change = $2::text, email_change_sent_at = now(), email_change_confirm_status = 0",
    [email],
  );
  post(parts, email, "email_change", toNew, way.redirectTo);
  if (!isDouble) return;
  const toCurrent = newCode(parts.config, user.email ?? "", way.isPkce);
  await keepCode(tx, user.id, "email_change_token_current", user.email ?? "", toCurrent.hash);
  post(parts, user.email ?? "", "email_change", toCurrent, way.redirectTo);
}
