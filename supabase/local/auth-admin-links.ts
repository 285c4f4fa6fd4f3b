/** `inviteUserByEmail` and `generateLink`: a link in a mail, and one in hand. For the holder of the secret key. */

import { EMAIL_TAKEN } from "./auth-admin.ts";
import {
  type Asked,
  type AuthParts,
  checkPassword,
  emailOf,
  requireAdmin,
  tableOf,
  textOf,
} from "./auth-asked.ts";
import { type Code, hashOf, keepCode, type LinkType, linkOf, newCode, sendCode } from "./auth-codes.ts";
import { invalid, missing, unprocessable } from "./auth-errors.ts";
import { isAllowed, redirectOf } from "./auth-redirects.ts";
import { showUser } from "./auth-shown.ts";
import { BY_EMAIL, hashPassword, mustFind, randomPassword, saveUser } from "./auth-sign-up.ts";
import {
  asAuthAdmin,
  claimsOf,
  findByEmail,
  findOther,
  insertIdentity,
  type Json,
  mergeMetadata,
  type User,
  updateUser,
} from "./auth-users.ts";
import type { Session } from "./database.ts";

/** A person without a confirmed address; `hash` "" means without a password. */
async function addPerson(tx: Session, email: string, hash: string, data: Json): Promise<User> {
  const id = await saveUser(tx, { email, passwordHash: hash, appMetadata: BY_EMAIL, userMetadata: data });
  await insertIdentity(tx, id, "email", claimsOf(id, email));
  return mustFind(tx, id);
}

function refuseConfirmed(user: User | null): void {
  if (user?.email_confirmed_at) throw unprocessable("email_exists", EMAIL_TAKEN);
}

export async function invite(parts: AuthParts, asked: Asked): Promise<Response> {
  requireAdmin(parts, asked);
  const email = emailOf(asked.body);
  const known = await findByEmail(parts.database, email);
  refuseConfirmed(known);
  const data = tableOf(asked.body, "data") ?? {};
  const way = { redirectTo: redirectOf(parts.config, asked.request), isPkce: false };
  const invited = await asAuthAdmin(parts.database, async (tx) => {
    const user = known ?? (await addPerson(tx, email, "", data));
    await sendCode(parts, tx, user, "invite", way);
    return mustFind(tx, user.id);
  });
  return Response.json(showUser(invited));
}

const TYPES = [
  "signup",
  "invite",
  "magiclink",
  "recovery",
  "email_change_current",
  "email_change_new",
] as const;
type Type = (typeof TYPES)[number];
const isType = (type: string): type is Type => (TYPES as readonly string[]).includes(type);

interface Link {
  readonly type: Type;
  readonly email: string;
  readonly newEmail: string;
  readonly passwordHash: string;
  readonly data: Json;
  readonly code: Code;
}

export async function generateLink(parts: AuthParts, asked: Asked): Promise<Response> {
  requireAdmin(parts, asked);
  const { body } = asked;
  const email = emailOf(body);
  const known = await findByEmail(parts.database, email);
  const type = typeOf(body, known);
  const password = textOf(body, "type") === "magiclink" ? randomPassword() : textOf(body, "password");
  const link: Link = {
    type,
    email,
    newEmail: type.startsWith("email_change") ? await newEmailOf(parts, body, known) : "",
    passwordHash: type === "signup" && !known ? await checkAndHash(parts, password) : "",
    data: tableOf(body, "data") ?? {},
    code: newCode(parts.config, email),
  };
  const user = await asAuthAdmin(parts.database, (tx) => prepare(tx, link, known));
  return Response.json({ ...showUser(user), ...toAnswer(parts, asked, link) });
}

/** A magic link for nobody signs somebody up. */
function typeOf(body: Json, known: User | null): Type {
  const type = textOf(body, "type");
  if (!isType(type)) throw invalid(`Invalid email action link type requested: ${type}`);
  if (known || type === "signup" || type === "invite") return type;
  if (type === "magiclink") return "signup";
  throw missing("user_not_found", "User with this email not found");
}

async function newEmailOf(parts: AuthParts, body: Json, known: User | null): Promise<string> {
  if (textOf(body, "type") === "email_change_current" && !parts.config.confirmsBothEmails) {
    throw invalid("Enable secure email change to generate link for current email");
  }
  const email = emailOf(body, "new_email");
  if (await findOther(parts.database, email, known?.id ?? null))
    throw unprocessable("email_exists", EMAIL_TAKEN);
  return email;
}

async function checkAndHash(parts: AuthParts, password: string): Promise<string> {
  if (password === "") throw invalid("Signup requires a valid password");
  checkPassword(parts, password);
  return hashPassword(password);
}

async function prepare(tx: Session, link: Link, known: User | null): Promise<User> {
  const { type, code } = link;
  if (type === "signup" || type === "invite") {
    refuseConfirmed(known);
    const user = known ?? (await addPerson(tx, link.email, link.passwordHash, link.data));
    if (known && type === "signup") await mergeMetadata(tx, user.id, "user", link.data);
    await keepCode(tx, user.id, "confirmation_token", link.email, code.hash);
    await updateUser(
      tx,
      user.id,
      `confirmation_sent_at = now()${type === "invite" ? ", invited_at = now()" : ""}`,
    );
    return mustFind(tx, user.id);
  }
  if (!known) throw missing("user_not_found", "User with this email not found");
  if (type === "magiclink" || type === "recovery") {
    await keepCode(tx, known.id, "recovery_token", link.email, code.hash);
    await updateUser(tx, known.id, "recovery_sent_at = now()");
    return mustFind(tx, known.id);
  }
  const isNew = type === "email_change_new";
  const address = isNew ? link.newEmail : link.email;
  const kind = isNew ? "email_change_token_new" : "email_change_token_current";
  await keepCode(tx, known.id, kind, address, hashOf(address, code.digits));
  await updateUser(
    tx,
    known.id,
    "email_change = $2::text, email_change_sent_at = now(), email_change_confirm_status = 0",
    [link.newEmail],
  );
  return mustFind(tx, known.id);
}

/** `hashed_token` is of the present address even for the new one, as GoTrue has it; the link holds the right one. */
function toAnswer(parts: AuthParts, asked: Asked, { type, newEmail, code }: Link): Json {
  const wish = textOf(asked.body, "redirect_to");
  const redirectTo = isAllowed(parts.config, wish) ? wish : redirectOf(parts.config, asked.request);
  const hash = type === "email_change_new" ? hashOf(newEmail, code.digits) : code.hash;
  const linkType: LinkType =
    type === "email_change_current" || type === "email_change_new" ? "email_change" : type;
  return {
    action_link: linkOf(parts.issuer, hash, linkType, redirectTo),
    email_otp: code.digits,
    hashed_token: code.hash,
    verification_type: type,
    redirect_to: redirectTo,
  };
}
