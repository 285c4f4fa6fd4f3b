/** New people: with an address and a password, or anonymous. */
import { randomUUID } from "node:crypto";
import { hash } from "@node-rs/bcrypt";
import { type Asked, type AuthParts, checkPassword, emailOf, tableOf, textOf } from "./auth-asked.ts";
import { sendCode } from "./auth-codes.ts";
import { bad, broken, invalid, unprocessable } from "./auth-errors.ts";
import { type Challenge, challengeOf, keepChallenge } from "./auth-pkce.ts";
import { redirectOf } from "./auth-redirects.ts";
import { openSession } from "./auth-sessions.ts";
import { showUser } from "./auth-shown.ts";
import {
  asAuthAdmin,
  claimsOf,
  confirmEmail,
  findById,
  findOther,
  insertIdentity,
  insertUser,
  type Json,
  mergeMetadata,
  type NewUser,
  type User,
} from "./auth-users.ts";
import type { Session } from "./database.ts";
import { isPgError } from "./pg-errors.ts";

const COST = 10;
export const BY_EMAIL = { provider: "email", providers: ["email"] };

/** bcrypt, off this thread, in the form that GoTrue and pgcrypto write. */
export const hashPassword = (password: string) => hash(password, { cost: COST, version: "2a" });
/** For accounts that are opened by a link: nobody knows it. */
export const randomPassword = () => `${randomUUID()}${randomUUID()}`.slice(0, 64);

/** What a failing trigger on `auth.users` says stays in the log, as on hosted projects. */
export async function saveUser(tx: Session, made: NewUser, message = "Database error saving new user") {
  try {
    return await insertUser(tx, made);
  } catch (error) {
    return wordedAs(message)(error);
  }
}

export async function mustFind(tx: Session, id: string): Promise<User> {
  const user = await findById(tx, id);
  if (!user) throw broken("Database error finding user");
  return user;
}

export async function signUp(parts: AuthParts, asked: Asked): Promise<Response> {
  const { body, device } = asked;
  if (textOf(body, "email") === "" && textOf(body, "phone") === "") return signUpAnonymously(parts, asked);
  parts.limits.spend("signup", device.address);
  refuseWhenClosed(parts);
  const password = textOf(body, "password");
  if (password === "") throw invalid("Signup requires a valid password");
  checkPassword(parts, password);
  if (textOf(body, "phone") !== "") {
    if (textOf(body, "email") !== "") {
      throw invalid("Only an email address or phone number should be provided on signup.");
    }
    throw bad("phone_provider_disabled", "Phone signups are disabled");
  }
  const data = tableOf(body, "data") ?? {};
  return Response.json(await signUpByEmail(parts, asked, { email: emailOf(body), password, data }));
}

function refuseWhenClosed({ config }: AuthParts): void {
  if (!config.isSignUpOpen) throw unprocessable("signup_disabled", "Signups not allowed for this instance");
}

interface Wish {
  readonly email: string;
  readonly password: string;
  readonly data: Json;
}

/** A session when nothing has to be confirmed, else the person who was made, or made up. */
export async function signUpByEmail(parts: AuthParts, asked: Asked, wish: Wish): Promise<Json> {
  refuseWhenClosed(parts);
  const challenge = challengeOf(asked.body);
  const known = await findOther(parts.database, wish.email, null);
  // As long as making an account takes, also for a taken address: the time shall not tell.
  const passwordHash = await hashPassword(wish.password);
  if (known?.email_confirmed_at) {
    if (!parts.config.confirmsEmail) throw unprocessable("user_already_exists", "User already registered");
    return disguise(wish);
  }
  return asAuthAdmin(parts.database, async (tx) => {
    const id = known?.id ?? (await createPerson(tx, wish, passwordHash));
    if (!parts.config.confirmsEmail) {
      await confirmEmail(tx, id);
      return openSession(parts, tx, id, "password", asked.device);
    }
    await askToConfirm(parts, asked, tx, id, challenge);
    const user = await mustFind(tx, id);
    return showUser(user.invited_at ? { ...user, raw_user_meta_data: {}, identities: [] } : user);
  });
}

async function createPerson(tx: Session, { email, data }: Wish, passwordHash: string): Promise<string> {
  const id = await saveUser(tx, { email, passwordHash, appMetadata: BY_EMAIL, userMetadata: data });
  const claims = { ...data, ...claimsOf(id, email) };
  await insertIdentity(tx, id, "email", claims);
  await mergeMetadata(tx, id, "user", claims);
  return id;
}

async function askToConfirm(
  parts: AuthParts,
  asked: Asked,
  tx: Session,
  id: string,
  challenge: Challenge | null,
): Promise<void> {
  await keepChallenge(tx, id, "email/signup", challenge);
  const way = { redirectTo: redirectOf(parts.config, asked.request), isPkce: challenge !== null };
  await sendCode(parts, tx, await mustFind(tx, id), "signup", way);
}

/** What a taken address gets when addresses are confirmed: a person who is not there. */
function disguise({ email, data }: Wish): Json {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    aud: "authenticated",
    role: "",
    email,
    phone: "",
    confirmation_sent_at: now,
    app_metadata: BY_EMAIL,
    user_metadata: data,
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  };
}

async function signUpAnonymously(parts: AuthParts, asked: Asked): Promise<Response> {
  if (!parts.config.hasAnonymous) {
    throw unprocessable("anonymous_provider_disabled", "Anonymous sign-ins are disabled");
  }
  parts.limits.spend("anonymous", asked.device.address);
  refuseWhenClosed(parts);
  const userMetadata = tableOf(asked.body, "data") ?? {};
  const session = await asAuthAdmin(parts.database, async (tx) => {
    const made = { email: null, passwordHash: "", appMetadata: {}, userMetadata, isAnonymous: true };
    const id = await saveUser(tx, made, "Database error creating anonymous user");
    return openSession(parts, tx, id, "anonymous", asked.device);
  });
  return Response.json(session);
}

/** What Postgres refuses gets these words; anything else keeps its own. */
export function wordedAs(message: string) {
  return (error: unknown): never => {
    if (!isPgError(error)) throw error;
    process.stderr.write(`auth: ${error.message}\n`);
    throw broken(message);
  };
}
