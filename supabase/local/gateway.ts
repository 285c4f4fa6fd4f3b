/** The door of the stand-in: checks the Host header, answers CORS, says who calls, and hands on. */
import { Hono } from "hono";
import { type AuthParts, answerAuth } from "./auth.ts";
import { toAuthResponse } from "./auth-errors.ts";
import { identify, keyCaller, keyOf, kindOf } from "./identity.ts";
import { outboxPage } from "./mail.ts";
import { answerRest, type RestParts } from "./rest.ts";
import type { Service } from "./services.ts";

export type GatewayParts = AuthParts &
  RestParts & {
    readonly services: readonly Service[];
    readonly port: number;
    /** What an error means that came from outside the services (a database that is away), or null. */
    explain(error: unknown, request: Request): Response | null;
  };

const METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";
const EXPOSED =
  "Content-Range,Content-Location,Location,Preference-Applied,X-Total-Count,Link,X-Supabase-Api-Version,X-Sb-Error-Code,sb-error-code";

export function createGateway(parts: GatewayParts): (request: Request) => Promise<Response> {
  const app = new Hono();
  app.get("/health", async () => {
    await parts.database.query("select 1");
    return Response.json({ status: "ok" });
  });
  app.get("/mail", (c) => answerMail(parts, c.req.raw));
  app.all("/auth/v1/*", (c) => answerAuth(parts, c.req.raw));
  app.all("/rest/v1/*", async (c) => {
    const found = identify(parts.keys, parts.tokens, c.req.raw);
    return "caller" in found ? answerRest(parts, c.req.raw, found.caller) : found.refusal;
  });
  for (const service of parts.services) {
    const { prefix } = service;
    if (prefix) app.all(`${prefix}/*`, (c) => handOn(parts, service, c.req.raw));
  }
  app.onError((error, c) => {
    const explained = parts.explain(error, c.req.raw);
    if (explained) return explained;
    if (c.req.path.startsWith("/auth/v1/")) return toAuthResponse(c.req.raw, error);
    process.stderr.write(`${error.stack ?? error.message}\n`);
    return Response.json({ message: "Internal server error" }, { status: 500 });
  });
  app.notFound(() => Response.json({ error: "requested path is invalid" }, { status: 404 }));
  const hosts = new Set(["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${parts.port}`));
  return async (request) => {
    // A page elsewhere that makes its own name point to 127.0.0.1 still sends that name.
    if (!hosts.has(request.headers.get("host") ?? "")) {
      return Response.json(
        { message: "The stand-in answers to 127.0.0.1 and localhost only." },
        { status: 421 },
      );
    }
    if (isPrivate(request) || isRaw(request, parts.services)) return app.fetch(request);
    if (request.method === "OPTIONS") return preflight(request);
    return withCors(await app.fetch(request));
  };
}

const isPrivate = (request: Request) => new URL(request.url).pathname === "/mail";

const isRaw = (request: Request, services: readonly Service[]) => {
  const { pathname } = new URL(request.url);
  return services.some(({ raw, prefix }) => raw && prefix && pathname.startsWith(`${prefix}/`));
};

async function handOn(parts: GatewayParts, service: Service, request: Request): Promise<Response> {
  const keyless = service.open === "always" || (service.open && keyOf(request) === null);
  const found = keyless ? { caller: keyCaller(null) } : identify(parts.keys, parts.tokens, request);
  if ("refusal" in found) return found.refusal;
  return (
    (await service.fetch?.(request, found.caller)) ?? Response.json({ message: "not found" }, { status: 404 })
  );
}

function preflight(request: Request): Response {
  const asked =
    request.headers.get("access-control-request-headers") ?? "authorization, apikey, content-type";
  const headers = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": asked,
    "access-control-max-age": "3600",
  };
  return new Response(null, { status: 204, headers });
}

function withCors(response: Response): Response {
  try {
    response.headers.set("access-control-allow-origin", "*");
    response.headers.set("access-control-expose-headers", EXPOSED);
    return response;
  } catch {
    // Headers that nobody may change: those of an answer that was fetched, or of a redirect.
    const { status, statusText, headers, body } = response;
    return withCors(new Response(body, { status, statusText, headers: new Headers(headers) }));
  }
}

/** The outbox as JSON, or as a page for a browser (`/mail?apikey=sb_secret_…`). No other origin is answered. */
function answerMail({ keys, outbox }: GatewayParts, request: Request): Response {
  const url = new URL(request.url);
  if (kindOf(keys, keyOf(request)) !== "secret") {
    return Response.json({ message: "The outbox needs the secret key." }, { status: 401 });
  }
  const origin = request.headers.get("origin");
  if (origin && origin !== url.origin) {
    return Response.json({ message: "The outbox answers no other origin." }, { status: 403 });
  }
  const mails = outbox.list(url.searchParams.get("to") ?? undefined);
  if (!request.headers.get("accept")?.includes("text/html")) return Response.json(mails);
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'",
  };
  return new Response(outboxPage(mails), { headers });
}
