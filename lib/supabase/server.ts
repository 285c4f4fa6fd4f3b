/** The asking person's own client on the server, with that person's rights only. A new one for each request. */
import "server-only";
import { createServerClient } from "@supabase/ssr";
import type { SupabaseClient } from "@supabase/supabase-js";
import { cookies, headers } from "next/headers";
import { isHttps } from "../web/site.ts";
import type { Database } from "./database-types.gen.ts";
import { readPublicConfig } from "./env.ts";
import { timedFetch } from "./timed-fetch.ts";

export async function createServerSupabase(): Promise<SupabaseClient<Database>> {
  const { url, publishableKey } = readPublicConfig();
  const [jar, asked] = await Promise.all([cookies(), headers()]);
  return createServerClient<Database>(url, publishableKey, {
    global: { fetch: timedFetch },
    cookieOptions: { secure: isHttps(asked) },
    cookies: {
      getAll: () => jar.getAll(),
      setAll: (written) => {
        try {
          for (const { name, value, options } of written) jar.set(name, value, options);
        } catch (error) {
          // Actions and route handlers may set cookies. A page may not, and need not: proxy.ts refreshed
          // the session before it.
          if (!isRenderingAPage(error)) throw error;
        }
      },
    },
  });
}

/** Next's words for cookies written while a page renders. */
function isRenderingAPage(error: unknown): boolean {
  return error instanceof Error && /Cookies can only be modified in/.test(error.message);
}
