/** `POST /token`: by password, by refresh token, by the code of a PKCE link. */
import { verify } from "@node-rs/bcrypt";
import { type Asked, type AuthParts, checkPassword, textOf } from "./auth-asked.ts";
import { AuthError, bad, invalid, missing, unprocessable } from "./auth-errors.ts";
import { takeCode } from "./auth-pkce.ts";
import { openSession, refreshSession } from "./auth-sessions.ts";
import { asAuthAdmin, findByEmail, isBanned, type Json } from "./auth-users.ts";

export async function grantToken(parts: AuthParts, asked: Asked): Promise<Response> {
  const kind = asked.url.searchParams.get("grant_type");
  const grants: Record<string, (parts: AuthParts, asked: Asked) => Promise<Json>> = {
    password: grantByPassword,
    refresh_token: grantByRefreshToken,
    pkce: grantByCode,
    id_token: refuseIdToken,
    web3: refuseWeb3,
  };
  const grant = kind !== null && Object.hasOwn(grants, kind) ? grants[kind] : undefined;
  if (!grant) throw bad("invalid_credentials", "unsupported_grant_type");
  parts.limits.spend("token", asked.device.address);
  return Response.json(await grant(parts, asked));
}

const wrong = () => bad("invalid_credentials", "Invalid login credentials");

async function grantByPassword(parts: AuthParts, { body, device }: Asked): Promise<Json> {
  const [email, phone, password] = [textOf(body, "email"), textOf(body, "phone"), textOf(body, "password")];
  if (email !== "" && phone !== "") {
    throw invalid("Only an email address or phone number should be provided on login.");
  }
  if (phone !== "") throw unprocessable("phone_provider_disabled", "Phone logins are disabled");
  if (email === "") throw invalid("missing email or phone");
  const user = await findByEmail(parts.database, email);
  if (!user?.encrypted_password) throw wrong();
  if (isBanned(user)) throw bad("user_banned", "User is banned");
  if (!(await verify(password, user.encrypted_password))) throw wrong();
  if (!user.email_confirmed_at) throw bad("email_not_confirmed", "Email not confirmed");
  const session = await asAuthAdmin(parts.database, (tx) =>
    openSession(parts, tx, user.id, "password", device),
  );
  return { ...session, ...weaknessOf(parts, password) };
}

/** A password that was strong enough once signs in, and the client is told. */
function weaknessOf(parts: AuthParts, password: string): Json {
  try {
    checkPassword(parts, password);
    return {};
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== "weak_password") return {};
    return { weak_password: { message: error.message, reasons: ["length"] } };
  }
}

function grantByRefreshToken(parts: AuthParts, { body, device }: Asked): Promise<Json> {
  const token = textOf(body, "refresh_token");
  if (token === "") throw invalid("refresh_token required");
  return refreshSession(parts, token, device);
}

function grantByCode(parts: AuthParts, { body, device }: Asked): Promise<Json> {
  return asAuthAdmin(parts.database, async (tx) => {
    const { userId, method } = await takeCode(tx, textOf(body, "auth_code"), textOf(body, "code_verifier"));
    return openSession(parts, tx, userId, method, device);
  });
}

async function refuseIdToken(_parts: AuthParts, { body }: Asked): Promise<Json> {
  const provider = textOf(body, "provider");
  throw bad("provider_disabled", `Provider (issuer "${provider}") is not enabled`);
}

async function refuseWeb3(): Promise<Json> {
  throw unprocessable("web3_provider_disabled", "Web3 provider is disabled");
}

/** `GET /authorize`: no provider is switched on. */
export async function refuseProvider(_parts: AuthParts, { url }: Asked): Promise<Response> {
  if (!url.searchParams.get("provider")) throw invalid("Unsupported provider: Provider could not be found");
  throw invalid("Unsupported provider: provider is not enabled");
}

export async function refuseSso(): Promise<Response> {
  throw missing("saml_provider_disabled", "SAML 2.0 is disabled");
}
