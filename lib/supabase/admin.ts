/** The only home of the secret key in the application: this client passes every policy. */
import "server-only";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "./database-types.gen.ts";
import { readPublicConfig, readSecretKey } from "./env.ts";
import { timedFetch } from "./timed-fetch.ts";

export function createAdminClient(): SupabaseClient<Database> {
  return createClient<Database>(readPublicConfig().url, readSecretKey(), {
    global: { fetch: timedFetch },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}
