/** What is measured, against what, and what that comes to. */
import { OURS, RUNBOOK } from "../../lib/ops/thresholds.ts";
import { type Figure, figureOf, ms, tableOf } from "../benchmark-live-stats.ts";

export type Kind = "call" | "query";

export type Entry = {
  readonly name: string;
  /** Over the network, or inside the database alone. */
  readonly kind: Kind;
  readonly figure: Figure;
  /** Calls that gave no answer, of `figure.count` + `failures`. */
  readonly failures: number;
  /** Ours, in ms; null: only the runbook's counts. */
  readonly ours: number | null;
  /** What the query should go through and does not, as a sentence; null: it does. */
  readonly wrongPlan: string | null;
  /** Why nothing could be measured; the entry then counts for nothing but this line. */
  readonly absent: string | null;
};

export type Verdict = {
  readonly missed: readonly string[];
  readonly errorShare: number;
};

export function entry(
  name: string,
  kind: Kind,
  times: readonly number[],
  more: Partial<Pick<Entry, "failures" | "ours" | "wrongPlan" | "absent">> = {},
): Entry {
  const ours = kind === "call" ? OURS.apiMs : OURS.queryMs;
  return { name, kind, figure: figureOf(times), failures: 0, ours, wrongPlan: null, absent: null, ...more };
}

const runbookOf = (kind: Kind) => (kind === "call" ? RUNBOOK.apiMs : RUNBOOK.queryMs);

/** A sentence for each target that is missed. `by` says which count: the runbook's alone, or ours as well. */
export function judge(entries: readonly Entry[], by: "runbook" | "ours"): Verdict {
  const missed: string[] = [];
  for (const { name, kind, figure, ours, wrongPlan, failures } of entries) {
    const { target, alert } = runbookOf(kind);
    const p95 = `${name}: p95 is ${ms(figure.p95)} ms`;
    if (figure.p95 > alert) missed.push(`${p95}, beyond the runbook's alert of ${alert} ms.`);
    else if (figure.p95 > target) missed.push(`${p95}; the runbook wants ${target} ms.`);
    else if (by === "ours" && ours !== null && figure.p95 > ours) missed.push(`${p95}; ours is ${ours} ms.`);
    if (failures > 0 && figure.count === 0) missed.push(`${name}: no call was answered.`);
    if (wrongPlan !== null) missed.push(`${name}: ${wrongPlan}`);
  }
  const failed = entries.reduce((sum, one) => sum + one.failures, 0);
  const all = entries.reduce(
    (sum, one) => sum + one.failures + (one.kind === "call" ? one.figure.count : 0),
    0,
  );
  const errorShare = failed / Math.max(all, 1);
  if (errorShare >= RUNBOOK.errorShare.target && failed > 0)
    missed.push(`${failed} of ${all} calls failed; the runbook wants less than one in a thousand.`);
  return { missed, errorShare };
}

export function tableOfEntries(entries: readonly Entry[]): string {
  const head = ["ms", "times", "p50", "p95", "max", "runbook", "ours", ""];
  const rows = entries.map(({ name, kind, figure, ours, failures, wrongPlan, absent }) => {
    if (absent !== null) return [name, "–", "–", "–", "–", "", "", absent];
    const { target } = runbookOf(kind);
    const mark =
      figure.p95 > target || wrongPlan !== null || failures > 0
        ? "✗"
        : ours !== null && figure.p95 > ours
          ? "✗ ours"
          : "✓";
    const { count, p50, p95, max } = figure;
    return [
      name,
      String(count),
      ms(p50),
      ms(p95),
      ms(max),
      String(target),
      ours === null ? "–" : String(ours),
      mark,
    ];
  });
  return tableOf(head, rows);
}
