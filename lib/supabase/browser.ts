/**
 * The one Supabase client of a page, made at first use from the configuration that the root layout wrote. Its code is
 * late: what a page needs before that asks by `callDatabase`. Browser only.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "./database-types.gen.ts";
import { parseRuntimeConfig, RUNTIME_CONFIG_ID } from "./runtime-config.ts";

export type BrowserSupabase = SupabaseClient<Database>;

let asked: Promise<BrowserSupabase> | null = null;

/** Where the page's Supabase is, for what its client cannot do: uploads that tell how far they are. */
export const browserConfig = () =>
  parseRuntimeConfig(document.getElementById(RUNTIME_CONFIG_ID)?.textContent);

/** Rejects where its code cannot be had (no connection, and never used before); the next call asks again. */
export function browserSupabase(): Promise<BrowserSupabase> {
  asked ??= import("./browser-client.ts").then(
    ({ createClient }) => createClient(browserConfig()),
    (error: unknown) => {
      asked = null;
      throw error;
    },
  );
  return asked;
}

/** The client when it comes by itself. Whoever has asked for it already has no need to wait. */
export async function clientAfter(wait: () => Promise<void>): Promise<BrowserSupabase> {
  if (asked === null) await wait();
  return browserSupabase();
}
