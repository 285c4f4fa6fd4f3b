/**
 * The signed-in person's own client on the server. A new one for each request, with the person's rights only.
 */
import "server-only";
import { createServerClient } from "@supabase/ssr";
import type { SupabaseClient } from "@supabase/supabase-js";
import { cookies } from "next/headers";
import { readPublicConfig } from "./env.ts";

/** For pages and layouts, which cannot set cookies: the session was refreshed by proxy.ts before. */
export async function createPageClient(): Promise<SupabaseClient> {
  return create(false);
}

/** For route handlers and actions, which may sign in and out. */
export async function createActionClient(): Promise<SupabaseClient> {
  return create(true);
}

async function create(mayWriteCookies: boolean): Promise<SupabaseClient> {
  const { url, publishableKey } = readPublicConfig();
  const jar = await cookies();
  return createServerClient(url, publishableKey, {
    cookies: {
      getAll: () => jar.getAll(),
      setAll: (written) => {
        if (!mayWriteCookies) return;
        for (const { name, value, options } of written) jar.set(name, value, options);
      },
    },
  });
}
