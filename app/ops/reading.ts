/** What the page of operations shows, read once for each look. */

import { findHealth } from "../../lib/data/health.ts";
import { findOperationsReport } from "../../lib/data/operations.ts";
import { count, readHistory } from "../../lib/ops/history.ts";
import { judgeMetrics, listTroubles } from "../../lib/ops/judge.ts";
import { findLastBackup } from "../../lib/ops/last-backup.ts";
import { findPlay } from "../../lib/ops/playbook.ts";
import { findWebsockets } from "../../lib/ops/websockets.ts";
import runbook from "../../RUNBOOK.md?text";

export async function readOperations() {
  const [health, report, websockets, backup] = await Promise.all([
    findHealth(),
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
