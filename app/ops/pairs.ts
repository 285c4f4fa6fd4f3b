/** The database's figures in words. */
import type { OperationsReport } from "../../lib/ops/operations-report.ts";
import { ago } from "../../lib/web/times.ts";

type Pair = readonly [name: string, value: string];

const number = new Intl.NumberFormat("en");

export function verdict(troubles: number): string {
  if (troubles === 0) return "All is well";
  return troubles === 1 ? "One thing needs attention" : `${troubles} things need attention`;
}

export function queuePairs({ queues }: OperationsReport): Pair[] {
  return Object.entries({ Rows: queues.projection, Vectors: queues.embedding }).flatMap(([name, queue]) => [
    [`${name} waiting`, number.format(queue.waiting)] as const,
    [`${name} behind`, `${queue.oldestSeconds} s`] as const,
    [`${name} given up`, number.format(queue.dead)] as const,
  ]);
}

export function connectionPairs({ connections, database }: OperationsReport): Pair[] {
  const states = Object.entries(connections).map(([state, count]) => [state, number.format(count)] as const);
  return [...states, ["limit", number.format(database.maxConnections)]];
}

/** When each last ended well, and what is wrong with it. */
export function jobPairs({ jobs, time }: Pick<OperationsReport, "jobs" | "time">): Pair[] {
  if (jobs.length === 0) return [["pg_cron", "not available"]];
  return jobs.map(({ job, isLate, failures, lastSucceeded }) => {
    const last = lastSucceeded === null ? "not yet" : ago(new Date(lastSucceeded), new Date(time));
    if (isLate) return [job, `late: ${last}`];
    if (failures === 0) return [job, last];
    return [job, `${last}; failed ${failures === 1 ? "once" : `${failures} times`} within the hour`];
  });
}
