/** The code of the page's client, and all of @supabase with it: loaded by browser.ts, once. */
import { createBrowserClient } from "@supabase/ssr";
import type { BrowserSupabase } from "./browser.ts";
import type { Database } from "./database-types.gen.ts";
import type { PublicConfig } from "./env.ts";

export const createClient = ({ url, publishableKey }: PublicConfig): BrowserSupabase =>
  createBrowserClient<Database>(url, publishableKey, {
    cookieOptions: { secure: location.protocol === "https:" },
  });
