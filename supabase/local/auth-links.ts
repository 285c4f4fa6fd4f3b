/** What sends mails to those who are not signed in: `/otp`, `/magiclink`, `/recover`, `/resend`. */
import { type Asked, type AuthParts, emailOf, flagOf, tableOf, textOf } from "./auth-asked.ts";
import { sendCode, sendEmailChange, type Way } from "./auth-codes.ts";
import { bad, invalid, unprocessable } from "./auth-errors.ts";
import { type Challenge, challengeOf, keepChallenge } from "./auth-pkce.ts";
import { redirectOf } from "./auth-redirects.ts";
import { randomPassword, signUpByEmail } from "./auth-sign-up.ts";
import { asAuthAdmin, findByEmail, type User } from "./auth-users.ts";

const nothing = () => Response.json({});

const wayOf = (parts: AuthParts, asked: Asked, challenge: Challenge | null): Way => ({
  redirectTo: redirectOf(parts.config, asked.request),
  isPkce: challenge !== null,
});

export async function sendOtp(parts: AuthParts, asked: Asked): Promise<Response> {
  parts.limits.spend("otp", asked.device.address);
  const { body } = asked;
  const [email, phone] = [textOf(body, "email"), textOf(body, "phone")];
  if (email !== "" && phone !== "") {
    throw invalid("Only an email address or phone number should be provided");
  }
  if (email !== "" && textOf(body, "channel") !== "") {
    throw invalid("Channel should only be specified with Phone OTP");
  }
  const mayCreate = body.create_user === undefined || flagOf(body, "create_user");
  if (!mayCreate && email !== "" && !(await findByEmail(parts.database, emailOf(body)))) {
    throw unprocessable("otp_disabled", "Signups not allowed for otp");
  }
  if (email !== "") return sendMagicLink(parts, asked);
  if (phone !== "") throw bad("phone_provider_disabled", "Unsupported phone provider");
  throw invalid("One of email or phone must be set");
}

/** Who is new, or never confirmed, is signed up with a password that nobody knows. */
export async function sendMagicLink(parts: AuthParts, asked: Asked): Promise<Response> {
  const email = emailOf(asked.body);
  const challenge = challengeOf(asked.body);
  const known = await findByEmail(parts.database, email);
  if (!known?.email_confirmed_at) {
    const data = tableOf(asked.body, "data") ?? {};
    await signUpByEmail(parts, asked, { email, password: randomPassword(), data });
    // With confirmation, the mail that went out holds the link that signs in.
    if (parts.config.confirmsEmail) return nothing();
  }
  const user = known?.email_confirmed_at ? known : await findByEmail(parts.database, email);
  if (user) await mail(parts, asked, user, "magiclink", challenge);
  return nothing();
}

export async function sendRecovery(parts: AuthParts, asked: Asked): Promise<Response> {
  parts.limits.spend("recover", asked.device.address);
  if (textOf(asked.body, "email") === "") throw invalid("Password recovery requires an email");
  const email = emailOf(asked.body);
  const challenge = challengeOf(asked.body);
  const user = await findByEmail(parts.database, email);
  if (user) await mail(parts, asked, user, "recovery", challenge);
  return nothing();
}

async function mail(
  parts: AuthParts,
  asked: Asked,
  user: User,
  type: "magiclink" | "recovery",
  challenge: Challenge | null,
): Promise<void> {
  await asAuthAdmin(parts.database, async (tx) => {
    await keepChallenge(tx, user.id, type, challenge);
    await sendCode(parts, tx, user, type, wayOf(parts, asked, challenge));
  });
}

const RESENT = new Set(["signup", "email_change", "sms", "phone_change"]);

export async function resend(parts: AuthParts, asked: Asked): Promise<Response> {
  parts.limits.spend("resend", asked.device.address);
  const { body } = asked;
  const [type, email, phone] = [textOf(body, "type"), textOf(body, "email"), textOf(body, "phone")];
  if (!RESENT.has(type)) {
    throw invalid("Missing one of these types: signup, email_change, sms, phone_change");
  }
  if (email === "" && type === "signup") throw invalid("Type provided requires an email address");
  if (phone === "" && type === "sms") throw invalid("Type provided requires a phone number");
  if (email !== "" && phone !== "") {
    throw invalid("Only an email address or phone number should be provided.");
  }
  if (phone !== "") throw bad("phone_provider_disabled", "Phone logins are disabled");
  if (email === "") throw invalid("Missing email address or phone number");
  const user = await findByEmail(parts.database, emailOf(body));
  if (user) await sendAgain(parts, asked, user, type);
  return nothing();
}

async function sendAgain(parts: AuthParts, asked: Asked, user: User, type: string): Promise<void> {
  const way = wayOf(parts, asked, null);
  await asAuthAdmin(parts.database, async (tx) => {
    if (type === "signup" && !user.email_confirmed_at) await sendCode(parts, tx, user, "signup", way);
    if (type === "email_change" && user.email_change) {
      await sendEmailChange(parts, tx, user, user.email_change, way);
    }
  });
}
