/** Whether the product can serve: one check for many askers at once. */
import { checkHealth, type HealthReport, unknownHealth } from "../ops/health.ts";
import { readPublicConfig, readSecretKey } from "../supabase/env.ts";

const KEPT_MS = 2_000;
let last: { readonly at: number; readonly report: Promise<HealthReport> } | null = null;

/** Never rejects; at most two seconds old. */
export function findHealth(): Promise<HealthReport> {
  if (last === null || performance.now() - last.at > KEPT_MS) last = { at: performance.now(), report: ask() };
  return last.report;
}

async function ask(): Promise<HealthReport> {
  try {
    return await checkHealth({ url: readPublicConfig().url, secretKey: readSecretKey() });
  } catch (error) {
    console.error("health:", error instanceof Error ? error.message : error);
    return unknownHealth();
  }
}
