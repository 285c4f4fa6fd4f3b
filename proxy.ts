/**
 * Runs before every page and route: refuses what other sites send and what comes too often, hands the page its
 * policy, and refreshes the session cookie. Never the only check of who someone is.
 */
import { type NextRequest, NextResponse } from "next/server";
import { readPublicConfig } from "./lib/supabase/env.ts";
import { hasAuthCookie, refreshSession } from "./lib/supabase/session.ts";
import { newNonce, pagePolicy } from "./lib/web/content-policy.ts";
import { strictTransport } from "./lib/web/fixed-headers.ts";
import { refuse } from "./lib/web/refuse.ts";
import { isHttps } from "./lib/web/site.ts";

export async function proxy(request: NextRequest) {
  const { pathname } = request.nextUrl;
  const isPage = !/^\/(?:api|auth)\//.test(pathname);
  const response = refuse(request, isPage) ?? toDoor(request) ?? (await answer(request, isPage));
  if (isHttps(request.headers)) response.headers.set("strict-transport-security", strictTransport);
  return response;
}

/** Who has no session at all is led to the door here: a page would have begun to stream before it knew. */
function toDoor(request: NextRequest) {
  const { pathname, search } = request.nextUrl;
  if (!pathname.startsWith("/w/") || hasAuthCookie(request.cookies.getAll())) return null;
  const door = new URL("/sign-in", request.url);
  door.searchParams.set("next", `${pathname}${search}`);
  return NextResponse.redirect(door);
}

async function answer(request: NextRequest, isPage: boolean) {
  // Next compares the Origin of an action with this header, which anybody may send, before it looks at Host.
  request.headers.delete("x-forwarded-host");
  const nonce = newNonce();
  const policy = pagePolicy({
    nonce,
    supabaseUrl: findSupabaseUrl(),
    development: process.env.NODE_ENV === "development",
  });
  // Next reads the nonce out of the request, and gives it to what it renders.
  if (isPage) request.headers.set("content-security-policy", policy);
  request.headers.set("x-nonce", nonce);
  const response = await refreshSession(request);
  if (isPage) response.headers.set("content-security-policy", policy);
  // Next says so of pages itself; a route that redirects would say nothing.
  else response.headers.set("cache-control", "private, no-store");
  return response;
}

/** A broken environment is told by the page that needs it. */
function findSupabaseUrl(): string | null {
  try {
    return readPublicConfig().url;
  } catch {
    return null;
  }
}

export const config = {
  // Not for the files of the build, and not for health: that answers even when nothing else does; nor for the route
  // that tells who is signed in: it does the same by itself, in half the time. Named one by one: a page whose address
  // ends like a file is a page.
  matcher: [
    "/((?!_next/static/|_next/image$|icon\\.svg$|favicon\\.ico$|api/health$|api/health/live$|api/auth/session$).*)",
  ],
};
