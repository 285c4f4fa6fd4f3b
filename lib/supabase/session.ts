/**
 * Keeps the session of a request alive: a token about to expire is exchanged here, before any page is rendered,
 * because pages cannot set cookies. The new cookies go to the page (request) and to the browser (response),
 * together with the headers that keep shared caches away from them.
 */
import { type CookieOptions, createServerClient } from "@supabase/ssr";
import { type NextRequest, NextResponse } from "next/server";
import { isHttps } from "../web/site.ts";
import { readPublicConfig } from "./env.ts";
import { timedFetch } from "./timed-fetch.ts";

/** Auth cookies are named sb-<project>-auth-token, in numbered pieces when long. */
export function hasAuthCookie(cookies: readonly { readonly name: string }[]): boolean {
  return cookies.some(({ name }) => /^sb-.+-auth-token(\.\d+)?$/.test(name));
}

/** Who a request's token says it is from, unread; null: from nobody. */
type Found = {
  readonly claims: unknown;
  /** What the browser is to keep in the place of its cookies, none while the token is good for a while. */
  readonly written: readonly Written[];
  /** What an answer says that carries new cookies: they are for one browser alone. */
  readonly headers: Readonly<Record<string, string>>;
};
type Written = { readonly name: string; readonly value: string; readonly options: CookieOptions };

export async function readSession(request: NextRequest): Promise<Found> {
  const sent = request.cookies.getAll();
  if (!hasAuthCookie(sent)) return { claims: null, written: [], headers: {} };
  const { url, publishableKey } = readPublicConfig();
  const jar = new Map(sent.map(({ name, value }) => [name, value]));
  const written: Written[] = [];
  const headers: Record<string, string> = {};
  const client = createServerClient(url, publishableKey, {
    global: { fetch: timedFetch },
    cookieOptions: { secure: isHttps(request.headers) },
    cookies: {
      getAll: () => [...jar].map(([name, value]) => ({ name, value })),
      setAll: (cookies, more) => {
        for (const { name, value } of cookies) jar.set(name, value);
        written.push(...cookies);
        Object.assign(headers, more);
      },
    },
  });
  const { data } = await client.auth.getClaims();
  return { claims: data?.claims ?? null, written, headers };
}

/** For the page (what the request says from here on) and for the browser (what the answer says). */
export async function refreshSession(request: NextRequest): Promise<NextResponse> {
  const { written, headers } = await readSession(request);
  for (const { name, value } of written) request.cookies.set(name, value);
  return tellBrowser(NextResponse.next({ request }), { written, headers });
}

export function tellBrowser(
  response: NextResponse,
  { written, headers }: Pick<Found, "written" | "headers">,
): NextResponse {
  for (const { name, value, options } of written) response.cookies.set(name, value, options);
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
