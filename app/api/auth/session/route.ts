/**
 * Who is signed in: always 200, and nothing is ever set for the anonymous. `expiresAt` is in seconds since 1970.
 * proxy.ts does not stand before it: what that does for other routes is done here.
 */
import { type NextRequest, NextResponse } from "next/server";
import { readUser } from "../../../../lib/auth/current-user.ts";
import { readSession, tellBrowser } from "../../../../lib/supabase/session.ts";
import { strictTransport } from "../../../../lib/web/fixed-headers.ts";
import { refuse } from "../../../../lib/web/refuse.ts";
import { isHttps } from "../../../../lib/web/site.ts";

export const dynamic = "force-dynamic";

const nobody = { authenticated: false, user: null, expiresAt: null };

export async function GET(request: NextRequest): Promise<Response> {
  const response = refuse(request, false) ?? (await answer(request));
  if (isHttps(request.headers)) response.headers.set("strict-transport-security", strictTransport);
  return response;
}

async function answer(request: NextRequest): Promise<Response> {
  const session = await readSession(request);
  const user = readUser(session.claims);
  const headers = { "cache-control": "private, no-store" };
  // Cookies that turned out worthless are left alone.
  if (user === null) return Response.json(nobody, { headers });
  const { id, email, name, expiresAt } = user;
  const body = { authenticated: true, user: { id, email, name }, expiresAt };
  return tellBrowser(NextResponse.json(body, { headers }), session);
}
