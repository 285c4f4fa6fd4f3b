/**
 * Keeps the session of a request alive: a token about to expire is exchanged here, before any page is rendered,
 * because pages cannot set cookies. The new cookies go to the page (request) and to the browser (response),
 * together with the headers that keep shared caches away from them.
 */
import { createServerClient } from "@supabase/ssr";
import { type NextRequest, NextResponse } from "next/server";
import { isHttps } from "../web/site.ts";
import { readPublicConfig } from "./env.ts";
import { timedFetch } from "./timed-fetch.ts";

/** Auth cookies are named sb-<project>-auth-token, in numbered pieces when long. */
export function hasAuthCookie(cookies: readonly { readonly name: string }[]): boolean {
  return cookies.some(({ name }) => /^sb-.+-auth-token(\.\d+)?$/.test(name));
}

/** With `keepBroken`, cookies that turn out worthless are left alone: the anonymous are answered without any. */
export async function refreshSession(request: NextRequest, keepBroken: boolean): Promise<NextResponse> {
  if (!hasAuthCookie(request.cookies.getAll())) return NextResponse.next({ request });
  const { url, publishableKey } = readPublicConfig();
  let response = NextResponse.next({ request });
  const client = createServerClient(url, publishableKey, {
    global: { fetch: timedFetch },
    cookieOptions: { secure: isHttps(request.headers) },
    cookies: {
      getAll: () => request.cookies.getAll(),
      setAll: (written, headers) => {
        for (const { name, value } of written) request.cookies.set(name, value);
        response = NextResponse.next({ request });
        for (const { name, value, options } of written) response.cookies.set(name, value, options);
        for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
      },
    },
  });
  const { data } = await client.auth.getClaims();
  return data === null && keepBroken ? NextResponse.next({ request }) : response;
}
