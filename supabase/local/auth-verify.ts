/**
 * `/verify`: a code or a link is used. A link that is opened in a browser (GET) leads back to the product, with a
 * session in the fragment, with `?code=…` (PKCE), or with the reason why not.
 */
import { type Asked, type AuthParts, emailOf, textOf } from "./auth-asked.ts";
import { type CodeKind, findCode, forgetCodes, hashOf, isExpired, type StoredCode } from "./auth-codes.ts";
import { AuthError, bad, forbidden, invalid } from "./auth-errors.ts";
import { issueCode } from "./auth-pkce.ts";
import { redirectOf } from "./auth-redirects.ts";
import { type Method, openSession } from "./auth-sessions.ts";
import { hashPassword, mustFind, randomPassword } from "./auth-sign-up.ts";
import {
  asAuthAdmin,
  claimsOf,
  confirmEmail,
  insertIdentity,
  isBanned,
  type Json,
  type User,
  updateIdentity,
  updateProviders,
  updateUser,
} from "./auth-users.ts";
import type { Session } from "./database.ts";

type Type = "signup" | "invite" | "recovery" | "magiclink" | "email_change" | "email";

const KINDS: Record<Type, readonly CodeKind[]> = {
  signup: ["confirmation_token"],
  invite: ["confirmation_token"],
  recovery: ["recovery_token"],
  magiclink: ["recovery_token"],
  email: ["confirmation_token", "recovery_token"],
  email_change: ["email_change_token_current", "email_change_token_new"],
};

const METHODS: Record<Type, Method> = {
  signup: "email/signup",
  invite: "invite",
  recovery: "recovery",
  magiclink: "magiclink",
  email: "magiclink",
  email_change: "email_change",
};

const HALF = "Confirmation link accepted. Please proceed to confirm link sent to the other email";
const OAUTH_ERRORS: Readonly<Record<number, string>> = {
  400: "invalid_request",
  401: "unauthorized_client",
  403: "access_denied",
  500: "server_error",
  503: "temporarily_unavailable",
};

const isType = (type: string): type is Type => Object.hasOwn(KINDS, type);

interface Found {
  readonly code: StoredCode;
  readonly user: User;
}

export async function verifyCode(parts: AuthParts, asked: Asked): Promise<Response> {
  parts.limits.spend("verify", asked.device.address);
  const { body, device } = asked;
  const type = textOf(body, "type");
  if (type === "") throw invalid("Verify requires a verification type");
  const [token, hash] = [textOf(body, "token"), textOf(body, "token_hash")];
  if ((token === "") === (hash === "")) throw invalid("Verify requires either a token or a token hash");
  const wanted = token === "" ? hashOnly(body, hash) : hashOfToken(body, token);
  const kind = checkType(type, hash !== "");
  const answer = await asAuthAdmin(parts.database, async (tx) => {
    const found = await find(parts, tx, kind, wanted, hash !== "");
    const user = await use(parts, tx, found);
    return user ? openSession(parts, tx, user.id, "otp", device) : { msg: HALF, code: "200" };
  });
  return Response.json(answer);
}

function hashOnly(body: Json, hash: string): string[] {
  if (["email", "phone", "redirect_to"].some((key) => textOf(body, key) !== "")) {
    throw invalid("Only the token_hash and type should be provided");
  }
  return [hash];
}

/** The hashes under which a code of this address may be kept. */
function hashOfToken(body: Json, token: string): string[] {
  const [email, phone] = [textOf(body, "email"), textOf(body, "phone")];
  if (phone !== "" && email === "") throw forbidden("otp_expired", "Token has expired or is invalid");
  if (email === "" || phone !== "") {
    throw invalid("Only an email address or phone number should be provided on verify");
  }
  const hash = hashOf(emailOf(body), token);
  return [hash, `pkce_${hash}`];
}

function checkType(type: string, isLink: boolean): Type {
  if (isType(type)) return type;
  if (isLink) throw invalid("Invalid email verification type");
  if (type === "sms" || type === "phone_change")
    throw forbidden("otp_expired", "Token has expired or is invalid");
  throw invalid("Unsupported verification type");
}

/** The code, if it is out, of the type, and young enough. */
async function find(
  { config }: AuthParts,
  tx: Session,
  type: Type,
  hashes: readonly string[],
  isLink: boolean,
): Promise<Found> {
  const expired = () =>
    forbidden(
      "otp_expired",
      isLink ? "Email link is invalid or has expired" : "Token has expired or is invalid",
    );
  for (const hash of hashes) {
    const code = await findCode(tx, hash, KINDS[type]);
    if (!code) continue;
    const user = await mustFind(tx, code.user_id);
    if (isBanned(user)) throw forbidden("user_banned", "User is banned");
    if (isExpired(config, sentAtOf(user, code.token_type))) throw expired();
    return { code, user };
  }
  throw expired();
}

function sentAtOf(user: User, kind: CodeKind): string | null {
  if (kind === "confirmation_token") return user.confirmation_sent_at;
  if (kind === "recovery_token") return user.recovery_sent_at;
  return kind === "reauthentication_token" ? user.reauthentication_sent_at : user.email_change_sent_at;
}

/** What the code is good for is done. Null: the other mailbox has to agree, too. */
async function use(parts: AuthParts, tx: Session, { code, user }: Found): Promise<User | null> {
  if (code.token_type === "confirmation_token") await confirm(tx, user);
  else if (code.token_type === "recovery_token") await recover(tx, user);
  else if (!(await changeEmail(parts, tx, user, code.token_type))) return null;
  await updateProviders(tx, user.id);
  return mustFind(tx, user.id);
}

async function confirm(tx: Session, user: User): Promise<void> {
  if (!user.encrypted_password && user.invited_at) {
    await updateUser(tx, user.id, "encrypted_password = $2::text", [await hashPassword(randomPassword())]);
  }
  await confirmEmail(tx, user.id);
  await updateIdentity(tx, user.id, "email", { email_verified: true });
}

async function recover(tx: Session, user: User): Promise<void> {
  await forgetCodes(tx, user.id);
  if (!user.email_confirmed_at) await confirmEmail(tx, user.id);
}

/** False when this was the first of two mailboxes. */
async function changeEmail({ config }: AuthParts, tx: Session, user: User, kind: CodeKind): Promise<boolean> {
  const isFirst = config.confirmsBothEmails && user.email_change_confirm_status === 0 && Boolean(user.email);
  if (isFirst && config.confirmsEmail) {
    await forgetCodes(tx, user.id, kind);
    await updateUser(tx, user.id, "email_change_confirm_status = 1");
    return false;
  }
  await adoptEmail(tx, user, user.email_change ?? "");
  return true;
}

/** The address becomes the person's own; one who was anonymous is no more. */
export async function adoptEmail(tx: Session, user: User, email: string): Promise<void> {
  if (user.identities.some(({ provider }) => provider === "email")) {
    await updateIdentity(tx, user.id, "email", { email, email_verified: true });
  } else {
    await insertIdentity(tx, user.id, "email", claimsOf(user.id, email, true));
  }
  await updateUser(
    tx,
    user.id,
    "email = $2::text, email_change = '', email_change_confirm_status = 0, is_anonymous = false",
    [email],
  );
  await forgetCodes(tx, user.id);
  if (!user.email_confirmed_at) await confirmEmail(tx, user.id);
}

/** A link was opened. */
export async function followLink(parts: AuthParts, asked: Asked): Promise<Response> {
  parts.limits.spend("verify", asked.device.address);
  const query = asked.url.searchParams;
  const [type, token] = [query.get("type") ?? "", query.get("token") ?? ""];
  if (type === "") throw invalid("Verify requires a verification type");
  if (token === "") throw invalid("Verify requires a token or a token hash");
  const target = new URL(redirectOf(parts.config, asked.request));
  const isPkce = token.startsWith("pkce_");
  try {
    await asAuthAdmin(parts.database, (tx) => lead(parts, asked, tx, { type, token, target, isPkce }));
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    explain(target, error, isPkce);
  }
  return new Response(null, { status: 303, headers: { location: target.href } });
}

interface Lead {
  readonly type: string;
  readonly token: string;
  readonly target: URL;
  readonly isPkce: boolean;
}

/** Writes into the target what the link has opened. */
async function lead(parts: AuthParts, asked: Asked, tx: Session, { type, token, target, isPkce }: Lead) {
  const kind = checkType(type, true);
  const user = await use(parts, tx, await find(parts, tx, kind, [token], true));
  if (!user) {
    target.hash = new URLSearchParams({ message: HALF }).toString();
    if (isPkce) target.searchParams.set("message", HALF);
  } else if (isPkce) {
    target.searchParams.set("code", await issueCode(tx, user.id, METHODS[kind]));
  } else {
    const session = await openSession(parts, tx, user.id, "otp", asked.device);
    const { access_token, expires_at, expires_in, refresh_token, token_type } = session;
    const told = { access_token, expires_at, expires_in, refresh_token, token_type, type };
    target.hash = new URLSearchParams(
      Object.entries(told).map(([key, value]) => [key, String(value)]),
    ).toString();
  }
}

function explain(target: URL, { status, code, message }: AuthError, isPkce: boolean): void {
  const said = {
    ...(OAUTH_ERRORS[status] ? { error: OAUTH_ERRORS[status] } : {}),
    error_code: code,
    error_description: message,
  };
  target.hash = new URLSearchParams(said).toString();
  if (!isPkce) return;
  for (const [key, value] of Object.entries(said)) target.searchParams.set(key, value);
}

/** Uses a nonce up. Throws when it is not the one that is out. */
export async function spendNonce(parts: AuthParts, tx: Session, user: User, nonce: string): Promise<void> {
  const code = await findCode(tx, hashOf(user.email ?? "", nonce), ["reauthentication_token"]);
  if (code?.user_id !== user.id || isExpired(parts.config, user.reauthentication_sent_at)) {
    throw new AuthError(422, "reauthentication_not_valid", "Nonce has expired or is invalid");
  }
  await forgetCodes(tx, user.id);
}

export const needsNonce = () => bad("reauthentication_needed", "Password update requires reauthentication");
