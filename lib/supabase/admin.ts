/** The only home of the secret key in the application: this client passes every policy. */
import "server-only";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { readPublicConfig, readSecretKey } from "./env.ts";

export function createAdminClient(): SupabaseClient {
  return createClient(readPublicConfig().url, readSecretKey(), {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}
