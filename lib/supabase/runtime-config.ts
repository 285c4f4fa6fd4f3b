/** How the server tells the page where Supabase is: JSON as the text of a hidden element of the root layout. */
import * as z from "zod/mini";
import type { PublicConfig } from "./env.ts";

export const RUNTIME_CONFIG_ID = "runtime-config";

const RuntimeConfig = z.object({
  url: z.string().check(z.refine((url) => URL.canParse(url))),
  publishableKey: z.string().check(z.minLength(1)),
});

/** Names what may be known, so that nothing else of a configuration ever comes along. */
export function writeRuntimeConfig({ url, publishableKey }: PublicConfig): string {
  return JSON.stringify({ url, publishableKey });
}

export function parseRuntimeConfig(text: string | null | undefined): PublicConfig {
  if (!text) throw new Error(`The page holds no element #${RUNTIME_CONFIG_ID}; the root layout writes it.`);
  return RuntimeConfig.parse(JSON.parse(text));
}
