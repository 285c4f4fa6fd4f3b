/**
 * Auth as hosted projects answer it, on lite's GoTrue. lite signs HS256 and knows no JWKS: tokens are signed
 * again on their way out (ES256) and in (HS256). What lite lacks is added here: JWKS, `verifyOtp` of type
 * `email`, `redirect_to` in mails, a sign-up that does not tell whether the account exists, the admin API.
 */
import { randomUUID } from "node:crypto";
import { type AdminAnswer, answerAdmin } from "./auth-admin.ts";
import { redirectWithCode } from "./auth-pkce.ts";
import type { Database } from "./database.ts";
import { bearerOf, identify } from "./identity.ts";
import type { Keys } from "./keys.ts";
import type { AuthSettings, Lite } from "./lite.ts";
import type { Outbox, Wish } from "./mail.ts";
import type { Caller } from "./services.ts";
import type { Claims, Tokens } from "./tokens.ts";

export interface AuthParts {
  readonly database: Database;
  readonly lite: Lite;
  readonly keys: Keys;
  readonly tokens: Tokens;
  readonly outbox: Outbox;
  readonly settings: AuthSettings;
  /** `http://127.0.0.1:PORT/auth/v1`, the issuer of the tokens. */
  readonly issuer: string;
}

/** Opened from mails and by other services, without a key. */
const OPEN = /^\/auth\/v1\/(verify|callback|authorize|\.well-known\/.*)$/;

export async function answerAuth(parts: AuthParts, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/auth/v1/.well-known/jwks.json") {
    return Response.json(parts.tokens.jwks, { headers: { "cache-control": "public, max-age=600" } });
  }
  if (request.method === "GET" && OPEN.test(pathname)) return followLink(parts, request);
  const caller = callerOf(parts, request);
  if (caller instanceof Response) return caller;
  const admin: AdminAnswer = await answerAdmin(parts.database, request, caller);
  if (admin) return admin;
  return answerPerson(parts, request, pathname);
}

async function followLink(parts: AuthParts, request: Request): Promise<Response> {
  const response = await parts.lite.authFetch(request, null);
  return (await redirectWithCode(parts, new URL(request.url), response)) ?? outward(parts, response);
}

/** The key must be right; the token is judged by lite, in GoTrue's words. */
function callerOf({ keys, tokens }: AuthParts, request: Request): Caller | Response {
  const headers = new Headers(request.headers);
  headers.delete("authorization");
  const found = identify(keys, tokens, new Request(request.url, { headers }));
  return "caller" in found ? found.caller : found.refusal;
}

async function answerPerson(parts: AuthParts, request: Request, pathname: string): Promise<Response> {
  const body = request.method === "POST" ? await readJson(request) : {};
  const wish = wishOf(request, body);
  const send = (changed: Request) =>
    parts.outbox.during(wish, () => parts.lite.authFetch(changed, inwardToken(parts.tokens, request)));
  if (pathname === "/auth/v1/signup" && request.method === "POST" && parts.settings.confirmEmail) {
    const disguise = await prepareSignUp(parts.database, body);
    if (disguise) return disguise;
  }
  if (pathname === "/auth/v1/verify" && body.type === "email") return verifyEmail(parts, request, body, send);
  return outward(parts, await send(request));
}

function wishOf(request: Request, body: Record<string, unknown>): Wish {
  const value = body.code_challenge;
  const method = String(body.code_challenge_method ?? "plain").toLowerCase();
  return {
    redirectTo: new URL(request.url).searchParams.get("redirect_to"),
    challenge: typeof value === "string" && value !== "" ? { value, method } : null,
  };
}

async function readJson(request: Request): Promise<Record<string, unknown>> {
  try {
    const value: unknown = await request.clone().json();
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What lite shall see: the same claims under its own signature; a token nobody signed stays as it is. */
function inwardToken(tokens: Tokens, request: Request): string | null {
  const bearer = bearerOf(request);
  if (!bearer || bearer.startsWith("sb_")) return null;
  const claims = tokens.read(bearer);
  return claims ? tokens.signInward(claims) : bearer;
}

/**
 * With confirmation by mail, an address that is taken gets the answer of a free one, as on hosted projects:
 * a person with an id of nobody and no identities. An account that was never confirmed makes room.
 */
async function prepareSignUp(database: Database, body: Record<string, unknown>): Promise<Response | null> {
  const email = String(body.email ?? "").toLowerCase();
  const { rows } = await database.query<{ confirmed: boolean }>(
    "select confirmed_at is not null as confirmed from auth.users where email = $1 and not is_sso_user",
    [email],
  );
  if (!rows[0]) return null;
  if (!rows[0].confirmed) {
    await database.query("delete from auth.users where email = $1 and confirmed_at is null", [email]);
    return null;
  }
  if (String(body.password ?? "").length < 8) return null;
  // As long as making an account takes: the time shall not tell either.
  await database.query("select extensions.crypt($1, extensions.gen_salt('bf', 10))", [String(body.password)]);
  const now = new Date().toISOString();
  return Response.json({
    id: randomUUID(),
    aud: "authenticated",
    role: "",
    email,
    phone: "",
    confirmation_sent_at: now,
    app_metadata: { provider: "email", providers: ["email"] },
    user_metadata: (body.data as object | undefined) ?? {},
    identities: [],
    created_at: now,
    updated_at: now,
    is_anonymous: false,
  });
}

/** GoTrue's type `email` stands for a link or code of either kind; lite wants to know which. */
async function verifyEmail(
  parts: AuthParts,
  request: Request,
  body: Record<string, unknown>,
  send: (request: Request) => Promise<Response>,
): Promise<Response> {
  let response = new Response(null);
  for (const type of ["signup", "magiclink"]) {
    response = await send(
      new Request(request.url, {
        method: "POST",
        headers: request.headers,
        body: JSON.stringify({ ...body, type }),
      }),
    );
    if (response.ok) break;
  }
  return outward(parts, response);
}

/** Signs again whatever carries an access token: a JSON body or the fragment of a redirect. */
async function outward(parts: AuthParts, response: Response): Promise<Response> {
  const location = response.headers.get("location");
  if (location?.includes("access_token=")) {
    const url = new URL(location);
    const fragment = new URLSearchParams(url.hash.slice(1));
    fragment.set("access_token", await resign(parts, fragment.get("access_token") ?? ""));
    url.hash = fragment.toString();
    const headers = new Headers(response.headers);
    headers.set("location", url.href);
    return new Response(null, { status: response.status, headers });
  }
  if (!response.ok || !response.headers.get("content-type")?.includes("json")) return response;
  const body = (await response.clone().json()) as { access_token?: unknown };
  if (typeof body?.access_token !== "string") return response;
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  const changed = { ...body, access_token: await resign(parts, body.access_token) };
  return new Response(JSON.stringify(changed), { status: response.status, headers });
}

async function resign({ tokens, database, issuer }: AuthParts, inward: string): Promise<string> {
  const claims = tokens.read(inward);
  if (!claims) throw new Error("lite handed out a token it did not sign");
  const { rows } = await database.query<{
    app: unknown;
    person: unknown;
    phone: string | null;
    anonymous: boolean;
  }>(
    `select raw_app_meta_data as app, raw_user_meta_data as person, phone, is_anonymous as anonymous
     from auth.users where id = $1`,
    [claims.sub],
  );
  return tokens.sign(hostedClaims(claims, issuer, rows[0]));
}

function hostedClaims(
  claims: Claims,
  iss: string,
  user: { app: unknown; person: unknown; phone: string | null; anonymous: boolean } | undefined,
): Record<string, unknown> {
  return {
    iss,
    ...claims,
    phone: user?.phone ?? "",
    app_metadata: user?.app ?? {},
    user_metadata: user?.person ?? {},
    aal: "aal1",
    amr: [{ method: "password", timestamp: claims.iat }],
    is_anonymous: user?.anonymous ?? false,
  };
}
