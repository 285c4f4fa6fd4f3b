/**
 * The account service, as GoTrue answers below /auth/v1: its endpoints, its codes and its words. It keeps what
 * GoTrue keeps, in the tables of schema `auth`, and hands out ES256 tokens with a JWKS.
 */
import { adminCreate, adminDelete, adminFactors, adminGet, adminUpdate } from "./auth-admin.ts";
import { generateLink, invite } from "./auth-admin-links.ts";
import { adminList } from "./auth-admin-list.ts";
import { type Asked, type AuthParts, readAsked } from "./auth-asked.ts";
import { AuthError, toAuthResponse } from "./auth-errors.ts";
import { resend, sendMagicLink, sendOtp, sendRecovery } from "./auth-links.ts";
import {
  changePerson,
  missFactor,
  reauthenticate,
  refuseFactor,
  refuseLinking,
  showPerson,
  signOut,
} from "./auth-person.ts";
import { grantToken, refuseProvider, refuseSso } from "./auth-sign-in.ts";
import { signUp } from "./auth-sign-up.ts";
import { followLink, verifyCode } from "./auth-verify.ts";
import { identify, keyCaller } from "./identity.ts";

export type { AuthParts } from "./auth-asked.ts";

type Handler = (parts: AuthParts, asked: Asked, id: string) => Promise<Response>;

/** Method and path below /auth/v1; `:id` stands for one part of the path. */
const ROUTES: Readonly<Record<string, Handler>> = {
  "GET /health": showHealth,
  "GET /settings": showSettings,
  "GET /.well-known/jwks.json": showKeys,
  "POST /signup": signUp,
  "POST /token": grantToken,
  "POST /otp": sendOtp,
  "POST /magiclink": sendMagicLink,
  "POST /recover": sendRecovery,
  "POST /resend": resend,
  "GET /verify": followLink,
  "POST /verify": verifyCode,
  "POST /logout": signOut,
  "GET /reauthenticate": reauthenticate,
  "GET /user": showPerson,
  "PUT /user": changePerson,
  "GET /user/identities/authorize": refuseLinking,
  "DELETE /user/identities/:id": refuseLinking,
  "POST /factors": refuseFactor,
  "DELETE /factors/:id": missFactor,
  "POST /factors/:id/verify": missFactor,
  "POST /factors/:id/challenge": missFactor,
  "GET /authorize": refuseProvider,
  "POST /sso": refuseSso,
  "GET /sso/saml/metadata": refuseSso,
  "POST /sso/saml/acs": refuseSso,
  "POST /invite": invite,
  "POST /admin/generate_link": generateLink,
  "GET /admin/users": adminList,
  "POST /admin/users": adminCreate,
  "GET /admin/users/:id": adminGet,
  "PUT /admin/users/:id": adminUpdate,
  "DELETE /admin/users/:id": adminDelete,
  "GET /admin/users/:id/factors": adminFactors,
  "DELETE /admin/users/:id/factors/:id": adminFactors,
};

const routes = Object.entries(ROUTES).map(([route, handler]) => {
  const [method = "", path = ""] = route.split(" ");
  const pattern = new RegExp(`^/auth/v1${path.replaceAll(".", "\\.").replaceAll(":id", "([^/]+)")}/?$`);
  return { method, pattern, handler };
});

/** Opened from mails, by other services and by identity providers, without a key. */
const OPEN = /^\/auth\/v1\/(verify|callback|authorize|sso\/saml\/.*|\.well-known\/.*)$/;

export async function answerAuth(parts: AuthParts, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const known = routes.filter(({ pattern }) => pattern.test(pathname));
  const route = known.find(({ method }) => method === request.method);
  try {
    const isOpen = OPEN.test(pathname);
    const found = isOpen ? { caller: keyCaller(null) } : keyOnly(parts, request);
    if ("refusal" in found) return found.refusal;
    if (known.length === 0) return new Response("404 page not found\n", { status: 404 });
    if (!route) return new Response(null, { status: 405 });
    const asked = await readAsked(request, found.caller);
    return await route.handler(parts, asked, route.pattern.exec(pathname)?.[1] ?? "");
  } catch (error) {
    // Anything else the gateway answers, which knows what a database that is away looks like.
    if (error instanceof AuthError) return toAuthResponse(request, error);
    throw error;
  }
}

/** The key must be right; the token is judged by the endpoint, in GoTrue's words. */
function keyOnly({ keys, tokens }: AuthParts, request: Request) {
  const headers = new Headers(request.headers);
  headers.delete("authorization");
  return identify(keys, tokens, new Request(request.url, { headers }));
}

async function showHealth(): Promise<Response> {
  return Response.json({
    version: "v2.0.0-stand-in",
    name: "GoTrue",
    description: "GoTrue is a user registration and authentication API",
  });
}

const PROVIDERS = [
  ...["apple", "azure", "bitbucket", "discord", "facebook", "figma", "fly", "github", "gitlab", "google"],
  ...[
    "kakao",
    "keycloak",
    "linkedin",
    "linkedin_oidc",
    "notion",
    "slack",
    "slack_oidc",
    "snapchat",
    "spotify",
  ],
  ...["twitch", "twitter", "workos", "zoom"],
];

async function showSettings({ config }: AuthParts): Promise<Response> {
  const off = Object.fromEntries(PROVIDERS.map((name) => [name, false]));
  return Response.json({
    external: { anonymous_users: config.hasAnonymous, ...off, email: true, phone: false },
    disable_signup: !config.isSignUpOpen,
    mailer_autoconfirm: !config.confirmsEmail,
    phone_autoconfirm: false,
    sms_provider: "",
    saml_enabled: false,
  });
}

async function showKeys({ tokens }: AuthParts): Promise<Response> {
  return Response.json(tokens.jwks, { headers: { "cache-control": "public, max-age=600" } });
}
