/** `auth.admin`: people are made, found, changed and deleted. For the holder of the secret key. */
import { parseOptions } from "@node-rs/bcrypt";
import {
  type Asked,
  type AuthParts,
  checkPassword,
  emailOf,
  flagOf,
  isUuid,
  requireAdmin,
  tableOf,
  textOf,
  wordOf,
} from "./auth-asked.ts";
import { parseDuration } from "./auth-duration.ts";
import { invalid, missing, unprocessable } from "./auth-errors.ts";
import { storePassword } from "./auth-person.ts";
import { showUser } from "./auth-shown.ts";
import { hashPassword, mustFind, randomPassword, saveUser, wordedAs } from "./auth-sign-up.ts";
import {
  asAuthAdmin,
  claimsOf,
  confirmEmail,
  findById,
  findOther,
  insertIdentity,
  type Json,
  mergeMetadata,
  softDelete,
  type User,
  updateIdentity,
  updateUser,
} from "./auth-users.ts";
import type { Session } from "./database.ts";

export const EMAIL_TAKEN = "A user with this email address has already been registered";
const PHONE = /^[1-9]\d{1,14}$/;

async function load(parts: AuthParts, asked: Asked, id: string): Promise<User> {
  requireAdmin(parts, asked);
  if (!isUuid(id)) throw missing("validation_failed", "user_id must be an UUID");
  const user = await findById(parts.database, id);
  if (!user) throw missing("user_not_found", "User not found");
  return user;
}

export async function adminGet(parts: AuthParts, asked: Asked, id: string): Promise<Response> {
  return Response.json(showUser(await load(parts, asked, id)));
}

interface Wish {
  readonly email: string;
  readonly phone: string;
  readonly password: string | null;
  readonly passwordHash: string;
  readonly isEmailConfirmed: boolean;
  readonly isPhoneConfirmed: boolean;
  readonly role: string;
  readonly userMetadata: Json | null;
  readonly appMetadata: Json | null;
  /** In milliseconds; 0 lifts a ban, null says nothing. */
  readonly banMs: number | null;
}

function wishOf({ body }: Asked): Wish {
  return {
    email: textOf(body, "email") === "" ? "" : emailOf(body),
    phone: phoneOf(body),
    password: wordOf(body, "password"),
    passwordHash: textOf(body, "password_hash"),
    isEmailConfirmed: flagOf(body, "email_confirm"),
    isPhoneConfirmed: flagOf(body, "phone_confirm"),
    role: textOf(body, "role"),
    userMetadata: tableOf(body, "user_metadata"),
    appMetadata: tableOf(body, "app_metadata"),
    banMs: banOf(textOf(body, "ban_duration")),
  };
}

function phoneOf(body: Json): string {
  const phone = textOf(body, "phone").replace(/^\+/, "").replaceAll(" ", "");
  if (phone !== "" && !PHONE.test(phone)) throw invalid("Invalid phone number format (E.164 required)");
  return phone;
}

function banOf(text: string): number | null {
  if (text === "") return null;
  try {
    return text === "none" ? 0 : parseDuration(text);
  } catch (error) {
    throw invalid(`invalid format for ban duration: ${(error as Error).message}`);
  }
}

export async function adminCreate(parts: AuthParts, asked: Asked): Promise<Response> {
  requireAdmin(parts, asked);
  const wish = wishOf(asked);
  if (wish.email === "" && wish.phone === "") {
    throw invalid("Cannot create a user without either an email or phone");
  }
  await refuseTaken(parts, wish, null);
  if (wish.password !== null && wish.passwordHash !== "") {
    throw invalid("Only a password or a password hash should be provided");
  }
  const id = textOf(asked.body, "id");
  if (id !== "" && !isUuid(id)) throw invalid("ID must conform to the uuid v4 format");
  if (/^[0-]+$/.test(id)) throw invalid("ID cannot be a nil uuid");
  const passwordHash = wish.passwordHash === "" ? await hashNew(wish.password) : checkHash(wish.passwordHash);
  const user = await asAuthAdmin(parts.database, (tx) => create(tx, wish, id, passwordHash)).catch(
    wordedAs("Database error creating new user"),
  );
  return Response.json(showUser(user));
}

async function hashNew(password: string | null): Promise<string> {
  if (new TextEncoder().encode(password ?? "").length > 72)
    throw invalid("bcrypt: password length exceeds 72 bytes");
  return hashPassword(password || randomPassword());
}

/** Only bcrypt; GoTrue knows argon2 and Firebase's scrypt, too. */
function checkHash(hash: string): string {
  try {
    parseOptions(hash);
    return hash;
  } catch {
    throw invalid("The password hash is not one of bcrypt, the only kind known here");
  }
}

async function refuseTaken(parts: AuthParts, { email, phone }: Wish, self: User | null): Promise<void> {
  if (email !== "" && email !== self?.email && (await findOther(parts.database, email, self?.id ?? null))) {
    throw unprocessable("email_exists", EMAIL_TAKEN);
  }
  if (phone === "" || phone === self?.phone) return;
  const { rows } = await parts.database.query("select 1 from auth.users where phone = $1::text", [phone]);
  if (rows.length > 0) {
    throw unprocessable("phone_exists", "Phone number already registered by another user");
  }
}

async function create(tx: Session, wish: Wish, wantedId: string, passwordHash: string): Promise<User> {
  const providers = [...(wish.email === "" ? [] : ["email"]), ...(wish.phone === "" ? [] : ["phone"])];
  const id = await saveUser(
    tx,
    {
      ...(wantedId === "" ? {} : { id: wantedId }),
      email: wish.email || null,
      phone: wish.phone || null,
      passwordHash,
      appMetadata: { provider: providers[0], providers },
      userMetadata: wish.userMetadata ?? {},
      ...(wish.role === "" ? {} : { role: wish.role }),
    },
    "Database error creating new user",
  );
  if (wish.email !== "") await insertIdentity(tx, id, "email", claimsOf(id, wish.email));
  if (wish.phone !== "") await insertIdentity(tx, id, "phone", phoneClaims(id, wish));
  if (wish.appMetadata) await mergeMetadata(tx, id, "app", wish.appMetadata);
  await settle(tx, id, wish);
  return mustFind(tx, id);
}

const phoneClaims = (id: string, { phone, isPhoneConfirmed }: Wish): Json => ({
  sub: id,
  phone,
  email_verified: false,
  phone_verified: isPhoneConfirmed,
});

/** What making and changing have in common. */
async function settle(tx: Session, id: string, wish: Wish): Promise<void> {
  if (wish.isEmailConfirmed) await confirmEmail(tx, id);
  if (wish.isPhoneConfirmed) await updateUser(tx, id, "phone_confirmed_at = now()");
  if (wish.banMs === null) return;
  await updateUser(
    tx,
    id,
    "banned_until = case when $2::float8 = 0 then null else now() + $2::float8 * interval '1 millisecond' end",
    [wish.banMs],
  );
}

export async function adminUpdate(parts: AuthParts, asked: Asked, id: string): Promise<Response> {
  const user = await load(parts, asked, id);
  const wish = wishOf(asked);
  if (wish.password !== null) checkPassword(parts, wish.password);
  const hash = wish.password ? await hashPassword(wish.password) : null;
  const changed = await asAuthAdmin(parts.database, async (tx) => {
    if (wish.role !== "") await updateUser(tx, id, "role = $2::text", [wish.role]);
    await settle(tx, id, wish);
    if (wish.password !== null) await storePassword(tx, user, hash, null);
    if (wish.email !== "") await setEmail(tx, user, wish);
    if (wish.phone !== "") await setPhone(tx, user, wish);
    if (wish.appMetadata) await mergeMetadata(tx, id, "app", wish.appMetadata);
    if (wish.userMetadata) await mergeMetadata(tx, id, "user", wish.userMetadata);
    return mustFind(tx, id);
  }).catch(wordedAs("Error updating user"));
  return Response.json(showUser(changed));
}

async function setEmail(tx: Session, user: User, { email, isEmailConfirmed }: Wish): Promise<void> {
  if (user.identities.some(({ provider }) => provider === "email")) {
    await updateIdentity(tx, user.id, "email", { email, email_verified: isEmailConfirmed });
  } else {
    await insertIdentity(tx, user.id, "email", claimsOf(user.id, email, isEmailConfirmed));
  }
  await updateUser(tx, user.id, "email = $2::text, is_anonymous = is_anonymous and not $3::boolean", [
    email,
    isEmailConfirmed,
  ]);
}

async function setPhone(tx: Session, user: User, wish: Wish): Promise<void> {
  if (user.identities.some(({ provider }) => provider === "phone")) {
    await updateIdentity(tx, user.id, "phone", { phone: wish.phone, phone_verified: wish.isPhoneConfirmed });
  } else {
    await insertIdentity(tx, user.id, "phone", phoneClaims(user.id, wish));
  }
  await updateUser(tx, user.id, "phone = $2::text", [wish.phone]);
}

export async function adminDelete(parts: AuthParts, asked: Asked, id: string): Promise<Response> {
  const user = await load(parts, asked, id);
  const isSoft = flagOf(asked.body, "should_soft_delete");
  await asAuthAdmin(parts.database, async (tx) => {
    if (!isSoft) await tx.query("delete from auth.users where id = $1::uuid", [id]);
    else if (!user.deleted_at) await softDelete(tx, user);
  }).catch(wordedAs("Database error deleting user"));
  return Response.json({});
}

/** Nobody has a factor. */
export async function adminFactors(parts: AuthParts, asked: Asked, id: string): Promise<Response> {
  await load(parts, asked, id);
  if (asked.request.method !== "GET") throw missing("mfa_factor_not_found", "Factor not found");
  return Response.json([]);
}
