/** Runs before every page and route: refreshes the session cookie. Never the only check of who someone is. */
import type { NextRequest } from "next/server";
import { refreshSession } from "./lib/supabase/session.ts";

export function proxy(request: NextRequest) {
  return refreshSession(request, request.nextUrl.pathname === "/api/auth/session");
}

export const config = {
  // Not for files, and not for health: that answers even when nothing else does.
  matcher: [
    "/((?!_next/static|_next/image|favicon.ico|api/health|.*\\.(?:svg|png|jpg|ico|webp|woff2|txt)$).*)",
  ],
};
