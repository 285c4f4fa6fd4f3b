/** The one Supabase client of a page, made at first use from the configuration that the root layout wrote. */
import { createBrowserClient } from "@supabase/ssr";
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "./database-types.gen.ts";
import { parseRuntimeConfig, RUNTIME_CONFIG_ID } from "./runtime-config.ts";

export type BrowserSupabase = SupabaseClient<Database>;

let client: BrowserSupabase | null = null;

/** Where the page's Supabase is, for what its client cannot do: uploads that tell how far they are. */
export const browserConfig = () =>
  parseRuntimeConfig(document.getElementById(RUNTIME_CONFIG_ID)?.textContent);

export function browserSupabase(): BrowserSupabase {
  if (client === null) {
    const { url, publishableKey } = browserConfig();
    client = createBrowserClient<Database>(url, publishableKey, {
      cookieOptions: { secure: location.protocol === "https:" },
    });
  }
  return client;
}
