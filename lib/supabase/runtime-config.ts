/** How the server tells the page where Supabase is: JSON in a script element of the root layout. */
import * as z from "zod";
import type { PublicConfig } from "./env.ts";

export const RUNTIME_CONFIG_ID = "runtime-config";

const RuntimeConfig = z.object({ url: z.url(), publishableKey: z.string().min(1) });

/** Text for `<script id="runtime-config" type="application/json">`; cannot end the element early. */
export function writeRuntimeConfig(config: PublicConfig): string {
  return JSON.stringify({ url: config.url, publishableKey: config.publishableKey }).replaceAll(
    "<",
    "\\u003c",
  );
}

export function parseRuntimeConfig(text: string | null | undefined): PublicConfig {
  if (!text)
    throw new Error(`The page holds no <script id="${RUNTIME_CONFIG_ID}">; the root layout writes it.`);
  return RuntimeConfig.parse(JSON.parse(text));
}
