/** What a signed-in person does with their own account. */
import { verify } from "@node-rs/bcrypt";
import {
  type Asked,
  type AuthParts,
  checkPassword,
  emailOf,
  type Person,
  requirePerson,
  tableOf,
  textOf,
  wordOf,
} from "./auth-asked.ts";
import { forgetCodes, refuseTooEarly, sendEmailChange, sendNonce } from "./auth-codes.ts";
import { bad, forbidden, invalid, missing, unprocessable } from "./auth-errors.ts";
import { challengeOf, keepChallenge } from "./auth-pkce.ts";
import { redirectOf } from "./auth-redirects.ts";
import { closeSessions } from "./auth-sessions.ts";
import { showUser } from "./auth-shown.ts";
import { hashPassword, mustFind } from "./auth-sign-up.ts";
import {
  asAuthAdmin,
  findOther,
  mergeMetadata,
  type User,
  updateProviders,
  updateUser,
} from "./auth-users.ts";
import { adoptEmail, needsNonce, spendNonce } from "./auth-verify.ts";
import type { Session } from "./database.ts";

const DAY_MS = 86_400_000;

export async function showPerson(parts: AuthParts, asked: Asked): Promise<Response> {
  const { user, claims } = await requirePerson(parts, asked);
  const [audience] = [claims.aud].flat();
  if (!audience) throw invalid("Token audience doesn't match request audience");
  return Response.json(showUser(user));
}

interface Change {
  readonly email: string;
  readonly password: string | null;
}

export async function changePerson(parts: AuthParts, asked: Asked): Promise<Response> {
  const person = await requirePerson(parts, asked);
  parts.limits.spend("user", asked.device.address);
  const change = await checkChange(parts, asked, person);
  const challenge = challengeOf(asked.body);
  const { user } = person;
  const passwordHash = change.password ? await hashPassword(change.password) : null;
  const changed = await asAuthAdmin(parts.database, async (tx) => {
    if (change.password !== null) await changePassword(parts, asked, tx, person, passwordHash);
    const data = tableOf(asked.body, "data");
    if (data) await mergeMetadata(tx, user.id, "user", data);
    if (change.email !== "" && change.email !== user.email) {
      const method = "email_change";
      if (user.is_anonymous && !parts.config.confirmsEmail) {
        await adoptEmail(tx, user, change.email);
        await updateProviders(tx, user.id);
      } else {
        refuseTooEarly(parts.config, user.email_change_sent_at);
        await keepChallenge(tx, user.id, method, challenge);
        const way = { redirectTo: redirectOf(parts.config, asked.request), isPkce: challenge !== null };
        await sendEmailChange(parts, tx, await mustFind(tx, user.id), change.email, way);
      }
    }
    return mustFind(tx, user.id);
  });
  return Response.json(showUser(changed));
}

async function checkChange(parts: AuthParts, { body }: Asked, { user }: Person): Promise<Change> {
  const email = textOf(body, "email") === "" ? "" : emailOf(body);
  const password = wordOf(body, "password");
  if (textOf(body, "phone") !== "") {
    throw bad("phone_provider_disabled", "Phone logins are disabled");
  }
  if (password !== null) checkPassword(parts, password);
  if (tableOf(body, "app_metadata")) {
    throw forbidden("not_admin", "Updating app_metadata requires admin privileges");
  }
  if (user.is_anonymous && password && email === "") {
    throw invalid422("Updating password of an anonymous user without an email or phone is not allowed");
  }
  if (email !== "" && email !== user.email && (await findOther(parts.database, email, user.id))) {
    throw unprocessable("email_exists", "A user with this email address has already been registered");
  }
  if (password && user.encrypted_password && (await verify(password, user.encrypted_password))) {
    throw unprocessable("same_password", "New password should be different from the old password.");
  }
  return { email, password };
}

const invalid422 = (message: string) => unprocessable("validation_failed", message);

async function changePassword(
  parts: AuthParts,
  { body }: Asked,
  tx: Session,
  { user, sessionId }: Person,
  hash: string | null,
): Promise<void> {
  if (parts.config.needsReauthentication && !(await isFresh(tx, sessionId))) {
    const nonce = textOf(body, "nonce");
    if (nonce === "") throw needsNonce();
    await spendNonce(parts, tx, user, nonce);
  }
  await storePassword(tx, user, hash, sessionId);
}

async function isFresh(tx: Session, sessionId: string | null): Promise<boolean> {
  if (!sessionId) return false;
  const { rows } = await tx.query<{ ms: number }>(
    "select (extract(epoch from now() - created_at) * 1000)::float8 as ms from auth.sessions where id = $1::uuid",
    [sessionId],
  );
  return rows[0] !== undefined && rows[0].ms < DAY_MS;
}

/** Codes that are out are taken back, and every other session ends; `keep` is the one that stays. */
export async function storePassword(tx: Session, user: User, hash: string | null, keep: string | null) {
  await updateUser(
    tx,
    user.id,
    `encrypted_password = $2::text, confirmation_sent_at = null, recovery_sent_at = null,
     email_change_sent_at = null, reauthentication_sent_at = null`,
    [hash],
  );
  await forgetCodes(tx, user.id);
  await closeSessions(tx, user.id, keep, keep ? "others" : "global");
}

export async function reauthenticate(parts: AuthParts, asked: Asked): Promise<Response> {
  const { user } = await requirePerson(parts, asked);
  if (!user.email) throw invalid("Reauthentication requires the user to have an email or a phone number");
  if (!user.email_confirmed_at) {
    throw unprocessable("email_not_confirmed", "Please verify your email first.");
  }
  await asAuthAdmin(parts.database, (tx) => sendNonce(parts, tx, user));
  return Response.json({});
}

export async function signOut(parts: AuthParts, asked: Asked): Promise<Response> {
  const { user, sessionId } = await requirePerson(parts, asked);
  const scope = asked.url.searchParams.get("scope") || "global";
  if (scope !== "global" && scope !== "local" && scope !== "others") {
    throw invalid(`Unsupported logout scope "${scope}"`);
  }
  await asAuthAdmin(parts.database, (tx) => closeSessions(tx, user.id, sessionId, scope));
  return new Response(null, { status: 204 });
}

const FACTORS: Readonly<Record<string, string>> = { totp: "TOTP", phone: "Phone", webauthn: "WebAuthn" };

/** No factor can be enrolled. */
export async function refuseFactor(parts: AuthParts, asked: Asked): Promise<Response> {
  const { claims } = await requirePerson(parts, asked);
  if (claims.is_anonymous === true) {
    throw forbidden("no_authorization", "Anonymous user not allowed to perform these actions");
  }
  const type = textOf(asked.body, "factor_type");
  if (!Object.hasOwn(FACTORS, type)) throw invalid("factor_type needs to be totp, phone, or webauthn");
  throw unprocessable(`mfa_${type}_enroll_not_enabled`, `MFA enroll is disabled for ${FACTORS[type]}`);
}

/** Nobody has a factor. */
export async function missFactor(parts: AuthParts, asked: Asked): Promise<Response> {
  await requirePerson(parts, asked);
  throw missing("mfa_factor_not_found", "Factor not found");
}

export async function refuseLinking(parts: AuthParts, asked: Asked): Promise<Response> {
  await requirePerson(parts, asked);
  throw missing("manual_linking_disabled", "Manual linking is disabled");
}
