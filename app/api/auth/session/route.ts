/** Who is signed in: always 200, and nothing is ever set for the anonymous. `expiresAt` is in seconds since 1970. */
import { findCurrentUser } from "../../../../lib/auth/current-user.ts";

export const dynamic = "force-dynamic";

export async function GET(): Promise<Response> {
  const user = await findCurrentUser();
  const body =
    user === null
      ? { authenticated: false, user: null, expiresAt: null }
      : {
          authenticated: true,
          user: { id: user.id, email: user.email, name: user.name },
          expiresAt: user.expiresAt,
        };
  return Response.json(body, { headers: { "cache-control": "private, no-store" } });
}
