/**
 * Who asks. `findCurrentUser` reads the signed token and suffices for showing things; `findVerifiedUser` asks the
 * auth server, so that a session ended elsewhere counts at once: use it before sharing, deleting, exporting and
 * changing roles.
 */
import "server-only";
import { cache } from "react";
import * as z from "zod";
import { createServerSupabase } from "../supabase/server.ts";

const Claims = z.object({
  sub: z.string(),
  exp: z.number(),
  email: z.string().optional(),
  user_metadata: z.object({ name: z.string().optional() }).optional(),
});

/** `expiresAt` is when the present token ends, in seconds since 1970. */
export type CurrentUser = {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly expiresAt: number;
};

export const findCurrentUser = cache(async (): Promise<CurrentUser | null> => {
  const client = await createServerSupabase();
  const { data } = await client.auth.getClaims();
  return readUser(data?.claims);
});

/** Out of the claims of a signed token; null when they are not a person's. */
export function readUser(claims: unknown): CurrentUser | null {
  const read = Claims.safeParse(claims);
  if (!read.success) return null;
  const { sub, exp, email, user_metadata: profile } = read.data;
  return { id: sub, email: email ?? null, name: profile?.name ?? null, expiresAt: exp };
}

export async function findVerifiedUser(): Promise<CurrentUser | null> {
  const [current, client] = await Promise.all([findCurrentUser(), createServerSupabase()]);
  if (current === null) return null;
  const { data } = await client.auth.getUser();
  return data.user?.id === current.id ? current : null;
}

/**
 * Whether this person runs the site: `operator` in the account's `raw_app_meta_data`, which only the database's owner and
 * the secret key can write. Asked of the account service each time, so that it can be taken back at once.
 */
export async function isOperator(): Promise<boolean> {
  const client = await createServerSupabase();
  const { data } = await client.auth.getUser();
  return data.user?.app_metadata.operator === true;
}
