/** What the page of operations shows, read once for each look. */

import { findOperationsReport } from "../../lib/data/operations.ts";
import { checkHealth, type HealthReport, unknownHealth } from "../../lib/ops/health.ts";
import { count, readHistory } from "../../lib/ops/history.ts";
import { judgeMetrics, listTroubles } from "../../lib/ops/judge.ts";
import { findLastBackup } from "../../lib/ops/last-backup.ts";
import { findPlay } from "../../lib/ops/playbook.ts";
import { findWebsockets } from "../../lib/ops/websockets.ts";
import { readPublicConfig, readSecretKey } from "../../lib/supabase/env.ts";
import runbook from "../../RUNBOOK.md?text";

export async function readOperations() {
  const [health, report, websockets, backup] = await Promise.all([
    readHealth(),
    findOperationsReport(),
    findWebsockets(),
    findLastBackup(),
  ]);
  const { current, minutes } = readHistory(count(websockets));
  const metrics = judgeMetrics(current, minutes);
  const troubles = listTroubles(metrics, health, report).map(({ sentence, play }) => ({
    sentence,
    play: findPlay(runbook, play),
  }));
  return { health, report, metrics, troubles, backup, isSocketsKnown: websockets !== null };
}

async function readHealth(): Promise<HealthReport> {
  try {
    return await checkHealth({ url: readPublicConfig().url, secretKey: readSecretKey() });
  } catch (error) {
    console.error("health:", error instanceof Error ? error.message : error);
    return unknownHealth();
  }
}
